"""A TCP proxy of our own, to be slow, deaf or rude on demand."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Proxy:
    """Forwards `port` to `target`. `delay` holds up every chunk of an answer by so many seconds; `deaf` lets no answer
    through while connections stay open, though what is sent still arrives; `reset` closes them all."""

    def __init__(self, port: int, target: int) -> None:
        self.delay = 0.0
        self.deaf = False
        self._port, self._target = port, target
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def reset(self) -> None:
        """Close every connection."""
        self._loop.call_soon_threadsafe(self._close)

    async def _serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._met, "127.0.0.1", self._port)

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        self._open |= {writer, back}
        for source, sink, answers in ((reader, back, False), (there, writer, True)):
            task = asyncio.ensure_future(self._pass(source, sink, answers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(1 << 16):
                if answers and self.delay:
                    await asyncio.sleep(self.delay)
                if answers and self.deaf:
                    continue
                sink.write(chunk)
                await sink.drain()
        sink.close()
        self._open.discard(sink)

    def _close(self) -> None:
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()


@contextmanager
def proxy(port: int, target: int) -> Iterator[Proxy]:
    """Runs in a thread of its own until the block ends."""
    made = Proxy(port, target)
    server = made._loop.run_until_complete(made._serve())
    thread = threading.Thread(target=made._loop.run_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:

        async def end() -> None:
            server.close()
            made._close()
            for task in made._tasks:
                task.cancel()
            await asyncio.gather(*made._tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), made._loop).result(10)
        made._loop.call_soon_threadsafe(made._loop.stop)
        thread.join(10)
        made._loop.close()
