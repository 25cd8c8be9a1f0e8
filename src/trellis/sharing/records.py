"""The abstract record: a fact that one party owns, never edited, corrected by a successor.

Rows are written by `write` and read through `sharing.gate`; `Model.records.privileged()` is for figures and for
the services of the area that owns the table.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from trellis.core import canonical, clock, ids, ledger
from trellis.core.appendonly import AppendOnly, Update
from trellis.core.conditions import Conflict, Refused
from trellis.core.labels import Label
from trellis.core.ledger import Actor
from trellis.core.models import Entry
from trellis.sharing import settling, wording
from trellis.sharing.rows import BATCH, RecordQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from trellis.parties.schemas import Viewer
else:
    StrOrPromise = str


class RecordManager(models.Manager["Record"]):
    """Has no open door: `sharing.gate.visible` and `privileged` are the ways in."""

    def get_queryset(self) -> RecordQuerySet:
        raise RuntimeError(
            f"{self.model.__name__}: read through sharing.gate.visible, or records.privileged() inside its area"
        )

    def privileged(self) -> RecordQuerySet:
        """All rows, ungated: for the area's own services, and for figures over an explicit scope."""
        return RecordQuerySet(self.model, using=self._db)


class Record(AppendOnly):
    """What every record carries. The dates of the matter itself are fields of the area's own model."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    subject = models.UUIDField(db_index=True, editable=False)
    owner = models.UUIDField(db_index=True)
    said_by = models.UUIDField(null=True, db_index=True)
    context = models.UUIDField(null=True, db_index=True)
    label = models.CharField(_("Label"), max_length=12, choices=Label.choices, default=Label.AMBER)
    readers: Any = models.JSONField(default=list)
    seq = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)
    supersedes = models.UUIDField(null=True, unique=True)
    superseded_at = models.DateTimeField(null=True)
    retracted = models.BooleanField(default=False)
    why = models.TextField(blank=True)
    salt = models.BinaryField(max_length=16, null=True)
    content_hash = models.CharField(max_length=64)
    redacted_at = models.DateTimeField(null=True)

    # Columns that redaction empties; an area names its own beside these.
    REDACTABLE: ClassVar[tuple[str, ...]] = ()
    # Long texts that the hash covers through their own digest, byte for byte.
    DIGESTED: ClassVar[tuple[str, ...]] = ()
    # Whether all versions of a subject go together: where they share something outside the database.
    REDACTED_WHOLE: ClassVar[bool] = False
    _REDACTED_WITH: ClassVar[tuple[str, ...]] = ("why", "salt", "redacted_at")

    records = RecordManager()

    class Meta:
        abstract = True
        default_manager_name = "records"
        base_manager_name = "records"

    @classmethod
    def allowed_updates(cls) -> list[Update]:
        emptied = " AND ".join(
            f'(NEW."{c}" IS NULL OR CAST(NEW."{c}" AS TEXT) = \'\' OR NEW."{c}" = OLD."{c}")'
            for c in cls._redacted_columns()
            if c not in cls._REDACTED_WITH
        )
        redact = "OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL AND NEW.salt IS NULL"
        return [
            Update(("superseded_at",), "OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL"),
            Update(cls._redacted_columns(), f"{redact} AND {emptied}" if emptied else redact),
        ]

    @classmethod
    def _redacted_columns(cls) -> tuple[str, ...]:
        own = tuple(str(f.column) for f in cls._meta.concrete_fields if f.name in cls.REDACTABLE)
        return own + cls._REDACTED_WITH

    def content(self) -> dict[str, Any]:
        """The columns that the hash covers."""
        return {name: getattr(self, name) for name in settling.hashed(type(self))}

    @classmethod
    def forget(cls, rows: Sequence["Record"]) -> None:
        """Deletes what redacted rows kept outside the database."""

    def computed_hash(self) -> str:
        """Salted SHA-256 of the canonical content. Needs the salt, so not after redaction."""
        assert self.salt is not None
        row = self.content()
        for name in self.DIGESTED:
            row[name] = canonical.digest(row[name].encode())
        body = canonical.encode({"table": self._meta.db_table, "row": row})
        return canonical.digest(bytes(self.salt), body)

    def superseded_when_written(self) -> bool:
        """Whether it was superseded from the first: a later version of the matter had arrived before it."""
        return False


R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class DataKind:
    """A kind of record: what it is called, who inside the owner reads it, what search looks into.

    `facets` are fields whose words can be asked for by themselves. `within` is `staff`, `unit` or `named` (the people in
    `readers`). `detail` says in a line what a grant of
    this kind shows. A `rule` decides in place of grants who reads the records (and `readers` says who
    does, and why); grants then open figures alone.
    """

    name: str
    model: type[Record]
    title: StrOrPromise
    detail: StrOrPromise
    within: str = "staff"
    search: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    url_name: str = ""
    rule: "Callable[[Viewer], Q] | None" = None
    readers: "Callable[[Any], list[tuple[str, str]]] | None" = None

    @property
    def worded(self) -> bool:
        """Whether its words are kept in the index. What has a rule of its own comes in masses and is read through."""
        return bool(self.search) and self.rule is None


_kinds: dict[str, DataKind] = {}


def data_kind(kind: DataKind) -> DataKind:
    """Registers a data kind; done in an area's `kinds.py`."""
    if kind.name in _kinds and _kinds[kind.name].model is not kind.model:
        raise RuntimeError(f"data kind {kind.name} is declared twice")
    _kinds[kind.name] = kind
    return kind


