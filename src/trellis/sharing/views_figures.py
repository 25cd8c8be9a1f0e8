"""The page of a figure: value, method in words, inputs as far as the viewer may read, who withholds it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from trellis.calc.figure import Figure
from trellis.core import canonical, figures, tabular
from trellis.core.conditions import Hidden
from trellis.core.figures import Ask, FigureKind
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, methods
from trellis.sharing.figures import Shown, reads_records, show, url_of, withholders
from trellis.sharing.records import kind_named
from trellis.sharing.search import record_url

INPUTS = 200


@dataclass(frozen=True)
class Input:
    """Something that a figure was made from."""

    title: str
    url: str


def question(request: HttpRequest, kind: str) -> Ask:
    """The question in the address. Raises Hidden for one that no kind answers."""
    query = request.GET.copy()
    for own in ("format", "lang"):
        query.pop(own, None)
    try:
        ask = figures.from_query(kind, urlencode([(k, v) for k, v in query.items()]))
        figures.kind_named(kind).context(ask)
        return ask
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise Hidden(_("There is no such figure, or its address is not whole.")) from error


def strangers(viewer: Viewer, owners: tuple[UUID, ...]) -> bool:
    """Whether the viewer shares no programme with who withholds: then the figure does not exist for them."""
    mine = {programme.id for programme in parties.programmes_of(viewer)}
    met = {party.organisation for programme in mine for party in parties.parties(programme)}
    return not all(owner in mine or owner in met for owner in owners)


def asked(viewer: Viewer, ask: Ask) -> Shown:
    """The figure for a viewer. Raises Hidden where its owners are strangers, or nothing can be computed."""
    missing = withholders(viewer, ask)
    if missing and strangers(viewer, missing):
        raise Hidden()
    try:
        return show(viewer, ask)
    except (KeyError, ValueError, LookupError) as error:
        raise Hidden(_("There is no such figure, or its address is not whole.")) from error


def inputs(viewer: Viewer, ask: Ask, made: Figure) -> tuple[list[Input], int]:
    """What the figure was made from and the viewer may read, and how much more there is."""
    found: list[Input] = []
    ids: list[UUID] = []
    others = 0
    for text in made.inputs:
        try:
            ids.append(UUID(text))
        except ValueError:
            name, sep, query = text.partition("?")
            others += not sep
            if sep:
                found.append(_named(name, query))
    looked = ids[:INPUTS]
    seen: set[UUID] = set()
    for name in figures.kind_named(ask.kind).reads:
        kind = kind_named(name)
        rows = gate.visible(kind.model, viewer, gettext_noop("inputs of a figure"), history=True)
        for row in [*rows.filter(pk__in=looked), *rows.filter(subject__in=looked, superseded_at=None)]:
            key = row.pk if row.pk in looked else row.subject
            if key not in seen:
                seen.add(key)
                found.append(Input(f"{kind.title} {str(row.subject)[:8]}", record_url(kind, row)))
    return found, others + len(ids) - len(seen)


def url_base(kind: str) -> str:
    """The page of a kind of figure, without a question."""
    return reverse("figure", args=[kind])


def _named(name: str, query: str) -> Input:
    """An input by its address: a figure with its page, or all records of a kind that an organisation has."""
    try:
        return Input(str(figures.kind_named(name).title), f"{url_base(name)}?{query}")
    except KeyError:
        return Input(str(kind_named(name).title), "")


def figure(request: Any, kind: str) -> HttpResponse:
    """The page of one figure, or its facts as CSV."""
    viewer: Viewer = request.viewer
    ask = question(request, kind)
    if not viewer.known and withholders(viewer, ask):
        return redirect_to_login(request.get_full_path())
    shown = asked(viewer, ask)
    if request.GET.get("format") == "csv":
        return _csv(shown)
    found = figures.kind_named(kind)
    whole = not shown.withheld_by and reads_records(viewer, ask)
    made, names = shown.figure, parties.organisation_names([*found.scope(ask), *shown.withheld_by])
    listed, hidden = inputs(viewer, ask, made) if whole else ([], len(made.inputs))
    context = {
        "shown": shown,
        "figure": made,
        "kind": found,
        "method": methods.page(found.method),
        "parameters": dict(made.parameters),
        "parts": dict(made.parts) if whole else {},
        "asked": ask.params,
        "withheld": sorted(names.get(owner, _("the parties to the programme")) for owner in shown.withheld_by),
        "owners": sorted(name for id, name in names.items() if id in found.scope(ask)),
        "reads": [kind_named(name).title for name in found.reads],
        "chart": _chart(found, made, ask) if whole else None,
        "whole": whole,
        "inputs": listed,
        "hidden": hidden,
        "csv": f"{url_of(ask)}&format=csv",
        "now": f"{url_base(kind)}?{urlencode(_without_time(ask))}",
    }
    return render(request, "sharing/figure.html", context)


def _chart(kind: FigureKind, made: Figure, ask: Ask) -> Any:
    return kind.chart(made, ask) if kind.chart and made.value is not None else None


def _without_time(ask: Ask) -> list[tuple[str, str]]:
    period = [("period", f"{ask.period[0]}/{ask.period[1]}")] if ask.period else []
    return [*ask.params, *period]


def facts(shown: Shown) -> Iterator[tuple[str, str]]:
    """Everything that a figure says of itself, as pairs of text."""
    made = shown.figure
    yield from [("figure", shown.ask.kind), ("title", shown.title), ("address", shown.ask.address)]
    yield from [("value", made.text or ""), ("reason", made.reason or ""), ("unit", made.unit)]
    yield from [("n", "" if made.n is None else str(made.n)), ("as_of", canonical.moment_text(made.as_of))]
    yield ("period", f"{made.period[0]}/{made.period[1]}" if made.period else "")
    yield from [("method", made.method), ("method_version", made.method_version)]
    for name in ("low", "high", "unknown", "open"):
        value = getattr(made, name)
        yield (name, "" if value is None else str(value))
    yield from [("caveat", caveat) for caveat in made.caveats]
    yield from [(f"parameter {name}", str(value)) for name, value in made.parameters.items()]


def _csv(shown: Shown) -> HttpResponse:
    columns = [tabular.Column("fact", "fact"), tabular.Column("value", "value")]
    rows = [list(pair) for pair in facts(shown)]
    response = HttpResponse(b"".join(tabular.write_csv(rows, columns)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{shown.ask.kind}.csv"'
    return response
