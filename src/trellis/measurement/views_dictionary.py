"""Pages of the indicator dictionary: what is in force, and a draft of the next version."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.catalogue import selectors as catalogue
from trellis.catalogue import services
from trellis.catalogue.schemas import IndicatorIn
from trellis.core import ids
from trellis.core.conditions import Hidden, Invalid
from trellis.core.context import address
from trellis.core.figures import figure_kinds
from trellis.core.tables import Column, Search, Table
from trellis.governance import drafts, rights
from trellis.governance.registry import kind_named
from trellis.measurement.forms import PERSPECTIVES, IndicatorForm, ProposeForm, initial
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme

KIND = "catalogue.indicators"
NAMES = dict(PERSPECTIVES)


class DictionaryTable(Table):
    caption = gettext_lazy("Indicator dictionary")
    name = "dictionary"
    page_size = 100
    columns = [
        Column("title", gettext_lazy("Indicator"), sort="title", link="url"),
        Column("definition", gettext_lazy("Definition")),
        Column("unit", gettext_lazy("Unit")),
        Column("direction", gettext_lazy("Better")),
        Column("baseline", gettext_lazy("Baseline"), kind="num"),
        Column("baseline_on", gettext_lazy("Baseline of"), kind="day"),
        Column("target", gettext_lazy("Last target"), kind="num"),
        Column("frequency", gettext_lazy("Read")),
        Column("source", gettext_lazy("Source")),
        Column("owner", gettext_lazy("Owner"), sort="owner"),
        Column("perspective", gettext_lazy("Perspective"), sort="perspective"),
        Column("level", gettext_lazy("Level")),
        Column("weight", gettext_lazy("Weight"), kind="num", sort="weight"),
        Column("protected", gettext_lazy("Protected"), kind="yes"),
        Column("changed_in", gettext_lazy("Changed in version"), kind="num"),
    ]
    filters = [Search(gettext_lazy("Words"), ["title", "definition", "owner"])]
    empty_title = gettext_lazy("No indicators are agreed")
    empty_note = gettext_lazy("Write a draft and propose it; both sides adopt it.")


def _words(one: IndicatorIn, names: dict[UUID, str]) -> dict[str, Any]:
    same = (
        "title",
        "definition",
        "unit",
        "baseline",
        "baseline_on",
        "target",
        "source",
        "weight",
        "protected",
    )
    return {
        **{name: getattr(one, name) for name in same},
        "direction": _("up") if one.direction == "rising" else _("down"),
        "frequency": {
            "monthly": _("every month"),
            "quarterly": _("every quarter"),
            "half-yearly": _("every half-year"),
            "yearly": _("every year"),
        }[one.frequency],
        "owner": names.get(one.owner, ""),
        "perspective": NAMES.get(one.perspective, one.perspective),
        "level": _("outcome") if one.level == "outcome" else _("output"),
    }


@in_programme
def dictionary(request: Asked) -> HttpResponse:
    """The dictionary in force, or one of its versions."""
    here = request.programme.id
    versions = catalogue.dictionaries(here)
    wanted = request.GET.get("version", "")
    version = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else None
    if version is not None and version not in {one.version for one in versions}:
        raise Hidden()
    names = parties.organisation_names()
    rows = [
        {
            **_words(one, names),
            "changed_in": one.changed_in,
            "url": address("measurement:indicator", here, one.id),
        }
        for one in catalogue.indicators(here, version=version)
    ]
    table = DictionaryTable(request, rows)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {
        "table": table,
        "versions": [(one, address("governance:decision", here, one.decision)) for one in versions],
        "version": version or (versions[0].version if versions else None),
        "current": version is None or (bool(versions) and version == versions[0].version),
        "count": len(rows),
        **_right(request),
    }
    return render(request, "measurement/dictionary.html", context)


def _right(request: Asked) -> dict[str, Any]:
    kind, viewer, here = kind_named(KIND), request.viewer, request.programme.id
    assert viewer.organisation
    return {
        "may_propose": rights.may_propose(here, kind, viewer.person, viewer.organisation),
        "proposers": rights.proposer_words(here, kind),
    }


def _draft(request: Asked) -> tuple[UUID | None, list[IndicatorIn]]:
    """The organisation's draft; without one, the dictionary in force."""
    held = drafts.drafts(request.viewer, request.programme.id, KIND)
    if not held:
        return None, services.current(request.programme.id)
    return held[0].pk, [IndicatorIn.model_validate(one) for one in held[0].data["indicators"]]


def _save(request: Asked, draft: UUID | None, indicators: list[IndicatorIn]) -> None:
    data = {"indicators": [one.model_dump() for one in indicators]}
    drafts.save(request.viewer, request.programme.id, KIND, _("Indicator dictionary"), data, draft)


@in_programme
def draft(request: Asked) -> HttpResponse:
    """The draft of the next version: what it holds, what stands against it, and the form that proposes it."""
    here = request.programme.id
    held, indicators = _draft(request)
    form = ProposeForm(request.POST if "reason" in request.POST else None)
    if request.method == "POST" and "discard" in request.POST:
        if held:
            drafts.delete(request.viewer, held)
        return redirect("measurement:dictionary", here)
    if request.method == "POST" and "drop" in request.POST:
        _save(request, held, [one for one in indicators if str(one.id) != request.POST["drop"]])
        return redirect("measurement:dictionary-draft", here)
    if request.method == "POST" and form.is_valid():
        try:
            decision = services.indicators_propose(request.viewer, here, indicators, form.cleaned_data["reason"])
        except Invalid as error:
            for text in error.fields.values():
                form.add_error(None, text)
        else:
            if held:
                drafts.delete(request.viewer, held)
            return redirect(
                address("governance:decision", here, decision.pk) or address("measurement:dictionary", here)
            )
    names = parties.organisation_names()
    context = {
        "rows": [(one, _words(one, names)) for one in indicators],
        "saved": held is not None,
        "conditions": services.indicators_check(request.viewer, here, indicators),
        "form": form,
        **_right(request),
    }
    return render(request, "measurement/draft.html", context)


@in_programme
def draft_indicator(request: Asked, indicator: UUID | None = None) -> HttpResponse:
    """Adds an indicator to the draft, or changes one of it."""
    here = request.programme.id
    held, indicators = _draft(request)
    one = next((found for found in indicators if found.id == indicator), None)
    if indicator is not None and one is None:
        raise Hidden()
    form = IndicatorForm(
        request.POST or None,
        initial=initial(one) if one else {},
        parties=parties.parties(here),
        others=[found for found in indicators if found.id != indicator],
        figures=[(kind.name, f"{kind.title} ({kind.name})") for kind in figure_kinds()],
    )
    if request.method == "POST" and form.is_valid():
        made = form.indicator(indicator or ids.new(), here)
        if one:
            _save(request, held, [made if found.id == indicator else found for found in indicators])
        else:
            _save(request, held, [*indicators, made])
        return redirect("measurement:dictionary-draft", here)
    return render(request, "measurement/draft_indicator.html", {"form": form, "one": one})
