"""Data kinds of the exchange, and the decisions that make, change and end an agreement on sharing (REG-08)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trellis.core.conditions import Condition, Invalid
from trellis.core.coowned import Effect
from trellis.core.labels import RANKS
from trellis.core.ledger import Actor
from trellis.exchange import admissions, policy, withdrawals
from trellis.exchange.models import Acknowledgement, SharingAgreement, StixObject
from trellis.exchange.schemas import CLAUSES, PURPOSES, SharingAgree, SharingLeave
from trellis.governance.registry import Context, DecisionKind, decision_kind, each_party
from trellis.parties import selectors as parties
from trellis.sharing.records import DataKind, data_kind

if TYPE_CHECKING:
    from trellis.governance.models import Decision

data_kind(
    DataKind(
        withdrawals.KIND,
        StixObject,
        gettext_lazy("Shared object"),
        gettext_lazy("STIX objects; at figure detail the times and counts of sharing alone"),
        search=("stix_id", "raw"),
        url_name="exchange:object",
        rule=policy.rule,
        readers=policy.readers,
    )
)
data_kind(
    DataKind(
        "exchange.acknowledgement",
        Acknowledgement,
        gettext_lazy("Acknowledgement of a shared object"),
        gettext_lazy("That an object arrived, and whether it was useful"),
        search=("stix_id", "note"),
        rule=policy.acknowledgement_rule,
        readers=policy.acknowledgement_readers,
    )
)


def _last(arrangement: UUID, agreement: UUID) -> SharingAgreement | None:
    found: SharingAgreement | None = (
        SharingAgreement.objects.current().filter(stream=arrangement, subject=agreement).first()
    )
    return found


def agree_effect(payload: SharingAgree, effect: Effect) -> None:
    """The version comes into force and replaces the one before."""
    fields = {
        "version": payload.version,
        "title": payload.title,
        "parties": sorted(str(p) for p in set(payload.parties)),
        "purposes": list(payload.purposes),
        "ceiling": payload.ceiling,
        "clauses": payload.clauses,
        "starts_on": payload.starts_on,
        "ends_on": payload.ends_on,
        "change": payload.change,
    }
    if payload.version == 1:
        effect.insert(SharingAgreement, payload.agreement, **fields)
    else:
        effect.replace(SharingAgreement, payload.agreement, **fields)


def text_conditions(payload: SharingAgree) -> list[Condition]:
    """What the text alone shows: every clause of the checker, purposes, parties, ceiling and dates."""
    found = []
    for name, title in CLAUSES.items():
        said = bool(payload.clauses[name].strip())
        found.append(
            Condition(_("Clause: %(clause)s") % {"clause": title}, said, "" if said else _("This clause is missing."))
        )
    strict = payload.ceiling != "AMBER+STRICT" or len(set(payload.parties)) == 2
    found += [
        Condition(_("The agreement has a title"), bool(payload.title.strip())),
        Condition(_("At least two parties are named"), len(set(payload.parties)) > 1),
        Condition(
            _("It names purposes of the list"),
            bool(payload.purposes) and set(payload.purposes) <= set(PURPOSES),
            ", ".join(PURPOSES),
        ),
        Condition(_("The ceiling is a label below RED"), payload.ceiling in RANKS and payload.ceiling != "RED"),
        Condition(_("AMBER+STRICT is agreed between two parties alone"), strict),
        Condition(_("It ends after it begins"), payload.starts_on < payload.ends_on),
    ]
    if payload.version > 1:
        found.append(Condition(_("The amendment says what changes and why"), bool(payload.change.strip())))
    return found


def agree_unmet(payload: SharingAgree, context: Context) -> list[Condition]:
    """Every condition of agreeing, met or not."""
    last = _last(context.arrangement, payload.agreement)
    follows = payload.version == (last.version + 1 if last else 1)
    note = (
        "" if follows else _("Version %(n)s is in force; propose again from it.") % {"n": last.version if last else 0}
    )
    here = set(parties.sides(context.arrangement))
    strangers = parties.organisation_names(set(payload.parties) - here).values()
    return [
        *text_conditions(payload),
        Condition(_("Every party named is a party here"), set(payload.parties) <= here, ", ".join(sorted(strangers))),
        Condition(_("It follows the version in force"), follows, note),
    ]


def agree_parties(payload: SharingAgree, context: Context) -> dict[str, Sequence[UUID]]:
    """Each party that is named, and each that was: nobody is dropped without its own key."""
    last = _last(context.arrangement, payload.agreement)
    before = [UUID(p) for p in last.parties] if last else []
    return {"party": list(dict.fromkeys([*payload.parties, *before]))}


def _settle(arrangement: UUID) -> None:
    """Rights begin and end with the adoption itself; who holds what is told right after it."""
    admissions.settle_arrangement(arrangement)
    transaction.on_commit(lambda: withdrawals.tell_due() and None, robust=True)


def agreed(payload: SharingAgree, decision: "Decision", actor: Actor) -> None:
    """After the adoption."""
    _settle(decision.stream)


def left(payload: SharingLeave, decision: "Decision", actor: Actor) -> None:
    """After the adoption."""
    _settle(decision.stream)


def leave_effect(payload: SharingLeave, effect: Effect) -> None:
    """The agreement goes on among the others."""
    row = SharingAgreement.objects.current().get(stream=effect.stream, subject=payload.agreement)
    remaining = [p for p in row.parties if p != str(payload.party)]
    effect.replace(SharingAgreement, payload.agreement, parties=remaining, version=row.version + 1, change=payload.why)


def leave_check(payload: SharingLeave, context: Context) -> None:
    """Only for oneself: nobody is put out of an agreement by another."""
    if context.proposer != payload.party:
        raise Invalid({"party": _("An organisation leaves by itself; nobody leaves for another.")})


def leave_unmet(payload: SharingLeave, context: Context) -> list[Condition]:
    """Every condition of leaving."""
    row = _last(context.arrangement, payload.agreement)
    bound = row is not None and str(payload.party) in row.parties
    return [
        Condition(_("Your organisation is a party to this agreement"), bound),
        Condition(_("It is said why"), bool(payload.why.strip())),
    ]


def _said(payload: SharingAgree) -> str:
    n = len(set(payload.parties))
    words = ngettext("%(title)s, version %(version)s, %(n)s party", "%(title)s, version %(version)s, %(n)s parties", n)
    return words % {"title": payload.title, "version": payload.version, "n": n}


def _left(payload: SharingLeave) -> str:
    who = parties.organisation_names([payload.party]).get(payload.party, "")
    return _("%(who)s leaves: %(why)s") % {"who": who, "why": payload.why}


decision_kind(
    DecisionKind(
        name="sharing.agree",
        title=gettext_lazy("Agree on sharing, or amend such an agreement"),
        payload=SharingAgree,
        slots=each_party("cert-lead"),
        proposers=("cert-lead", "coordinator"),
        organisations=agree_parties,
        effect=agree_effect,
        unmet=agree_unmet,
        after=agreed,
        describe=_said,
        about=lambda payload: payload.agreement,
    )
)
decision_kind(
    DecisionKind(
        name="sharing.leave",
        title=gettext_lazy("Leave an agreement on sharing"),
        payload=SharingLeave,
        slots=each_party("cert-lead"),
        proposers=("cert-lead",),
        organisations=lambda payload, context: {"party": [payload.party]},
        effect=leave_effect,
        unmet=leave_unmet,
        check=leave_check,
        after=left,
        describe=_left,
        about=lambda payload: payload.agreement,
    )
)
