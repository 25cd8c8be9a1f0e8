"""Pages of the books: list, one record, new, correct, retract; and all their figures on one page."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.calc.dates import quarter_at
from trellis.core import clock, formats
from trellis.core.conditions import Hidden, Invalid
from trellis.core.pieces import Entry
from trellis.core.tables import Column, Table
from trellis.operations import selectors as incidents
from trellis.operations.forms import quarter_value
from trellis.operations.practice import book as keeping
from trellis.operations.practice import checks, figures, kev, selectors
from trellis.operations.practice.book import Book
from trellis.operations.practice.books import BOOKS, HUNTS, KEV, STEPS
from trellis.operations.practice.forms import PracticeForm, RetractForm
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, inside, told

QUARTERS = 6


@inside
def overview(request: Asked) -> HttpResponse:
    """All figures of one organisation, or of all that the reader may see, by sums."""
    names = selectors.owners_shown(request.viewer)
    zone = incidents.zone_of(request.viewer.organisation)
    last = quarter_at(clock.now(), ZoneInfo(zone))
    quarters = [last.shift(-back) for back in range(QUARTERS)]
    owners = [("", next(iter(names.values()), "")), *((str(id), name) for id, name in list(names.items())[1:])]
    if len(names) > 1:
        owners.append(("all", _("All of these, by sums")))
    periods = [("", _("all time")), *((quarter_value(q), q.label) for q in quarters)]
    form = PracticeForm(request.GET or None, owners=owners, quarters=periods)
    form.is_valid()
    chosen, wanted = request.GET.get("owner", ""), request.GET.get("quarter", "")
    scope = list(names) if chosen == "all" else [o for o in names if str(o) == chosen] or list(names)[:1]
    if chosen and chosen != "all" and chosen not in map(str, names):
        raise Hidden()
    period = next((q.period for q in quarters if quarter_value(q) == wanted), None)
    context = {
        "form": form,
        "groups": figures.lines(request.viewer, scope, period, zone),
        "owner_names": [names[one] for one in scope],
        "books": [(book.title, book.lede, reverse(f"practice:{book.noun}-list")) for book in BOOKS],
    }
    return render(request, "operations/practice/overview.html", context)


@inside
def listing(request: Asked, book: Book) -> HttpResponse:
    """The records of a book that the viewer may read."""
    found = keeping.rows(request.viewer, book)
    names = parties.organisation_names()
    table = _table(request, book, found, names)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {"table": table, "book": book, "new_url": reverse(f"practice:{book.noun}-new"), "kev": book is KEV}
    return render(request, "operations/practice/list.html", context)


def _table(request: Asked, book: Book, found: Any, names: dict[UUID, str]) -> Table:
    first, *others = book.columns
    linked = Column(
        first.name,
        first.title,
        sort=first.sort,
        value=lambda row: str(row) if book is STEPS else first.get(row),
        link=lambda row: reverse(f"practice:{book.noun}", args=[row.subject]),
    )
    whole = [
        linked,
        *others,
        Column("label", _("Label"), kind="tlp"),
        Column("owner", _("Owner"), value=lambda row: names.get(row.owner, "")),
    ]
    made = type(
        "BookTable",
        (Table,),
        {
            "caption": book.title,
            "name": book.key,
            "default_sort": book.sort,
            "columns": whole,
            "filters": list(book.filters),
            "empty_title": _("Nothing is recorded yet"),
            "empty_note": book.empty,
        },
    )
    shown: Table = made(request, found)
    return shown


def _form(request: Asked, book: Book, initial: dict[str, Any], **more: Any) -> Any:
    if book is STEPS:
        more["evidence"] = checks.evidence_of(request.viewer)
    if book is not KEV:
        initial = {"label": "AMBER", **initial}
    return book.form(request.POST or None, initial=initial, **more)


@inside
def record_new(request: Asked, book: Book) -> HttpResponse:
    """Records something in a book."""
    first = kev.entry_said(request.viewer, request.GET.get("cve", "")) if book is KEV else {}
    form = _form(request, book, first)
    if request.method == "POST" and form.is_valid():
        try:
            row = keeping.record(request.viewer, book, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("Recorded."))
            return redirect(f"practice:{book.noun}", row.subject)
    return render(request, "operations/practice/new.html", {"form": form, "book": book, **_urls(book)})


def _urls(book: Book, row: Any = None) -> dict[str, Any]:
    found = {"list_url": reverse(f"practice:{book.noun}-list")}
    if row is not None:
        found["one_url"] = reverse(f"practice:{book.noun}", args=[row.subject])
        found["correct_url"] = reverse(f"practice:{book.noun}-correct", args=[row.subject])
        found["retract_url"] = reverse(f"practice:{book.noun}-retract", args=[row.subject])
    return found


def _about(request: Asked, row: Any) -> dict[str, Any]:
    owner = parties.organisation_names([row.owner]).get(row.owner, "")
    return {"row": row, "owner_name": owner, "mine": row.owner == request.viewer.organisation}


@inside
def record_one(request: Asked, book: Book, record: UUID) -> HttpResponse:
    """One record with every version of it; a retracted one shows its history only."""
    found = keeping.versions(request.viewer, book, record)
    row = found[0]
    facts = [(title, value) for _name, title, value in _facts(book, row)]
    if book is STEPS:
        facts.append((_("Standing"), _standing(row)))
    if book is HUNTS and row.ended_on is None:
        facts.append((_("State"), _("goes on")))
    if book is STEPS and row.owner == request.viewer.organisation:
        held = checks.evidence_of(request.viewer)
        facts.append((_("Files"), ", ".join(held[one] for one in row.evidence if one in held) or _("none")))
    context = {"book": book, "facts": facts, "history": _history(book, found), **_about(request, row)}
    return render(request, "operations/practice/one.html", {**context, **_urls(book, row)})


def _standing(row: Any) -> str:
    if not row.claimed:
        return _("not reached")
    if selectors.evidence_standing(row.evidence):
        return _("with evidence")
    return _("self-declared: no evidence for this level")


def _facts(book: Book, row: Any) -> list[tuple[str, str, str]]:
    found = []
    for name in book.fields:
        field = row._meta.get_field(name)
        value = getattr(row, name)
        if isinstance(field, models.JSONField):
            # Titles are for who may read the files; others learn how many there are.
            shown = ngettext("%(n)s file", "%(n)s files", len(value)) % {"n": len(value)} if value else _("none")
        elif value is None or value == "":
            shown = _("not known")
        elif field.choices:
            shown = str(getattr(row, f"get_{name}_display")())
        elif isinstance(value, bool):
            shown = _("yes") if value else _("no")
        elif hasattr(value, "hour"):
            shown = formats.moment(value)
        elif hasattr(value, "year"):
            shown = formats.day(value)
        else:
            shown = formats.number(value) if isinstance(value, int) else str(value)
        found.append((name, str(field.verbose_name), shown))
    return found


def _history(book: Book, found: list[Any]) -> list[Entry]:
    names = parties.person_names([row.recorded_by for row in found])
    entries = []
    for place, row in enumerate(found):
        who = names.get(row.recorded_by, "") if row.recorded_by else ""
        before = found[place + 1] if place + 1 < len(found) else None
        if before is None:
            text = _("Recorded by %(who)s") % {"who": who}
        elif row.retracted:
            text = _("Retracted by %(who)s: %(why)s") % {"who": who, "why": row.why}
        else:
            old = {name: value for name, _title, value in _facts(book, before)}
            changed = [
                _("%(field)s was %(before)s, is %(after)s") % {"field": title, "before": old[name], "after": value}
                for name, title, value in _facts(book, row)
                if old[name] != value
            ]
            given = {"who": who, "why": row.why, "changes": "; ".join(changed) or _("only the label")}
            text = _("Corrected by %(who)s: %(why)s. %(changes)s.") % given
        entries.append(Entry(at=row.recorded_at, text=text))
    return entries


@inside
def record_correct(request: Asked, book: Book, record: UUID) -> HttpResponse:
    """Corrects a record or adds to it; both versions stay."""
    row = keeping.get(request.viewer, book, record)
    first = {name: getattr(row, name) for name in (*book.fields, "label")}
    form = _form(request, book, {**first, "seen": row.pk}, correcting=True)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        why, seen = said.pop("why"), said.pop("seen")
        try:
            keeping.correct(request.viewer, book, record, why, seen=seen, **said)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The correction is recorded. The version before stays in the history."))
            return redirect(f"practice:{book.noun}", record)
    context = {"form": form, "book": book, **_about(request, row), **_urls(book, row)}
    return render(request, "operations/practice/correct.html", context)


@inside
def record_retract(request: Asked, book: Book, record: UUID) -> HttpResponse:
    """Says that a record no longer stands."""
    row = keeping.get(request.viewer, book, record)
    form = RetractForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        keeping.retract(request.viewer, book, record, form.cleaned_data["why"])
        messages.success(request, _("The record is retracted. Its history stays."))
        return redirect(f"practice:{book.noun}", record)
    context = {"form": form, "book": book, **_about(request, row), **_urls(book, row)}
    return render(request, "operations/practice/retract.html", context)
