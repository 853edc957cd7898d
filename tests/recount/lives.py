"""How a case lives, as the HTTP calls that tell it: mostly allowed moves by whom they belong to."""

import random
from datetime import timedelta
from typing import Any

from . import detours
from .life import Life, Step

RESOLVING = ("mediation", "deliberation")


def live(life: Life) -> None:
    """From the submission to wherever it stays."""
    _submission(life)
    if not _to_a_department(life) or not _to_a_signature(life):
        return
    again = False
    for _ in range(8):
        if not _work(life, again) or detours.merged(life):
            return
        ended = _reply(life)
        if ended in ("closed", "replied"):
            ended = _look_back(life, closed=ended == "closed")
        if ended == "stays":
            detours.rated_late(life)
            return
        again = _redone(life, by_itself=ended == "redone")


def _submission(life: Life) -> None:
    dice = life.dice
    more: dict[str, Any] = {}
    if life.chance(0.2):
        more["source_due_at"] = (life.received_at + timedelta(hours=dice.randrange(12, 400))).isoformat()
    if life.chance(0.1):
        more["urgency"] = "urgent"
    if life.chance(0.1):
        more["confidential"] = True
    if life.chance(0.3):
        more["reporter"] = {"name": "测试人", "phone": f"1380013{dice.randrange(10_000):04d}"}
    if life.chance(0.3):
        more["place"] = {"address": f"测试路 {dice.randrange(1, 300)} 号", "grid": _grid(life, dice.randrange(1, 13))}
    elif (of_points := random.Random(life.case_id)).random() < 0.4:  # dice of their own: the rest goes as it went
        more["place"] = _point(life, of_points)
    category: str | None = dice.choice(sorted(life.street["category"]))
    if life.chance(0.25):
        category = dice.choice([None, "no-such-category", "another-unknown"])
    life.submit(category, **more)


def _grid(life: Life, number: int) -> str:
    """One of the street's first twelve, or one that the directory does not know."""
    known = sorted(life.street.get("grid", {}))
    return known[number - 1] if number <= len(known) and number % 6 else f"g{number:02d}"


def _point(life: Life, dice: random.Random) -> dict[str, Any]:
    """Somewhere on the street or beside it; now and then on a corner, now and then with half of a point, or a grid."""
    grids = life.street.get("grid", {})
    if not grids:
        return {"lon": 116.2, "lat": 39.8}
    ring = grids[dice.choice(sorted(grids))]["polygon"][0]
    lon, lat = dice.choice(ring)
    if dice.random() < 0.8:
        lons, lats = zip(*ring, strict=True)
        lon, lat = (round(dice.uniform(min(edges), max(edges)), 4) for edges in (lons, lats))
    draw = dice.random()
    if draw < 0.1:
        return {"lon": lon, "lat": lat, "grid": _grid(life, dice.randrange(1, 13))}
    if draw < 0.2:
        return {"lon": lon + dice.choice([-1, 1]), "lat": lat}
    return {"lon": lon} if draw < 0.25 else {"lon": lon, "lat": lat}


def _to_a_department(life: Life) -> bool:
    known = life.category in life.street["category"]
    if _stays(life) or detours.handled_on_the_spot(life):
        return False
    if not known:
        if life.chance(0.1):
            life.act("reject", reason="不属于本街道职责")
            return False
        if life.chance(0.05):
            life.act("accept", category="no-such-category")  # refused
        if life.chance(0.7):
            life.accept(life.dice.choice(sorted(life.street["category"])))
    if detours.judged(life):
        return False
    if life.lead is None:
        if life.chance(0.05):
            life.act("reject", reason="诉求不明确")
            return False
        if life.category in life.street["category"] and life.chance(0.05):
            life.act("reply", key="dispatcher", text="已直接答复", **_resolved(life))
            _close(life)
            return False
        if life.closed and life.chance(0.05):
            life.act("dispatch", department=life.dice.choice(life.closed))  # refused
        life.dispatch(life.any_department())
    return True


def _to_a_signature(life: Life) -> bool:
    if _stays(life):
        return False
    often = 0.7 if life.disputed else 0.12
    if life.lead is not None and life.chance(0.03):
        life.dispatch(life.lead)  # it is there already: refused
    while life.chance(often):  # 改派
        other = life.any_department(life.lead)
        helpers = [name for name in life.departments if name not in (other, *life.assistants)]
        if life.chance(0.15):
            life.act("recategorise", category=life.dice.choice(sorted(life.street["category"])), reason="类别有误")
        life.dispatch(other, *(life.dice.sample(helpers, 1) if helpers and life.chance(0.2) else ()))
    while life.chance(often):
        life.act("return", reason="不属于本部门职责")
        if life.chance(0.4):
            if life.chance(0.1):
                life.act("refuse_return")  # without a reason: refused
            life.act("refuse_return", reason="属于该部门职责")
            return True
        if life.chance(0.05):
            return False
        life.dispatch(life.any_department(life.lead))
    if _stays(life):
        return False
    detours.watched(life)
    life.act("sign")
    if life.chance(0.06):  # 签收后退单
        life.act("return", reason="现场核实后不属于本部门")
        life.dispatch(life.any_department(life.lead))
        life.act("sign")
    return True


