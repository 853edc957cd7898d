"""Settings from files: where `NAME_FILE` is set, what is in that file is `NAME`.

So a secret stands in no environment, which every child inherits and the system shows to the same user's other
processes; Docker and Kubernetes mount secrets as files in this way.
"""

import os
from pathlib import Path
from typing import Any

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the file of every setting that has one. SystemExit that names the variable where it cannot be read."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Its value under its own name; None where no file is told."""
        alias = field.validation_alias
        for name in alias.choices if isinstance(alias, AliasChoices) else ():
            if path := os.environ.get(f"{name}_FILE"):
                return _content(f"{name}_FILE", Path(path)), str(name), False
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """All that were told."""
        told = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in told if value is not None}


def _content(variable: str, path: Path) -> str:
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(
            f"{variable} names {path}, which cannot be read ({error}): mend the path or its rights"
        ) from None
    if not found:
        raise SystemExit(f"{variable} names {path}, which is empty: write the secret into it")
    return found
