"""How a service listens."""

import asyncio
import socket

import pytest

from services.runtime.service import listen


async def test_small_answers_are_not_held_back_until_the_client_acknowledges() -> None:
    """TCP_NODELAY on what it accepts: without it each answer on a kept connection waits 40 ms."""
    accepted = asyncio.get_running_loop().create_future()

    async def served(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    server = await asyncio.start_server(served, sock=listen("127.0.0.1", 0))
    async with server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await accepted
        writer.close()


def test_a_port_in_use_says_what_to_do() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(SystemExit, match="MINGSHAO_PORT"):
        listen("127.0.0.1", taken.getsockname()[1])
