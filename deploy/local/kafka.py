"""Apache Kafka, KRaft, on loopback, from its published jars: one node, or one of several that stand in for servers."""

import base64
import struct
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

import msgspec

from . import jars, java
from .errors import died_at_start
from .places import Home, write_atomically
from .processes import OWNER_ONLY, Program

_LOGGING = Path(__file__).with_name("kafka-log4j2.xml")


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Its place among others: `voters` are all nodes' controller ports by id, empty where it is alone; `advertised`
    is the port that clients are told, where that is another than the one listened on. All need one cluster id."""

    id: int = 1
    voters: Mapping[int, int] = {}
    advertised: int | None = None


ALONE = Node()


def settings(home: Home, port: int, controller_port: int, node: Node = ALONE) -> str:
    """server.properties: broker and controller in one, nothing made by accident, small enough for a laptop."""
    voters = node.voters or {node.id: controller_port}
    copies = min(3, len(voters))
    lines = {
        "process.roles": "broker,controller",
        "node.id": node.id,
        "controller.quorum.voters": ",".join(f"{voter}@127.0.0.1:{its_port}" for voter, its_port in voters.items()),
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{node.advertised or port}",
        "log.dirs": home.kafka / "data",
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": (copies + 1) // 2,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 3,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": (copies + 1) // 2,
        "transaction.state.log.num.partitions": 3,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": (copies + 1) // 2,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        # after a kill -9 the broker may not register again before its old session has ended: 7 s in all, not 15
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        # the default is half of the heap given below
        "log.cleaner.dedupe.buffer.size": 16_777_216,
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def prepare(
    home: Home,
    port: int,
    controller_port: int,
    progress: jars.Progress = lambda here, total: None,
    node: Node = ALONE,
) -> Program:
    """Fetch, configure and, once per home, format the storage. LocalError where one of these cannot be."""
    class_path = jars.class_path(progress)
    command = java.find()
    config = home.kafka / "server.properties"
    write_atomically(config, settings(home, port, controller_port, node))
    _format(home, command, class_path, config)
    return Program(
        name="kafka",
        command=(
            command,
            "-Xmx256m",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}",
            "-cp",
            class_path,
            "kafka.Kafka",
            str(config),
        ),
        port=port,
        log=home.log("kafka"),
        folder=home.kafka,
    )


def _format(home: Home, command: str, class_path: str, config: Path) -> None:
    done = home.kafka / "formatted"
    if done.exists():
        return
    cluster = home.kafka / "cluster-id"
    if not cluster.exists():
        write_atomically(cluster, new_cluster_id())
    log = home.log("kafka")
    with log.open("ab") as output:
        java_words = (command, "-Xmx128m", f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}", "-XX:TieredStopAtLevel=1")
        tool_words = ("kafka.tools.StorageTool", "format", "-t", cluster.read_text().strip(), "-c", str(config))
        result = subprocess.run(
            [*java_words, "-cp", class_path, *tool_words, "--ignore-formatted"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            umask=OWNER_ONLY,
        )
    if result.returncode != 0:
        raise died_at_start("kafka (format)", log, f"exit {result.returncode}")
    write_atomically(done, "")


def new_cluster_id() -> str:
    """As Kafka writes them: 22 characters, never with a dash first (its command line would take it for an option)."""
    while True:
        made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not made.startswith("-"):
            return made


# a Metadata request, version 4, that asks for no topic: its answer lists the brokers that take work
METADATA_REQUEST = struct.pack(">hhih8si?", 3, 4, 1, 8, b"mingshao", 0, False)


def serving(answer: bytes) -> bool:
    """Whether the answer to METADATA_REQUEST (without its length) lists a broker."""
    if len(answer) < 12:
        return False
    _correlation, _throttled, brokers = struct.unpack(">iii", answer[:12])
    return bool(brokers > 0)
