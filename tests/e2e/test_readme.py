"""What the README tells a new user to type does what it says, typed as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.deployment import Deployment, until

ROOT = Path(__file__).parents[2]
FIRST_PUSH = {"README.md": "## The first push", "README.zh.md": "## 第一次推送"}


def commands(page: str) -> str:
    """The shell blocks of the part about the first push."""
    part = (ROOT / page).read_text(encoding="utf-8").partition(FIRST_PUSH[page])[2].partition("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", part, flags=re.DOTALL))


@pytest.mark.parametrize("page", FIRST_PUSH)
def test_the_first_push_is_found_and_counted(deployment: Deployment, page: str) -> None:
    typed = commands(page).replace(".venv/bin/mingshao", str(Path(sys.executable).with_name("mingshao")))
    typed = re.sub(r"127\.0\.0\.1:81(\d\d)", lambda port: f"127.0.0.1:{deployment.port_base + int(port[1])}", typed)
    environment = os.environ | deployment.environment | {"MINGSHAO_HOME": str(deployment.home)}

    def told() -> str | None:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", typed], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert '"code"' not in done.stdout, done.stdout
        # again is harmless; a moment after the push it is judged and counted
        return done.stdout if '"state_zh"' in done.stdout and '"denominator"' in done.stdout else None

    said = until(told)
    assert "13800138000" not in said.replace("示例", ""), "masked, and the reporter is in no answer"
    assert '"source_id":"HX-0001"' in said
