"""What everything behind the doors can hold: times, numbers, depth, width, characters. One place, asked by every door.

Behind them stand BSON (64-bit numbers, no NUL in names), JSON and its readers, the calendar (years of four digits, with
any offset taken off), spreadsheets, and recursion of a bounded depth.
"""

import math
import unicodedata
from datetime import datetime, timedelta, timezone
from typing import Any

EARLIEST = datetime(1949, 10, 1, tzinfo=timezone(timedelta(hours=8)))
"""Nothing happened before that anybody could report here."""
AHEAD = timedelta(days=3653)
"""A deadline or a hold reaches so far ahead at most: ten years."""
MAX_DEPTH, MAX_ENTRIES = 16, 1_000
"""Of a free object: lists and objects within each other, and names and items in all of them together."""
MAX_NAME = 128
LEAST_INTEGER, GREATEST_INTEGER = -(2**63), 2**63 - 1
LETTERS = "letters, digits, punctuation and symbols of any script, and single blanks between them"
_REFUSED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs", "Mn", "Mc", "Me"))
"""Categories of characters that cannot be told from others or from nothing: controls, formats, joiners, marks."""


def whole(pattern: str) -> str:
    """A pattern that the whole text has to match, in Python's dialect as in ECMA's: Python's `$` alone passes over a
    last line feed, and would take `X` and `X` with a line feed for two good ids."""
    return f"^{pattern}$(?!\\n)"


class Beyond(ValueError):
    """What cannot be held: `path` leads to it, the message says what can."""

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(detail)
        self.path = path


def check_happened(path: str, at: datetime) -> None:
    """When something happened. Beyond. That it is not ahead of now is the door's to say, which has a clock."""
    if at < EARLIEST:
        raise Beyond(path, f"not before {EARLIEST.isoformat()}")


def check_due(path: str, due: datetime, begin: datetime, now: datetime, *, since: str) -> None:
    """Until when something has time, which began at `begin`. Beyond."""
    if due < begin:
        raise Beyond(path, f"not before `{since}`: something cannot be due before it began")
    if due - now > AHEAD:
        raise Beyond(path, f"not more than {AHEAD.days // 365} years ahead")


def check_text(path: str, text: str) -> None:
    """A text that people wrote: anything but what no store and no page can show. Beyond."""
    if "\0" in text:
        raise Beyond(path, "the character NUL cannot be stored: leave it out")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Beyond(path, "half of a surrogate pair is no character: send valid Unicode")


def check_id(path: str, text: str) -> None:
    """An id or a code that two systems agree on: taken as it is, character for character, so that what looks the same
    has to be the same. Beyond."""
    for before, character in zip(" " + text, text + " ", strict=True):
        if character != " " and unicodedata.category(character) in _REFUSED:
            raise Beyond(path, f"U+{ord(character):04X} cannot be in it: {LETTERS}")
        if before == character == " ":
            raise Beyond(path, "no blank at its beginning or end, and no two together")


def check_free(path: str, value: Any) -> None:
    """A free object whole, without recursion, however it is nested. Beyond."""
    entries = 0
    waiting: list[tuple[str, Any, int]] = [(path, value, 1)]
    while waiting:
        at, item, depth = waiting.pop()
        if isinstance(item, dict | list):
            if depth > MAX_DEPTH:
                raise Beyond(at[:200], f"nested more than {MAX_DEPTH} deep")
            entries += len(item)
            if entries > MAX_ENTRIES:
                raise Beyond(path, f"more than {MAX_ENTRIES} names and items in all")
            named = item.items() if isinstance(item, dict) else enumerate(item)
            for name, inner in named:
                if isinstance(name, str):
                    check_text(at, name)
                    if not 0 < len(name) <= MAX_NAME:
                        raise Beyond(at[:200], f"a name has 1 to {MAX_NAME} characters")
                waiting.append((f"{at}.{name}", inner, depth + 1))
        elif isinstance(item, str):
            check_text(at[:200], item)
        elif isinstance(item, float):
            if not math.isfinite(item):
                raise Beyond(at[:200], "a number larger than a double can be: send it as text")
        elif isinstance(item, int) and not LEAST_INTEGER <= item <= GREATEST_INTEGER:
            raise Beyond(at[:200], "a whole number beyond 64 bits: send it as text")
