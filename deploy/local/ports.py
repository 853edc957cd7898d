"""Which port is whose, and whether it is free."""

import socket

import psutil

from .errors import PortInUse

DEFAULT_BASE = 8100
KAFKA, CONTROLLER, MONGOD = 91, 92, 93
SERVICES = {"intake": 1, "routing": 2, "notify": 3, "metrics": 4, "evidence": 5}
MOST_INSTANCES = 9


def service_port(base: int, service: str, instance: int) -> int:
    """The port of a service's instance, counted from 1."""
    return base + SERVICES[service] + 10 * (instance - 1)


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
