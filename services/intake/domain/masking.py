"""个人信息: phone and ID-card numbers in free text are masked before anything leaves intake."""

import re
from typing import Any

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum.cn import ric

# cheap: most texts have no run that could hold a number, and the matcher is slow
_LONG = re.compile(r"\d(?:[\s\-－—()（）.]?\d){6}")
_CARD = re.compile(r"(?<![0-9A-Za-z*])(\d{6})(\d{8})(\d{3}[0-9Xx])(?![0-9A-Za-z])", re.ASCII)
_COUNTRY = re.compile(r"(?:\+|00)86[\s-]?")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d){8}(?!\d)")
_GAP = "\n"
"""Stands where a mobile number was: no run of digits goes over it, so that what is left is looked at alone."""
_ASCII_DIGITS = {ord(wide): str(value) for value, wide in enumerate("０１２３４５６７８９")} | {
    ord("Ｘ"): "X",
    ord("ｘ"): "x",
}


def mask(text: str) -> str:
    """The text with numbers of people hidden but for a hint: 138****8000, 110101********1234. Idempotent."""
    if not _LONG.search(text):  # its digits are those of any script
        return text
    plain = text.translate(_ASCII_DIGITS)  # one character for one: places stay the same
    spans = [found.span(2) for found in _CARD.finditer(plain) if ric.is_valid(found.group())]
    taken = [(begin - 6, end + 4) for begin, end in spans]
    for begin, end in _phones(plain):
        if all(end <= other_begin or begin >= other_end for other_begin, other_end in taken):
            spans.append(_middle(plain, begin, end))
    masked = list(text)
    for begin, end in spans:
        for place in range(begin, end):
            if masked[place].isdigit():
                masked[place] = "*"
    return "".join(masked)


def mask_all(value: Any) -> Any:
    """Strings, numbers and keys anywhere in `value`; a number that hides someone's becomes a string."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(key): mask_all(item) for key, item in value.items()}
    if isinstance(value, list):
        return [mask_all(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        masked = mask(str(value))
        return value if masked == str(value) else masked
    return value


def _phones(plain: str) -> list[tuple[int, int]]:
    found = [match.span() for match in _MOBILE.finditer(plain)]
    if not _LONG.search(_MOBILE.sub(_GAP, plain)):
        return found
    matcher = PhoneNumberMatcher(plain, "CN", leniency=Leniency.VALID, max_tries=1000)
    return found + [(match.start, match.end) for match in matcher]


def _middle(plain: str, begin: int, end: int) -> tuple[int, int]:
    """The part between the first three and the last four digits."""
    if country := _COUNTRY.match(plain, begin):
        begin = country.end()
    places = [place for place in range(begin, end) if plain[place].isdigit()]
    if len(places) <= 7:
        return begin, places[-2] if len(places) > 2 else end
    return places[3], places[-4]
