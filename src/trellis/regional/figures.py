"""Figures of the regional area: the clocks of assistance, before and after an agreement, the directory."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc import regional as calc
from trellis.calc.dates import local_date, whole_quarters
from trellis.calc.figure import Basis, Figure
from trellis.core.conditions import Invalid
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.parties import selectors as parties
from trellis.regional import pacts, selectors
from trellis.regional.models import Move
from trellis.regional.schemas import RequestView
from trellis.regional.vocabulary import SEVERITIES
from trellis.sharing.records import kind_named

DIGITS = 2  # significant digits of times, for readers of figures
STEPS = (selectors.REQUEST, selectors.OFFER, selectors.MOVE)
# Whoever only declined is in no figure, and nobody has to ask them for consent to one.
COUNTED = (Move.Kind.ARRIVED, Move.Kind.CLOSED)
BOOK = (selectors.CONTACT, selectors.VERIFICATION)
TITLES: dict[calc.Clock, object] = {
    "offer": gettext_lazy("From asking to the first offer"),
    "accept": gettext_lazy("From the first offer to an agreement on help"),
    "arrive": gettext_lazy("From the agreement to the arrival"),
    "close": gettext_lazy("From the arrival to the closing"),
    "response": gettext_lazy("From asking to the arrival"),
}


def programme_of(ask: Ask) -> UUID:
    """The arrangement in a question."""
    try:
        return ask.uuid("programme")
    except ValueError:
        raise Invalid({"programme": _("Name the programme by its id.")}) from None


def owners(ask: Ask, kinds: Sequence[str]) -> list[UUID]:
    """The arrangement, whose agreements count, and whoever recorded something in it by the moment."""
    programme = programme_of(ask)
    found: set[UUID] = set()
    for name in kinds:
        rows = kind_named(name).model.records.privileged().as_of(ask.as_of).filter(context=programme)
        if name == selectors.MOVE:
            rows = rows.filter(kind__in=COUNTED)
        found |= set(rows.values_list("owner", flat=True).distinct())
    return [programme, *sorted(found)]


def stamps(view: RequestView) -> calc.Assistance:
    """A request as the calculation takes it. Who declined, or which offer was declined, is no part of it."""
    agreed = [offer.agreed_at for offer in view.offers if offer.agreed_at]
    return calc.Assistance(
        str(view.id),
        view.row.asked_at,
        min((offer.row.offered_at for offer in view.offers), default=None),
        min(agreed, default=None),
        view.arrived_at,
        view.closed.at if view.closed else None,
        view.row.severity,
    )


def requests_of(ask: Ask) -> list[calc.Assistance]:
    """The requests in a question: of its arrangement, severity and period, as known then."""
    programme, severity = programme_of(ask), ask.param("severity")
    if severity and severity not in SEVERITIES:
        raise Invalid({"severity": _("Choose one from the list")})
    if ask.period is not None and not whole_quarters(*ask.period):
        raise Invalid({"period": _("A period is one quarter or several whole ones.")})
    views = selectors.requests_at(programme, ask.as_of)
    if ask.param("borders") == "cross":
        views = [view for view in views if view.row.cross_border]
    if severity:
        views = [view for view in views if view.row.severity == severity]
    zone = ZoneInfo(parties.programme(programme).time_zone)
    return [stamps(view) for view in views if _inside(local_date(view.row.asked_at, zone), ask.period)]


def _inside(day: date, period: tuple[date, date] | None) -> bool:
    return period is None or period[0] <= day <= period[1]


def _basis(ask: Ask, kind: str) -> Basis:
    return Basis(ask.as_of, ask.period, (f"{kind}?context={programme_of(ask)}",))


def _step(clock: calc.Clock, ask: Ask) -> Figure:
    held = calc.durations(requests_of(ask), clock, ask.as_of)
    return calc.step_time(_basis(ask, selectors.REQUEST), clock, held)


def _change(ask: Ask) -> Figure:
    programme = programme_of(ask)
    pact = pacts.pact(programme, ask.param("agreement"), ask.as_of)
    views = [view for view in selectors.requests_at(programme, ask.as_of) if pacts.covers(pact, view.row)]
    basis = _basis(ask, selectors.REQUEST)
    return calc.response_change(basis, [stamps(view) for view in views], pact.in_force if pact else None)


def _directory(ask: Ask) -> Figure:
    programme = programme_of(ask)
    found = [calc.Contact(v.since, v.verified_at) for v in selectors.contacts_at(programme, ask.as_of)]
    return calc.directory(_basis(ask, selectors.CONTACT), found, selectors.limit(programme, ask.as_of))


for _clock, _title in TITLES.items():
    figure_kind(
        FigureKind(
            name=f"regional.{_clock}",
            title=_title,
            unit="hours",
            method="regional",
            version="1",
            reads=STEPS,
            scope=lambda ask: owners(ask, STEPS),
            compute=lambda ask, clock=_clock: _step(clock, ask),  # type: ignore[misc]  # bound now
            context=programme_of,
            direction="down",
            digits=DIGITS,
        )
    )
figure_kind(
    FigureKind(
        name="regional.change",
        title=gettext_lazy("Cross-border response before and after an agreement"),
        unit="hours",
        method="regional",
        version="1",
        reads=STEPS,
        scope=lambda ask: owners(ask, STEPS),
        compute=_change,
        context=programme_of,
        direction="down",
        digits=DIGITS,
    )
)
figure_kind(
    FigureKind(
        name="regional.directory",
        title=gettext_lazy("Contacts verified within the limit"),
        unit="share",
        method="regional",
        version="1",
        reads=BOOK,
        scope=lambda ask: owners(ask, BOOK),
        compute=_directory,
        context=programme_of,
        direction="up",
    )
)
