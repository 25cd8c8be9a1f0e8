"""A book: one kind of simple record with what it takes to list, add, correct and export it.

The books of this area differ in their fields, not in how they are kept, so the keeping stands here once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from trellis.core import ledger
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.core.forms import Form
from trellis.core.indicators import live_indicators, refusal
from trellis.core.tables import Column, Filter
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records
from trellis.sharing.records import Record
from trellis.sharing.rows import RecordQuerySet
from trellis.sharing.services import viewer_actor

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
else:
    StrOrPromise = str

LABELS = ("AMBER+STRICT", "AMBER", "GREEN", "CLEAR")
Said = dict[str, Any]


@dataclass(frozen=True)
class Book:
    """One kind of record. `noun` is its name in addresses and code, `key` that of the list.

    `fields` is what an owner says. `check(said, viewer)` gives what is wrong by field; `same` names the fields by which
    an owner may hold one record only.
    """

    noun: str
    key: str
    model: type[Record]
    title: StrOrPromise
    one: StrOrPromise
    detail: StrOrPromise
    lede: StrOrPromise
    empty: StrOrPromise
    fields: tuple[str, ...]
    form: type[Form]
    columns: Sequence[Column]
    filters: Sequence[Filter]
    check: Callable[[Said, Viewer], dict[str, str]]
    search: tuple[str, ...]
    sort: str
    same: tuple[str, ...] = ()
    label: str = "AMBER"

    @property
    def kind(self) -> str:
        """The name of its data kind."""
        return f"operations.{self.noun}"

    @property
    def texts(self) -> list[str]:
        """The fields that people type as text."""
        found = []
        for name in self.fields:
            field = self.model._meta.get_field(name)
            if isinstance(field, models.CharField | models.TextField) and not field.choices:
                found.append(name)
        return found


def rows(viewer: Viewer, book: Book, history: bool = False) -> RecordQuerySet:
    """The records of a book that the viewer may read: its organisation's own, and those granted to it."""
    return gate.visible(book.model, viewer, str(book.title), history=history)


def get(viewer: Viewer, book: Book, subject: UUID) -> Any:
    """One record. Raises Hidden for who may not read it."""
    return gate.get(book.model, viewer, subject, str(book.title))


def versions(viewer: Viewer, book: Book, subject: UUID) -> list[Any]:
    """Every version of a record, newest first. Raises Hidden when there is none to read."""
    found = list(rows(viewer, book, history=True).filter(subject=subject).order_by("-recorded_at", "-seq"))
    if not found:
        raise Hidden()
    return found


@transaction.atomic
def record(viewer: Viewer, book: Book, **said: Any) -> Any:
    """Writes a record of the viewer's organisation. Raises Invalid by field."""
    actor = viewer_actor(viewer)
    ledger.lock(actor.organisation)  # two people with one thing to say once: the second is told
    row = book.model(**_settled(viewer, book, said))
    _only(book, actor.organisation, row)
    records.write(actor, [row])
    return row


@transaction.atomic
def record_many(viewer: Viewer, book: Book, said: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Writes several records in one entry: all of them, or none where one is wrong."""
    actor = viewer_actor(viewer)
    ledger.lock(actor.organisation)
    made = [book.model(**_settled(viewer, book, dict(one))) for one in said]
    for row in made:
        _only(book, actor.organisation, row)
    if made:
        records.write(actor, made)
    return made


@transaction.atomic
def correct(viewer: Viewer, book: Book, subject: UUID, why: str, *, seen: UUID | None = None, **changes: Any) -> Any:
    """Says what is known now; the version until now stays beside it.

    Hidden for who may not read the record, Refused for all but its owner, Conflict when `seen` is not the newest.
    """
    last = _own(viewer, book, subject)
    if seen is not None and seen != last.pk:
        raise Conflict(_("Somebody corrected this record a moment ago. Look at the newest version, then decide."))
    if not why.strip():
        raise Invalid({"why": _("Say what was learned")})
    before = {name: getattr(last, name) for name in (*book.fields, "label")}
    said = _settled(viewer, book, {**before, **changes})
    ledger.lock(last.owner)
    row = records.successor(last, viewer.actor, why.strip(), **said)
    _only(book, last.owner, row, last.subject)
    records.write(viewer.actor, [row], owner=last.owner)
    return row


@transaction.atomic
def retract(viewer: Viewer, book: Book, subject: UUID, why: str) -> Any:
    """Says that the record no longer stands, and why. It leaves lists and figures; its history stays."""
    last = _own(viewer, book, subject)
    if not why.strip():
        raise Invalid({"why": _("Say why the record no longer stands")})
    return records.retract(last, viewer.actor, why.strip())


def _own(viewer: Viewer, book: Book, subject: UUID) -> Any:
    found = get(viewer, book, subject)
    if found.owner != viewer.organisation:
        names = parties.organisation_names([found.owner])
        raise Refused(_("Only the owner of a record can correct it."), list(names.values()))
    return found


def _settled(viewer: Viewer, book: Book, said: Said) -> Said:
    """What is said, trimmed and checked. Raises Invalid by field."""
    if unknown := set(said) - {*book.fields, "label"}:
        raise Invalid({name: _("This cannot be said here.") for name in unknown})
    found = {"label": book.label, **dict.fromkeys(book.fields), **said}
    wrong: dict[str, str] = {}
    for name in book.texts:
        found[name] = str(found[name] or "").strip()
        if live := live_indicators(found[name]):
            wrong[name] = refusal(live)
    for name in book.fields:
        field = book.model._meta.get_field(name)
        assert isinstance(field, models.Field)
        if found[name] is None and not field.null:
            found[name] = "" if isinstance(field, models.CharField) else field.get_default()
        if found[name] in ("", None) and not (field.null or field.blank):
            wrong.setdefault(name, _("Write something here"))
        if isinstance(found[name], str) and field.max_length and len(found[name]) > field.max_length:
            wrong.setdefault(name, _("At most %(n)s characters") % {"n": field.max_length})
        if isinstance(field, models.BigIntegerField) and found[name] is not None and not 0 <= found[name] < 10**15:
            wrong.setdefault(name, _("Enter 0 or more, or leave it empty while it is not known"))
    if found["label"] not in LABELS:
        wrong["label"] = _("Choose a label from the list; these records name no single readers")
    if not wrong:
        wrong = book.check(found, viewer)
    if wrong:
        raise Invalid(wrong)
    return found


def _only(book: Book, owner: UUID, row: Record, subject: UUID | None = None) -> None:
    if not book.same:
        return
    held = book.model.records.privileged().as_of(None).filter(owner=owner)
    held = held.filter(**{name: getattr(row, name) for name in book.same})
    if subject is not None:
        held = held.exclude(subject=subject)
    if held.exists():
        raise Invalid({book.same[0]: _("There is a record of this already: correct that one")})
