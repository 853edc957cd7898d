"""The table of moves as the recount reads it: who, from where, into what, with what, counted as what."""

OPEN = "received accepted dispatched signed return_requested handling on_hold replied redo"
CLOSED = "closed follow_up evaluated archived"
ALL_OPEN = tuple(OPEN.split())
NOW_CLOSED = tuple(CLOSED.split())
NOT_VALID = ("rejected", "void", "merged", "returned")

_VALID = f"{OPEN} {CLOSED}"
_BUT_VOID = f"{_VALID} rejected merged returned"
_EVERY = f"{_BUT_VOID} void"
_UNSIGNED = "received accepted dispatched return_requested"
_BUT_RECEIVED = "accepted dispatched signed return_requested handling on_hold replied redo"
_WORK = "dispatched signed handling"

# fmt: off
ROWS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("accept", "routing dispatcher", "received", "accepted", "", "accepted"),
    ("recategorise", "dispatcher", _BUT_RECEIVED, "", "category reason", "recategorised"),
    ("reject", "dispatcher", "received accepted", "rejected", "reason", "rejected"),
    ("return_up", "dispatcher", _UNSIGNED, "", "reason", "return_up_requested"),
    ("grant_return_up", "source", _UNSIGNED, "returned", "", "returned_up"),
    ("refuse_return_up", "source", _UNSIGNED, "", "reason", "return_up_refused"),
    ("dispatch", "routing dispatcher", f"{_UNSIGNED} redo", "dispatched", "department", "dispatched"),
    ("ask_assist", "department", f"{_WORK} redo", "", "department reason", "assist_requested"),
    ("assist", "dispatcher", _BUT_RECEIVED, "", "department", "assisted"),
    ("refuse_assist", "dispatcher", OPEN, "", "reason", "assist_refused"),
    ("release", "dispatcher", OPEN, "", "department", "released"),
    ("consult", "dispatcher", f"{_UNSIGNED} redo", "", "parties reason", "consulted"),
    ("opine", "department dispatcher supervisor followup", OPEN, "", "text", "opined"),
    ("conclude", "dispatcher", OPEN, "", "reason", "concluded"),
    ("whistle", "dispatcher", _BUT_RECEIVED, "", "departments reason", "whistled"),
    ("report_in", "department", OPEN, "", "", "reported_in"),
    ("sign", "department", "dispatched", "signed", "", "signed"),
    ("return", "department", _WORK, "return_requested", "reason", "return_requested"),
    ("refuse_return", "dispatcher", "return_requested", "signed", "reason", "return_refused"),
    ("contact", "department", _WORK, "", "reached", "contacted_first"),
    ("handle", "department", "signed redo", "handling", "", "handled_from"),
    ("ask_hold", "department", "handling", "", "reason until", "hold_requested"),
    ("hold", "dispatcher", "handling", "on_hold", "reason until", "held"),
    ("refuse_hold", "dispatcher", OPEN, "", "reason", "hold_refused"),
    ("resume", "department dispatcher routing", "on_hold", "handling", "", "resumed"),
    ("ask_extend", "department", f"{_WORK} on_hold redo", "", "reason until", "extension_requested"),
    ("extend", "dispatcher", f"{_WORK} on_hold redo", "", "reason until", "extended"),
    ("refuse_extend", "dispatcher", OPEN, "", "reason", "extension_refused"),
    ("reply", "department", "accepted signed handling", "replied", "text", "replied"),
    ("self_handle", "", "received accepted dispatched", "closed", "evidence", "self_handled"),
    ("send_back", "dispatcher", "replied", "handling", "reason", "sent_back"),
    ("verify", "dispatcher", "replied", "", "passed", "verified"),
    ("close", "dispatcher source", "replied", "closed", "", "closed"),
    ("redo", "source dispatcher followup supervisor routing", "replied closed follow_up evaluated", "redo", "reason",
     "redone"),
    ("follow_up", "followup source", "closed", "follow_up", "contacted", "followed_up"),
    ("rate", "source followup", "closed follow_up archived", "evaluated", "grade", "evaluated"),
    ("archive", "routing", "closed follow_up evaluated", "archived", "", "archived"),
    ("merge", "dispatcher", f"{OPEN} closed follow_up evaluated", "merged", "main", "merged"),
    ("split", "dispatcher routing", "merged", "", "", "split"),
    ("link", "dispatcher", _VALID, "", "main", "linked"),
    ("unlink", "dispatcher", _VALID, "", "", "unlinked"),
    ("remind", "source supervisor routing", OPEN, "", "", "reminded"),
    ("supervise", "supervisor", OPEN, "", "reason", "supervised"),
    ("escalate", "supervisor routing", OPEN, "", "level", "escalated"),
    ("void", "source dispatcher", OPEN, "void", "reason", "voided"),
    ("amend", "source", OPEN, "", "fields", "amended"),
    ("ask_exclude", "dispatcher", _BUT_VOID, "", "reason evidence", "exclusion_requested"),
    ("exclude", "source supervisor", _BUT_VOID, "", "reason", "excluded"),
    ("refuse_exclude", "source supervisor", _BUT_VOID, "", "reason", "exclusion_refused"),
    ("publish", "dispatcher", _VALID, "", "notice", "published"),
    ("withdraw", "dispatcher", _EVERY, "", "reason", "withdrawn"),
    ("correct", "source department dispatcher supervisor followup", _EVERY, "", "corrects", ""),
    ("absorb", "routing", _EVERY, "", "", ""),
    ("let_go", "routing", _EVERY, "", "", ""),
    ("follow", "routing", _EVERY, "", "", ""),
    ("hand_over", "routing", OPEN, "", "department", "handed_over"),
    ("reclock", "routing", OPEN, "", "", ""),
)
# fmt: on
WHO: dict[str, tuple[str, ...]] = {row[0]: tuple(row[1].split()) for row in ROWS}
"""By default. From accepted a reply (直接答复) is the dispatcher's."""
FROM: dict[str, tuple[str, ...]] = {row[0]: tuple(row[2].split()) for row in ROWS}
INTO: dict[str, str] = {row[0]: row[3] for row in ROWS if row[3]}
"""`verify` goes by what it says, `split` to where the case was before its merge; all others leave the state."""
NEEDS: dict[str, tuple[str, ...]] = {row[0]: tuple(row[4].split()) for row in ROWS if row[4]}
REMARKS = ("reason", "text", "evidence")
"""What anybody may add to anything."""
TAKES: dict[str, tuple[str, ...]] = {
    "accept": ("category",),
    "dispatch": ("departments", "category"),
    "consult": ("until",),
    "whistle": ("until",),
    "opine": ("party",),
    "refuse_return": ("department",),
    "reply": ("solved",),
    "follow_up": ("effective", "solved"),
    "rate": ("solved",),
    "correct": ("corrects_sender", "grade", "solved", "contacted", "effective"),
}
"""What else is said with it, and means something there; what is in neither list is refused."""
COUNTED_AS: dict[str, str] = {row[0]: row[5] for row in ROWS if row[5]}
"""`contact` only where it is the first to reach somebody after a dispatch."""
BESIDES: dict[str, tuple[str, ...]] = {
    "dispatch": ("recategorised", "assisted", "concluded"),
    "sign": ("signed_on_time",),
    "contact": ("contacted_on_time",),
    "self_handle": ("released", "replied", "closed"),
    "verify": ("closed", "verification_failed"),
    "remind": ("due_soon",),
    "escalate": ("overdue",),
}
"""What a move may be counted as besides: the case tells."""
ROUTING_ALONE = tuple(action for action, roles in WHO.items() if roles == ("routing",))

