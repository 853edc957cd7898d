"""Whose contact a record is: it counts only where the applied submission's fact has its digest, in any order.

An erased case never gets a contact again; a repeat's is answered with another tombstone.
"""

from collections.abc import Mapping

import msgspec

from services.contracts.submissions import ContactGiven


class Contacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one case's contact. `digest` is the fact's; `seen` says that the fact came."""

    seen: bool = False
    digest: str | None = None
    accepted: ContactGiven | None = None
    pending: Mapping[str, ContactGiven] = {}
    erased: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """The contacts after a record, and whether the log needs a tombstone for it."""

    after: Contacts
    tombstone: bool = False


def submitted(known: Contacts, digest: str | None) -> Contacts:
    """The submission's fact came: its contact, if it came before, is accepted; others are let go."""
    if known.erased:
        return msgspec.structs.replace(known, seen=True, digest=digest)
    accepted = known.pending.get(digest) if digest else None
    return msgspec.structs.replace(known, seen=True, digest=digest, accepted=known.accepted or accepted, pending={})


def given(known: Contacts, contact: ContactGiven) -> Step:
    """A contact record came."""
    if known.erased:
        return Step(after=known, tombstone=True)
    if not known.seen:
        return Step(after=msgspec.structs.replace(known, pending={**known.pending, contact.digest: contact}))
    if contact.digest == known.digest:
        return Step(after=msgspec.structs.replace(known, accepted=contact))
    return Step(after=known)


def erased(known: Contacts) -> Contacts:
    """A tombstone came: nothing is kept but that it was erased. It never causes another tombstone."""
    return Contacts(seen=known.seen, digest=known.digest, erased=True)
