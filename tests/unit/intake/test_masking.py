"""Numbers of people are masked wherever they stand; ticket numbers and dates survive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
