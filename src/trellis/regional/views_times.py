"""The page of response times: each step's clock, by severity, and before and after an agreement."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.calc.figure import Figure
from trellis.calc.regional import SEVERITIES as ORDER
from trellis.core import formats
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.regional import pacts, services
from trellis.regional.figures import TITLES
from trellis.regional.vocabulary import SEVERITIES
from trellis.sharing import figures


def _shown(request: Asked, kind: str, **params: Any) -> figures.Shown:
    return figures.shown(request.viewer, kind, {"programme": request.programme.id, **params})


def part(made: Figure, name: str) -> str:
    """A number beside the value, or the words for why there is none."""
    value = made.parts.get(name)
    if value is None:
        return _("not reported")
    if isinstance(value, str):
        return {"not reached": _("not reached"), "no data": _("no data")}.get(value, value)
    return formats.number(value, 1 if isinstance(value, float) else None)


def _line(title: str, shown: figures.Shown) -> dict[str, Any]:
    made = shown.figure
    return {
        "title": title,
        "figure": made,
        "url": shown.url,
        "p90": part(made, "p90"),
        "events": made.parts.get("events"),
    }


def _groups(made: Figure) -> list[dict[str, Any]]:
    """The two groups of the comparison, each with its counts and its mix of severity."""
    found = []
    for name, title in (("before", _("Asked before")), ("after", _("Asked after"))):
        mix = []
        for severity in ORDER:
            n = made.parts.get(f"{name}_{severity or 'unrated'}")
            words = SEVERITIES[severity] if severity else _("Not rated")
            if n:
                mix.append(f"{words}: {n}")
        found.append(
            {
                "title": title,
                "n": made.parts.get(f"{name}_n"),
                "events": made.parts.get(f"{name}_events"),
                "open": made.parts.get(f"{name}_open"),
                "unknown": made.parts.get(f"{name}_unknown"),
                "median": part(made, f"{name}_median"),
                "mix": ", ".join(mix) or _("none"),
            }
        )
    return found


@in_programme
def times(request: Asked) -> HttpResponse:
    """How long each step takes, and cross-border response before and after an agreement came into force."""
    here = request.programme.id
    held = pacts.pacts(here)
    wanted = request.GET.get("agreement", "")
    chosen = next((one for one in held if str(one.id) == wanted), held[0] if held else None)
    change = _shown(request, "regional.change", agreement=chosen.id if chosen else "")
    response = _shown(request, "regional.response")
    names = parties.organisation_names(response.withheld_by)
    context = {
        "clocks": [_line(str(title), _shown(request, f"regional.{clock}")) for clock, title in TITLES.items()],
        "severities": [_line(str(SEVERITIES[s]), _shown(request, "regional.response", severity=s)) for s in ORDER if s],
        "change": change,
        "groups": _groups(change.figure) if not change.withheld_by and chosen else [],
        "p": change.figure.parts.get("log_rank_p"),
        "pacts": held,
        "chosen": chosen,
        "parties": sorted(parties.organisation_names(chosen.parties).values()) if chosen else [],
        "withheld": sorted(names.values()),
        "mine_withheld": request.viewer.organisation in response.withheld_by,
    }
    return render(request, "regional/times.html", context)


@in_programme
@require_POST
def times_share(request: Asked) -> HttpResponse:
    """Lets all parties see the times as far as they rest on the viewer's records."""
    services.figures_share(request.viewer, request.programme.id, "assistance")
    messages.success(request, _("All parties now see the times as far as they rest on your records."))
    return redirect("regional:times", request.programme.id)
