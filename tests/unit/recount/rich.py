"""A street whose policies say something of everything: limits in every unit, holds that stop, chains, a calendar."""

from typing import Any

from .log import STREET

_LEVELS = ["department", "leader", "supervision", "committee"]


def _ring(west: int, south: int, east: int, north: int) -> list[list[float]]:
    """A rectangle, in thousandths of a degree from the street's corner: many points lie on its lines."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[round(116.2 + lon / 1000, 3), round(39.8 + lat / 1000, 3)] for lon, lat in corners]


_TRIANGLE = [[116.3, 39.8], [116.31, 39.8], [116.3, 39.81], [116.3, 39.8]]


RICH: dict[str, dict[str, dict[str, Any]]] = {
    **STREET,
    "department": STREET["department"]
    | {
        "a": {"name": "甲", "calendar": "windows"},
        "b": {"name": "乙", "parent": "a"},
        "d": {"name": "丁", "parent": "c", "calendar": "default"},
    },
    "category": STREET["category"] | {"litter": {"name": "环境卫生", "department": "b", "parent": "noise"}},
    "policy": {
        "all": {
            "name": "街道",
            "limits": {
                "sign": {"workhours": 4},
                "contact": {"workdays": 1},
                "reply": {"workdays": 5},
                "inner": {"workhours": 20.5},
                "close": {"hours": 240},
                "report": {"hours": 4},
                "opine": {"workdays": 2},
            },
            "remind_at": 0.75,
            "stopped_by_hold": ["inner", "contact", "opine"],
            "escalation": _LEVELS[:3],
            "step": {"workdays": 1},
            "longest_extension": {"workdays": 10},
            "archive_after_days": 7.5,
        },
        "grid": {
            "name": "网格",
            "channel": "grid",
            "limits": {
                "return": {"workhours": 9},
                "redo": {"workdays": 2},
                "assist": {"workhours": 6},
                "close": {"workdays": 8},
            },
            "stopped_by_hold": ["reply", "inner", "close", "assist", "report"],
            "redo_if_unsolved": True,
            "most_redos": 1,
            "longest_extension": {"workhours": 30},
        },
        "grid-noise": {"name": "网格噪声", "channel": "grid", "category": "noise", "most_redos": 0, "escalation": []},
        "deputy": {
            "name": "代表",
            "channel": "deputy",
            "limits": {"sign": {"workdays": 1}, "redo": {"workhours": 12}, "return": {"workdays": 2}},
            "stopped_by_hold": ["reply", "close"],
            "remind_at": 0.3,
            "escalation": _LEVELS,
            "step": {"workhours": 3},
            "publish_from": "evaluated",
        },
        "mediation": {
            "name": "调解",
            "channel": "mediation",
            "limits": {"reply": {"workhours": 40}, "assist": {"hours": 30}},
            "stopped_by_hold": [],
            "publish_from": "never",
            "step": {"hours": 10},
        },
        "urgent": {
            "name": "紧急",
            "urgency": "urgent",
            "limits": {"inner": {"hours": 9}, "sign": {"hours": 0.5}, "contact": {"hours": 1}, "redo": {"hours": 20}},
            "stopped_by_hold": ["reply", "inner", "close", "assist"],
            "remind_at": 0.5,
            "escalation": _LEVELS[1:],
            "step": {"hours": 2},
            "most_transfers": 1,
            "publish_from": "replied",
            "longest_extension": {"hours": 100},
        },
        "noise": {"name": "噪声", "category": "noise", "limits": {"reply": {"workdays": 3}, "inner": {"workdays": 1}}},
        "night": {
            "name": "夜间施工",
            "category": "night-noise",
            "urgency": "normal",
            "limits": {"reply": {"workhours": 15}, "return": {"hours": 20}},
        },
        "of-c": {
            "name": "丙",
            "department": "c",
            "limits": {"sign": {"workdays": 2}, "assist": {"workdays": 4}, "inner": {"hours": 60}},
            "remind_at": 0.9,
            "archive_after_days": 3,
        },
        "of-c-too": {"name": "丙二", "department": "c", "limits": {"sign": {"hours": 1}}, "most_transfers": 2},
    },
    "calendar": {
        "default": {"name": "机关", "workdays": ["2024-03-16"], "holidays": ["2024-03-20", "2024-04-08"]},
        "windows": {"name": "窗口", "hours": [["08:30", "18:00"], ["19:00", "24:00"]]},
    },
    "history": {"grid": {"ended_at": "2024-04-10T00:00:00+08:00"}},
    "grid": {
        "north": {"name": "北", "community": "whole", "polygon": [_ring(0, 5, 10, 10)]},
        "south-1": {"name": "南一", "community": "whole", "polygon": [_ring(0, 0, 5, 5)]},
        "south-2": {"name": "南二", "community": "whole", "polygon": [_ring(5, 0, 10, 5), _ring(6, 1, 8, 3)]},
        "inner": {"name": "院内", "community": "whole", "polygon": [_ring(6, 1, 8, 3)]},
        "far": {"name": "远", "community": "whole", "polygon": [_TRIANGLE]},
    },
}
CLOSED = RICH | {
    "department": RICH["department"]
    | {name: RICH["department"][name] | {"successor": to} for name, to in (("b", "d"), ("d", "a"))}
}
"""Two of its departments are closed: one went to the other, that one to a third."""
PROMISED = RICH | {
    "policy": RICH["policy"]
    | {
        "all": RICH["policy"]["all"]
        | {"limits": {"sign": {"hours": 6}, "contact": {"workdays": 2}, "reply": {"hours": 100}, "close": {"hours": 90},
                      "inner": {"hours": 60}, "report": {"hours": 4}, "opine": {"workdays": 2}}},
        "grid": RICH["policy"]["grid"]
        | {"limits": {"return": {"hours": 30}, "redo": {"hours": 90}, "inner": {"workdays": 3}}},
        "noise": {"name": "噪声", "category": "noise", "limits": {"reply": {"workdays": 4}}},
    },
    "calendar": RICH["calendar"] | {"windows": {"name": "窗口", "hours": [["08:00", "12:00"]]}},
}  # fmt: skip
"""Other limits in other kinds of time, on other hours."""
