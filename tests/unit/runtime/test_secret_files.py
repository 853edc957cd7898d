"""Settings from files."""

from pathlib import Path

import pytest

from services.intake.settings import IntakeSettings
from services.routing.settings import RoutingSettings


def test_a_setting_whose_file_is_named_is_what_that_file_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    monkeypatch.setenv("MINGSHAO_CONTACT_SECRET", "from the environment")
    assert IntakeSettings().contact_secret == "from the environment"
    monkeypatch.setenv("MINGSHAO_CONTACT_SECRET_FILE", str(file))
    assert IntakeSettings().contact_secret == "from the file"
    monkeypatch.setenv("MONGODB_URI_FILE", str(file))
    assert RoutingSettings().mongodb_uri == "from the file"


@pytest.mark.parametrize("content", [None, "", " \n", b"\xff"])
def test_a_file_that_holds_no_secret_ends_the_start_and_is_named(
    content: str | bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("MINGSHAO_CONTACT_SECRET_FILE", str(file))
    with pytest.raises(SystemExit, match="MINGSHAO_CONTACT_SECRET_FILE names"):
        IntakeSettings()
