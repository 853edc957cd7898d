"""What intake is told at its start."""

from pydantic import AliasChoices, Field

from services.runtime.settings import ServiceSettings


class IntakeSettings(ServiceSettings):
    """Port 8101. The secret keys the contacts' digests and must be the same for all intakes, for ever."""

    port: int = Field(default=8101, validation_alias=AliasChoices("MINGSHAO_PORT"))
    instance: str = Field(default="intake-1", validation_alias=AliasChoices("MINGSHAO_INSTANCE"))
    contact_secret: str = Field(default="", validation_alias=AliasChoices("MINGSHAO_CONTACT_SECRET"))
    routing_url: str = Field(default="http://127.0.0.1:8102", validation_alias=AliasChoices("MINGSHAO_ROUTING_URL"))
    max_requests: int = Field(default=256, ge=1, validation_alias=AliasChoices("MINGSHAO_MAX_REQUESTS"))
    max_bytes: int = Field(default=64 << 20, ge=1, validation_alias=AliasChoices("MINGSHAO_MAX_BYTES"))
