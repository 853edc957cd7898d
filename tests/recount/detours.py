"""What happens to a few cases in a hundred on their way: each function one of these, called where it may happen."""

from datetime import timedelta
from typing import Any

from .life import Life

COMMITTEE = "社区居委会"


def judged(life: Life) -> bool:
    """会商, 向上退单; True where the case goes back up."""
    if life.chance(0.04):
        _consulted(life)
    if life.chance(0.05):
        life.act("return_up", reason="属于上级部门职权")
        if life.chance(0.4):
            life.act("grant_return_up")
            return True
        if life.chance(0.7):
            life.act("refuse_return_up", reason="属地责任，街道办理")
    return False


def _consulted(life: Life) -> None:
    one, other = life.dice.sample(life.departments, 2)
    life.act("consult", parties=[one, other, COMMITTEE], reason="职责交叉", **_some_time(life))
    if life.chance(0.1):
        life.act("consult", parties=[one], reason="再次会商")  # refused: one is open
    if life.chance(0.8):
        life.act("opine", key=f"department:{one}", text="建议由城管牵头")
    if life.chance(0.5):
        life.act("opine", key=life.dice.choice(["dispatcher", "supervisor"]), party=COMMITTEE, text="居民意见一致")
    if life.chance(0.2):
        life.act("opine", key=f"department:{life.any_department(one, other)}", text="无意见")  # refused where not asked
    if life.chance(0.6):
        life.act("conclude", reason="由主责部门牵头办理")


def _some_time(life: Life) -> dict[str, Any]:
    """Until when, where that is not left to policy."""
    until = life.now + timedelta(hours=life.dice.randrange(40, 130))
    return {"until": until.isoformat()} if life.chance(0.4) else {}


def handled_on_the_spot(life: Life) -> bool:
    """自办, where the street lets anybody."""
    if not life.may("self_handle") or not life.chance(0.2):
        return False
    life.act("self_handle", evidence=[f"photo/{life.source_id}.jpg"])
    if life.chance(0.1):
        life.act("redo", key="supervisor", reason="照片与现场不符")
    return True


def watched(life: Life) -> None:
    """催办, 督办, 提级, 鸣哨."""
    if life.chance(0.04):
        life.act("remind")
    if life.chance(0.02):
        life.act("supervise", reason="群众多次反映")
    if life.chance(0.02):
        life.act("escalate", level=life.dice.choice(["department", "leader", "supervision", "committee"]))
    if life.chance(0.04):
        summoned = life.dice.sample(life.departments, 2)
        life.act("whistle", departments=summoned, reason="现场联合处置", **_some_time(life))
        for department in (*summoned, *([life.any_department()] if life.chance(0.1) else [])):
            if life.chance(0.8):
                life.act("report_in", key=f"department:{department}")


def contacted(life: Life) -> None:
    """先行联系, now and then twice."""
    if life.chance(0.08):
        life.act("contact", reached=life.chance(0.7))
        if life.chance(0.3):
            life.act("contact", reached=True)


def several(life: Life) -> None:
    """协办: asked for by the lead or not; who assists signs, answers, returns."""
    helper = life.any_department(life.lead, *life.assistants)
    if helper in (life.lead, *life.assistants) or not life.chance(0.06):
        return
    asked = life.chance(0.5)
    if asked:
        life.act("ask_assist", department=helper, reason="需要共同处置")
        if life.chance(0.25):
            life.act("refuse_assist", reason="本部门可独立办理")
            return
    if asked and life.chance(0.5):
        life.act("assist")  # whom the request names
    else:
        life.act("assist", department=helper)
    life.assistants.append(helper)
    if life.chance(0.1):
        life.act("assist", department=helper)  # it does already: refused
    _assistant(life, helper)


def _assistant(life: Life, helper: str) -> None:
    own = f"department:{helper}"
    if life.chance(0.8):
        life.act("sign", key=own)
    if life.chance(0.25):
        life.act("return", key=own, reason="与本部门无关")
        if life.chance(0.5):
            life.act("release", department=helper)
            life.assistants.remove(helper)
            return
        life.act("refuse_return", department=helper, reason="属于协办职责")
    if life.chance(0.7):
        life.act("reply", key=own, text="协办事项已完成")


