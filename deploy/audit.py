"""`make audit`: what is known against the packages in locks/ and in the pages' lock files.

It fails where something is known, and where nobody could be asked: `pip-audit` alone says "no known vulnerabilities"
when every package was skipped. It needs the net, so it is no part of the tests.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = ("services", "dev")
PAGES = ("services/metrics/dashboard", "tests/clients/typescript")
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==", re.MULTILINE)


def of_python(said: str, lock: str) -> list[str]:
    """What is wrong by pip-audit's JSON about a lock file's text: what is known, and what was not asked about."""
    try:
        told: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["pip-audit said nothing that can be read"]
    wrong = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none yet'}"
        for one in told
        for flaw in one.get("vulns", ())
    ]
    wrong += [f"{one['name']}: not asked about ({one['skip_reason']})" for one in told if "skip_reason" in one]
    missing = {_plain(name) for name in _PIN.findall(lock)} - {_plain(one["name"]) for one in told}
    return wrong + [f"{name}: not in the answer" for name in sorted(missing)]


def of_node(said: str) -> list[str]:
    """What is wrong by npm audit's JSON."""
    try:
        told = json.loads(said)
        counts: dict[str, int] = told["metadata"]["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return [f"npm could not ask: {said.strip()[:300] or 'no answer'}"]
    return [f"{name}: {row['severity']}" for name, row in told["vulnerabilities"].items()] if counts["total"] else []


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _said(*command: str | Path, folder: Path = ROOT) -> str:
    tools = Path(sys.executable).parent
    path = os.pathsep.join((str(tools), str(ROOT / ".venv" / "bin"), os.environ["PATH"]))
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.stdout


def main(_: Sequence[str] = ()) -> int:
    """1 where anything is wrong."""
    code = 0
    for name in LOCKS:
        lock = ROOT / "locks" / f"{name}.txt"
        asked = ("pip-audit", "--requirement", lock, "--require-hashes", "--disable-pip", "--format", "json")
        code |= _tell(f"locks/{name}.txt", of_python(_said(*asked, "--progress-spinner", "off"), lock.read_text()))
    for page in PAGES:
        code |= _tell(page, of_node(_said("npm", "audit", "--json", folder=ROOT / page)))
    return code


def _tell(what: str, wrong: Sequence[str]) -> int:
    lines = [f"{what}: {len(wrong) or 'nothing'}", *(f"  {line}" for line in wrong)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
