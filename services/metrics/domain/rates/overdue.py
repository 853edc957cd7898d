"""超期: of the cases that are due what is not in time, as two numbers. With those in time they are all that is due."""

from .definition import Definition

OVERDUE = (
    Definition(
        id="overdue_open",
        version=1,
        name="超期未结数",
        name_en="Overdue and open",
        numerator="unanswered",
        bases=("due",),
        meaning="期限已过、没有答复或答复已被收回、仍在办的有效件",
        meaning_en="valid cases past their due time, still open, without a reply or with one that was taken back",
        source="ours: what is to be done now, beside on_time",
    ),
    Definition(
        id="answered_late",
        version=1,
        name="逾期答复数",
        name_en="Answered late",
        numerator="answered_late",
        bases=("due",),
        meaning="期限已过、答复晚于现行期限(或未答复即办结)的有效件",
        meaning_en="valid cases past their due time that were answered after it, or closed without a reply",
        source="ours: what cannot be mended, beside on_time",
    ),
)
