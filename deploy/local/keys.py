"""The local keys: plain text in the home, readable by their owner alone; the directory gets their hashes only."""

import hashlib
import os
import re
import secrets
from pathlib import Path

import msgspec

from services.contracts.directory import Key

from .errors import LocalError
from .places import Home, write_atomically

# made at every `up`, beside one for each department of the street
STANDARD = ("admin", "source:hotline", "replay", "dispatcher", "supervisor", "followup", "dashboard")
_WITH_SUBJECT = ("source", "department")
_ALONE = ("dispatcher", "supervisor", "followup", "dashboard", "admin")


def row(name: str) -> Key:
    """The directory row of a key's name; `replay` is the hotline's that may backdate. LocalError for other names."""
    if name == "replay":
        return Key(role="source", subject="hotline", scopes=["backdate"], label="local replay")
    if name.startswith("replay-"):  # as `backdating` names them
        own = row(name.removeprefix("replay-").replace("-", ":", 1))
        return msgspec.structs.replace(own, scopes=["backdate"], label=f"local {name}")
    role, _, subject = name.partition(":")
    label = f"local {name}"
    if role in _ALONE and not subject:
        return msgspec.convert({"role": role, "label": label}, Key)
    if role in _WITH_SUBJECT and re.fullmatch("[a-z0-9][a-z0-9-]{0,62}", subject):
        return msgspec.convert({"role": role, "subject": subject, "label": label}, Key)
    known = ", ".join((*STANDARD, "department:<id>", "source:<id>"))
    raise LocalError(f"没有名为 {name} 的密钥。可用的名称：{known}", f"There is no key named {name}. Names: {known}")


def backdating(name: str) -> str:
    """The name of the key that is as `name` and may backdate besides."""
    return "replay" if name == "source:hotline" else f"replay-{name.replace(':', '-')}"


def local(home: Home, name: str) -> str:
    """The key itself, made where it is absent."""
    row(name)
    return _once(home, name.replace(":", "_"))


def forget(home: Home, name: str) -> None:
    """As if it had never been made."""
    (home.keys / name.replace(":", "_")).unlink(missing_ok=True)


def exists(home: Home, name: str) -> bool:
    """Whether it was made already."""
    return (home.keys / name.replace(":", "_")).exists()


def secret_file(home: Home, name: str) -> Path:
    """The file of a secret that is no key, made where it is absent: never published, not even as a hash."""
    _once(home, f"{name}.secret")
    return home.keys / f"{name}.secret"


def keep(home: Home, name: str, secret: str) -> Path:
    """The file of a secret that was told to us."""
    path = home.keys / f"{name}.secret"
    if not path.exists() or path.read_text() != secret:
        write_atomically(path, secret)
    return path


def names(home: Home) -> list[str]:
    """Of the keys that were made here."""
    files = sorted(path.name for path in home.keys.iterdir() if path.suffix == "" and not path.name.startswith("."))
    return [name.replace("_", ":", 1) for name in files]


def hash_of(key: str) -> str:
    """What a service may know of a key: SHA-256 in hex."""
    return hashlib.sha256(key.encode()).hexdigest()


def _once(home: Home, file: str) -> str:
    path = home.keys / file
    home.keys.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{file}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as made:
            made.write(secrets.token_urlsafe(32) + "\n")
        try:
            os.link(fresh, path)  # fails where another process was first: theirs stands
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LocalError(
            f"{path} 读不了（{error}）。请改好它的权限或内容；找不回就删除它，再运行 mingshao up，会生成新的。",
            f"{path} cannot be read ({error}). Mend its rights or what is in it; where that is lost, delete it and run "
            "mingshao up again, which makes a new one.",
        ) from error
    if not found:
        raise LocalError(
            f"{path} 是空的。请恢复它的内容；找不回就删除它，再运行 mingshao up，会生成新的。",
            f"{path} is empty. Restore what was in it; where that is lost, delete the file and run mingshao up again, "
            "which makes a new one.",
        )
    return found
