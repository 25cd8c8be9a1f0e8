"""Co-owned tables: what decisions have made. Only effects write them, version upon version."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from trellis.core import canonical, ids, reading
from trellis.core.appendonly import AppendOnly, Update


class CoOwnedQuerySet(models.QuerySet["Any"]):
    """Reads versions as of a moment; `current` is now."""

    def as_of(self, at: datetime | None) -> Self:
        """The versions in force at `at`; None means now."""
        if at is None:
            return self.filter(closed_seq=None)
        return self.filter(Q(closed_at=None) | Q(closed_at__gt=at), at__lte=at)

    def current(self) -> Self:
        return self.as_of(None)


class CoOwned(AppendOnly):
    """One version of a co-owned row. `subject` stays the same through all versions; `row` is this one."""

    row = models.UUIDField(primary_key=True, editable=False)
    subject = models.UUIDField(db_index=True)
    stream = models.UUIDField(db_index=True)
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    decision = models.UUIDField(db_index=True)
    closed_seq = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64)

    objects = CoOwnedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def allowed_updates(cls) -> list[Update]:
        close = "OLD.closed_seq IS NULL AND NEW.closed_seq IS NOT NULL AND NEW.closed_at IS NOT NULL"
        base = {f.name for f in CoOwned._meta.get_fields()}
        own = [f for f in cls._meta.concrete_fields if f.name not in base]
        texts = [str(f.column) for f in own if isinstance(f, models.CharField | models.TextField)]
        nested = [str(f.column) for f in own if isinstance(f, models.JSONField)]
        # Redaction: a text may go, and nothing else; `verify` holds the new hash against the entry that says so.
        gone = ["NEW.content_hash <> OLD.content_hash"]
        gone += [f"COALESCE(NEW.\"{c}\", '') IN (COALESCE(OLD.\"{c}\", ''), '')" for c in texts]
        gone += [f'LENGTH(CAST(NEW."{c}" AS TEXT)) <= LENGTH(CAST(OLD."{c}" AS TEXT))' for c in nested]
        redact = Update((*texts, *nested, "content_hash"), " AND ".join(gone))
        return [Update(("closed_seq", "closed_at"), close), redact]

    def content(self) -> dict[str, Any]:
        """The columns that the hash covers: all but those that close the version, and the hash."""
        left_out = {"closed_seq", "closed_at", "content_hash"}
        return {f.attname: getattr(self, f.attname) for f in self._meta.concrete_fields if f.attname not in left_out}

    def computed_hash(self) -> str:
        return canonical.digest(canonical.encode({"table": self._meta.db_table, "row": self.content()}))


Row = TypeVar("Row", bound=CoOwned)


@dataclass
class Effect:
    """What an effect may do: write the co-owned tables of its own stream. Collects what it wrote for the ledger.

    `at`, `seq` and `decision` come from the entry, so running it again in a replay makes the same rows.
    """

    stream: UUID
    seq: int
    at: datetime
    decision: UUID
    organisation: UUID
    person: UUID | None = None
    inserted: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def insert(self, model: type[Row], subject: UUID, **fields: Any) -> Row:
        """A first version, or the next after `close`."""
        row = model(
            row=ids.derived(self.decision, self.seq, model._meta.db_table, subject),
            subject=subject,
            stream=self.stream,
            seq=self.seq,
            at=self.at,
            decision=self.decision,
            **fields,
        )
        for f in model._meta.concrete_fields:  # what the database would round or parse is hashed as it will be read
            setattr(row, f.attname, stored(f, getattr(row, f.attname)))
        row.content_hash = row.computed_hash()
        row.save(force_insert=True)
        reading.forget()
        self.inserted.append(row.content_hash)
        return row

    def close(self, model: type[Row], subject: UUID) -> Row:
        """Ends the version in force and returns it."""
        row: Row = model.objects.current().get(stream=self.stream, subject=subject)
        row.closed_seq, row.closed_at = self.seq, self.at
        row.save(update_fields=["closed_seq", "closed_at"])
        reading.forget()
        self.closed.append(str(row.row))
        return row

    def replace(self, model: type[Row], subject: UUID, **changes: Any) -> Row:
        """Closes the version in force and inserts the next, with `changes`."""
        base = {f.name for f in CoOwned._meta.get_fields()}
        last = self.close(model, subject)
        kept = {f.attname: getattr(last, f.attname) for f in model._meta.concrete_fields if f.name not in base}
        return self.insert(model, subject, **{**kept, **changes})

    def digest(self) -> dict[str, Any]:
        """What goes into the ledger: a root over the rows inserted, and the rows closed."""
        return {"inserted": canonical.root(self.inserted), "count": len(self.inserted), "closed": sorted(self.closed)}


def stored(f: "models.Field[Any, Any]", value: Any) -> Any:
    """A value as the database will give it back: parsed, and rounded to the column's places."""
    if value is None:
        return None
    if isinstance(f, models.JSONField):
        return canonical.decode(canonical.encode(value))
    if isinstance(f, models.DecimalField):
        quantum = f.to_python(10) ** -f.decimal_places if f.decimal_places is not None else None
        number = f.to_python(str(value))
        return number.quantize(quantum) if quantum is not None else number
    return f.to_python(value)


def tables() -> list[type[CoOwned]]:
    """All co-owned tables, by table name."""
    from django.apps import apps

    return sorted((m for m in apps.get_models() if issubclass(m, CoOwned)), key=lambda m: m._meta.db_table)
