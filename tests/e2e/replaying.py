"""A history played into a deployment."""

import json
import os
from pathlib import Path
from typing import Any

from tests.e2e.deployment import Deployment

SEED = int(os.environ.get("MINGSHAO_TEST_SEED", "20260301"))


def replay(deployment: Deployment, steps: list[Any], file: Path) -> None:
    """Push all steps; refused lines are the services' own affair, an error is not."""
    file.write_text("".join(json.dumps(step, ensure_ascii=False) + "\n" for step in steps), encoding="utf-8")
    result = deployment.mingshao("replay", str(file), timeout=900)
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
