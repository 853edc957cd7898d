"""One real Kafka broker (KRaft) on loopback, from its published jars."""

import os
import subprocess
from pathlib import Path

from .errors import LocalError
from .jars import class_path
from .java import java
from .processes import Proc, port_free, start

CLUSTER_ID = "bWluZ3NoYW8tbG9jYWwtMQ"
_LOG4J = """<Configuration status="WARN"><Appenders><Console name="out"><PatternLayout pattern="%d %p %c{1} %m%n"/>
</Console></Appenders><Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers></Configuration>
"""


def start_kafka(home: Path, cache: Path, port: int, controller_port: int) -> Proc:
    """Format the data folder if it is new, then start. LocalError where a port is taken or a piece is missing."""
    for wanted in (port, controller_port):
        if not port_free(wanted):
            raise LocalError(f"端口 {wanted} 已被占用 / port {wanted} is in use: stop its user or choose --port-base")
    folder = home / "kafka"
    folder.mkdir(parents=True, exist_ok=True)
    properties, log4j = folder / "server.properties", folder / "log4j2.xml"
    properties.write_text("".join(f"{name}={value}\n" for name, value in _settings(folder, port, controller_port)))
    log4j.write_text(_LOG4J)
    classes, executable, log = class_path(cache), java(), home / "logs" / "kafka.log"
    tool = [executable, "-cp", classes, "kafka.tools.StorageTool", "format"]
    result = subprocess.run(
        [*tool, "-t", CLUSTER_ID, "-c", str(properties), "--ignore-formatted"],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise LocalError(f"Kafka 数据目录无法格式化 / Kafka's data folder cannot be formatted:\n{result.stderr[-800:]}")
    return start(
        "kafka",
        [executable, "-Xmx256m", f"-Dlog4j2.configurationFile={log4j}", "-cp", classes, "kafka.Kafka", str(properties)],
        log,
        dict(os.environ),
    )


def _settings(folder: Path, port: int, controller_port: int) -> list[tuple[str, object]]:
    return [
        ("process.roles", "broker,controller"),
        ("node.id", 1),
        ("controller.quorum.voters", f"1@127.0.0.1:{controller_port}"),
        ("listeners", f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}"),
        ("advertised.listeners", f"PLAINTEXT://127.0.0.1:{port}"),
        ("controller.listener.names", "CONTROLLER"),
        ("log.dirs", folder / "data"),
        ("auto.create.topics.enable", "false"),
        ("offsets.topic.replication.factor", 1),
        ("offsets.topic.num.partitions", 3),
        ("transaction.state.log.num.partitions", 3),
        ("transaction.state.log.replication.factor", 1),
        ("transaction.state.log.min.isr", 1),
        ("group.initial.rebalance.delay.ms", 0),
        ("group.min.session.timeout.ms", 1000),
    ]
