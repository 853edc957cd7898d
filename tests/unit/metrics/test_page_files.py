"""The page's files as they are sent: to anybody, from nowhere else, compressed, and each once."""

import re

from .stage import Stage


async def test_the_page_needs_no_key_and_asks_nobody_else() -> None:
    stage = Stage()
    page = await stage.get("/", key=None)
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    named = re.findall(r'(?:src|href)="/static/([^"]+)"', page.text)
    assert {name.rpartition(".")[2] for name in named} == {"js", "css", "svg"}
    for name in named:
        file = await stage.get(f"/static/{name}", key=None)
        assert file.status_code == 200
        assert not re.search(r"""(?:fetch|import|url)\(\s*["']?https?:""", file.text)
        assert ("immutable" in file.headers["cache-control"]) == name.endswith(("js", "css"))
        plain = await stage.client.get(f"/static/{name}", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == file.content, "and compressed for those who take it so"
        assert int(file.headers["content-length"]) < int(plain.headers["content-length"])
        assert file.headers["content-encoding"] == "gzip"
        assert file.headers["etag"] != plain.headers["etag"]
    again = await stage.client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    for outside in ("/static/nope.js", "/static/../settings.py", "/static/%2e%2e/settings.py"):
        assert (await stage.get(outside, key=None)).status_code == 404
