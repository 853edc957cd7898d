"""The golden samples: records as past versions wrote them. They are only added to, never changed."""

import json
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent / "samples"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A record: headers as text, the value as parsed JSON."""

    name: str
    headers: dict[str, str]
    value: dict[str, Any]

    @property
    def type(self) -> str:
        """The event type."""
        return self.headers["ce_type"]

    def record(self) -> tuple[bytes, list[tuple[str, bytes]]]:
        """As it stands in Kafka."""
        return json.dumps(self.value).encode(), [(name, text.encode()) for name, text in self.headers.items()]


SAMPLES = [Sample(name=path.stem, **json.loads(path.read_text())) for path in sorted(FOLDER.glob("*.json"))]
