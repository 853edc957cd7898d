"""Whose contact a record is: it counts only where the applied submission's fact has its digest, in any order.

An erased case never gets a contact again; a repeat's is answered with another tombstone. The log keeps only the newest
record of a case, so one that is not the accepted is answered with the accepted, which then is the newest again.
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
    """The contacts after a record, and what the log needs for it: a tombstone, or the accepted contact `again`."""

    after: Contacts
    tombstone: bool = False
    again: ContactGiven | None = None


def submitted(known: Contacts, digest: str | None) -> Step:
    """The submission's fact came: its contact, if it came before, is accepted; others are let go."""
    if known.erased:
        return Step(after=msgspec.structs.replace(known, seen=True, digest=digest))
    accepted = known.accepted or (known.pending.get(digest) if digest else None)
    after = msgspec.structs.replace(known, seen=True, digest=digest, accepted=accepted, pending={})
    return Step(after=after, again=accepted if known.pending.keys() - {digest} else None)


def given(known: Contacts, contact: ContactGiven) -> Step:
    """A contact record came."""
    if known.erased:
        return Step(after=known, tombstone=True)
    if not known.seen:
        return Step(after=msgspec.structs.replace(known, pending={**known.pending, contact.digest: contact}))
    if contact.digest == known.digest:
        return Step(after=msgspec.structs.replace(known, accepted=contact))
    return Step(after=known, again=known.accepted)


def erased(known: Contacts) -> Contacts:
    """A tombstone came: nothing is kept but that it was erased. It never causes another tombstone."""
    return Contacts(seen=known.seen, digest=known.digest, erased=True)
