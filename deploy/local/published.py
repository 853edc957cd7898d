"""Which keys were published to this deployment, by hash, so that one that was withdrawn there is not published again.

In the folder that `reset` wipes: a deployment made anew gets all keys of the home.
"""

from collections.abc import Collection

import msgspec

from .places import Home, write_atomically

_FILE = "published-keys.json"


def read(home: Home) -> set[str]:
    """Empty where none was, or where that is not known any more."""
    try:
        return msgspec.json.decode((home.run / _FILE).read_bytes(), type=set[str])
    except (OSError, msgspec.MsgspecError):
        return set()


def write(home: Home, hashes: Collection[str]) -> None:
    """All that ever were."""
    write_atomically(home.run / _FILE, msgspec.json.encode(sorted(hashes)).decode() + "\n")
