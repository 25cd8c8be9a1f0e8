"""Taking objects in: what becomes of each beside what is there, and one lean write for all that are new."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from trellis.core import ids, ledger
from trellis.core.labels import RANKS
from trellis.core.ledger import Actor
from trellis.exchange import clocks, policy, references
from trellis.exchange.models import Collection, Ending, StixObject
from trellis.exchange.schemas import moment
from trellis.exchange.stix import Parsed
from trellis.parties import selectors as parties
from trellis.sharing.bulk import write_bulk

LAST = 2**63
Failures = list[tuple[str, str, str]]
COLUMNS = (
    "id", "subject", "collection", "owner", "stix_id", "version", "label", "number", "added", "superseded_at", "retracted",
    "said_by",
)  # fmt: skip


@dataclass
class Chain:
    """One producer's versions of one STIX id in one collection. `live` are those that stand, with their labels.

    `source`: whom the producer pulled it from; then only what comes from there again changes it.
    """

    subject: UUID
    source: UUID | None = None
    newest: UUID | None = None
    live: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Elsewhere:
    """The same object from another producer, as it stands in some collection."""

    collection: UUID
    producer: UUID
    version: str
    label: str


@dataclass
class Known:
    """What is there already of the objects that come."""

    chains: dict[str, Chain] = field(default_factory=dict)
    elsewhere: dict[str, list[Elsewhere]] = field(default_factory=lambda: defaultdict(list))


def known(collection: UUID, owner: UUID, stix_ids: Iterable[str]) -> Known:
    """Reads the chains of these ids: the owner's in this collection, and what others have of them anywhere."""
    found = Known()
    first: dict[tuple[UUID, str], int] = {}
    last: dict[tuple[UUID, UUID, str, str], tuple[int, str, bool]] = {}
    for row in _rows(sorted(set(stix_ids))):
        pk, subject, where, producer, stix_id, version, label, number, added, superseded_at, retracted, said_by = row
        first[producer, stix_id] = min(first.get((producer, stix_id), added), added)
        at = (where, producer, stix_id, version)
        if at not in last or last[at][0] < number:
            last[at] = (number, label, retracted)
        if where == collection and producer == owner:
            chain = found.chains.setdefault(stix_id, Chain(subject))
            chain.source = chain.source or said_by
            if superseded_at is None:
                chain.newest = pk
    for (where, producer, stix_id, version), (_number, label, retracted) in last.items():
        if retracted:
            continue
        if where == collection and producer == owner:
            found.chains[stix_id].live[version] = label
        elif producer != owner and first[producer, stix_id] < first.get((owner, stix_id), LAST):
            # Who had it first is its source, and relabels what it sent.
            found.elsewhere[stix_id].append(Elsewhere(where, producer, version, label))
    return found


def _rows(stix_ids: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    if not stix_ids:
        return []
    found: list[tuple[Any, ...]] = []
    # One index look-up for each id; a list as one parameter, or in parts where an engine takes no lists.
    if connection.vendor == "postgresql":
        sql = f"SELECT {', '.join(COLUMNS)} FROM {StixObject._meta.db_table} WHERE stix_id = ANY(%s)"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(stix_ids)])
            return list(cursor.fetchall())
    for start in range(0, len(stix_ids), 5000):
        part = StixObject.records.privileged().filter(stix_id__in=stix_ids[start : start + 5000])
        found += part.values_list(*COLUMNS)
    return found


class Sources:
    """Judges labels against what the submitter can see of other producers: only the source relabels."""

    def __init__(self, organisation: UUID) -> None:
        self.organisation = organisation
        self._rights: dict[UUID, policy.Rights] = {}

    def refusal(self, version: str, label: str, elsewhere: Sequence[Elsewhere]) -> str:
        """Why an object may not come under this label; empty when it may."""
        stricter = [
            one for one in elsewhere if one.version == version and RANKS[one.label] > RANKS[label] and self._sees(one)
        ]
        if not stricter:
            return ""
        names = parties.organisation_names({one.producer for one in stricter}).values()
        said = {"label": max((one.label for one in stricter), key=RANKS.__getitem__), "who": ", ".join(sorted(names))}
        return _("TLP:%(label)s was set by its source, %(who)s; only the source relabels") % said

    def _sees(self, one: Elsewhere) -> bool:
        if one.collection not in self._rights:
            where = Collection.objects.get(pk=one.collection)
            self._rights[one.collection] = policy.rights(where, self.organisation)
        return (one.producer, one.label) in self._rights[one.collection]


