"""Places where a test makes this process die as by kill -9: MINGSHAO_FAILPOINT=name:n, at the n-th passing."""

import os
import signal


class Failpoints:
    """Inert unless named in the settings."""

    def __init__(self, setting: str) -> None:
        self._name, _, count = setting.partition(":")
        self._left = int(count or 1)

    def pass_by(self, name: str) -> None:
        """Die here if this is the one and its turn."""
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
