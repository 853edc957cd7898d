"""A case's id says its kind and follows from its source and number alone."""

import pytest

from services.contracts.actors import ROUTING, Actor
from services.contracts.identity import case_id, kind_of


def test_id_is_fixed_for_ever() -> None:
    # a changed value here would give every case that there is another id
    assert case_id("ticket", "hotline", "HX-20260330-0001") == "t-4cd234e3-8a7e-5cc7-908f-ed40200db77f"


def test_same_submission_has_the_same_id_and_another_has_not() -> None:
    ids = {case_id(kind, source, number) for kind in ("ticket", "opinion") for source in "ab" for number in "12"}
    assert len(ids) == 8
    assert case_id("ticket", "a", "1") in ids


def test_parts_do_not_run_into_each_other() -> None:
    assert case_id("ticket", "a", "b-1") != case_id("ticket", "a-b", "1")


@pytest.mark.parametrize("kind", ["ticket", "opinion"])
def test_id_tells_its_kind(kind: str) -> None:
    assert kind_of(case_id(kind, "hotline", "1")) == kind  # type: ignore[arg-type]  # a Literal by parametrize


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "t",
        "t-",
        "t-1",
        "x-4cd234e3-8a7e-5cc7-908f-ed40200db77f",
        "t-4CD234E3-8A7E-5CC7-908F-ED40200DB77F",
        "4cd234e3-8a7e-5cc7-908f-ed40200db77f",
    ],
)
def test_what_is_no_case_id_is_a_value_error(wrong: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # uuid's own message where it is no UUID at all
        kind_of(wrong)


def test_sender_is_the_role_with_its_subject() -> None:
    assert Actor(role="department", subject="greening").sender == "department:greening"
    assert Actor(role="dispatcher").sender == "dispatcher"
    assert ROUTING.sender == "routing"
