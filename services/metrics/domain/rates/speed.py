"""办理时长: quantiles of how long it takes from the report on."""

from ..durations import RELATIVE_ERROR
from .definition import Definition, Quantiles


def _speed(end: str, name: str, name_en: str, until: str, until_en: str) -> Definition:
    return Definition(
        id=f"speed_{end}",
        version=1,
        name=name,
        name_en=name_en,
        bases=("cohort",),
        meaning=f"从登记到{until}的时长: 中位数、九成、九成九(秒; 有效件)",
        meaning_en=f"from received to {until_en}: median, 90 %, 99 %, in seconds, of valid cases",
        source="ours; a mergeable histogram (DDSketch, 2019)",
        quantiles=Quantiles(histogram=end, relative_error=RELATIVE_ERROR),
    )


SPEED = (
    _speed("signed", "签收时长", "Time to signature", "首次签收", "the first signature"),
    _speed("replied", "首次答复时长", "Time to first reply", "首次答复", "the first reply"),
    _speed("closed", "办结时长", "Time to closing", "现行办结", "the standing closing"),
)
