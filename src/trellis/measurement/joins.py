"""Writes of what measurement joins: policies on their ladder, and pairs of agencies (MEA-08, MEA-09)."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Conflict, Invalid, Refused
from trellis.measurement import joins_reading
from trellis.measurement.models import AgencyPair, Policy
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience, Detail

STEPS = ("drafted", "consulted", "adopted", "in_force", "ended")
POLICY = ("title", "strategy", "objective", "due", *STEPS, "source")
PAIR = ("first", "second", "required", "ground", "protocol_title", "starts", "ends", "exercised", "exercise")
KINDS = (joins_reading.POLICY, joins_reading.PAIR)
R = TypeVar("R", Policy, AgencyPair)


@transaction.atomic
def policy_record(viewer: Viewer, programme: UUID, **said: Any) -> Policy:
    """Records a policy of the viewer's organisation, of the partner side; all parties read it.

    Fields: title, strategy, objective, due, drafted, consulted, adopted, in_force, ended, source. Raises Invalid by
    field; Refused for who is not of the partner side.
    """
    _require_partner(viewer, programme)
    kept = _policy(programme, said)
    return _written(viewer, programme, Policy(**kept, context=programme, label="GREEN"), joins_reading.POLICY)


@transaction.atomic
def policy_correct(
    viewer: Viewer, programme: UUID, policy: UUID, why: str, *, seen: UUID | None = None, **changes: Any
) -> Policy:
    """Records where a policy stands now, or corrects it; the version before stays."""
    last = _owned(viewer, joins_reading.policy(viewer, programme, policy), why, seen)
    kept = _policy(programme, {**{name: getattr(last, name) for name in POLICY}, **changes})
    return records.correct(last, viewer.actor, why, **kept)


@transaction.atomic
def pair_record(viewer: Viewer, programme: UUID, **said: Any) -> AgencyPair:
    """Records two agencies that work together, by an organisation of the partner side; all parties read it.

    Fields: first, second, required, ground, protocol_title, starts, ends, exercised, exercise. A pair stands once in a
    programme, whichever is named first.
    """
    _require_partner(viewer, programme)
    kept = _pair(programme, said, None)
    return _written(viewer, programme, AgencyPair(**kept, context=programme, label="GREEN"), joins_reading.PAIR)


@transaction.atomic
def pair_correct(
    viewer: Viewer, programme: UUID, pair: UUID, why: str, *, seen: UUID | None = None, **changes: Any
) -> AgencyPair:
    """Records what is known of a pair now: a protocol, an exercise; the version before stays."""
    last = _owned(viewer, joins_reading.pair(viewer, programme, pair), why, seen)
    kept = _pair(programme, {**{name: getattr(last, name) for name in PAIR}, **changes}, last.subject)
    return records.correct(last, viewer.actor, why, **kept)


def policy_retract(viewer: Viewer, programme: UUID, policy: UUID, why: str) -> Policy:
    """Says that the record of a policy no longer stands, and why."""
    return records.retract(
        _owned(viewer, joins_reading.policy(viewer, programme, policy), why, None), viewer.actor, why
    )


def pair_retract(viewer: Viewer, programme: UUID, pair: UUID, why: str) -> AgencyPair:
    """Says that the record of a pair no longer stands, and why."""
    return records.retract(_owned(viewer, joins_reading.pair(viewer, programme, pair), why, None), viewer.actor, why)


@transaction.atomic
def joins_share(viewer: Viewer, programme: UUID) -> int:
    """Lets all parties see the figures that rest on the viewer's policies and pairs; returns the grants given."""
    parties.programme_for(viewer, programme)
    actor = viewer.actor
    held = gate.in_force().filter(
        owner=actor.organisation, audience=Audience.PARTIES, arrangement=programme, context=programme, about=None
    )
    missing = [kind for kind in KINDS if kind not in {grant.data_kind for grant in held}]
    for kind in missing:
        sharing.grant(
            actor, kind, Audience.PARTIES, arrangement=programme, context=programme, detail=Detail.FIGURE,
            ceiling="GREEN", purpose=_("Policies and cooperation, as figures"),
        )  # fmt: skip
    return len(missing)