def _work(life: Life, again: bool) -> bool:
    detours.contacted(life)
    detours.several(life)
    if again or life.chance(0.7):
        life.act("handle")
        if not detours.held(life):
            return False
        detours.extended(life)
    if life.chance(0.05):
        said: dict[str, Any] = {"urgency": "urgent"}
        if not life.chance(0.2):
            number = life.dice.randrange(1000)
            place = {"address": "更正后的地址", "grid": _grid(life, 1 + number % 12)}
            if number % 8 == 0:
                place = _point(life, random.Random(number))
            said = {"place": place} if number % 4 == 0 else {"text": f"补充说明 {number}"}
        life.act("amend", fields=said)
    return not _stays(life)


def _reply(life: Life) -> str:
    """Answered, and what became of it: `closed`, `replied` and not closed, `redone` as verified, or it `stays`."""
    draw = life.dice.random()
    if draw < 0.15:  # late
        late = life.due_at + timedelta(minutes=life.dice.randrange(1, 20 * 24 * 60))
        life.now = max(life.now, late)
        life.act("reply", at=life.now, text="已办理，逾期答复", **_resolved(life))
    elif draw < 0.18 and life.now <= life.due_at:  # in the last moment, or a second after it
        life.now = life.due_at + timedelta(seconds=life.dice.choice([0, 1]))
        life.act("reply", at=life.now, text="已办理", **_resolved(life))
    else:
        told = life.act("reply", text="已办理完毕", **_resolved(life))
        if life.chance(0.03):
            _correct(life, told, text="已办理完毕，附补充说明")
    if life.chance(0.05):
        life.act("send_back", reason="答复未说明办理结果")
        life.act("reply", text="已办理完毕，结果如下", **_resolved(life))
    return _close(life)


def _resolved(life: Life) -> dict[str, Any]:
    return {"solved": life.chance(0.9)} if life.channel in RESOLVING else {}


def _close(life: Life) -> str:
    if life.chance(0.05):
        return "stays"
    if life.chance(0.04):
        return "replied"  # sent back for redo before it was closed
    if life.assistants and life.chance(0.3):
        life.act("close")  # refused while one of them has not answered
    detours.assistants_end(life)
    if life.chance(0.5 if "verify" in life.authority else 0.03):
        passed = life.chance(0.8)
        life.act("verify", passed=passed)
        return "closed" if passed else "redone"
    life.act("close")
    return "closed"


def _look_back(life: Life, *, closed: bool) -> str:
    """回访 and 评价: it `stays`, is to be done again (`redo`), or is already (`redone`)."""
    if not closed:
        return "redo" if life.chance(0.15) else "stays"
    detours.shown(life)
    if detours.merged(life):
        return "stays"
    unsolved = False
    if life.chance(0.5):
        asked: dict[str, Any] = {"contacted": life.chance(0.9)}
        if life.chance(0.5):
            asked["effective"] = life.chance(0.8)
        if life.chance(0.6):
            asked["solved"] = life.chance(0.9)
            unsolved = not asked["solved"]
        told = life.act("follow_up", **asked)
        if life.chance(0.05):
            _correct(life, told, contacted=not asked["contacted"], effective=True)
    if life.chance(0.6) and not (unsolved and life.redone_by_itself):
        rated = life.act("rate", grade=life.dice.choice([5, 5, 5, 4, 4, 3, 3, 2, 1]), solved=life.chance(0.85))
        unsolved = not rated["body"]["solved"]
        if life.chance(0.15):
            _correct(life, rated, grade=life.dice.randrange(1, 6))
        if life.chance(0.03):
            _correct(life, rated, grade=life.dice.randrange(1, 6), solved=life.chance(0.5))
    if unsolved and life.redone_by_itself:
        return "redone"
    return "redo" if life.chance(0.7 if life.disputed else 0.12) else "stays"


def _correct(life: Life, step: Step, **details: Any) -> None:
    sender = step["key"]
    details |= {"corrects": step["body"]["action_id"], "reason": "录入有误"}
    if life.chance(0.3):
        life.act("correct", key="supervisor", corrects_sender=sender, **details)
    else:
        life.act("correct", key=sender, **details)


def _redone(life: Life, *, by_itself: bool) -> bool:
    """Sent to be done again, if nothing did that by itself; True where the lead stays and goes on."""
    rated = [step for step in life.steps if step["body"].get("action") == "rate"]
    if not by_itself:
        life.act("redo", reason="群众反映问题未解决")
    life.new_due()
    if rated and life.chance(0.1):  # of an evaluation that no longer stands
        _correct(life, rated[-1], grade=life.dice.randrange(1, 6))
    if life.lead is None or life.chance(0.25):
        life.dispatch(life.any_department(life.lead))
        life.act("sign")
        return False
    return True


def _stays(life: Life) -> bool:
    """Open cases stop here: some forgotten, some void."""
    if life.chance(0.015):
        life.act("void", reason="重复录入")
        return True
    return life.chance(0.02)
