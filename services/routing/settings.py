"""What routing is told at its start."""

from pydantic import AliasChoices, Field

from services.runtime.settings import ServiceSettings


class RoutingSettings(ServiceSettings):
    """Port 8102; the first admin key comes as its hash."""

    port: int = Field(default=8102, validation_alias=AliasChoices("MINGSHAO_PORT"))
    instance: str = Field(default="routing-1", validation_alias=AliasChoices("MINGSHAO_INSTANCE"))
    admin_key_hash: str = Field(
        default="", pattern="^([0-9a-f]{64})?$", validation_alias=AliasChoices("MINGSHAO_ADMIN_KEY_HASH")
    )
