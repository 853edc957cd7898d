"""A seeded history of HTTP calls: cases of all channels that interleave, and DOMAIN.md's worked example among them."""

import argparse
import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.local import street as local_street

from .life import BEGINNING, DAYS, Life, Step, Street
from .lives import live
from .mischief import play

GONE = ("void", "reject", "grant_return_up", "merge")
"""What may end a case so that nothing can be merged into it."""
FIRST = 0.04
"""The share of cases whose submissions come before all else: those that others are merged into are among them."""


def generate(street: Street, *, seed: int, cases: int = 10_000) -> list[Step]:
    """Steps in sending order: a case's own stay in order behind its submission. The same for the same arguments.

    Times are of the spring of 2024, +08:00, in no order from case to case; every key needs the scope `backdate`. A main
    case is one of the first told, and stays: of one that is not there yet, or goes away, what becomes of its followers
    depends on which of two partitions is read first.
    """
    dice = random.Random(f"mingshao-{seed}")
    channels = sorted(street["channel"])
    always = standing(street)
    mains = {life.kind: [life] for life in always}
    told = [(0.0, life.steps, True) for life in always] + [(0.5, worked_example(street), False)]
    for number in range(len(told), cases):
        life = Life(dice, street, dice.choice(channels), f"r{seed}-{number:06d}")
        life.near = _nearest(life, mains[life.kind])
        live(life)
        play(life)
        # most are told about when they happened, some weeks early or late: days come in any order
        day = (life.received_at - BEGINNING) / timedelta(days=DAYS)
        first = number < FIRST * cases
        told.append((dice.random() if life.chance(0.15) else dice.gauss(day, 0.02), life.steps, first))
        if first and not any(step["body"].get("action") in GONE for step in life.steps):
            mains[life.kind].append(life)
    placed: list[tuple[float, int, int, Step]] = []
    for number, (place, steps, first) in enumerate(told):
        for index, step in enumerate(steps):
            placed.append((-1 if first and index == 0 else place, number, index, step))
            place += dice.expovariate(60)
    return [step for *_, step in sorted(placed, key=lambda item: item[:3])]


def _nearest(life: Life, mains: list[Life]) -> str:
    """Of those that may take it in, the one received at nearly the same time."""
    return min(mains, key=lambda main: abs(main.received_at - life.received_at)).case_id


def standing(street: Street) -> list[Life]:
    """Of each kind one case that is told first and stays as it is; into the first the worked example is merged."""
    found: dict[str, Life] = {}
    for channel in sorted(street["channel"], key=lambda name: (name != "hotline", name)):
        life = Life(random.Random(0), street, channel, f"standing-{channel.replace('_', '-')}")
        life.received_at = _at("03-01 09:00")
        life.submit(None)
        found.setdefault(life.kind, life)
    return list(found.values())


def worked_example(street: Street) -> list[Step]:
    """DOMAIN.md's worked example, in 2024, on the hotline, from the first department to the second."""
    first, second = [name for name, unit in sorted(street["department"].items()) if not unit.get("successor")][:2]
    life = Life(random.Random(0), street, "hotline", "worked-example")
    plain = [name for name, row in sorted(street["category"].items()) if not row.get("department")]
    life.received_at = _at("03-30 09:10")
    life.submit(plain[0] if plain else None)
    closer = life.key_for("close")
    life.act("dispatch", at=_at("03-30 10:00"), department=first)
    life.lead = first
    life.act("return", at=_at("04-01 08:30"), reason="不属于本部门职责")
    life.act("dispatch", at=_at("04-01 09:00"), department=second)
    life.lead = second
    life.act("sign", at=_at("04-01 10:00"))
    life.act("reply", at=_at("04-03 15:00"), text="已办理")
    life.act("close", key=closer, at=_at("04-03 16:00"))
    life.act("redo", key="source:hotline", at=_at("04-05 11:00"), reason="问题未解决")
    life.act("handle", at=_at("04-05 14:00"))
    life.act("reply", at=_at("04-08 09:00"), text="已再次办理")
    life.act("close", key=closer, at=_at("04-08 10:00"))
    rated = life.act("rate", key="source:hotline", at=_at("04-09 12:00"), grade=4, solved=True)
    life.act(
        "correct",
        key="source:hotline",
        at=_at("04-10 09:00"),
        corrects=rated["body"]["action_id"],
        grade=2,
        reason="录入有误",
    )
    life.act("merge", at=_at("04-12 10:00"), main=standing(street)[0].case_id)
    return life.steps


def reference_street() -> Street:
    """The reference street's directory as plain rows."""
    return local_street.load(local_street.FOLDER)


def keys_of(steps: list[Step]) -> list[str]:
    """All key names that the steps are sent with, sorted."""
    return sorted({step["key"] for step in steps})


def key_row(name: str) -> Mapping[str, Any]:
    """The directory row of a key that may send them."""
    role, _, subject = name.partition(":")
    return {"role": role, "subject": subject or None, "scopes": ["backdate"], "label": "recount"}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}:00+08:00")


def main() -> None:
    """Write a history of the reference street as JSON lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.recount.history", description=generate.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=10_000)
    chosen = parser.parse_args()
    steps = generate(reference_street(), seed=chosen.seed, cases=chosen.cases)
    lines = [json.dumps(step, ensure_ascii=False) for step in steps]
    chosen.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(steps)} steps of {chosen.cases} cases, seed {chosen.seed}: {chosen.file}")


if __name__ == "__main__":
    main()
