"""Whether any case waits for what its clocks still have to say: before it is on the log only routing's store knows."""

from datetime import UTC, datetime
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from deploy.local import ports
from tests.e2e.deployment import Deployment


def none_waits(deployment: Deployment) -> bool:
    """No case that counts has passed a mark that is still to be told; false too where that cannot be asked."""
    now = datetime.now(UTC)
    histories = deployment.call("GET", "routing", "/v1/directory/history")
    if histories.status_code != 200:
        return False
    waiting: list[dict[str, Any]] = [{"mark_at": {"$lte": now}}]
    for source, row in histories.json()["rows"].items():
        ended = datetime.fromisoformat(row["row"]["ended_at"])
        waiting.append({"source": source, "history_until": {"$lte": ended}, "past_mark_at": {"$lte": now}})
    address = f"mongodb://127.0.0.1:{deployment.port_base + ports.MONGOD}/?directConnection=true"
    with pymongo.MongoClient[dict[str, Any]](address) as client:
        cases = client["mingshao_routing"]["cases"]
        try:
            return all(cases.find_one(query, {"_id": 1}) is None for query in waiting)
        except PyMongoError:
            return False
