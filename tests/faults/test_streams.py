"""A department's feed, followed and pulled while notify's instances are killed: no gap."""

import json
import random
import threading
import time
from pathlib import Path

import httpx

from tests.faults.checker import check, feed
from tests.faults.load import Load
from tests.faults.street import Street, kill, one_of, short

KILLS = 3 if short() else 20


class Follower:
    """Reads one department's server-sent events, from whichever instance answers, resuming with Last-Event-ID."""

    def __init__(self, street: Street, department: str) -> None:
        self.street, self.department = street, department
        self.ids: list[str] = []
        self.connections = 0
        self._last: str | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Follower":
        self._thread.start()
        return self

    def __exit__(self, *failed: object) -> None:
        self._ended.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        key = self.street.key(f"department:{self.department}")
        turn = 0
        while not self._ended.is_set():
            turn += 1
            url = f"http://127.0.0.1:{self.street.port_base + 3 + 10 * (turn % 2)}"
            headers = {"Authorization": f"Bearer {key}"} | ({"Last-Event-ID": self._last} if self._last else {})
            path = f"{url}/v1/departments/{self.department}/assignments/stream"
            try:
                # a silent server is left after some seconds: its peer has the same feed
                with httpx.stream("GET", path, headers=headers, timeout=20, trust_env=False, verify=False) as answer:
                    if answer.status_code == 200:
                        self.connections += 1
                        self._read(answer)
            except httpx.TransportError:
                pass
            time.sleep(0.1)

    def _read(self, answer: httpx.Response) -> None:
        event = ""
        for line in answer.iter_lines():
            if self._ended.is_set():
                return
            field, _, value = line.partition(": ")
            if field == "event":
                event = value
            elif field == "id":
                self._last = value
            elif field == "data" and event == "assignment":
                self.ids.append(json.loads(value)["id"])


class Puller(Follower):
    """The same by pages, keeping the cursor."""

    def _run(self) -> None:
        key, cursor, turn = self.street.key(f"department:{self.department}"), "", 0
        while not self._ended.is_set():
            turn += 1
            url = f"http://127.0.0.1:{self.street.port_base + 3 + 10 * (turn % 2)}"
            question = {"limit": "7"} | ({"cursor": cursor} if cursor else {})
            try:
                answer = httpx.get(
                    f"{url}/v1/departments/{self.department}/assignments",
                    params=question,
                    headers={"Authorization": f"Bearer {key}"},
                    timeout=20,
                    trust_env=False,
                    verify=False,
                )
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                self.connections += 1
                self.ids += [one["id"] for one in answer.json()["items"]]
                cursor = answer.json()["cursor"]
            time.sleep(0.05)


def test_resumed_across_kills_a_feed_has_no_gap(street: Street, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    department = chance.choice(sorted(street.call("GET", "routing", "/v1/directory/department").json()["rows"]))
    with Follower(street, department) as follower, Puller(street, department) as puller:
        with Load(street, tmp_path, seed=seed, cases=2_000, rate=150) as load:
            for turn in range(KILLS):
                time.sleep(chance.uniform(2, 5))
                # in turn: whichever instance serves the stream, it is killed
                kill(one_of(street, f"notify-{1 + turn % 2}"))
        check(street, [load])
        whole = [one["id"] for one in feed(street, department)]
        deadline = time.monotonic() + 60
        while not (set(whole) <= set(follower.ids) and set(whole) <= set(puller.ids)) and time.monotonic() < deadline:
            time.sleep(0.2)
    print(f"{department}: {len(whole)} notices, {follower.connections} connections, {len(follower.ids)} events")
    for name, ids in (("followed", follower.ids), ("pulled", puller.ids)):
        assert set(ids) == set(whole), f"{name}: missing {len(set(whole) - set(ids))}"
    assert len(puller.ids) == len(whole), "pulled twice under one cursor"
    assert follower.connections > 1, "the stream never broke: the scenario shows nothing"
    refused = street.call(
        "GET", "notify", f"/v1/departments/{department}/assignments", params={"cursor": "no-cursor-of-ours"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_cursor")
