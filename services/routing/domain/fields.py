"""What an action's fields are called, and what they hold: for whoever fills them in."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from .moves import Need

Holds = Literal["text", "time", "yes or no", "a row of the directory", "names", "one of", "an object", "an id"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """`values` are all that are good, each with its Chinese; empty where there is no such list."""

    chinese: str
    holds: Holds
    values: Mapping[str, str] = {}


def _field(chinese: str, holds: Holds, **values: str) -> Field:
    return Field(chinese=chinese, holds=holds, values=values)


GRADES: Mapping[str, str] = {"5": "很满意", "4": "满意", "3": "基本满意", "2": "不满意", "1": "很不满意"}
FIELDS: Mapping[Need, Field] = {
    "reason": _field("理由", "text"),
    "text": _field("内容", "text"),
    "notice": _field("公示文字", "text"),
    "evidence": _field("照片与材料", "names"),
    "category": _field("类别", "a row of the directory"),
    "department": _field("部门", "a row of the directory"),
    "departments": _field("各部门", "names"),
    "parties": _field("会商各方", "names"),
    "party": _field("发言一方", "text"),
    "until": _field("期限", "time"),
    "contacted": _field("是否联系上", "yes or no", true="联系上", false="未联系上"),
    "reached": _field("是否联系上诉求人", "yes or no", true="联系上", false="未联系上"),
    "effective": _field("是否有效回访", "yes or no", true="有效", false="无效"),
    "solved": _field("是否解决", "yes or no", true="已解决", false="未解决"),
    "passed": _field("核查是否通过", "yes or no", true="通过", false="不通过"),
    "grade": Field(chinese="评价", holds="one of", values=GRADES),
    "level": _field("提级到", "one of", department="部门", leader="分管领导", supervision="督查", committee="工委"),
    "fields": _field("补充的内容", "an object"),
    "main": _field("主件", "an id"),
    "corrects": _field("更正哪个动作", "an id"),
    "corrects_sender": _field("该动作的发送人", "an id"),
}
