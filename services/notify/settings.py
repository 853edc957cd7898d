"""What notify is told at its start."""

from pydantic import AliasChoices, Field

from services.runtime.settings import ServiceSettings


class NotifySettings(ServiceSettings):
    """Port 8103."""

    port: int = Field(default=8103, validation_alias=AliasChoices("MINGSHAO_PORT"))
    instance: str = Field(default="notify-1", validation_alias=AliasChoices("MINGSHAO_INSTANCE"))