def take(
    actor: Actor, collection: Collection, objects: Sequence[Parsed], said_by: UUID | None = None
) -> tuple[list[tuple[str, str]], Failures]:
    """Writes what is new among the objects. Returns successes (id, version) and failures (id, version, message)."""
    with transaction.atomic():
        position = ledger.lock(actor.organisation)
        held = clocks.hold(collection.pk)
        start = clocks.after(held)
        there = known(collection.pk, actor.organisation, [one.stix_id for one in objects])
        batch = _Batch(there, Sources(actor.organisation), held.number, start, said_by)
        batch.raws = _raws(there, [one.stix_id for one in objects if one.version is None])
        for one in objects:
            batch.take(one)
        if batch.rows:
            for row in batch.rows:
                row["superseded_at"] = position.at if row["late"] else None
            shared = {"context": collection.arrangement, "collection": collection.pk, "said_by": said_by}
            write_bulk(actor, position, StixObject, shared, batch.rows)
            replaced = [row["supersedes"] for row in batch.rows if row["supersedes"]]
            last = held.number + len(batch.rows)
            references.keep(collection.pk, held.number, last, batch.named(), replaced)
            clocks.advance(held, last, start + len(batch.rows) - 1)
    return batch.successes, batch.failures


def _raws(there: Known, stix_ids: Iterable[str]) -> dict[UUID, str]:
    """The text of the newest row of objects that do not say when they are from."""
    newest = sorted({chain.newest for one in stix_ids if (chain := there.chains.get(one)) and chain.newest})
    found: dict[UUID, str] = {}
    for start in range(0, len(newest), 5000):
        part = StixObject.records.privileged().filter(pk__in=newest[start : start + 5000], retracted=False)
        found.update(part.values_list("pk", "raw"))
    return found


def _not_the_source(source: UUID) -> str:
    who = parties.organisation_names([source]).get(source, "")
    return _("you pulled it from %(who)s; only its source changes or relabels it") % {"who": who}


class _Batch:
    """Rows to be written, in the order of the envelope, and what to say of each object."""

    def __init__(self, there: Known, sources: Sources, number: int, added: int, said_by: UUID | None) -> None:
        self.there, self.sources, self.said_by = there, sources, said_by
        self.number, self.added = number, added
        self.rows: list[dict[str, Any]] = []
        self.targets: dict[UUID, tuple[str, ...]] = {}
        self.raws: dict[UUID, str] = {}
        self.successes: list[tuple[str, str]] = []
        self.failures: Failures = []

    def take(self, one: Parsed) -> None:
        chain = self.there.chains.get(one.stix_id)
        version = one.version
        if version is None:
            # Nothing in it says when it is from: the same text again is the same object.
            if chain is not None and chain.live and chain.newest is not None:
                newest = max(chain.live)
                if chain.live[newest] == one.label and self.raws.get(chain.newest) == one.raw:
                    self.successes.append((one.stix_id, f"{newest}Z"))
                    return
            version = moment(self.added + len(self.rows))[:-1]
        elif chain is not None and chain.live.get(version) == one.label:
            self.successes.append((one.stix_id, f"{version}Z"))
            return
        if chain is not None and chain.source is not None and chain.source != self.said_by:
            self.failures.append((one.stix_id, f"{version}Z", _not_the_source(chain.source)))
            return
        if one.stix_id in self.there.elsewhere:
            why = self.sources.refusal(version, one.label, self.there.elsewhere[one.stix_id])
            if why:
                self.failures.append((one.stix_id, f"{version}Z", why))
                return
        self._add(one, version, chain)
        self.successes.append((one.stix_id, f"{version}Z"))

    def _add(self, one: Parsed, version: str, chain: Chain | None) -> None:
        pk = ids.new()
        late, supersedes = False, None
        if chain is None:
            chain = self.there.chains[one.stix_id] = Chain(pk, self.said_by)
        else:
            late = any(other > version for other in chain.live)
            supersedes = None if late else chain.newest
        self.rows.append(
            {
                "id": pk,
                "subject": chain.subject,
                "supersedes": supersedes,
                "label": one.label,
                "stix_id": one.stix_id,
                "stix_type": one.stix_type,
                "version": version,
                "spec_version": one.spec_version,
                "revoked": one.revoked,
                "raw": one.raw,
                "number": self.number + len(self.rows) + 1,
                "added": self.added + len(self.rows),
                "detected": one.detected,
                "late": late,
            }
        )
        chain.live[version] = one.label
        if not late:
            if one.targets:
                self.targets[pk] = one.targets
            if chain.newest is not None:
                self.targets.pop(chain.newest, None)
            chain.newest = pk
            if one.version is None:
                self.raws[pk] = one.raw

    def named(self) -> list[references.Named]:
        """What those that stand name."""
        if not self.targets:
            return []
        numbers = {row["id"]: row["number"] for row in self.rows}
        return [references.Named(one, numbers[pk], pk) for pk, found in self.targets.items() for one in found]


