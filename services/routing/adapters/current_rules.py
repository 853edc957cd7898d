"""The rules of the directory as it stands, made once for each of its versions."""

from zoneinfo import ZoneInfo

from services.runtime.directory import Directory

from ..domain.rules import Rules, rules_of


class CurrentRules:
    """Called, it gives the rules of now."""

    def __init__(self, directory: Directory, zone: ZoneInfo) -> None:
        self._directory = directory
        self._zone = zone
        self._made: Rules | None = None

    def __call__(self) -> Rules:
        """The same object while the directory stays at its version: what it has worked out stays known."""
        snapshot = self._directory.snapshot
        if self._made is None or self._made.version != snapshot.version:
            self._made = rules_of(snapshot.version, snapshot.rows, self._zone)
        return self._made
