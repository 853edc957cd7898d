"""Apache Kafka's published jars, fetched once by jgo and held to the committed lock by SHA-256."""

import hashlib
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from .errors import LocalError

HERE = Path(__file__).parent


def class_path(cache: Path) -> str:
    """Kafka's class path, fetching what `cache` lacks. LocalError where a jar cannot be had or is another one."""
    lock = tomllib.loads((HERE / "jgo.lock.toml").read_text())
    wanted = {f"{jar['artifactId']}-{jar['version']}.jar": jar["sha256"] for jar in lock["dependencies"]}
    folder = cache / "kafka-jars"
    if not _all_there(folder, wanted):
        _fetch(cache, folder)
    for name, digest in wanted.items():
        path = folder / name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            path.unlink(missing_ok=True)
            raise LocalError(
                f"{name} 与锁文件不符 / is not the jar that deploy/local/jgo.lock.toml names; "
                "请再试一次 / it was removed: try again"
            )
    return ":".join(str(folder / name) for name in wanted)


def _all_there(folder: Path, wanted: dict[str, str]) -> bool:
    return all((folder / name).exists() for name in wanted)


def _fetch(cache: Path, folder: Path) -> None:
    work = cache / "jgo"
    work.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "jgo.toml", work / "jgo.toml")
    jgo = Path(sys.executable).with_name("jgo")
    result = subprocess.run(
        [
            jgo,
            "--ignore-config",
            "--class-path-only",
            "--system-java",
            "--resolver",
            "python",
            "--links",
            "copy",
            "--timeout",
            "60",
            "--cache-dir",
            work / "environment",
            "--repo-cache",
            work / "artifacts",
            "--file",
            work / "jgo.toml",
            "sync",
            "--force",
        ],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise LocalError(
            "取不到 Kafka 的 jar 包，请检查网络 / Kafka's jars could not be fetched; check the network:\n"
            + (result.stdout + result.stderr)[-800:]
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path in (work / "environment").rglob("*.jar"):
        shutil.copy(path, folder / path.name)
    shutil.rmtree(work)
