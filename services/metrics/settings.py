"""What metrics is told at its start."""

from pydantic import AliasChoices, Field

from services.runtime.settings import ServiceSettings


class EvidenceSettings(ServiceSettings):
    """Port 8105."""

    port: int = Field(default=8105, validation_alias=AliasChoices("MINGSHAO_PORT"))
    instance: str = Field(default="evidence-1", validation_alias=AliasChoices("MINGSHAO_INSTANCE"))


class MetricsSettings(ServiceSettings):
    """Port 8104."""

    port: int = Field(default=8104, validation_alias=AliasChoices("MINGSHAO_PORT"))
    instance: str = Field(default="metrics-1", validation_alias=AliasChoices("MINGSHAO_INSTANCE"))
    public: bool = Field(default=False, validation_alias=AliasChoices("MINGSHAO_PUBLIC"))
