"""One process being kept: started, looked at, started again after an end, killed when it hangs."""

import signal
from pathlib import Path

from .. import processes
from ..processes import Program, Running
from . import watch
from .plan import Member, fingerprint
from .record import Entry
from .watch import Seen, Watched

EARLY_ENDS = 3  # a service that ended so often before it ever answered will not come up by itself


class Keeper:
    """Mutable; all of it is touched from the supervisor's loop alone."""

    def __init__(self, member: Member, program: Program, home: Path) -> None:
        self.member = member
        self.name = member.name
        self.program = program
        self.fingerprint = fingerprint(program)
        self.running: Running | None = None
        self.seen = Seen(answered=False)
        self.restarts = 0
        self.last_end: str | None = None
        self.leaving = False
        self._home = home
        self._ends = 0
        self._answered_ever = False
        self._not_before = 0.0
        self._watched: Watched = watch.begin(0.0)

    def adopt(self, entry: Entry | None, now: float) -> bool:
        """Take over the live process of an earlier supervisor; False where there is none that we would start so."""
        if entry is None or entry.running is None or entry.fingerprint != self.fingerprint:
            return False
        if not processes.alive(entry.running):
            return False
        self.running, self.restarts, self.last_end = entry.running, entry.restarts, entry.last_end
        self._watched = watch.begin(now)
        return True

    def start(self, now: float) -> None:
        """Start it, unless it runs."""
        if self.running is None:
            self.running = processes.spawn(self.program, self._home)
            self.seen = Seen(answered=False)
            self._watched = watch.begin(now, self._watched.stuck_before)

    def saw(self, seen: Seen, now: float) -> None:
        """Take in one look."""
        if self.running is not None:
            self.seen = seen
            self._answered_ever = self._answered_ever or seen.answered
            self._watched = watch.look(self._watched, seen, now)

    def heal(self, stores_since: float | None, now: float) -> bool:
        """Note an end, start again when its time has come, kill what hangs. True where something changed."""
        if self.leaving or self.hopeless:
            return False
        if self.running is None:
            if now < self._not_before:
                return False
            self.start(now)
            return True
        if not processes.alive(self.running):
            self._ended(processes.exit_word(self.running), now)
            return True
        verdict = (
            watch.judge_service(self._watched, stores_since, now)
            if self.member.kind == "service"
            else watch.judge_server(self._watched, now)
        )
        if verdict is None:
            return False
        processes.send(self.running, signal.SIGKILL)
        processes.stop([self.running], 0)
        stuck = self._watched.stuck_before + 1 if verdict == "stuck" else 0
        self._ended(f"killed: {verdict}", now)
        self._watched = watch.begin(now, stuck)
        return True

    @property
    def hopeless(self) -> bool:
        """Ended before it ever answered: a server once, a service several times."""
        return not self._answered_ever and self._ends >= (1 if self.member.kind == "server" else EARLY_ENDS)

    @property
    def settled(self) -> bool:
        """Takes work, or has said that it needs a person."""
        return self.running is not None and (self.seen.ready or self.seen.status == "halted")

    def entry(self) -> Entry:
        """For the state on disk."""
        return Entry(
            name=self.name,
            port=self.member.port,
            log=str(self.program.log),
            running=self.running,
            fingerprint=self.fingerprint,
            restarts=self.restarts,
            last_end=self.last_end,
        )

    def _ended(self, word: str, now: float) -> None:
        self._ends = watch.ends_in_a_row(self._ends, now - self._watched.started)
        self._not_before = now + watch.backoff(self._ends)
        self.restarts += 1
        self.last_end = word
        self.running = None
        self.seen = Seen(answered=False)
