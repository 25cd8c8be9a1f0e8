"""What the pages of a tranche show beside its state: keys, acts that wait and on whom, and what happened."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import formats
from trellis.core.context import address
from trellis.core.pieces import Entry, Key, Task
from trellis.funding import rule, selectors, store
from trellis.funding.models import Acceptance, Tranche
from trellis.funding.schemas import MilestoneView, TrancheView
from trellis.governance import rights
from trellis.law import selectors as law
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer

ROLES = {"partner": "coordinator", "donor": "programme-officer"}


def key_pair(viewer: Viewer, here: UUID, donor: UUID, decision: UUID | None, turn_url: str, ready: bool) -> list[Key]:
    """The two keys of an acceptance or a release, turned or not. `ready`: turning makes sense now."""
    turned = store.keys_of(decision)
    organisations = {"partner": rule.coordinator_of(here), "donor": donor}
    names = parties.organisation_names([o for o in organisations.values() if o])
    people = parties.person_names([key.person for key in turned.values()])
    declined = address("governance:decision", here, decision) if decision else ""
    found = []
    for side, organisation in organisations.items():
        key = turned.get(side)
        seats = parties.seats_in(here, ROLES[side], organisation) if organisation else []
        holder = ", ".join(name for seat in seats for _id, name in seat.holders)
        mine = organisation == viewer.organisation and rights.may(
            here, viewer.person, viewer.actor.organisation, ROLES[side]
        )
        found.append(
            Key(
                side,
                names.get(organisation, "") if organisation else "",
                "turned" if key else "open" if holder else "vacant",
                "" if key else holder,
                people.get(key.person, "") if key else "",
                key.at if key else None,
                mine and ready,
                turn_url,
                declined if mine else "",
            )
        )
    return found


def tasks(here: UUID, view: TrancheView) -> list[Task]:
    """What can be done today about a tranche: one act a line, by whom."""
    found = [task for milestone in view.milestones for task in _of_milestone(here, view, milestone)]
    for question in law.open_questions(here, [view.id, view.commitment, *(m.id for m in view.milestones)]):
        title = _("Close the rights question: %(title)s") % {"title": question.title}
        why = _("The rights officers of both sides together.")
        found.append(Task(title, why, address("law:question", here, question.subject), since=question.opened_at))
    names = parties.organisation_names()
    if view.state == "releasable":
        found.append(Task(_("Release it"), _("Every condition is met. Both keys are needed."), "#release"))
    if view.sent < view.released:
        why = _("Released and not recorded as sent.")
        found.append(
            Task(
                _("Record the payment"),
                why,
                "#payments",
                side="donor",
                organisation=names.get(view.donor, ""),
            )
        )
    payee = rule.coordinator_of(here)
    if payee and any(p.receipt is None for p in store.payments([view.id])):
        why = _("The donor says that it was sent.")
        name = names.get(payee, "")
        found.append(Task(_("Confirm or dispute the payment"), why, "#payments", side="partner", organisation=name))
    return found


def _of_milestone(here: UUID, view: TrancheView, row: MilestoneView) -> Iterator[Task]:
    url, said = address("funding:milestone", here, row.id), {"n": row.number}
    names = parties.organisation_names()
    if row.protocol is None:
        why = _("Both sides together, before evidence can be submitted.")
        yield Task(_("Lock how milestone %(n)s is verified") % said, why, url)
    elif row.claimed_at is None:
        why = _("Any organisation of the partner side.")
        yield Task(_("Submit evidence for milestone %(n)s") % said, why, url, due=view.due, side="partner",
                   organisation=names.get(rule.coordinator_of(here) or view.donor, ""))  # fmt: skip
    elif row.verified is None:
        name = names.get(row.verifier, "") if row.verifier else ""
        yield Task(
            _("Verify milestone %(n)s") % said,
            "",
            url,
            since=row.claimed_at,
            side="independent",
            organisation=name,
        )
    elif row.verified is False and not row.accepted_at:
        why = _("The last claim did not pass.")
        yield Task(_("Submit new evidence for milestone %(n)s") % said, why, url, due=view.due)
    elif row.waiting_since:
        for side, organisation in (("partner", rule.coordinator_of(here)), ("donor", view.donor)):
            if not row.keys.get(side) and organisation:
                title = _("Accept or decline milestone %(n)s") % said
                yield Task(
                    title,
                    "",
                    url,
                    since=row.waiting_since,
                    side=side,
                    organisation=names.get(organisation, ""),
                )


def history(viewer: Viewer, row: Tranche) -> list[Entry]:
    """What happened to a tranche, newest first, as far as the viewer may read it."""
    here = row.stream
    sides, names = parties.sides(here), parties.organisation_names()
    currency = store.commitment(row.commitment).currency

    def by(organisation: UUID) -> dict[str, Any]:
        return {"side": sides.get(organisation, ""), "organisation": names.get(organisation, "")}

    found = [Entry(row.at, _("Committed"), True)]
    for plan in store.milestones(row.subject):
        said, url = {"n": plan.number}, address("funding:milestone", here, plan.subject)
        for claim in selectors.claims(viewer, plan.subject):
            text = _("submitted evidence for milestone %(n)s.") % said
            found.append(Entry(claim.recorded_at, text, **by(claim.owner), url=url))
        for made in selectors.verifications(viewer, plan.subject):
            words = _("verified milestone %(n)s.") if made.passed else _("found that milestone %(n)s did not pass.")
            found.append(Entry(made.recorded_at, words % said, **by(made.owner), url=url))
        for accepted in Acceptance.objects.filter(subject=plan.subject):
            amount = formats.money(accepted.earned, currency)
            text = _("Milestone %(n)s accepted; it has earned %(amount)s.") % {**said, "amount": amount}
            found.append(Entry(accepted.at, text, True, url=url))
    for release in selectors.releases(row.subject):
        text = _("%(amount)s released.") % {"amount": formats.money(release.amount, currency)}
        found.append(Entry(release.at, text, True))
    for paid in selectors.payments(viewer, here, row.subject):
        amount = formats.money(paid.sent.amount, currency)
        text = _("sent %(amount)s on %(day)s.") % {"amount": amount, "day": formats.day(paid.sent.paid_on)}
        found.append(Entry(paid.sent.recorded_at, text, **by(paid.sent.owner)))
        if paid.receipt:
            words = _("disputed %(amount)s.") if paid.disputed else _("received %(amount)s.")
            shown = amount if paid.disputed else formats.money(paid.receipt.amount, currency)
            text = words % {"amount": shown}
            found.append(Entry(paid.receipt.recorded_at, text, **by(paid.receipt.owner)))
    for change in law.changes(here):
        if change.about is None or change.about in {row.subject, row.commitment, here}:
            words = (
                _("opened the rights question: %(title)s.") if change.open else _("Rights question closed: %(title)s.")
            )
            who: dict[str, Any] = by(change.raised_by) if change.open else {}
            url = address("law:question", here, change.subject)
            found.append(Entry(change.at, words % {"title": change.title}, not change.open, **who, url=url))
    return sorted(found, key=lambda entry: str(entry.at.isoformat() if entry.at else ""), reverse=True)
