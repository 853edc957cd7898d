"""Which port is whose, and whether it is free."""

import socket
from pathlib import Path

import psutil

from .errors import LocalError, PortInUse

DEFAULT_BASE = 8100
KAFKA, CONTROLLER, MONGOD = 91, 92, 93
SERVICES = {"intake": 1, "routing": 2, "notify": 3, "metrics": 4, "evidence": 5}
MOST_INSTANCES = 9
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def service_port(base: int, service: str, instance: int) -> int:
    """The port of a service's instance, counted from 1."""
    return base + SERVICES[service] + 10 * (instance - 1)


def require_outside_ephemeral(base: int) -> None:
    """LocalError where the system gives these ports to whoever calls out: any connection could hold one of ours."""
    taken = ephemeral()
    if (
        taken is None or taken[0] <= DEFAULT_BASE + 100
    ):  # where even our own default is in it, there is no better choice
        return
    if taken[0] - 100 < base <= taken[1]:
        raise LocalError(
            f"端口 {taken[0]} 至 {taken[1]} 由系统分给对外连接，放在那里，下次启动可能被占用。"
            "请另选：mingshao up --port-base 9100",
            f"The system gives ports {taken[0]} to {taken[1]} to outgoing connections: one of them may have ours at "
            "the next start. Take others: mingshao up --port-base 9100",
        )


def ephemeral() -> tuple[int, int] | None:
    """The first and the last port that the system gives to outgoing connections; None where it does not say."""
    try:
        first, last = map(int, EPHEMERAL.read_text().split())
    except (OSError, ValueError):
        return None
    return first, last


def is_free(port: int) -> bool:
    """Whether we could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def require_free(ports: dict[str, int]) -> None:
    """PortInUse that names the port, who wants it and, where the system tells, who has it."""
    for name, port in ports.items():
        if is_free(port):
            continue
        holder = holder_of(port)
        by_zh, by_en = (f"，占用者是 {holder}", f" by {holder}") if holder else ("", "")
        raise PortInUse(
            f"端口 {port}（{name} 要用）已被占用{by_zh}。请停掉它，或换一组端口：mingshao up --port-base 9100",
            f"Port {port}, wanted by {name}, is in use{by_en}. Stop that, or take other ports: "
            "mingshao up --port-base 9100",
        )


def holder_of(port: int) -> str | None:
    """Name and pid of who has it, to listen or (in the system's range for that) to call out from; None if not told."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr[1:2] == (port,) and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return None
