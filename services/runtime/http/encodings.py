"""A body as it was before it was made small for its way, gzip or deflate, in steps of a bounded size.

https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1
"""

import zlib
from collections.abc import Iterator

from ..problems import Problem

STEP_BYTES = 1 << 18
"""Of what comes out at once: who counts can stop in between."""
MAX_MEMBERS = 1_000
"""Of one gzip body: several files one behind the other are one."""
_GZIP, _ZLIB, _BARE = 31, 15, -15
TAKEN = ("gzip", "deflate")


def decoder_for(encoding: str) -> "Decoder | None":
    """None where the body is as it is. Problem 415 for what we do not take."""
    named = encoding.strip().lower()
    named = {"x-gzip": "gzip", "identity": ""}.get(named, named)
    if not named:
        return None
    if named not in TAKEN:
        raise Problem(
            415,
            "content_encoding",
            f"send the body as it is, or with Content-Encoding: {' or '.join(TAKEN)}, once",
            headers={"Accept-Encoding": ", ".join(TAKEN)},
            allowed=list(TAKEN),
        )
    return Decoder(named)


class Decoder:
    """One body's."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._member: zlib._Decompress | None = None
        self._members = 0

    def parts(self, data: bytes) -> Iterator[bytes]:
        """What these bytes are, step by step. Problem 422 where they are not what was said."""
        part = b""
        while data or (self._member is not None and len(part) == STEP_BYTES):
            if self._member is None:
                self._member = self._next(data)
            try:
                part = self._member.decompress(data, STEP_BYTES)
            except zlib.error as error:
                raise self._flaw(f"is not {self._encoding}: {error}") from error
            if part:
                yield part
            if self._member.eof:
                data, self._member = self._member.unused_data.lstrip(b"\0"), None
            else:
                data = self._member.unconsumed_tail

    def end(self) -> None:
        """Problem 422 where more had to come."""
        if self._member is not None:
            raise self._flaw(f"ends before its {self._encoding} does")

    def _next(self, data: bytes) -> "zlib._Decompress":
        self._members += 1
        if self._members > (MAX_MEMBERS if self._encoding == "gzip" else 1):
            raise self._flaw("goes on behind its end")
        if self._encoding == "gzip":
            return zlib.decompressobj(_GZIP)
        # deflate is zlib's format; some send it bare
        return zlib.decompressobj(_ZLIB if data[0] & 0x0F == 8 else _BARE)

    def _flaw(self, what: str) -> Problem:
        return Problem(422, "bad_encoding", f"the body {what}; send it again, or as it is, without Content-Encoding")