TASK_FROM: dict[str, tuple[str, ...]] = {
    "sign": ("assigned",),
    "return": ("assigned", "signed"),
    "reply": ("signed",),
    "refuse_return": ("return_requested",),
}
"""协办: what an assistant does with its task, and the dispatcher with one that it wants to return."""
TASK_INTO = {"sign": "signed", "return": "return_requested", "reply": "replied", "refuse_return": "signed"}
TASK_COUNTED_AS = {
    "sign": "assist_signed",
    "return": "assist_return_requested",
    "reply": "assist_replied",
    "refuse_return": "assist_return_refused",
}
TASK_TAKES = {"refuse_return": ("department",)}
TASK_OPEN = ("assigned", "signed", "return_requested")
KINDS = tuple(
    sorted(
        {
            "received",
            *COUNTED_AS.values(),
            *TASK_COUNTED_AS.values(),
            *(kind for also in BESIDES.values() for kind in also),
        }
    )
)
"""Every kind of what can happen."""

OPENS = {
    "return_up": "return_up",
    "ask_assist": "assist",
    "ask_hold": "hold",
    "ask_extend": "extend",
    "ask_exclude": "exclude",
}
"""申请: by what it asks for."""
REFUSES = {f"refuse_{asked}": asked for asked in OPENS.values()}
GRANTS = {
    "grant_return_up": "return_up",
    "assist": "assist",
    "hold": "hold",
    "extend": "extend",
    "exclude": "exclude",
}
ONLY_IF_ASKED = ("grant_return_up", *REFUSES)
_ALL_BUT_EXCLUDE = ("return_up", "assist", "hold", "extend")
DROPS: dict[str, tuple[str, ...]] = {
    "dispatch": ("hold", "extend", "assist"),
    "redo": _ALL_BUT_EXCLUDE,
    "close": _ALL_BUT_EXCLUDE,
    "void": _ALL_BUT_EXCLUDE,
    "reject": _ALL_BUT_EXCLUDE,
    "merge": _ALL_BUT_EXCLUDE,
    "grant_return_up": _ALL_BUT_EXCLUDE,
}
SAID_BY: dict[str, tuple[str, ...]] = {
    "grade": ("rate",),
    "solved": ("rate", "follow_up"),
    "contacted": ("follow_up",),
    "effective": ("follow_up",),
    "text": ("reply", "rate", "follow_up"),
}
"""What a correction can replace, and which actions say it."""
