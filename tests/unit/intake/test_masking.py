"""Numbers of people are masked wherever they stand; ticket numbers and dates survive."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import masking
from services.intake.domain.masking import mask, mask_all


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("请致电13800138000。", "请致电138****8000。"),
        ("138 0013 8000", "138 **** 8000"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("+86 13800138000", "+86 138****8000"),
        ("电话010-88888888", "电话010-****8888"),
        ("身份证11010519491231002X", "身份证110105********002X"),
        ("身份证11010519491231002x。", "身份证110105********002x。"),
        ("11010519491231002113800138000", "11010519491231002113800138000"),
        ("110105194912310021", "110105194912310021"),
        ("工单号 202611230001234567", "工单号 202611230001234567"),
        ("2026-11-23 16:00:00", "2026-11-23 16:00:00"),
        ("", ""),
    ],
)
def test_what_is_masked_and_what_is_not(said: str, left: str) -> None:
    assert mask(said) == left


def test_free_attributes_are_masked_at_any_depth_keys_and_numbers_too() -> None:
    given_attributes = {
        "电话13800138000": [13800138000, {"x": "13800138000", "n": 12345, "b": True, "f": 1.5, "o": None}]
    }
    assert mask_all(given_attributes) == {
        "电话138****8000": ["138****8000", {"x": "138****8000", "n": 12345, "b": True, "f": 1.5, "o": None}]
    }


texts = st.text(alphabet="0123456789 -+()xX１２３工单号，。a:/", max_size=60)


@given(texts)
def test_masking_is_idempotent_and_changes_digits_alone(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert len(once) == len(text)
    assert all(was == now or (now == "*" and was.isdigit()) for was, now in zip(text, once, strict=True))


@given(st.text(alphabet="工单号，。 a", max_size=10), st.integers(3, 9), st.text("0123456789", min_size=8, max_size=8))
def test_no_mobile_number_survives(before: str, second: int, rest: str) -> None:
    number = f"1{second}{rest[0]}{rest[1:]}0"[:11]
    assert number not in mask(f"{before}{number}{before}")


@pytest.mark.parametrize(
    "value",
    [
        {"lat": 31.23041600, "lon": 121.47370000},
        {"point": "31.23041600,121.47370000"},
        {"point": "31.23041600, 121.47370000"},
        {"depth": -12.34567890, "share": 0.1234567890123},
        "31.23041600",
        [121.473701, 31.230416],
    ],
)
def test_coordinates_and_measures_are_nobodys_number(value: object) -> None:
    assert mask_all(value) == value
    assert mask("坐标 31.23041600，121.47370000 处") == "坐标 31.23041600，121.47370000 处"


def test_a_mobile_number_with_a_point_in_it_is_hidden_all_the_same() -> None:
    assert "138" in mask_all("138.00138000")
    assert mask_all("138.00138000") != "138.00138000"


def test_two_keys_that_differ_only_in_what_is_hidden_are_both_kept() -> None:
    assert sorted(mask_all({"13800118000": 1, "13800228000": 2}).values()) == [1, 2]


HOLDING_ON = {
    "a phone number over and over": "13800138000 " * 1_600,
    "without anything between": "13800138000" * 1_800,
    "landlines over and over": "010-88888888，" * 1_500,
    "different landlines": " ".join(f"010-8{n:07d}，" for n in range(1_300)),
    "digits and blanks": "1 " * 10_000,
    "digits alone": "1" * 20_000,
    "brackets": "(0" * 10_000,
    "points": "1.2." * 5_000,
    "plus signs": "+86" * 6_000,
    "cards": "110105194912310021 " * 1_000,
}


@pytest.mark.parametrize("name", HOLDING_ON)
def test_what_is_looked_at_number_by_number_is_bounded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's search is far from linear: so few and so short are the texts that it is given."""
    searched: list[str] = []
    original: Any = vars(masking)["PhoneNumberMatcher"]

    def counted(text: str, *arguments: Any, **more: Any) -> Any:
        searched.append(text)
        return original(text, *arguments, **more)

    monkeypatch.setattr(masking, "PhoneNumberMatcher", counted)
    once = mask(HOLDING_ON[name])
    assert len(searched) <= masking.MOST_RUNS
    assert all(len(text) <= masking.LONGEST_RUN + 2 * masking.AROUND for text in searched)
    assert len(once) == len(HOLDING_ON[name])


@pytest.mark.parametrize(
    "name",
    ["a phone number over and over", "without anything between", "landlines over and over", "different landlines"],
)
def test_however_many_numbers_there_are_none_is_left(name: str) -> None:
    once = mask(HOLDING_ON[name])
    assert "13800138000" not in once
    assert "88888888" not in once
    assert "80001299" not in once
