"""What governance offers through the ports of core: menu, work, the steps of the journey, the pack."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.core import formats
from trellis.core.context import address
from trellis.core.ports import NavItem, PackSection, Step, WorkItem
from trellis.governance import founding, reviews, rights
from trellis.governance.models import Outcome, Slot, Stage
from trellis.governance.selectors import views
from trellis.parties import selectors as parties


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """Home for who has an account; programme, decisions, rights and reviews of the programme at hand."""
    viewer = getattr(request, "viewer", None)
    if viewer is None or viewer.person is None:
        return []
    items = [NavItem(_("Home"), address("home"), "home", 0)]
    programme = getattr(request, "programme", None)
    if programme is not None:
        pages = (
            (_("Programme"), "programme", 10, "main"),
            (_("Decisions"), "decisions", 12, "more"),
            (_("Who decides"), "matrix", 14, "more"),
            (_("Reviews"), "reviews", 90, "main"),
        )
        items += [
            NavItem(title, address(f"governance:{name}", programme.id), name, n, place=place)
            for title, name, n, place in pages
        ]
    return items


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Foundings to sign, reviews that are due, vacant seats of the viewer's organisation."""
    found: list[WorkItem] = []
    if viewer.administrator:
        for row in founding.waiting_for(viewer):
            if str(viewer.organisation) not in {s["organisation"] for s in row.signatures}:
                title = _("Sign the founding of %(title)s") % {"title": row.payload["title"]}
                why = _("Nothing exists until every party has signed.")
                found.append(WorkItem(title, address("founding", row.pk), "key", why, since=row.drafted_at))
    waiting = _waiting(viewer.organisation) if viewer.administrator else {}
    for programme in parties.programmes_of(viewer):
        if programme.kind != "programme":
            continue
        if rights.may(programme.id, viewer.person, viewer.organisation, "co-chair"):
            found += _reviews(programme.id, programme.title)
        if viewer.administrator:
            found += _vacant(viewer, programme.id, programme.title, waiting)
    return found


def _reviews(arrangement: UUID, title: str) -> list[WorkItem]:
    found = []
    for review in reviews.reviews(arrangement):
        if review.state in ("open", "overdue") and review.proposed is None:
            due = datetime.combine(review.due, time(12), reviews.zone_of(arrangement))
            words = {"label": review.label, "programme": title}
            late = review.state == "overdue"
            why = _("It is overdue, which everybody can see.") if late else _("The quarter is over.")
            url = address("governance:review", arrangement, review.period_start.isoformat())
            found.append(
                WorkItem(_("Hold the review of %(label)s, %(programme)s") % words, url, "due", why, due=due,
                         programme=arrangement)
            )  # fmt: skip
    return found


def _waiting(organisation: UUID) -> Counter[tuple[UUID, str]]:
    """How many open decisions have a slot of an organisation, by programme and role."""
    slots = Slot.objects.filter(organisation=organisation, decision__outcome=None)
    each = slots.values_list("decision__stream", "role", "decision").distinct()
    return Counter((stream, role) for stream, role, _decision in each)


def _vacant(viewer: Any, arrangement: UUID, title: str, waiting: Mapping[tuple[UUID, str], int]) -> list[WorkItem]:
    empty = [seat for seat in parties.seats_in(arrangement, None, viewer.organisation) if seat.vacant]
    return [
        WorkItem(
            _("Fill the seat: %(seat)s, %(programme)s") % {"seat": seat.title, "programme": title},
            address("organisation") or address("parties:organisation") or address("governance:matrix", arrangement),
            "watch",
            _("Nobody holds its rights; %(n)s open decisions wait for its key.")
            % {"n": waiting.get((arrangement, seat.role), 0)},
            programme=arrangement,
        )
        for seat in empty
    ]


def steps(arrangement: UUID) -> Sequence[Step]:
    """The first step and the last: founded, and reviewed every quarter."""
    programme_url = address("governance:programme", arrangement)
    stage = Stage.objects.current().filter(stream=arrangement).first()
    first = Stage.objects.filter(stream=arrangement).order_by("seq").first()
    found = []
    if stage and first:
        found.append(Step(_("Founded"), "done", formats.day(first.at), programme_url, 0))
    every = reviews.reviews(arrangement)
    held = sum(review.state == "held" for review in every)
    late = sum(review.state == "overdue" for review in every)
    words = _("%(n)s held") % {"n": held}
    if late:
        words += ", " + _("%(n)s overdue") % {"n": late}
    state = "late" if late else "now" if held else "none"
    found.append(Step(_("Reviews"), state, words, address("governance:reviews", arrangement), 90))
    return found


def pack_section(arrangement: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """Decisions of the period: those adopted with number and date, those refused, and dissent."""
    zone = reviews.zone_of(arrangement)
    rows = Outcome.objects.filter(decision__stream=arrangement, at__lte=as_of).select_related("decision")
    ended = [row for row in rows.order_by("at") if period[0] <= row.at.astimezone(zone).date() <= period[1]]
    listed = views([row.decision for row in ended])
    table = {
        "caption": _("Decisions of the quarter"),
        "columns": [_("Number"), _("Decision"), _("Outcome"), _("Day")],
        "rows": [
            [str(v.number or ""), v.title, str(row.get_state_display()), row.at.astimezone(zone).date().isoformat()]
            for v, row in zip(listed, ended, strict=True)
        ],
    }
    dissent = [
        _("Dissent in %(what)s: %(text)s") % {"what": v.title, "text": one.text}
        for v, row in zip(listed, ended, strict=True)
        for one in row.decision.dissents.filter(at__lte=as_of)
    ]
    return PackSection("decisions", _("Decisions"), 5, {"tables": [table], "paragraphs": dissent})
