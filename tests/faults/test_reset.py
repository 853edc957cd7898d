"""A reset leaves nothing but the keys, and what is pushed afterwards counts as on the first day."""

from pathlib import Path

from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import Street, long_form


@long_form
def test_after_a_reset_nothing_is_left_and_the_same_keys_go_on(street: Street, tmp_path: Path, seed: int) -> None:
    admin = street.key("admin")
    result = street.mingshao("reset", "--yes")
    assert result.returncode == 0, result.stdout + result.stderr
    street.dead.clear()
    street.start()
    assert street.key("admin") == admin
    empty = street.call("GET", "metrics", "/v1/rates", "dashboard", params={"rate": "handled"}).json()
    assert [row["denominator"] for row in empty["rows"]] == [0]
    with Load(street, tmp_path, seed=seed, cases=100) as load:
        load.finish()
    assert check(street, [load]).cases
