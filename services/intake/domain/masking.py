"""个人信息: phone and ID-card numbers in free text are masked before anything leaves intake."""

import re
from collections.abc import Sequence
from typing import Any

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum.cn import ric

# cheap: most texts have no run that could hold a number, and the matcher is slow
_LONG = re.compile(r"\d(?:[\s\-－—()（）.]?\d){6}")
_CARD = re.compile(r"(?<![0-9A-Za-z*])(\d{6})(\d{8})(\d{3}[0-9Xx])(?![0-9A-Za-z])", re.ASCII)
_COUNTRY = re.compile(r"(?:\+|00)86[\s-]?")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d){8}(?!\d)")
_GAP = "\n"
"""Stands where a number was found: no run of digits goes over it."""
_RUN = re.compile(r"[+(（]?\d(?:[\d\s()（）.\-－—*]*\d)?")
"""Digits and what people write between those of one number."""
_DECIMAL = re.compile(r"(?!1[3-9]\d\.\d{8}$)-?\d{1,3}\.\d{3,}")
"""A coordinate or a measure, but for what may as well be a mobile number with a point in it."""
_DECIMALS = re.compile(rf"-?{_DECIMAL.pattern}(?:\s*[,，;；\s]\s*-?{_DECIMAL.pattern})*".replace("$", r"(?!\d)"))
LEAST_DIGITS, LONGEST_RUN, MOST_RUNS, AROUND = 7, 100, 64, 4
"""Of a run that may hold a number; of one that is looked at number by number; of different ones in a text; and how many
characters around it are looked at too."""
_ASCII_DIGITS = {ord(wide): str(value) for value, wide in enumerate("０１２３４５６７８９")} | {
    ord("Ｘ"): "X",
    ord("ｘ"): "x",
}


def mask(text: str) -> str:
    """The text with numbers of people hidden but for a hint: 138****8000, 110101********1234. Idempotent, and linear in
    the text's length: what is too long or too much to be looked at number by number is hidden whole."""
    if not _LONG.search(text):  # its digits are those of any script
        return text
    plain = text.translate(_ASCII_DIGITS)  # one character for one: places stay the same
    spans = [found.span(2) for found in _CARD.finditer(plain) if ric.is_valid(found.group())]
    taken = [(begin - 6, end + 4) for begin, end in spans]
    free = _without(plain, taken)
    mobiles = [match.span() for match in _MOBILE.finditer(free)]
    others = _others(_without(free, mobiles))
    spans += [_middle(plain, begin, end) for begin, end in (*mobiles, *others)]
    masked = list(text)
    for begin, end in spans:
        for place in range(begin, end):
            if masked[place].isdigit():
                masked[place] = "*"
    return "".join(masked)


def mask_all(value: Any) -> Any:
    """Strings, numbers and keys anywhere in `value`; a whole number that hides someone's becomes a string. One with a
    fraction is a measure or a coordinate, and nobody's."""
    if isinstance(value, str):
        return value if _DECIMALS.fullmatch(value) else mask(value)
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for key, item in value.items():
            name, number = mask(key), 2
            while name in found:  # two numbers that differ only in what is hidden
                name, number = f"{mask(key)} ({number})", number + 1
            found[name] = mask_all(item)
        return found
    if isinstance(value, list):
        return [mask_all(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        masked = mask(str(value))
        return value if masked == str(value) else masked
    return value


def _without(plain: str, spans: Sequence[tuple[int, int]]) -> str:
    """The same length with gaps at `spans`: what is left is looked at alone."""
    kept, at = [], 0
    for begin, end in sorted(spans):
        kept += [plain[at:begin], _GAP * (end - begin)]
        at = end
    return "".join((*kept, plain[at:]))


def _others(plain: str) -> list[tuple[int, int]]:
    """Landlines, numbers of other countries and whatever else the library knows, run by run of digits."""
    found, known = list[tuple[int, int]](), dict[str, list[tuple[int, int]]]()
    for match in _RUN.finditer(plain):
        begin, end = match.span()
        if _DECIMAL.fullmatch(match.group()) or sum(map(str.isdigit, match.group())) < LEAST_DIGITS:
            continue
        # what stands around it tells a time of day, or a code with letters, from a number
        before = max(0, begin - AROUND)
        seen = plain[before : end + AROUND]
        if seen not in known:
            if end - begin > LONGEST_RUN or len(known) >= MOST_RUNS:
                known[seen] = [(begin - before, end - before)]
            else:
                matcher = PhoneNumberMatcher(seen, "CN", leniency=Leniency.VALID, max_tries=20)
                known[seen] = [(one.start, one.end) for one in matcher]
        found += [(before + first, before + last) for first, last in known[seen]]
    return found


def _middle(plain: str, begin: int, end: int) -> tuple[int, int]:
    """The part between the first three and the last four digits."""
    if country := _COUNTRY.match(plain, begin):
        begin = country.end()
    places = [place for place in range(begin, end) if plain[place].isdigit()]
    if len(places) <= 7:
        return begin, places[-2] if len(places) > 2 else end
    return places[3], places[-4]