def assistants_end(life: Life) -> None:
    """Before it is closed: those who did not answer do, or are let go."""
    for helper in life.assistants:
        answers = life.chance(0.5)
        if answers:
            life.act("sign", key=f"department:{helper}")
            life.act("reply", key=f"department:{helper}", text="协办事项已完成")
        if not answers or life.chance(0.3):
            life.act("release", department=helper)  # refused where it has answered
    life.assistants.clear()


def held(life: Life) -> bool:
    """挂账 and 恢复; False where it stays on hold."""
    while life.chance(0.08):
        details: dict[str, Any] = {"reason": "等待立项", "until": (life.now + timedelta(days=20)).isoformat()}
        asked = life.chance(0.5)
        if asked:
            life.act("ask_hold", **details)
            if life.chance(0.4):
                if life.chance(0.7):
                    life.act("refuse_hold", reason="不具备挂账条件")
                continue
        life.act("hold", **({} if asked and life.chance(0.6) else details))
        _while_held(life)
        if life.chance(0.15):
            return False
        life.now += timedelta(days=life.dice.randrange(1, 25))
        life.act("resume")
    return True


def _while_held(life: Life) -> None:
    """延期 and 协办 do not wait for it."""
    if life.chance(0.3):
        until = life.now + timedelta(days=life.dice.randrange(1, 40))
        life.act("extend", reason="立项期间延期", until=until.isoformat())
    helper = life.any_department(life.lead, *life.assistants)
    if helper not in (life.lead, *life.assistants) and life.chance(0.2):
        life.act("assist", department=helper)
        life.assistants.append(helper)


def extended(life: Life) -> None:
    """延期: asked for by the lead or not, now and then too far."""
    if not life.chance(0.06):
        return
    until = life.due_at + timedelta(days=life.dice.randrange(1, 14))
    details: dict[str, Any] = {"reason": "施工周期较长", "until": until.isoformat()}
    asked = life.chance(0.6)
    if asked:
        life.act("ask_extend", **details)
        if life.chance(0.35):
            if life.chance(0.7):
                life.act("refuse_extend", reason="应在原期限内办结")
            return
    life.act("extend", **({} if asked and life.chance(0.6) else details))
    life.due_at = until
    if life.chance(0.1):
        life.act("extend", reason="期限录入", until=(until - timedelta(hours=1)).isoformat())  # refused: not later


def merged(life: Life) -> bool:
    """并案, 并单 and 拆单; True where it stays merged."""
    if life.chance(0.03):
        life.act("link", main=life.near)
        if life.chance(0.3):
            life.act("unlink")
    if not life.chance(0.02):
        return False
    life.act("merge", main=life.near)
    if life.chance(0.5):
        return True
    life.act("split")
    return False


def rated_late(life: Life) -> None:
    """评价 of what may be in the archive by now."""
    if life.chance(0.05):
        life.now += timedelta(days=life.dice.randrange(10, 40))
        life.act("rate", grade=life.dice.randrange(1, 6), solved=life.chance(0.5))


def shown(life: Life) -> None:
    """公示 and 撤下, 剔除."""
    if life.chance(0.08):
        life.act("publish", notice=f"第 {life.source_id} 件已办结")
        if life.chance(0.25):
            life.act("withdraw", reason="内容需要修改")
    if life.chance(0.05):
        if life.chance(0.8):
            life.act("ask_exclude", reason="不可抗力", evidence=[f"paper/{life.source_id}.pdf"])
            if life.chance(0.3):
                life.act("refuse_exclude", reason="证据不足")
                return
            life.act("exclude")  # for the reason that was asked with
        else:
            life.act("exclude", reason="恶意重复投诉")
        if life.chance(0.15):
            life.act("exclude", reason="再次剔除")  # refused
