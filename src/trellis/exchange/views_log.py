"""The exchange log and its figures: how fast, how much each way, of what use (REG-04)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.calc.figure import Figure
from trellis.core import formats
from trellis.core.figures import ask
from trellis.exchange import pictures, services, withdrawals
from trellis.exchange.models import StixObject
from trellis.exchange.tables import log_table
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.parties.schemas import Party
from trellis.sharing import figures, gate

KINDS = ("share", "acknowledge", "balance", "usefulness")


def _shown(request: Asked, owner: UUID) -> dict[str, figures.Shown]:
    params = {"owner": owner, "arrangement": request.programme.id}
    return {name: figures.shown(request.viewer, f"exchange.{name}", params) for name in KINDS}


def _p90(made: Figure) -> str:
    value = made.parts.get("p90")
    if isinstance(value, int | float):
        return _("%(n)s hours") % {"n": formats.number(value, 1)}
    return {"not reached": _("not reached"), "no data": _("no data")}.get(str(value), _("not reported"))


def _line(title: str, shown: figures.Shown) -> dict[str, Any]:
    made = shown.figure
    done = made.parts.get("events")
    return {"title": title, "figure": made, "url": shown.url, "p90": _p90(made), "done": done}


@in_programme
def log(request: Asked) -> HttpResponse:
    """What became of what the viewer's organisation shared, and how the parties stand beside each other."""
    here, mine = request.programme.id, request.viewer.organisation
    assert mine
    rows = gate.visible(StixObject, request.viewer).filter(owner=mine, context=here, retracted=False)
    shorts = {party.organisation: party.short for party in parties.parties(here)}
    table = log_table(request, rows, mine, shorts)
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    shown = _shown(request, mine)
    balance = shown["balance"]
    context = {
        "table": table,
        "times": [
            _line(_("Detection to sharing"), shown["share"]),
            _line(_("Sharing to acknowledgement"), shown["acknowledge"]),
        ],
        "shown": shown,
        "chart": pictures.curves(shown["share"].ask, shown["acknowledge"].ask),
        "both_ways": pictures.given_and_taken(balance.figure, balance.ask.as_of),
        "answers": pictures.answers(shown["usefulness"].figure),
        "parties": [_party(request, party) for party in parties.parties(here) if party.organisation != mine],
        "shares": _granted(request),
    }
    return render(request, "exchange/log.html", context)


def _party(request: Asked, party: Party) -> dict[str, Any]:
    """A party's figures; of one that withholds them nothing is computed: all four read the same records."""
    params = {"owner": party.organisation, "arrangement": request.programme.id}
    withheld = bool(figures.withholders(request.viewer, ask("exchange.share", params)))
    shown = {} if withheld else _shown(request, party.organisation)
    return {"name": party.name, "side": party.side, "shown": shown, "withheld": withheld}


def _granted(request: Asked) -> bool:
    """Whether the viewer's organisation lets all parties see its figures of the exchange."""
    held = gate.in_force().filter(owner=request.viewer.organisation, data_kind=withdrawals.KIND, audience="parties")
    return bool(held.filter(arrangement=request.programme.id).exists())


@require_POST
@in_programme
def log_share(request: Asked) -> HttpResponse:
    """Lets all parties see the viewer's figures of the exchange; the log itself stays with its owner."""
    services.figures_share(request.viewer, request.programme.id)
    messages.success(request, _("All parties now see your figures of the exchange. The log stays with you."))
    return redirect("exchange:log", request.programme.id)
