"""Alert rules (预警) just applied that nothing can be judged by: metrics alone knows what rates there are."""

import time
from collections.abc import Collection

from ..errors import LocalError
from .files import Files, Flaw
from .service import Calls

PATIENCE_SECONDS = 20.0


def broken(metrics: Calls, version: int, rules: Collection[str], files: Files) -> list[Flaw]:
    """Those of `rules` that metrics calls so, once it has read the directory of `version`. LocalError where it has not,
    or does not answer."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while metrics.json("GET", "/healthz")["directory"] < version:
        if time.monotonic() > deadline:
            raise LocalError("统计服务还没有读到新的目录。", "Metrics has not read the new directory yet.")
        time.sleep(0.1)
    return [
        Flaw(
            place=files.place("alert", one["rule"], one["field"]),
            what=f"alert/{one['rule']} {one['field']}",
            detail=f"{one['reason']['zh']} / {one['reason']['en']}",
        )
        for one in metrics.json("GET", "/v1/alerts")["broken"]
        if one["rule"] in rules
    ]
