"""Pages of the access log: who read what of the viewer's organisation, and who can see one record and why."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from trellis.core import clock
from trellis.core.conditions import Hidden
from trellis.core.tables import Choice, Column, Search, Table
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, inside
from trellis.sharing import gate, selectors
from trellis.sharing.models import Access
from trellis.sharing.records import DataKind, Record, data_kinds, kind_named
from trellis.sharing.search import record_url

# How many readings of a kind are looked through for one record.
LOOKED_THROUGH = 2000


def _kinds() -> list[tuple[str, str]]:
    return [(kind.name, str(kind.title)) for kind in data_kinds()]


def purpose(row: Access) -> str:
    """What somebody read for, in the reader's own words or in those of a page, translated."""
    return _(row.purpose) if row.purpose else ""


class Names:
    """Names of readers, asked for once per page of rows."""

    def __init__(self, rows: Any) -> None:
        self.organisations = parties.organisation_names({row.reader for row in rows if row.reader})
        self.people = parties.person_names({row.person for row in rows})

    def reader(self, row: Access) -> str:
        """The organisation that read, or the public."""
        return self.organisations.get(row.reader, "") if row.reader else _("the public")

    def person(self, row: Access) -> str | None:
        """Who pressed, where it was a person."""
        return self.people.get(row.person) if row.person else None


class AccessTable(Table):
    caption = gettext_lazy("Who read your records")
    name = "access"
    default_sort = "-at"
    empty_title = gettext_lazy("Nobody else has read records of your organisation")
    empty_note = gettext_lazy("Each reading across organisations appears here as it happens.")

    def __init__(self, request: HttpRequest, rows: Any) -> None:
        super().__init__(request, rows)
        # Only those who have read are offered: the list of all organisations is nobody's to see.
        readers = set(rows.order_by().values_list("reader", flat=True).distinct())
        organisations = parties.organisation_names(readers - {None})
        offered = sorted(((str(id), name) for id, name in organisations.items()), key=lambda pair: pair[1])
        self.filters = [  # type: ignore[misc]  # made per owner
            Choice("data_kind", gettext_lazy("Records"), _kinds),
            Choice("reader", gettext_lazy("Organisation"), offered),
            Search(gettext_lazy("Purpose"), ["purpose"]),
        ]
        titles = dict(_kinds())
        people: dict[UUID, str] = {}

        def person(row: Access) -> str | None:
            if row.person and row.person not in people:
                people.update(parties.person_names([row.person]))
            return people.get(row.person) if row.person else None

        def reader(row: Access) -> str:
            return organisations.get(row.reader, "") if row.reader else _("the public")

        self.columns = [  # type: ignore[misc]  # names are looked up once per table
            Column(
                "at",
                gettext_lazy("When"),
                sort="at",
                kind="when",
                link=lambda r: reverse("sharing:reading", args=[r.pk]),
            ),
            Column("reader", gettext_lazy("Organisation"), value=reader),
            Column("person", gettext_lazy("Person"), value=person, missing=gettext_lazy("nobody signed in")),
            Column("kind", gettext_lazy("Records"), value=lambda r: titles.get(r.data_kind, r.data_kind)),
            Column("count", gettext_lazy("How many"), kind="num", sort="count"),
            Column("purpose", gettext_lazy("What for"), value=purpose, missing=gettext_lazy("not said")),
        ]


@inside
def access(request: Asked) -> HttpResponse:
    """The access log of the viewer's organisation."""
    table = AccessTable(request, selectors.accesses(request.viewer))
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "sharing/access.html", {"table": table})


@inside
def reading(request: Asked, reading: UUID) -> HttpResponse:
    """One reading: which records, as far as the viewer may read them inside the organisation."""
    row = selectors.accesses(request.viewer).filter(pk=reading).first()
    if row is None:
        raise Hidden()
    kind = _kind(row.data_kind)
    ids = gate.unpack(row)
    found = list(gate.visible(kind.model, request.viewer, history=True).filter(pk__in=ids[:200]))
    context = {
        "row": row,
        "kind": kind,
        "reader": Names([row]).reader(row),
        "person": Names([row]).person(row),
        "purpose": purpose(row),
        "records": [(_title(kind, r), record_url(kind, r), r.label) for r in found],
        "rest": len(ids) - len(found),
    }
    return render(request, "sharing/reading.html", context)


def _kind(name: str) -> DataKind:
    try:
        return kind_named(name)
    except KeyError:
        raise Hidden() from None


def _title(kind: DataKind, row: Record) -> str:
    for field in kind.search:
        if text := str(getattr(row, field) or ""):
            return text[:100]
    return f"{kind.title} {row.subject}"


@inside
def record(request: Asked, kind: str, subject: UUID) -> HttpResponse:
    """Who can see one record, and why; for its owner also who has read it, and its versions."""
    found_kind = _kind(kind)
    row: Record = gate.get(found_kind.model, request.viewer, subject, gettext_noop("who can see this"))
    own = row.owner == request.viewer.organisation
    context: dict[str, Any] = {
        "row": row,
        "kind": found_kind,
        "title": _title(found_kind, row),
        "own": own,
        "owner": parties.organisation_names([row.owner]).get(row.owner, ""),
        "url": record_url(found_kind, row),
    }
    if own:
        context["readers"] = gate.readers_of(row)
        versions = (
            gate.visible(found_kind.model, request.viewer, history=True)
            .filter(subject=subject)
            .order_by("-recorded_at")
        )
        context["versions"] = list(versions)
        context["readings"] = _readings(request, found_kind, {v.pk for v in context["versions"]})
    else:
        context["grants"] = _why(request, found_kind, row)
    return render(request, "sharing/record.html", context)


def _why(request: Asked, kind: DataKind, row: Record) -> list[str]:
    """The purposes of the grants through which the viewer reads a record of another organisation."""
    found = [
        grant.purpose
        for grant in gate.grants_for(request.viewer, kind)
        if grant.owner == row.owner and grant.about in (None, row.subject) and grant.context in (None, row.context)
    ]
    return found or ([_("Your organisation said it.")] if row.said_by == request.viewer.organisation else [])


def _readings(request: Asked, kind: DataKind, ids: set[UUID]) -> list[dict[str, Any]]:
    rows = selectors.accesses(request.viewer).filter(data_kind=kind.name, at__lte=clock.now())[:LOOKED_THROUGH]
    found = [row for row in rows if ids & set(gate.unpack(row))][:50]
    names = Names(found)
    return [
        {"at": row.at, "reader": names.reader(row), "person": names.person(row), "purpose": purpose(row)}
        for row in found
    ]
