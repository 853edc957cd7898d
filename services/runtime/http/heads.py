"""HEAD of whatever can be got: the same status and headers, no body, and no stream that stays open."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _Enough(Exception):
    """The head is sent; whatever would come after it is not wanted."""


class Heads:
    """ASGI middleware: all behind it sees GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        # a copy: the server has to know that it was HEAD
        asked, sent = {**scope, "method": "GET"}, False

        async def head_alone(message: Message) -> None:
            nonlocal sent
            if message["type"] == "http.response.start":
                sent, scope["route"] = True, asked.get("route")
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                raise _Enough

        try:
            await self._app(asked, receive, head_alone)
        except Exception:
            if not sent:
                raise  # else it was cut short, by us
