"""Text in a CSV file, so that a spreadsheet that opens it shows the text and makes nothing else of it.

A text that begins like a formula would be one (OWASP, CSV injection), and an id such as 00123, 1e10 or 3-1 would become
a number or a date. Such a text stands behind an apostrophe, and so does one that begins with an apostrophe itself: a
reader that is no spreadsheet takes one leading apostrophe off and has the exact text. `="00123"` would hide the
apostrophe in Excel, but is a formula again, and ends at 255 characters.
"""

import re
import unicodedata

LONGEST = 32_767
"""UTF-16 units in one cell of Excel; what is longer in a CSV would spill over into other cells."""
_CUT = "…"
_FORMULA = ("=", "+", "-", "@", "\N{MINUS SIGN}")
_UNSEEN = ("Cc", "Cf")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_SIGN = r"[\s(+$£¥€-]*"
_NUMBER = rf"{_SIGN}(?=[.,'\s]*\d)[\d.,'\s]+(?:e\s*[+-]?\d+)?[\s)%$£¥€元]*"
_FRACTION = rf"{_SIGN}\d+\s+\d+\s*/\s*\d+"
_DATE = rf"(?=.*\d)(?:{_MONTH}|[-/.,年月日号\s\d])+"
_CHINESE_DATE = r"(?=.*[年月日])[〇零一二三四五六七八九十廿卅\d年月日号\s]+"
_TIME = r"(?:\d+:\d+(?::\d+)?(?:[.,]\d+)?|\d+时(?:\d+分)?(?:\d+秒)?)\s*(?:[ap]\.?m?\.?)?"
_CONVERTED = re.compile(
    rf"{_NUMBER}|{_FRACTION}|{_DATE}|{_CHINESE_DATE}|(?:{_DATE}(?:[t\s]|上午|下午)\s*)?(?:上午|下午)?{_TIME}"
    rf"|{_TIME}\s+{_DATE}|true|false"
)
_LONGEST_CONVERTED = 64
_SHOWN_AS_IT_IS = re.compile(r"0|[1-9][0-9]{0,9}")
"""A whole number that Excel shows digit by digit."""


def guarded(text: str) -> str:
    """The text as it may stand in a CSV file."""
    text = written(text)
    return shortened(f"'{text}") if _taken_for_something(text) else text


def written(text: str) -> str:
    """Without what neither XML nor UTF-8 can hold, and no longer than a cell."""
    return shortened(_UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text))


def shortened(text: str) -> str:
    """What a cell can hold of it; an ellipsis says that there is more."""
    if len(text) <= LONGEST // 2 or len(units := text.encode("utf-16-le")) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + _CUT


def _taken_for_something(text: str) -> bool:
    if _SHOWN_AS_IT_IS.fullmatch(text):
        return False
    seen = _as_a_spreadsheet_sees(text)
    if text.startswith(("'", "\t", "\r", "\n")) or seen.startswith(_FORMULA):
        return True
    return len(seen) <= _LONGEST_CONVERTED and _CONVERTED.fullmatch(seen) is not None


def _as_a_spreadsheet_sees(text: str) -> str:
    """Full-width forms are taken as their narrow ones; blanks and what is not seen are passed over at both ends."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    seen = [place for place, one in enumerate(narrow) if not (one.isspace() or unicodedata.category(one) in _UNSEEN)]
    return narrow[seen[0] : seen[-1] + 1] if seen else ""
