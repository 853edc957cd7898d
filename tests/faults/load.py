"""The one load generator: a seeded history pushed by some senders at once, each 202 in the journal before the next.

A case belongs to one sender, so its submission's answer comes before its first action. The first sender pushes one by
one, the others NDJSON. What was not surely taken is sent again, but for a few that are given up: they may or may not
be in.
"""

import random
import threading
import time
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec

from deploy.local import keys
from deploy.local.places import Home
from deploy.local.replay_history import Batch, Step, waves
from tests.e2e.deployment import Deployment, until
from tests.faults.journal import Journal
from tests.recount.history import generate, reference_street

SENDERS = 4
AGAIN = (429, 503)
PATIENCE_SECONDS = 600
ONE = {"ticket": "/v1/tickets", "opinion": "/v1/opinions"}


class Load:
    """`with Load(…) as load:` runs it beside the fault, at most `rate` steps a second, until the block ends.

    `whole` is the share of the cases that are told to their end; of the others only the submission is pushed.
    `answers` counts statuses, 0 where there was none.
    """

    def __init__(
        self,
        deployment: Deployment,
        folder: Path,
        *,
        seed: int,
        cases: int,
        rate: float = 1e9,
        lines: int = 100,
        senders: int = SENDERS,
        whole: float = 1.0,
        instances: Sequence[int] = (1, 2),
    ) -> None:
        self.seed, self.cases = seed, cases
        self.answers: Counter[int] = Counter()
        self.given_up: list[Step] = []
        self.flaws: list[str] = []
        self.journal = Journal(folder / f"journal-{seed}-{time.monotonic_ns()}")
        self._base = deployment.port_base + 1
        self.use(instances)
        steps = [msgspec.convert(step, Step) for step in generate(reference_street(), seed=seed, cases=cases)]
        steps = [step for step in steps if step.kind != "action" or _draw(step) < whole]
        self.submissions = sum(step.kind != "action" for step in steps)
        self._keys = publish_keys(deployment, {step.key for step in steps})
        self._shares = [[step for step in steps if _lane(step, senders) == lane] for lane in range(senders)]
        self._lines = lines
        self._pause = senders / rate
        self._lock = threading.Lock()
        self._enough = threading.Event()
        self._ended = False
        self._threads = [threading.Thread(target=self._run, args=(lane,), daemon=True) for lane in range(senders)]

    def __enter__(self) -> "Load":
        print(f"load: seed {self.seed}, {self.submissions} submissions, {sum(map(len, self._shares))} steps")
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *failed: object) -> None:
        """What is under way is brought to its end; the rest is not pushed."""
        self._enough.set()
        if not self._ended:
            self._join()
        if failed[0] is None:
            assert not self.flaws, f"seed {self.seed}: {self.flaws[:5]}"

    def use(self, instances: Sequence[int]) -> None:
        """Push to these instances of intake from now on."""
        self._urls = [f"http://127.0.0.1:{self._base + 10 * (number - 1)}" for number in instances]

    def finish(self) -> None:
        """Push all of it, as fast as it is taken."""
        self._pause = 0.0
        self._join()

    def _join(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS * 4)
            assert not thread.is_alive(), "a sender did not come to its end"
        self.journal.close()
        self._ended = True
        print(
            f"load: {time.monotonic() - self._began:.0f} s, answers {dict(self.answers)}, gave up {len(self.given_up)}"
        )

    @property
    def running(self) -> bool:
        """Whether anything is still to be pushed."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def taken(self) -> int:
        """Steps answered 202 so far."""
        return self.answers[202]

    def takes(self, more: int, seconds: float = 300) -> None:
        """Wait until more than so many steps are taken beyond those that are."""
        before = self.taken
        until(lambda: self.taken > before + more, seconds)

    def refuses(self, more: int, seconds: float = 300) -> None:
        """Wait until more than so many are answered 503 beyond those that are."""
        before = self.answers[503]
        until(lambda: self.answers[503] > before + more, seconds)

    def _run(self, lane: int) -> None:
        chance = random.Random(f"{self.seed}-{lane}")
        client = httpx.Client(timeout=30, trust_env=False, verify=False)
        try:
            for wave in waves(self._shares[lane], window=self._lines * 20):
                for batch in wave:
                    size = self._lines if lane else 1
                    for begin in range(0, len(batch.steps), size):
                        if self.flaws or self._enough.is_set():
                            return
                        self._deliver(client, batch, list(range(begin, min(begin + size, len(batch.steps)))), chance)
        except Exception as error:  # a thread's own end would go unseen
            self.flaws.append(f"{type(error).__name__}: {error}")
        finally:
            client.close()

    def _deliver(self, client: httpx.Client, batch: Batch, waiting: list[int], chance: random.Random) -> None:
        deadline, attempt = time.monotonic() + PATIENCE_SECONDS, 0
        while waiting:
            time.sleep(self._pause * len(waiting) if attempt == 0 else min(2.0, 0.1 * 2**attempt))
            statuses = self._send(client, batch, waiting, chance.choice(self._urls))
            self.journal.taken(
                batch.steps[index] for index, status in zip(waiting, statuses, strict=True) if status == 202
            )
            with self._lock:
                self.answers.update(statuses)
            for index, status in zip(waiting, statuses, strict=True):
                if status not in (0, 202, *AGAIN):
                    self.flaws.append(f"{status} for {batch.steps[index].body}")
            unsure = [index for index, status in zip(waiting, statuses, strict=True) if status != 202]
            dropped = {index for index in unsure if chance.random() < 0.02}
            self.given_up += [batch.steps[index] for index in dropped]
            waiting = [index for index in unsure if index not in dropped]
            attempt += 1
            if waiting and (self.flaws or time.monotonic() > deadline):
                if not self.flaws:
                    self.flaws.append(f"nothing was taken for {PATIENCE_SECONDS} s: {statuses[:3]}")
                return

    def _send(self, client: httpx.Client, batch: Batch, waiting: Sequence[int], url: str) -> list[int]:
        """Each line's status, 0 where there was no answer."""
        headers = {"Authorization": f"Bearer {self._keys[batch.key]}"}
        try:
            if len(waiting) > 1:
                body = b"\n".join(batch.lines[index] for index in waiting) + b"\n"
                answer = client.post(
                    url + batch.path, content=body, headers=headers | {"Content-Type": "application/x-ndjson"}
                )
                if answer.status_code == 200:
                    return [msgspec.json.decode(line)["status"] for line in answer.content.splitlines()]
            else:
                step = batch.steps[waiting[0]]
                path = ONE.get(step.kind, f"/v1/cases/{step.case_id}/actions")
                answer = client.post(
                    url + path,
                    content=batch.lines[waiting[0]],
                    headers=headers | {"Content-Type": "application/json"},
                )
        except httpx.TransportError:
            return [0] * len(waiting)
        if answer.status_code in AGAIN and "Retry-After" not in answer.headers:
            self.flaws.append(f"{answer.status_code} without Retry-After: {answer.text[:200]}")
        return [answer.status_code] * len(waiting)


