"""What the door takes goes the whole way: judged, told, counted, kept as evidence and shown, whatever its fields hold.

Only the servers are left out: every document is encoded as MongoDB would have it, every record as Kafka would.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

import bson
import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts.actions import ActionName, ActionRequested
from services.contracts.actors import Actor
from services.contracts.cases import CaseFact
from services.contracts.codec import Event, decode, encode
from services.contracts.messages import Message
from services.contracts.submissions import ContactGiven, SubmissionReceived
from services.contracts.topics import TICKETS
from services.intake.domain.bodies import ActionBody, SubmissionBody, read
from services.intake.domain.flaws import Flaw
from services.intake.domain.submission import Reference, request, take
from services.metrics.adapters import evidence_store, sheets
from services.metrics.stream.evidence import EvidenceFold
from services.metrics.stream.facts import CellFold, unmarked
from services.notify.adapters.store import NotifyStore
from services.notify.handlers import Telling
from services.notify.ports import Loaded as NotifyLoaded
from services.notify.worker import TellingFold
from services.routing.adapters.case_store import MongoCaseStore
from services.routing.api.views import outcome, whole
from services.routing.domain.authority import allowed_now
from services.routing.domain.case import Command
from services.routing.domain.reached import marks_due
from services.routing.handlers import Bench
from services.routing.ports import Loaded, Timeline
from services.runtime.batches import MAX_RECORD_BYTES, Batch, Incoming
from tests.properties.extreme_bodies import NOW, asked, raw, submissions
from tests.unit.routing.street import NEEDED, actor
from tests.unit.routing.town import town

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = town(archive_after_days=0.5, publish_from="replied", longest_extension=None)
REFERENCE = Reference(channels=RULES.channels, categories=set(RULES.categories))
SOURCE = Actor(role="source", subject="grid", scopes=("backdate",))
DESKS = [actor("dispatcher"), actor("supervisor"), actor("followup"), SOURCE, actor("department", "housing")]
MOST_MARKS = 40
USUAL: dict[ActionName, dict[str, Any]] = {
    name: msgspec.to_builtins({key: value for key, value in said.items() if key != "main"})
    for name, said in NEEDED.items()
}
STEPS = 10
sensible = st.sampled_from((True, True, True, True, False))


class Street:
    """All services' folds behind one door."""

    def __init__(self) -> None:
        nothing: Any = None
        self.bench = Bench(0, 1, Loaded(cases={}, judged={}), RULES)
        self.routing, self.notify = MongoCaseStore(nothing), NotifyStore(nothing)
        batch = Batch(partition=0, next_seq=1, number=1, records=())
        self.telling = TellingFold(Telling(0, 1, NotifyLoaded(cases={}, contacts={}), frozenset(RULES.departments)),
                                   self.notify, 0)  # fmt: skip
        self.cells = CellFold(
            batch, SHANGHAI, lambda partition, whole: sheets.writes("6.1", partition, whole), unmarked
        )
        self.evidence = EvidenceFold(batch, {}, SHANGHAI, evidence_store.writes)
        self.facts: list[CaseFact] = []
        self.lines: list[Mapping[str, Any]] = []

    def send(self, message: SubmissionReceived | ActionRequested, contact: ContactGiven | None = None) -> None:
        """As it comes from the log."""
        if contact is not None:
            self.telling.apply(_incoming(_through(contact), contact.case_id))
        self.judge(cast(Command, _through(message)))

    def judge(self, command: Command, now: datetime = NOW) -> None:
        """And all that follows."""
        made = self.bench.judge(command, now)
        self.lines += [self.routing.line(fact) for fact in made]
        self.bench.keep(made)
        for fact in made:
            told = _incoming(_through(fact), fact.case_id)
            for fold in (self.telling, self.cells, self.evidence):
                for record in fold.apply(told):
                    assert record.value is None or len(record.value) < MAX_RECORD_BYTES
            self.facts.append(fact)

    def deadlines(self) -> None:
        """All that comes due in ten years, up to a number."""
        for case_id in list(self.bench.changed):
            for _ in range(MOST_MARKS):
                case = self.bench.changed[case_id]
                due = sorted(marks_due(case, NOW + timedelta(days=3_660)), key=lambda one: one.at)
                if not due:
                    break
                self.judge(due[0], max(due[0].at, NOW))

    def documents(self) -> Iterator[Mapping[str, Any]]:
        """All that would be written."""
        written = self.routing.writes(0, self.bench.changed, self.bench.newest, self.lines)
        for writes in (written, self.telling.writes(), self.cells.writes(), self.evidence.writes()):
            for operations in cast(Iterable[Sequence[Any]], writes.values()):
                for operation in operations:
                    yield operation._doc

    def shown(self) -> Iterator[bytes]:
        """Every case and every outcome, as they are answered."""
        for name, case in self.bench.changed.items():
            facts = [fact for fact in self.facts if fact.case_id == name]
            yield msgspec.json.encode(whole(case, NOW, Timeline(facts=facts), RULES, SHANGHAI, NOW))
            yield from (msgspec.json.encode(outcome(fact, SHANGHAI)) for fact in facts)


def _through(message: Message) -> Message:
    """Encoded and decoded, as the log keeps it."""
    value, headers = encode(Event(id="1", source="/test", time=NOW, data=message))
    assert len(value) < MAX_RECORD_BYTES
    return decode(value, headers).data


def _incoming(message: Message, case_id: str) -> Incoming:
    event = Event(id="1", source="/test", time=NOW, data=message)
    return Incoming(topic=TICKETS.name, partition=0, offset=0, timestamp=NOW, key=case_id, event=event, replayed=False)


@given(bodies=st.lists(submissions(), min_size=1, max_size=3), data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_is_taken_is_judged_told_counted_kept_and_shown(bodies: list[Any], data: st.DataObject) -> None:
    street = played(bodies, data)
    for document in street.documents():
        bson.decode(bson.encode(document))
    for told in street.shown():
        msgspec.json.decode(told)


def played(bodies: list[Any], data: st.DataObject) -> Street:
    """What the door takes of these submissions, and of actions on the last of them, mostly such as the case allows."""
    street, case_id = Street(), None
    for body in bodies:
        with suppress(Flaw):
            taken = take(read(raw(body), SubmissionBody), "ticket", SOURCE, REFERENCE, b"s" * 16, NOW)
            case_id = taken.submission.case_id
            street.send(taken.submission, taken.contact)
    for _ in range(data.draw(st.integers(0, STEPS)) if case_id else 0):
        who, case = data.draw(st.sampled_from(DESKS)), street.bench.case(case_id or "")
        fitting = allowed_now(who, case, RULES) if case else ()
        usual: bool = data.draw(sensible)
        names = fitting if fitting and usual else get_args(ActionName)
        with suppress(Flaw):
            street.send(request(read(raw(data.draw(asked(names, USUAL))), ActionBody), case_id, who, NOW))
    street.deadlines()
    return street


def test_much_of_what_is_drawn_is_taken() -> None:
    applied = Counter[str]()

    @given(bodies=st.lists(submissions(), min_size=1, max_size=3), data=st.data())
    @settings(max_examples=100, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def look(bodies: list[Any], data: st.DataObject) -> None:
        applied.update(fact.action for fact in played(bodies, data).facts if fact.outcome == "applied")

    look()
    assert len(applied) > 15, applied
