"""What may go wrong on a person's machine. Each says, in Chinese and English, what to do about it.

LocalError
├── PortInUse
├── NoJava
├── NoMongod
├── FetchFailed
└── DiedAtStart
"""

from pathlib import Path


class LocalError(Exception):
    """Shown as it stands, never with a traceback."""

    def __init__(self, zh: str, en: str = "") -> None:
        super().__init__(f"{zh}\n{en}".strip())
        self.zh = zh
        self.en = en


class PortInUse(LocalError):
    """Somebody else listens where we want to."""


class NoJava(LocalError):
    """No Java that can run Kafka, and none could be installed."""


class NoMongod(LocalError):
    """No mongod that starts here."""


class FetchFailed(LocalError):
    """Kafka's jars did not arrive whole."""


class DiedAtStart(LocalError):
    """A process ended, or stayed silent, before it was ready."""


def died_at_start(name: str, log: Path, why: str) -> DiedAtStart:
    """With the end of its log, which is where the reason stands."""
    tail = "\n".join(f"    {line}" for line in log_tail(log, 15))
    return DiedAtStart(
        f"{name} 启动失败（{why}）。按下面日志修正后再运行 mingshao up；数据坏了可用 mingshao reset 清空。日志：{log}",
        f"{name} failed to start ({why}). Mend what the end of its log says, then mingshao up again; mingshao reset "
        f"wipes data that is beyond repair. All of the log is in {log}; its end:\n{tail}",
    )


def log_tail(log: Path, lines: int) -> list[str]:
    """The last lines of a log; [] where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 64_000))
            return file.read().decode(errors="replace").splitlines()[-lines:]
    except OSError:
        return []
