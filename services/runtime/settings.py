"""What every service is told at its start, from the environment and the files it names, read once."""

from ipaddress import ip_network
from typing import Literal

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from .secret_files import SecretFiles


class ServiceSettings(BaseSettings):
    """Immutable; a service adds its own in its `settings.py`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    kafka_bootstrap: str = Field(default="127.0.0.1:8191", validation_alias=AliasChoices("KAFKA_BOOTSTRAP"))
    mongodb_uri: str = Field(
        default="mongodb://127.0.0.1:8193/?replicaSet=rs0", validation_alias=AliasChoices("MONGODB_URI")
    )
    host: str = Field(default="127.0.0.1", validation_alias=AliasChoices("MINGSHAO_HOST"))
    port: int = Field(default=8100, validation_alias=AliasChoices("MINGSHAO_PORT"))
    partitions: int = Field(default=4, ge=1, validation_alias=AliasChoices("MINGSHAO_PARTITIONS"))
    replication: int = Field(default=1, ge=1, validation_alias=AliasChoices("MINGSHAO_REPLICATION"))
    timezone: str = Field(default="Asia/Shanghai", validation_alias=AliasChoices("MINGSHAO_TIMEZONE"))
    log: Literal["json", "console"] = Field(default="json", validation_alias=AliasChoices("MINGSHAO_LOG"))
    trusted_proxies: str = Field(default="127.0.0.1,::1", validation_alias=AliasChoices("MINGSHAO_TRUSTED_PROXIES"))
    instance: str = Field(default="", validation_alias=AliasChoices("MINGSHAO_INSTANCE"))
    failpoint: str = Field(default="", validation_alias=AliasChoices("MINGSHAO_FAILPOINT"))

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, given: str) -> str:
        for one in filter(None, (part.strip() for part in given.split(","))):
            ip_network(one)  # ValueError: a name, or a network with bits of a host, would be one that nobody has
        return given

    @property
    def proxies(self) -> list[str]:
        """Whose word on where a request came from, and whether over TLS, is taken."""
        return [part.strip() for part in self.trusted_proxies.split(",") if part.strip()]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What code gives, then the files that are named, then the environment."""
        return init_settings, SecretFiles(settings_cls), env_settings