def data_kinds() -> list[DataKind]:
    """All data kinds by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def kind_named(name: str) -> DataKind:
    """One data kind. Raises KeyError when none has this name."""
    return _kinds[name]


def kind_of(model: type[Record]) -> DataKind:
    """The kind that a model was declared as."""
    for kind in _kinds.values():
        if kind.model is model:
            return kind
    raise RuntimeError(f"{model.__name__} is declared as no data kind")


@transaction.atomic
def write(actor: Actor, rows: Sequence[Record], owner: UUID | None = None) -> Entry:
    """Writes new records of one owner, together, and one entry in the owner's stream with the root of their hashes.

    The owner is the actor's organisation unless a data kind says otherwise (answers belong to the lead of an
    assessment; `said_by` keeps who said it).
    """
    owner = owner or actor.organisation
    position = ledger.lock(owner)
    hashes: list[str] = []
    counts: dict[str, int] = {}
    by_model: dict[type[Record], list[Record]] = {}
    salts = os.urandom(16 * len(rows))
    for n, row in enumerate(rows):
        row.owner, row.recorded_by, row.recorded_at, row.seq = owner, actor.person, position.at, position.seq
        row.subject = row.subject or row.id
        row.salt = row.salt or salts[16 * n : 16 * n + 16]
        settling.settle(row)
        row.content_hash = row.computed_hash()
        hashes.append(row.content_hash)
        kind = kind_of(type(row)).name
        counts[kind] = counts.get(kind, 0) + 1
        by_model.setdefault(type(row), []).append(row)
    for model, batch in by_model.items():
        try:
            with transaction.atomic():
                settling.insert(model, batch, BATCH)
        except IntegrityError as error:
            if any(row.supersedes for row in batch):
                raise Conflict(
                    _("Somebody corrected this record a moment ago. Look at the newest version, then decide.")
                ) from error
            raise
        replaced = [row.supersedes for row in batch if row.supersedes]
        if replaced:
            model.records.privileged().filter(pk__in=replaced, superseded_at=None).update(superseded_at=position.at)
        wording.keep(kind_of(model), batch, replaced)
    signer = Actor(owner, actor.person) if owner != actor.organisation else actor
    said: dict[str, Any] = {"root": canonical.root(hashes), "count": len(hashes), "kinds": counts}
    if signer is not actor:
        said["for"] = actor.organisation
    return ledger.append(position, "records.written", said, signer)


def successor(last: R, actor: Actor, why: str, **changes: Any) -> R:
    """The next version of `last`, not yet written: same subject, `changes` applied, saying why.

    Refused when the actor's organisation does not own it; Conflict when `last` is not the newest version.
    """
    if last.owner != actor.organisation and last.said_by != actor.organisation:
        raise Refused(_("Only the owner of a record can correct it."), [_owner_name(last.owner)])
    if last.superseded_at is not None:
        raise Conflict(_("This is not the newest version of the record. Look at the newest, then decide."))
    left_out = {"id", "seq", "recorded_at", "recorded_by", "superseded_at", "salt", "content_hash", "redacted_at"}
    kept = {f.attname: getattr(last, f.attname) for f in last._meta.concrete_fields if f.attname not in left_out}
    return type(last)(**{**kept, "supersedes": last.id, "why": why, **changes})


def correct(last: R, actor: Actor, why: str, **changes: Any) -> R:
    """Writes the next version of `last` and returns it."""
    row = successor(last, actor, why, **changes)
    write(actor, [row], owner=last.owner)
    return row


def retract(last: R, actor: Actor, why: str) -> R:
    """Writes a successor that says the record no longer stands, and why."""
    return correct(last, actor, why, retracted=True)


def _owner_name(owner: UUID) -> str:
    from trellis.parties import selectors

    return selectors.organisation_names([owner]).get(owner, str(owner))


@transaction.atomic
def redact(model: type[Record], ids_: Iterable[UUID], actor: Actor, reason: str) -> int:
    """Empties the redactable content and the salt of records, leaving hash, dates and structure; says so in the stream."""
    kept = model.records.privileged()
    named = Q(pk__in=list(ids_))
    if model.REDACTED_WHOLE:
        named = Q(subject__in=list(kept.filter(named).values_list("subject", flat=True)))
    rows = list(kept.filter(named, redacted_at=None))
    owners = {row.owner for row in rows}
    if owners - {actor.organisation}:
        raise Refused(_("Only the owner of a record can have it redacted."), [_owner_name(o) for o in owners])
    if not rows:
        return 0
    said = {"reason": reason, "table": model._meta.db_table, "records": sorted(str(row.pk) for row in rows)}
    ledger.append(ledger.lock(actor.organisation), "redaction", said, actor)
    emptied: dict[str, Any] = {"salt": None, "why": "", "redacted_at": clock.now()}
    for field in model._meta.concrete_fields:
        if field.name in model.REDACTABLE:
            emptied[field.name] = None if field.null else ""
    count = kept.filter(pk__in=[row.pk for row in rows]).update(**emptied)
    wording.forget_wholly(kind_of(model), [row.pk for row in rows])
    transaction.on_commit(lambda: model.forget(rows))  # what lies outside the database goes once it is certain
    return count
