"""What funding offers to other floors through the ports of core."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Condition
from trellis.core.context import address
from trellis.core.ports import NavItem, PackSection, Step, WorkItem
from trellis.funding import rule, selectors
from trellis.funding.schemas import MilestoneView, TrancheView
from trellis.governance import rights
from trellis.parties import selectors as parties
from trellis.sharing import selectors as sharing


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """The money of the programme at hand."""
    programme = getattr(request, "programme", None)
    url = address("funding:commitments", programme.id) if programme else ""
    return [NavItem(_("Money"), url, "funding", 50)] if url else []


def stage_conditions(arrangement: UUID, stage: str) -> Sequence[Condition]:
    """Active needs a commitment and the partner's consent in force."""
    if stage != "active":
        return []
    held = selectors.commitments_in_force(arrangement)
    holder = rule.seats(arrangement, "coordinator", rule.coordinator_of(arrangement))
    name = _("The partner's consent to the programme is in force")
    return [
        Condition(_("A commitment of money is in force"), bool(held), ", ".join(row.title for row in held)),
        sharing.consent_condition(arrangement, "programme", name, holder=holder),
    ]


def steps(arrangement: UUID) -> Sequence[Step]:
    """The step Money of the journey."""
    url = address("funding:commitments", arrangement)
    views = selectors.tranches(arrangement)
    if not views:
        return [Step(_("Money"), "none", _("no commitment"), url, 50)]
    done = sum(view.state == "received" for view in views)
    held = sum(view.state in ("held", "disputed") for view in views)
    words = _("%(done)s of %(all)s tranches received") % {"done": done, "all": len(views)}
    if held:
        words += ", " + _("%(n)s held") % {"n": held}
    state = "done" if done == len(views) else "late" if held else "now"
    return [Step(_("Money"), state, words, url, 50)]


def work_items(viewer: Any) -> Sequence[WorkItem]:
    """Evidence that is due, claims to verify, payments to make or confirm, and items for the committee."""
    return [
        item
        for programme in parties.programmes_of(viewer)
        for view in selectors.tranches(programme.id)
        if view.state not in ("received", "lapsed")
        for item in _of_tranche(viewer, programme.id, view)
    ]


def _of_tranche(viewer: Any, here: UUID, view: TrancheView) -> Iterator[WorkItem]:
    side = parties.sides(here).get(viewer.organisation, "")
    for milestone in view.milestones:
        yield from _of_milestone(viewer, here, view, milestone, side)
    url = address("funding:tranche", here, view.id)
    said = {"n": view.number}
    officer = viewer.organisation == view.donor and rights.may(here, viewer.person, view.donor, "programme-officer")
    payee = viewer.organisation == rule.coordinator_of(here) and rights.may(
        here, viewer.person, viewer.organisation, "coordinator"
    )
    if view.state == "releasable" and not view.release_decision and (officer or payee):
        title = _("Release tranche %(n)s") % said
        yield WorkItem(title, url, "key", _("Every condition is met."), programme=here)
    if officer and view.sent < view.released:
        title = _("Record the payment of tranche %(n)s") % said
        yield WorkItem(title, url, "due", _("Released and not recorded as sent."), programme=here)
    if payee and selectors.unconfirmed(here, view.id):
        title = _("Confirm or dispute the payment of tranche %(n)s") % said
        yield WorkItem(title, url, "answer", _("The donor says that it was sent."), programme=here)


def _of_milestone(viewer: Any, here: UUID, view: TrancheView, row: MilestoneView, side: str) -> Iterator[WorkItem]:
    url = address("funding:milestone", here, row.id)
    said = {"n": row.number}
    due = datetime.combine(view.due, time(12), clock.now().tzinfo)
    if side == "partner" and row.protocol and not row.claimed_at and view.earliest <= clock.today():
        title = _("Submit evidence for milestone %(n)s") % said
        yield WorkItem(title, url, "due", row.title, due=due, programme=here)
    verifying = viewer.organisation == row.verifier and row.claimed_at and row.verified is None
    if verifying and rights.may(here, viewer.person, viewer.organisation, "verifier"):
        title = _("Verify milestone %(n)s") % said
        yield WorkItem(title, url, "answer", row.title, since=row.claimed_at, programme=here)
    if not row.waiting_since:
        return
    holds = {"donor": view.donor, "partner": rule.coordinator_of(here)}.get(side) == viewer.organisation
    role = "programme-officer" if side == "donor" else "coordinator"
    if holds and not row.accept_decision and rights.may(here, viewer.person, viewer.organisation, role):
        title = _("Accept or decline milestone %(n)s") % said
        yield WorkItem(title, url, "key", row.title, since=row.waiting_since, programme=here)
    if row.committee_due and rights.may(here, viewer.person, viewer.organisation, "co-chair"):
        title = _("For the committee: milestone %(n)s waits for acceptance") % said
        yield WorkItem(title, url, "watch", row.title, since=row.waiting_since, programme=here)


def pack_section(arrangement: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """Every tranche with its state, its money and every unmet condition, as of the pack's date."""
    names = parties.organisation_names()
    rows = [
        {
            "donor": names.get(view.donor, ""),
            "number": view.number,
            "year": view.year,
            "amount": format(view.amount, "f"),
            "currency": view.currency,
            "planned": view.due.isoformat(),
            "state": view.state,
            "earned": format(view.earned, "f"),
            "released": format(view.released, "f"),
            "received": format(view.received, "f"),
            "reasons": [c.name for c in view.reasons] if view.released < view.amount else [],
        }
        for view in selectors.tranches(arrangement, as_of)
    ]
    return PackSection("tranches", _("Tranches"), 50, {"tranches": rows})
