"""What the page asks besides figures: places, and one case's moves."""

import pytest

from .stage import Stage
from .test_explaining import told
from .test_rollups import stage as placed

__all__ = ["placed"]


@pytest.fixture
def history() -> Stage:
    made = Stage()
    made.hold(told())
    return made


async def test_places_are_the_directory_s(placed: Stage) -> None:
    answer = await placed.get("/v1/places")
    body = answer.json()
    assert [one["id"] for one in body["grids"]] == ["a1", "a2", "b1"]
    assert {one["id"]: (one["street"], one["inhabitants"]) for one in body["communities"]} == {
        "a": ("north", 4_000), "b": ("north", 1_000), "c": ("south", None),
    }  # fmt: skip
    assert len(body["grids"][0]["polygon"][0]) == 4
    again = await placed.client.get(
        "/v1/places", headers={"Authorization": "Bearer look", "If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_a_case_s_moves_are_listed_in_order_with_what_it_counts_for(history: Stage) -> None:
    found = (await history.get("/v1/evidence/t-excluded")).json()["evidence"]
    assert [(step["action"], step["state"]) for step in found["steps"]] == [
        ("submit", "received"), ("dispatch", "dispatched"), ("close", "closed"), ("exclude", "closed"),
    ]  # fmt: skip
    assert any(piece.get("until") for piece in found["pieces"])
    labels = (await history.get("/v1/evidence/t-excluded")).json()["labels"]
    assert labels == {"b": {"zh": "环卫所", "en": "Sanitation"}}, "departments, and no other sender"
    missing = await history.get("/v1/evidence/t-nobody")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_case")
    history.evidence.away = True
    assert (await history.get("/v1/evidence/t-open")).status_code == 503
