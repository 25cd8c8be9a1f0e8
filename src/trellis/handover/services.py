"""Writes of handover: proposals of plan, choice and step; evidence and its acceptance; presence of donor
staff.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.calc.handover import CHOICES, LADDER
from trellis.catalogue import selectors as catalogue
from trellis.catalogue.schemas import FunctionView
from trellis.core import clock
from trellis.core.conditions import Blocked, Condition, Invalid, Refused, unmet
from trellis.core.labels import RANKS
from trellis.governance import rights
from trellis.governance import services as governance
from trellis.governance.registry import Context, kind_named
from trellis.handover import rules, selectors
from trellis.handover.criteria import BY_KEY, CRITERIA
from trellis.handover.models import Evidence, Presence
from trellis.handover.schemas import Accept, ChoiceMake, PlanSet, StepTake
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records
from trellis.sharing import services as sharing

SIDES = ("partner", "donor")


def _supported(viewer: Viewer, programme: UUID, function: UUID) -> FunctionView:
    parties.programme_for(viewer, programme)
    return catalogue.function(programme, function)


def plan_propose(
    viewer: Viewer,
    programme: UUID,
    function: UUID,
    *,
    target: date,
    next_owner: UUID,
    notice_days: int = 180,
    mandatory: Mapping[str, bool] | None = None,
    waived: Mapping[str, str] | None = None,
    reason: str = "",
) -> Any:
    """Proposes the handover plan of a function, or a new date for it. Criteria are mandatory unless said
    otherwise.

    Raises Invalid by field; a plan that falls short waits as a proposal with what is missing.
    """
    found = _supported(viewer, programme, function)
    wrong = {}
    if target <= clock.today():
        wrong["target"] = _("The date lies ahead.")
    if selectors.plan(programme, function) and not reason.strip():
        wrong["reason"] = _("Say why the plan changes.")
    if unknown := (set(mandatory or {}) | set(waived or {})) - set(BY_KEY):
        wrong["mandatory"] = _("There is no criterion %(names)s.") % {"names": ", ".join(sorted(unknown))}
    if wrong:
        raise Invalid(wrong)
    binding = {one.key: True for one in CRITERIA} | dict(mandatory or {})
    said = PlanSet.model_validate(
        {
            "function": function,
            "target": target,
            "step": selectors.step(programme, found),
            "next_owner": next_owner,
            "notice_days": notice_days,
            "mandatory": binding,
            "waived": {key: text for key, text in (waived or {}).items() if text.strip()},
            "reason": reason,
        }
    )
    return governance.propose(viewer, programme, "handover.plan", said)


def choice_propose(
    viewer: Viewer, programme: UUID, function: UUID, *, choice: str, cause: str, target: date | None = None
) -> Any:
    """Proposes what happens to a function that is not ready at its notice point. `target` is for an
    extension.
    """
    _supported(viewer, programme, function)
    wrong = {}
    if choice not in CHOICES:
        wrong["choice"] = _("Choose one from the list.")
    if not cause.strip():
        wrong["cause"] = _("Write down the cause, or the risk that stays.")
    if choice == CHOICES[0] and target is None:
        wrong["target"] = _("Enter the new date.")
    if wrong:
        raise Invalid(wrong)
    said = ChoiceMake.model_validate({"function": function, "choice": choice, "cause": cause, "target": target})
    return governance.propose(viewer, programme, "handover.choice", said)


def step_conditions(viewer: Viewer, programme: UUID, function: UUID, step: str) -> list[Condition]:
    """What stands against a step, met or not, before it is proposed."""
    _supported(viewer, programme, function)
    said = StepTake.model_validate({"function": function, "step": step, "reason": "-"})
    return list(rules.step_conditions(said, Context(programme, clock.now(), viewer.organisation)))


@transaction.atomic
def step_propose(viewer: Viewer, programme: UUID, function: UUID, step: str, reason: str) -> Any:
    """Proposes a step on the ladder, forward or back.

    Raises Invalid without a reason or for no step of the ladder; Refused naming who may propose; Blocked with
    every
    unmet condition, a skipped step among them: a step that is not due is not even proposed.
    """
    _supported(viewer, programme, function)
    wrong = {}
    if step not in LADDER:
        wrong["step"] = _("Choose one from the list.")
    if not reason.strip():
        wrong["reason"] = _("Say why.")
    if wrong:
        raise Invalid(wrong)
    kind = kind_named("handover.step")
    if not rights.may_propose(programme, kind, viewer.person, viewer.actor.organisation):
        raise Refused(
            _("You may not propose this: %(title)s.") % {"title": kind.title},
            rights.proposer_words(programme, kind),
        )
    missing = unmet(step_conditions(viewer, programme, function, step))
    if missing:
        raise Blocked(_("This step cannot be taken: %(n)s conditions are not met.") % {"n": len(missing)}, missing)
    said = StepTake.model_validate({"function": function, "step": step, "reason": reason})
    return governance.propose(viewer, programme, "handover.step", said)


@transaction.atomic
def evidence_record(
    viewer: Viewer,
    programme: UUID,
    function: UUID,
    criterion: str,
    *,
    statement: str,
    met: bool = True,
    holders: Mapping[str, int] | None = None,
    unaided_since: date | None = None,
    valid_until: date | None = None,
    file: UUID | None = None,
    label: str = "AMBER",
) -> Evidence:
    """Records what the viewer's organisation, of the partner side, says about a criterion, and shows it to
    both sides.

    `holders` counts trained people by critical post; `unaided_since` is the first day without donor staff;
    `valid_until` the day after which it says nothing any more; `file` the subject of an uploaded evidence
    file.
    Raises Invalid by field; Refused for who is not on the partner side.
    """
    found = _supported(viewer, programme, function)
    partners = parties.on_side(programme, "partner")
    if viewer.organisation not in partners:
        raise Refused(
            _("Evidence of readiness comes from the partner side."),
            list(parties.organisation_names(partners).values()),
        )
    wrong = _evidence_problems(found, criterion, statement, dict(holders or {}), met, unaided_since, valid_until)
    if RANKS.get(label, 9) > RANKS["AMBER"]:
        wrong["label"] = _("Both sides read it, so it is AMBER at most.")
    if wrong:
        raise Invalid(wrong)
    row = Evidence(
        function=function,
        context=programme,
        criterion=criterion,
        statement=statement,
        met=met,
        holders=dict(holders or {}),
        unaided_since=unaided_since,
        valid_until=valid_until,
        file=file,
        label=label,
    )
    records.write(viewer.actor, [row])
    for side in SIDES:
        audience = {"audience": "side", "arrangement": programme, "side": side}
        sharing.carry(viewer.actor, "handover.evidence", row.subject, audience, _("Exit readiness"))
        if file is not None:
            sharing.carry(viewer.actor, "sharing.evidence", file, audience, _("Exit readiness"))
    return row


def _evidence_problems(
    function: FunctionView,
    criterion: str,
    statement: str,
    holders: dict[str, int],
    met: bool,
    since: date | None,
    until: date | None,
) -> dict[str, str]:
    wrong = {}
    if criterion not in BY_KEY:
        wrong["criterion"] = _("Choose one from the list.")
    if not statement.strip():
        wrong["statement"] = _("Say what shows it.")
    if criterion == "holders" and set(holders) != set(function.posts):
        wrong["holders"] = _("Give a number for each critical post: %(posts)s.") % {
            "posts": ", ".join(function.posts) or _("none is listed")
        }
    if criterion != "holders" and holders:
        wrong["holders"] = _("Only for trained holders of posts.")
    if any(count < 0 for count in holders.values()):
        wrong["holders"] = _("Enter 0 or more.")
    if criterion == "unaided" and met and since is None:
        wrong["unaided_since"] = _("Enter the first day without donor staff.")
    if since is not None and since > clock.today():
        wrong["unaided_since"] = _("The day has not come yet.")
    if until is not None and until < clock.today():
        wrong["valid_until"] = _("The day is over.")
    return wrong


def evidence_accept(viewer: Viewer, programme: UUID, evidence: UUID) -> Any:
    """Accepts evidence, by its subject, as it stands now; adopted at once by the key of the donor who accepts
    it.

    Raises Hidden for evidence that the viewer may not read; Refused naming who may accept.
    """
    row = selectors.one_evidence(viewer, programme, evidence)
    said = Accept.model_validate(
        {
            "function": row.function,
            "criterion": row.criterion,
            "evidence": row.pk,
            "evidence_hash": row.content_hash,
            "met": row.met,
            "holders": row.holders,
            "unaided_since": row.unaided_since,
            "valid_until": row.valid_until,
        }
    )
    return governance.propose(viewer, programme, "handover.accept", said)


@transaction.atomic
def presence_record(
    viewer: Viewer,
    programme: UUID,
    function: UUID,
    *,
    first_day: date,
    last_day: date,
    person_days: Decimal,
    ran: bool,
    note: str = "",
    label: str = "AMBER",
) -> Presence:
    """Records donor staff at work in a function. `ran` means that they ran it: the unaided months start
    again.

    Both sides read the record, and all parties the figures made from it. Raises Invalid by field; Refused for
    an
    organisation that is neither on the partner nor on the donor side.
    """
    _supported(viewer, programme, function)
    if parties.sides(programme).get(viewer.actor.organisation) not in SIDES:
        raise Refused(_("Only the partner and the donor side record this."))
    wrong = {}
    if last_day < first_day:
        wrong["last_day"] = _("The last day is before the first.")
    elif last_day > clock.today():
        wrong["last_day"] = _("The day has not come yet.")
    if person_days < 0:
        wrong["person_days"] = _("Enter 0 or more.")
    if RANKS.get(label, 9) > RANKS["AMBER"]:
        wrong["label"] = _("Both sides read it, so it is AMBER at most.")
    if wrong:
        raise Invalid(wrong)
    row = Presence(
        function=function,
        context=programme,
        first_day=first_day,
        last_day=last_day,
        person_days=person_days,
        ran=ran,
        note=note,
        label=label,
    )
    records.write(viewer.actor, [row])
    for side in SIDES:
        audience = {"audience": "side", "arrangement": programme, "side": side}
        sharing.carry(viewer.actor, "handover.presence", row.subject, audience, _("Stepping back"))
    _open_figures(viewer, programme)
    return row


def _open_figures(viewer: Viewer, programme: UUID) -> None:
    """Lets all parties see figures made from the organisation's records of presence, once for the programme."""
    whole = {"audience": "parties", "arrangement": programme, "context": programme, "about": None}
    mine = {"owner": viewer.organisation, "data_kind": "handover.presence"}
    if gate.in_force().filter(**whole, **mine).exists():
        return
    sharing.grant(
        viewer.actor,
        "handover.presence",
        "parties",
        purpose=_("Exit readiness"),
        detail="figure",
        ceiling="GREEN",
        arrangement=programme,
        context=programme,
    )
