"""A service as the supervisor sees one: health and readiness, told by a file what to say. Run with PORT and FILE.

The file is a JSON object: fields of /healthz, and `die` (end at start), `silent` (answer nothing).
"""

import json
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

told = Path(sys.argv[2])


def orders() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told.read_text()) if told.exists() else {}
    return found


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        said = orders()
        if said.get("silent"):
            time.sleep(60)
        body = json.dumps({"status": "ok", "lag": 0, "progress": 0} | said).encode()
        self.send_response(200 if self.path == "/healthz" or said.get("status", "ok") == "ok" else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if orders().get("die"):
    sys.exit("told to die")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
