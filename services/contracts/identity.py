"""A case's id is a pure function of kind, source and the source's own number; so repeats meet themselves."""

import uuid
from typing import Literal

Kind = Literal["ticket", "opinion"]

# fixed for ever: another namespace would give every case another id
NAMESPACE = uuid.UUID("6f1c0d1e-2f43-5a7b-9a58-0d9c5b7a4e11")
_PREFIX: dict[Kind, str] = {"ticket": "t", "opinion": "o"}
_KIND: dict[str, Kind] = {"t": "ticket", "o": "opinion"}


def case_id(kind: Kind, source: str, source_id: str) -> str:
    """`t-` or `o-` and the UUIDv5 (RFC 9562) of kind, source and source_id."""
    name = "\x1f".join((kind, source, source_id))
    return f"{_PREFIX[kind]}-{uuid.uuid5(NAMESPACE, name)}"


def kind_of(case: str) -> Kind:
    """The kind a case id says, hence its topic. ValueError where it is no case id."""
    prefix, _, rest = case.partition("-")
    try:
        known = prefix in _KIND and str(uuid.UUID(rest)) == rest
    except ValueError:
        known = False
    if not known:
        raise ValueError(f"{case[:80]!r} is not a case id: t- or o- and a UUID in lower case")
    return _KIND[prefix]
