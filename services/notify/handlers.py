"""One batch of one partition: facts and contacts in the order in which they came."""

from collections.abc import Iterable, Set

from services.contracts.assignments import AssignmentNotice
from services.contracts.cases import CaseFact
from services.contracts.submissions import ContactGiven
from services.contracts.topics import CONTACTS
from services.runtime.batches import Outgoing

from .domain.contact import Contacts, Step, erased, given, submitted
from .domain.notice import notices
from .domain.told import Told, occurred, told
from .ports import Kept, Loaded


class Telling:
    """What was loaded, and what the batch changed since."""

    def __init__(self, partition: int, next_seq: int, loaded: Loaded, departments: Set[str] = frozenset()) -> None:
        self.partition = partition
        self.next_seq = next_seq
        self.cases: dict[str, Told] = {}
        self.contacts: dict[str, Contacts] = {}
        self.kept: list[Kept] = []
        self._loaded = loaded
        self._departments = departments

    def fact(self, fact: CaseFact) -> tuple[list[AssignmentNotice], Step | None]:
        """Take a fact; what departments are told of it, and what it settles of the contact. ValueError leaves
        everything as it was."""
        before = self.cases.get(fact.case_id) or self._loaded.cases.get(fact.case_id)
        after = told(before, fact, self._departments)
        if after is None or fact.outcome != "applied":
            return [], None
        made = notices(before, after, fact, self._departments)
        self.cases[fact.case_id] = after
        step: Step | None = None
        if fact.submission is not None:
            step = submitted(self._known(fact.case_id), fact.submission.contact_digest)
            self.contacts[fact.case_id] = step.after
        self.kept.extend(
            Kept(notice=notice, partition=self.partition, seq=seq) for seq, notice in enumerate(made, self.next_seq)
        )
        self.next_seq += len(made)
        return made, step

    def contact(self, contact: ContactGiven) -> Step:
        """Take a contact."""
        step = given(self._known(contact.case_id), contact)
        if step.after != self._known(contact.case_id):
            self.contacts[contact.case_id] = step.after
        return step

    def erase(self, case_id: str) -> None:
        """Take a tombstone."""
        self.contacts[case_id] = erased(self._known(case_id))

    def _known(self, case_id: str) -> Contacts:
        return self.contacts.get(case_id) or self._loaded.contacts.get(case_id) or Contacts()


def departments_of(facts: Iterable[CaseFact]) -> set[str]:
    """All that notices of these facts could go to, but for those consulted, who are in the directory anyway."""
    found: set[str | None] = set()
    for fact in facts:
        for summary in (fact.before, fact.after):
            if summary is not None:
                found |= {summary.dims.department, *(task.department for task in summary.tasks)}
        if "whistled" in occurred(fact):  # of a refused one nobody has checked the names
            found |= {*fact.details.departments}
    return {department for department in found if department is not None}


def tombstone(case_id: str, partition: int) -> Outgoing:
    """Erases a contact from the log, once compaction has passed."""
    return Outgoing(topic=CONTACTS.name, partition=partition, key=case_id.encode(), value=None, headers=[])
