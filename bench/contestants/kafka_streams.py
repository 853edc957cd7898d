"""Kafka Streams, in Java (`bench/kafka_streams/Cells.java`), compiled by the `java` that runs it."""

import subprocess
import sys
from pathlib import Path

from deploy.local import jars, java

from .job import task

FOLDER = Path(__file__).parents[1] / "kafka_streams"
EXACTLY_ONCE = "exactly_once_v2"


def missing() -> str | None:
    """What it needs and this machine does not have; None where it can run."""
    listed = subprocess.run([java.find(), "--list-modules"], capture_output=True, text=True, check=False)
    return None if "jdk.compiler" in listed.stdout else "a JDK (a Java with its compiler)"


def main(guarantee: str = EXACTLY_ONCE) -> None:
    """Hand the task over, and what it tells back."""
    wanted = task()
    class_path = jars.class_path(lock=FOLDER / "jgo.lock.toml")
    running = (java.find(), "-Xmx4g", "-cp", class_path, str(FOLDER / "Cells.java"))
    told = (guarantee, wanted.bootstrap, wanted.topic, str(wanted.events), str(wanted.partitions), str(wanted.state))
    subprocess.run([*running, *told], check=True)


if __name__ == "__main__":
    main(sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("--") else EXACTLY_ONCE)