def _lane(step: Step, senders: int) -> int:
    """One case of 16 goes one by one, which takes ten times as long."""
    number = zlib.crc32(step.case_id.encode())
    return 0 if number % 16 == 0 else 1 + number % (senders - 1)


def _draw(step: Step) -> float:
    return zlib.crc32(step.case_id[::-1].encode()) / (1 << 32)


def publish_keys(deployment: Deployment, names: Collection[str]) -> dict[str, str]:
    """Keys that may backdate; made and told to routing's directory where they are new."""
    place = Home(deployment.home)
    found = {name: keys.local(place, keys.backdating(name)) for name in names}
    rows: dict[str, Any] = {
        keys.hash_of(key): msgspec.to_builtins(keys.row(keys.backdating(name)), str_keys=True)
        for name, key in found.items()
    }
    there = deployment.call("GET", "routing", "/v1/directory/key").json()["rows"]
    if new := {name: row for name, row in rows.items() if name not in there}:
        answer = deployment.call("PUT", "routing", "/v1/directory/key", json=new)
        assert answer.is_success, answer.text
        until(partial(_have_read, deployment, max(answer.json()["versions"].values())))
    return found


def _have_read(deployment: Deployment, version: int) -> bool:
    """Whether each intake that answers has read the directory so far: it knows our keys."""
    for url in deployment.urls("intake"):
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/healthz", timeout=30, verify=False).json()["directory"] < version:
                return False
    return True
