"""What is still to be told of changed cells: nothing is dropped while a later batch changes it again."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import pytest

from services.metrics.domain import changed as module
from services.metrics.domain.cells import ITSELF, Cell, Sheet
from services.metrics.domain.changed import Changed

DAY = datetime(2026, 3, 1, tzinfo=UTC)
TOTAL, ROADS = Sheet("cohort", DAY, "total", ""), Sheet("cohort", DAY, "department", "roads")
LEAK: Cell = ("category", "leak")
LAMP: Cell = ("category", "lamp")


def cells(found: Mapping[Sheet, Iterable[Cell]]) -> dict[Sheet, set[Cell]]:
    return {sheet: set(some) for sheet, some in found.items()}


def test_a_changed_cell_is_told_once() -> None:
    changed = Changed()
    changed.mark(0, 1, {TOTAL: [ITSELF, LEAK], ROADS: [ITSELF]})
    asked = changed.upto(0, 1, 10)
    assert asked == {TOTAL: [ITSELF, LEAK], ROADS: [ITSELF]}
    assert changed.upto(1, 1, 10) == {}
    changed.told(0, 1, asked)
    assert (changed.count, changed.upto(0, 9, 10)) == (0, {})


def test_what_every_batch_changes_is_told_all_the_same_and_stays_to_be_told() -> None:
    changed = Changed()
    changed.mark(0, 1, {TOTAL: [ITSELF]})
    changed.mark(0, 2, {TOTAL: [ITSELF]})
    # read at batch 1: the second is not committed yet, and what the first has changed must not wait for it
    assert cells(changed.upto(0, 1, 10)) == {TOTAL: {ITSELF}}
    changed.told(0, 1, changed.upto(0, 1, 10))
    assert changed.upto(0, 1, 10) == {}, "nothing up to batch 1 is left to be told"
    assert cells(changed.upto(0, 2, 10)) == {TOTAL: {ITSELF}}
    changed.told(0, 2, changed.upto(0, 2, 10))
    assert changed.count == 0


def test_what_was_marked_while_others_of_its_sheet_were_told_is_still_to_be_told() -> None:
    changed = Changed()
    changed.mark(0, 1, {TOTAL: [ITSELF]})
    asked = changed.upto(0, 1, 10)
    changed.mark(0, 2, {TOTAL: [LEAK]})  # and committed before the sheet is read: it is read as of batch 2
    changed.told(0, 2, asked)
    assert cells(changed.upto(0, 2, 10)) == {TOTAL: {LEAK}}


def test_no_more_than_asked_for_at_once() -> None:
    changed = Changed()
    changed.mark(0, 1, {TOTAL: [ITSELF], ROADS: [ITSELF]})
    first = changed.upto(0, 1, 1)
    assert len(first) == 1
    changed.told(0, 1, first)
    assert len(changed.upto(0, 1, 1)) == 1


def test_too_many_to_keep_are_lost_but_for_those_that_the_log_may_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SHEETS", 1)
    changed = Changed()
    changed.mark(3, 1, {TOTAL: [ITSELF], ROADS: [ITSELF]})
    assert (changed.lost, changed.count) == ({3}, math.inf)
    changed.mark(3, 2, {TOTAL: [LEAK]})
    changed.mark(3, 3, {TOTAL: [LAMP]})  # the first is committed, and in the log: the others may not be yet
    assert changed.upto(3, 3, 10) == {}
    assert changed.keep_again([1, 2]) == set()
    assert changed.keep_again([3, 4]) == {3}
    assert cells(changed.upto(3, 3, 10)) == {TOTAL: {LEAK, LAMP}}
    changed.mark(3, 4, {TOTAL: [ITSELF]})
    assert ITSELF in cells(changed.upto(3, 4, 10))[TOTAL], "kept again"
    assert changed.lost == set()


def test_what_is_another_s_is_lost_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SHEETS", 1)
    changed = Changed()
    changed.whole.add(3)
    changed.mark(3, 1, {TOTAL: [ITSELF], ROADS: [ITSELF]})
    changed.forget(3)
    assert (changed.whole, changed.lost, changed.count) == (set(), set(), 0)


def test_of_cells_that_are_counted_no_more_nothing_is_left() -> None:
    changed = Changed()
    changed.mark(0, 5_000, {TOTAL: [ITSELF]})
    changed.whole.add(1)
    changed.lost.add(2)
    changed.clear()
    changed.mark(0, 800, {TOTAL: [ITSELF]})
    changed.told(0, 800, changed.upto(0, 800, 10))
    assert (changed.count, changed.whole, changed.lost) == (0, set(), set()), (
        "a number of the others' would have it told again and again"
    )
