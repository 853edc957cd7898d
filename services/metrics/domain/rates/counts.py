"""次数: how often each thing happened."""

from collections.abc import Mapping

from services.contracts.cases import OccurrenceKind

from .definition import Definition

NAMES: Mapping[OccurrenceKind, tuple[str, str]] = {
    # 受理与派单
    "received": ("登记数", "Received"),
    "accepted": ("受理数", "Accepted"),
    "recategorised": ("改类数", "Recategorised"),
    "rejected": ("不予受理数", "Rejected"),
    "return_up_requested": ("向上退单申请数", "Upward returns asked"),
    "return_up_refused": ("驳回向上退单数", "Upward returns refused"),
    "returned_up": ("向上退单数", "Returned upward"),
    "dispatched": ("派单数", "Dispatched"),
    "handed_over": ("移交数", "Handed over"),
    # 协办、会商、鸣哨
    "assist_requested": ("协办申请数", "Assists asked"),
    "assisted": ("协办派单数", "Assists dispatched"),
    "assist_refused": ("驳回协办申请数", "Assists refused"),
    "released": ("解除协办数", "Assists released"),
    "consulted": ("会商数", "Consultations"),
    "opined": ("会商意见数", "Opinions given"),
    "concluded": ("会商结束数", "Consultations concluded"),
    "whistled": ("鸣哨数", "Summonses"),
    "reported_in": ("报到数", "Reported in"),
    # 签收与办理
    "signed": ("签收数", "Signed"),
    "signed_on_time": ("及时签收数", "Signed on time"),
    "return_requested": ("退单申请数", "Returns asked"),
    "return_refused": ("驳回退单数", "Returns refused"),
    "contacted_first": ("先行联系数", "First contacts"),
    "contacted_on_time": ("及时先行联系数", "First contacts on time"),
    "handled_from": ("开始办理数", "Handling begun"),
    "hold_requested": ("挂账申请数", "Holds asked"),
    "held": ("挂账数", "Held"),
    "hold_refused": ("驳回挂账数", "Holds refused"),
    "resumed": ("恢复办理数", "Resumed"),
    "extension_requested": ("延期申请数", "Extensions asked"),
    "extended": ("延期数", "Extended"),
    "extension_refused": ("驳回延期数", "Extensions refused"),
    "replied": ("答复数", "Replies"),
    "self_handled": ("自办数", "Handled on the spot"),
    "assist_signed": ("协办签收数", "Assists signed"),
    "assist_return_requested": ("协办退单申请数", "Assists' returns asked"),
    "assist_return_refused": ("驳回协办退单数", "Assists' returns refused"),
    "assist_replied": ("协办答复数", "Assists' replies"),
    # 核查、办结、评价
    "sent_back": ("审核退回数", "Sent back"),
    "verified": ("核查数", "Verifications"),
    "verification_failed": ("核查不通过数", "Verifications failed"),
    "closed": ("办结数", "Closings"),
    "redone": ("重办数", "Redos"),
    "followed_up": ("回访数", "Followed up"),
    "evaluated": ("评价数", "Evaluations"),
    "archived": ("归档数", "Archived"),
    # 并单与并案
    "merged": ("并单数", "Merged"),
    "split": ("拆单数", "Split"),
    "linked": ("并案数", "Linked"),
    "unlinked": ("解除并案数", "Unlinked"),
    # 催办、督办与更改
    "reminded": ("催办数", "Reminders"),
    "due_soon": ("临期提醒数", "Due soon"),
    "overdue": ("超期数", "Overdue"),
    "supervised": ("督办数", "Supervised"),
    "escalated": ("提级数", "Escalated"),
    "voided": ("作废数", "Voided"),
    "amended": ("补充数", "Amended"),
    "exclusion_requested": ("剔除申请数", "Exclusions asked"),
    "excluded": ("剔除数", "Excluded"),
    "exclusion_refused": ("驳回剔除数", "Exclusions refused"),
    "published": ("公示数", "Published"),
    "withdrawn": ("撤下数", "Withdrawn"),
}


def _count(kind: OccurrenceKind, name: str, name_en: str) -> Definition:
    return Definition(
        id=f"{kind}_count",
        version=1,
        name=name,
        name_en=name_en,
        numerator=kind,
        bases=("flow",),
        meaning="按发生时间计的次数",
        meaning_en="how often it happened, by the hour in which it did",
        source="plain count",
    )


COUNTS = tuple(_count(kind, *names) for kind, names in NAMES.items())
