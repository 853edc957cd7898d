"""Bodies may come compressed or with a byte order mark; what they become is bounded as if it had come so."""

import gzip
import json
import zlib
from collections.abc import Iterator

import pytest

from services.runtime.http import bodies, encodings

from .test_http import LARGE, Served, alive, head, served

__all__ = ["served"]
TEXT = "三号楼前的路灯不亮了 ".encode() * 5_000
DEFLATED = zlib.compress(TEXT)
BARE = zlib.compressobj(wbits=-15)
MARK = b"\xef\xbb\xbf"


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        part = body[start : start + size]
        yield f"{len(part):x}\r\n".encode() + part + b"\r\n"
    yield b"0\r\n\r\n"


async def sent(served: Served, body: bytes, encoding: str | None = None, size: int = 0) -> tuple[int, bytes, str]:
    """Status, body and code of the answer; in pieces where a `size` is given."""
    named = [f"Content-Encoding: {encoding}"] if encoding else []
    if size:
        parts = [head("/large/x", "Transfer-Encoding: chunked", *named), *pieces(body, size)]
    else:
        parts = [head("/large/x", f"Content-Length: {len(body)}", *named), body]
    status, _, told = await served.ask(*parts)
    return status, told, json.loads(told)["code"] if status >= 400 else ""


@pytest.mark.parametrize("size", [0, 1_000, 7])
@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT[:10_000]) + gzip.compress(TEXT[10_000:]) + b"\0" * 9),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", DEFLATED),
        ("deflate", BARE.compress(TEXT) + BARE.flush()),
        ("identity", TEXT),
        (None, TEXT),
    ],
)
async def test_what_was_compressed_is_what_it_was(served: Served, encoding: str, body: bytes, size: int) -> None:
    assert (await sent(served, body, encoding, size))[:2] == (200, str(len(TEXT)).encode())


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "nonsense"])
async def test_another_encoding_is_refused_with_those_that_are_taken(served: Served, encoding: str) -> None:
    body = head("/large/x", "Content-Length: 1", f"Content-Encoding: {encoding}")
    status, headers, told = await served.ask(body, b"x")
    assert (status, headers["accept-encoding"]) == (415, "gzip, deflate")
    assert (json.loads(told)["code"], json.loads(told)["allowed"]) == ("content_encoding", ["gzip", "deflate"])


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_is_too_large_as_what_it_would_become(served: Served, encoding: str) -> None:
    made = gzip.compress if encoding == "gzip" else zlib.compress
    assert await sent(served, made(b"x" * LARGE), encoding) == (200, str(LARGE).encode(), "")
    for size in (LARGE + 1, 50 * LARGE):
        assert (await sent(served, made(b"x" * size), encoding))[::2] == (413, "too_large")
    assert await alive(served)


async def test_what_is_not_what_it_says_is_refused_and_so_is_half_of_it(served: Served) -> None:
    packed = gzip.compress(TEXT)
    for body in (b"not at all", packed[:-5], packed[:9], packed + b"more", packed[:-8] + b"12345678"):
        assert (await sent(served, body, "gzip"))[::2] == (422, "bad_encoding")
    for body in (DEFLATED[:-5], DEFLATED + b"more", b"\xff" * 50):
        assert (await sent(served, body, "deflate"))[::2] == (422, "bad_encoding")


async def test_thousands_of_empty_members_cost_nothing(served: Served) -> None:
    assert (await sent(served, gzip.compress(b"") * (encodings.MAX_MEMBERS + 1), "gzip"))[::2] == (422, "bad_encoding")


async def test_compressed_ones_are_counted_as_what_they_become(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "KEY_BYTES", LARGE // 2)
    assert (await sent(served, gzip.compress(b"x" * LARGE), "gzip"))[::2] == (429, "overload")


@pytest.mark.parametrize("size", [0, 1, 2, 1_000])
async def test_a_byte_order_mark_is_taken_off_once_and_at_the_beginning_alone(served: Served, size: int) -> None:
    for body, length in ((MARK + b"{}", 2), (MARK + MARK + b"{}", 5), (b"{}" + MARK, 5), (MARK, 0), (b"\xef\xbb", 2)):
        assert (await sent(served, body, None, size))[:2] == (200, str(length).encode())
        assert (await sent(served, gzip.compress(body), "gzip", size))[:2] == (200, str(length).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a\x00b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /x HTTP/1.1\r\nBad Header: y\r\n\r\n",
        b"POST /small HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /small HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_is_no_request_is_answered_as_a_problem(served: Served, raw: bytes) -> None:
    status, headers, body = await served.ask(raw)
    assert (status, headers["content-type"], headers["connection"]) == (400, "application/problem+json", "close")
    assert (json.loads(body)["code"], headers["x-content-type-options"]) == ("bad_request", "nosniff")
    assert await alive(served)
