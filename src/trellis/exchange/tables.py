"""Tables of the exchange: agreements, objects of a collection, the log."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock
from trellis.core.context import address
from trellis.core.tables import Choice, Column, Search, Table
from trellis.exchange import served, words
from trellis.exchange.compose import LABELS
from trellis.exchange.models import Acknowledgement, StixObject
from trellis.exchange.schemas import PURPOSES, AgreementView
from trellis.parties import selectors as parties


def state(view: AgreementView) -> str:
    """Whether an agreement is in force today, in a word."""
    today = clock.today()
    if view.ends_on < today:
        return _("ended")
    if len(view.parties) < 2:
        return _("one party left")
    return _("in force") if view.starts_on <= today else _("agreed, not begun")


class AgreementTable(Table):
    caption = gettext_lazy("Sharing agreements")
    name = "sharing-agreements"
    columns: ClassVar[Sequence[Column]] = [
        Column("title", gettext_lazy("Agreement"), sort="title", link="url"),
        Column("parties", gettext_lazy("Parties")),
        Column("purposes", gettext_lazy("Shared for")),
        Column("ceiling", gettext_lazy("Ceiling"), kind="tlp"),
        Column("starts_on", gettext_lazy("From"), sort="starts_on", kind="day"),
        Column("ends_on", gettext_lazy("Until"), sort="ends_on", kind="day"),
        Column("state", gettext_lazy("State"), kind="tag"),
    ]
    empty_title = gettext_lazy("No agreement on sharing")
    empty_note = gettext_lazy("Without one in force nothing passes between the parties. Propose one.")


def agreement_row(view: AgreementView, names: dict[UUID, str]) -> dict[str, Any]:
    """An agreement as the table shows it."""
    return {
        "title": view.title,
        "parties": ", ".join(sorted(names.get(one, "") for one in view.parties)),
        "purposes": ", ".join(str(PURPOSES.get(p, p)) for p in PURPOSES if p in view.purposes),
        "ceiling": view.ceiling,
        "starts_on": view.starts_on,
        "ends_on": view.ends_on,
        "state": state(view),
        "url": address("exchange:agreement", view.arrangement, view.id),
    }


def _object_url(row: StixObject) -> str:
    return address("exchange:object", row.context, row.subject)


def object_table(request: HttpRequest, rows: Any, names: dict[UUID, str]) -> Table:
    """The objects of a collection that passed the gate; `names` are those of the parties."""

    class ObjectTable(Table):
        caption = gettext_lazy("Objects")
        name = "objects"
        default_sort = "-recorded_at"
        columns: ClassVar[Sequence[Column]] = [
            Column("title", gettext_lazy("Object"), value=lambda r: words.title(r.raw, r.stix_id), link=_object_url),
            Column("stix_type", gettext_lazy("Type"), value=lambda r: words.kind(r.stix_type)),
            Column("producer", gettext_lazy("Producer"), value=lambda r: names.get(r.owner)),
            Column("label", gettext_lazy("Label"), kind="tlp"),
            Column("recorded_at", gettext_lazy("Shared"), sort="number", kind="when"),
            Column("revoked", gettext_lazy("Revoked"), kind="yes"),
        ]
        filters = [
            Search(gettext_lazy("Words, or a STIX id"), ["stix_id", "raw"]),
            Choice("stix_type", gettext_lazy("Type"), list(words.TYPES.items())),
            Choice("owner", gettext_lazy("Producer"), [(str(one), name) for one, name in names.items()]),
            Choice("label", gettext_lazy("Label"), [(label, f"TLP:{label}") for label in LABELS]),
        ]
        empty_title = gettext_lazy("Nothing here that you may see")
        empty_note = gettext_lazy("What others share appears here as soon as an agreement lets you see it.")

    return ObjectTable(request, rows)


class Lines:
    """What became of objects of one organisation: who was served, since when, and what they said of it."""

    def __init__(self, owner: UUID, shorts: dict[UUID, str]) -> None:
        self.owner, self.shorts = owner, shorts
        self.table: Table | None = None

    @cached_property
    def _known(self) -> served.Held:
        return served.held(self.owner)

    @cached_property
    def _names(self) -> dict[UUID, str]:
        return {**parties.organisation_names(self._known.readers), **self.shorts}

    @cached_property
    def _said(self) -> dict[UUID, list[tuple[datetime, str]]]:
        """What recipients said, in order: of the rows of the page, or of all where all are written to a file."""
        rows = Acknowledgement.records.privileged().as_of(None).filter(producer=self.owner, retracted=False)
        if self.table is not None and not self.table.param("format"):
            rows = rows.filter(about__in={row.subject for row in self.table.page_rows})
        found: dict[UUID, list[tuple[datetime, str]]] = {}
        for about, at, useful in rows.order_by("at").values_list("about", "at", "useful"):
            found.setdefault(about, []).append((at, str(Acknowledgement.Useful(useful).label)))
        return found

    def first(self, row: StixObject) -> datetime | None:
        """When it was first served to anybody."""
        return min((one.first for one in self._known.times(row.subject)), default=None)

    def recipients(self, row: StixObject) -> str:
        """To whom it was served."""
        return ", ".join(sorted(self._names.get(one.reader, "") for one in self._known.times(row.subject)))

    def acknowledged(self, row: StixObject) -> datetime | None:
        """When it was first acknowledged."""
        return min((at for at, _useful in self._said.get(row.subject, ())), default=None)

    def useful(self, row: StixObject) -> str:
        """What recipients said of its use."""
        return ", ".join(useful for _at, useful in self._said.get(row.subject, ()))


def log_table(request: HttpRequest, rows: Any, owner: UUID, shorts: dict[UUID, str]) -> Table:
    """The exchange log of one organisation: each version that it shared, and what became of it (REG-04)."""
    lines = Lines(owner, shorts)

    class LogTable(Table):
        caption = gettext_lazy("Exchange log")
        name = "exchange-log"
        default_sort = "-recorded_at"
        columns: ClassVar[Sequence[Column]] = [
            Column("title", gettext_lazy("Object"), value=lambda r: words.title(r.raw, r.stix_id), link=_object_url),
            Column("label", gettext_lazy("Label"), kind="tlp"),
            Column("detected", gettext_lazy("Detected"), kind="when", missing=gettext_lazy("not known")),
            Column("recorded_at", gettext_lazy("Entered here"), sort="recorded_at", kind="when"),
            Column(
                "first", gettext_lazy("First served"), kind="when", value=lines.first, missing=gettext_lazy("not yet")
            ),
            Column("recipients", gettext_lazy("Served to"), value=lines.recipients, missing=gettext_lazy("nobody")),
            Column(
                "acknowledged",
                gettext_lazy("Acknowledged"),
                kind="when",
                value=lines.acknowledged,
                missing=gettext_lazy("not yet"),
            ),
            Column("useful", gettext_lazy("Useful?"), value=lines.useful, missing=gettext_lazy("nobody has said")),
        ]
        filters = [Choice("label", gettext_lazy("Label"), [(label, f"TLP:{label}") for label in LABELS])]
        empty_title = gettext_lazy("You have shared nothing here")
        empty_note = gettext_lazy("Each object that you share stands here with who was served and what they said.")

    lines.table = LogTable(request, rows)
    return lines.table