def _require_partner(viewer: Viewer, programme: UUID) -> None:
    parties.programme_for(viewer, programme)
    partners = parties.on_side(programme, "partner")
    if viewer.organisation not in partners:
        names = list(parties.organisation_names(partners).values())
        raise Refused(_("This is recorded by the partner side."), names)


def _owned(viewer: Viewer, last: R, why: str, seen: UUID | None) -> R:
    if last.owner != viewer.organisation:
        names = parties.organisation_names([last.owner])
        raise Refused(_("Only the owner of a record can correct it."), list(names.values()))
    if seen is not None and seen != last.pk:
        raise Conflict(_("Somebody corrected this record a moment ago. Look at the newest version, then decide."))
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    return last


def _written(viewer: Viewer, programme: UUID, row: R, kind: str) -> R:
    records.write(viewer.actor, [row])
    audience = {"audience": Audience.PARTIES, "arrangement": programme, "ceiling": "GREEN"}
    sharing.carry(viewer.actor, kind, row.subject, audience, _("Known to all parties of the programme"))
    return row


def _texts(
    said: Mapping[str, Any], names: tuple[str, ...], needed: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, str]]:
    kept = {name: str(said.get(name) or "").strip() for name in names}
    return kept, {name: _("Write something here") for name in needed if not kept[name]}


def _policy(programme: UUID, said: Mapping[str, Any]) -> dict[str, Any]:
    kept, wrong = _texts(said, ("title", "strategy", "source"), ("title", "strategy"))
    kept |= {name: said.get(name) for name in ("objective", "due", *STEPS)}
    if kept["due"] is None:
        wrong["due"] = _("Enter the day by which the strategy wants it in force")
    if kept["objective"] and kept["objective"] not in joins_reading.objectives(programme):
        wrong["objective"] = _("The strategic direction has no such objective")
    last, earlier = None, ""
    for name in STEPS:
        day = kept[name]
        if day is None:
            continue
        if day > clock.today() and name not in ("in_force", "ended"):
            wrong[name] = _("This lies in the future")
        elif last is not None and day < last:
            wrong[name] = _("This is before the step “%(step)s”") % {"step": str(joins_reading.STEPS[earlier])}
        last, earlier = day, name
    if kept["in_force"] and not kept["adopted"]:
        wrong["adopted"] = _("What is in force was adopted: enter the day")
    if wrong:
        raise Invalid(wrong)
    return kept


def _pair(programme: UUID, said: Mapping[str, Any], subject: UUID | None) -> dict[str, Any]:
    texts = ("first", "second", "ground", "protocol_title", "exercise")
    kept, wrong = _texts(said, texts, ("first", "second"))
    kept |= {name: said.get(name) for name in ("starts", "ends", "exercised")}
    kept["required"] = bool(said.get("required", True))
    both = {kept["first"].casefold(), kept["second"].casefold()}
    if len(both) == 1 and kept["first"]:
        wrong["second"] = _("Name two different agencies")
    elif joins_reading.pair_known(programme, both, subject):
        wrong["second"] = _("This pair is recorded already")
    if kept["protocol_title"] and kept["starts"] is None:
        wrong["starts"] = _("Enter the day from which the protocol is in force")
    if kept["starts"] and not kept["protocol_title"]:
        wrong["protocol_title"] = _("Name the protocol")
    if kept["ends"] and (kept["starts"] is None or kept["ends"] < kept["starts"]):
        wrong["ends"] = _("It ends after it begins")
    if kept["exercised"] and kept["exercised"] > clock.today():
        wrong["exercised"] = _("This lies in the future")
    if wrong:
        raise Invalid(wrong)
    return kept
