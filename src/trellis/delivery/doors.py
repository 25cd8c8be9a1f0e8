"""What delivery offers to other floors through the ports of core."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core import clock, figures
from trellis.core.ports import NavItem, PackSection, Step, WorkItem
from trellis.delivery import selectors
from trellis.delivery.schemas import CourseView
from trellis.parties import selectors as parties


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """`Delivery` in a programme."""
    programme = getattr(request, "programme", None)
    if programme is None:
        return []
    return [NavItem(_("Delivery"), reverse("delivery:courses", args=[programme.id]), "delivery", 55)]


def _known(programme: UUID, as_of: datetime | None = None) -> list[CourseView]:
    """The courses that every party of the programme may see."""
    shown = selectors.shown_to_all(programme, selectors.COURSE)
    rows = selectors.courses_at(programme, as_of)
    return [one for one in rows if {None, one.id} & shown.get(one.owner, set())]


def programme_steps(programme: UUID) -> Sequence[Step]:
    """The step `Delivery`: courses held, of those known to all parties."""
    known, today = _known(programme), clock.today()
    url = reverse("delivery:courses", args=[programme])
    if not known:
        return [Step(_("Delivery"), "none", _("no course yet"), url, 60)]
    over = sum(one.ends < today for one in known)
    words = ngettext("%(over)s of %(n)s course held", "%(over)s of %(n)s courses held", len(known))
    state = "done" if over == len(known) else "now"
    return [Step(_("Delivery"), state, words % {"over": over, "n": len(known)}, url, 60)]


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Tests after a course that are missing, for whoever trains."""
    if viewer.organisation is None:
        return []
    found = []
    for one, n in selectors.ended_without_test(viewer.organisation):
        said = ngettext(
            "%(n)s participant has no mark afterwards; without it nobody knows what was learned.",
            "%(n)s participants have no mark afterwards; without them nobody knows what was learned.",
            n,
        )
        found.append(
            WorkItem(
                _("Record the test after %(title)s") % {"title": one.title},
                reverse("delivery:course", args=[one.programme, one.id]),
                "due",
                said % {"n": n},
                due=datetime.combine(one.ends, time(0), UTC),
                programme=one.programme,
            )
        )
    return found


def pack_section(programme: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """Courses of the period that all parties see, each with its gain where the owner lets all parties see it.

    Who came is no measure of what was learned, so attendance stands nowhere in it.
    """
    gains = selectors.shown_to_all(programme, selectors.SCORE)
    names = parties.organisation_names()
    held: list[dict[str, Any]] = []
    for one in _known(programme, as_of):
        if one.ends < period[0] or one.starts > period[1]:
            continue
        said: dict[str, Any] = {
            "title": one.title,
            "kind": one.modality,
            "starts": one.starts.isoformat(),
            "ends": one.ends.isoformat(),
            "trained_by": names.get(one.owner, ""),
            "behaviour": selectors.follow_up(one, as_of.date()).state,
        }
        if None in gains.get(one.owner, set()):
            said |= _gain(one, as_of)
        else:
            said |= {"gain": None, "reason": "consent missing"}
        held.append(said)
    return PackSection("delivery", _("Courses and what was learned"), 55, {"courses": held})


def _gain(one: CourseView, as_of: datetime) -> dict[str, Any]:
    question = figures.ask("delivery.gain", {"course": one.id}, None, as_of)
    made = figures.figure(question)
    return {
        "gain": made.text,
        "band": made.parts.get("band"),
        "reason": made.reason,
        "matched": made.n,
        "dropped_out": made.parts.get("dropped_out"),
        "unmatched": made.unknown,
        "figure": question.address,
    }
