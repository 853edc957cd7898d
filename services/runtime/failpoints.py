"""Places where a test makes this process die as by kill -9: MINGSHAO_FAILPOINT=name:n, at the n-th passing.

A name that begins with `stop_` pauses it there instead, as by SIGSTOP: `stop_in_transaction`.
`raise:KEY` makes the handling of that key's records fail, as a fault in pure code would.
"""

import os
import signal


class Failpoints:
    """Inert unless named in the settings."""

    def __init__(self, setting: str) -> None:
        name, _, rest = setting.partition(":")
        self._key = rest if name == "raise" else None
        self._stops = name.startswith("stop_")
        self._name = name.removeprefix("stop_")
        self._left = 0 if self._key is not None else int(rest or 1)

    def pass_by(self, name: str) -> None:
        """Die, or stop, here if this is the one and its turn."""
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGSTOP if self._stops else signal.SIGKILL)

    def handle(self, key: str) -> None:
        """RuntimeError for the key that must not be handled."""
        if self._key is not None and key == self._key:
            raise RuntimeError("a fault injected for this key")
