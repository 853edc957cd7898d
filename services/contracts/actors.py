"""Who acts: the role and subject of the key a command came with."""

from typing import Literal

import msgspec

Role = Literal["source", "department", "dispatcher", "supervisor", "followup", "dashboard", "admin", "routing"]
BACKDATE = "backdate"


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A caller as its key says: `source` and `department` always have a subject; `routing` has no key."""

    role: Role
    subject: str | None = None
    scopes: tuple[str, ...] = ()

    @property
    def sender(self) -> str:
        """The namespace of the actor's action ids, such as `department:housing` or `dispatcher`."""
        return f"{self.role}:{self.subject}" if self.subject else self.role


ROUTING = Actor(role="routing")