def take_back(
    actor: Actor, collection: Collection, stix_id: str, chosen: Callable[[list[str]], set[str]], why: str
) -> int:
    """Retracts versions of the actor's own object. Where the last goes and earlier ones stay, the latest of these
    comes again. Returns how many versions went; the caller is in a transaction.
    """
    position = ledger.lock(actor.organisation)
    held = clocks.hold(collection.pk)
    start = clocks.after(held)
    rows = StixObject.records.privileged().filter(collection=collection.pk, owner=actor.organisation, stix_id=stix_id)
    at: dict[str, StixObject] = {}
    newest: UUID | None = None
    for row in rows.order_by("number"):
        at[row.version] = row
        newest = row.pk if row.superseded_at is None else newest
    live = {version: row for version, row in at.items() if not row.retracted}
    going = chosen(sorted(live))
    if not going:
        return 0
    last = max(live)
    written: list[dict[str, Any]] = []
    for version in sorted(going - {last}):
        written.append(_again(live[version], None, why, raw="", retracted=True, late=True))
    if last in going:
        gone = _again(live[last], newest, why, raw="", retracted=True, late=False)
        written.append(gone)
        if staying := sorted(set(live) - going):
            written.append(_again(live[staying[-1]], gone["id"], why))
    for n, row in enumerate(written):
        row["number"], row["added"] = held.number + n + 1, start + n
        row["superseded_at"] = position.at if row["late"] else None
    shared = {"context": collection.arrangement, "collection": collection.pk}
    write_bulk(actor, position, StixObject, shared, written)
    again = [one for row in written if not row["late"] for one in references.of(row["raw"], row["number"], row["id"])]
    replaced = [row["supersedes"] for row in written if row["supersedes"]]
    references.keep(collection.pk, held.number, held.number + len(written), again, replaced)
    clocks.advance(held, held.number + len(written), start + len(written) - 1)
    Ending.objects.create(
        collection=collection.pk,
        producer=actor.organisation,
        objects_gone=[str(row.pk) for row in rows if row.version in going and not row.retracted],
        why=why,
        at=position.at,
    )
    return len(going)


def _again(row: StixObject, supersedes: UUID | None, why: str, **changes: Any) -> dict[str, Any]:
    names = (
        "subject",
        "said_by",
        "label",
        "stix_id",
        "stix_type",
        "version",
        "spec_version",
        "revoked",
        "raw",
        "detected",
    )
    kept = {name: getattr(row, name) for name in names}
    new = {"id": ids.new(), "supersedes": supersedes, "why": why, "retracted": False, "late": False}
    return {**kept, **new, **changes}
