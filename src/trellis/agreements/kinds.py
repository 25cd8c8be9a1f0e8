"""Decision kinds of agreements: signing one, which is also how it is amended (EXI-01, EXI-02)."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.agreements.models import Agreement
from trellis.agreements.schemas import CLAUSES, STRANDS, AgreementSign
from trellis.core.conditions import Condition
from trellis.core.coowned import Effect
from trellis.core.money import rounded
from trellis.governance.registry import Context, DecisionKind, decision_kind, each_side
from trellis.parties import selectors as parties


def effect(payload: AgreementSign, effect: Effect) -> None:
    """The version comes into force and replaces the one before."""
    fields = {
        "version": payload.version,
        "title": payload.title,
        "languages": list(payload.languages),
        "starts_on": payload.starts_on,
        "ends_on": payload.ends_on,
        "donors": [str(d) for d in payload.donors],
        "clauses": payload.clauses,
        "activities": [str(a) for a in payload.activities],
        "strands": list(payload.strands),
        "currency": payload.currency,
        "ceiling": payload.ceiling,
        "change": payload.change,
    }
    if payload.version == 1:
        effect.insert(Agreement, payload.agreement, **fields)
    else:
        effect.replace(Agreement, payload.agreement, **fields)


def text_conditions(payload: AgreementSign) -> list[Condition]:
    """What can be judged from the text alone: every clause of the checker, scope, dates, languages, money."""
    found = []
    for name, title in CLAUSES.items():
        said = bool(payload.clauses[name].strip())
        found.append(
            Condition(
                _("Clause: %(clause)s") % {"clause": title},
                said,
                "" if said else _("This clause is missing."),
            )
        )
    named = bool(payload.activities or payload.strands) and set(payload.strands) <= set(STRANDS)
    found += [
        Condition(_("The scope names activities or strands of the plan"), named),
        Condition(_("The agreement has a title"), bool(payload.title.strip())),
        Condition(_("The authentic languages are named"), any(code.strip() for code in payload.languages)),
        Condition(_("It ends after it begins"), payload.starts_on < payload.ends_on),
        Condition(_("At least one donor is named"), bool(payload.donors)),
        Condition(
            _("The ceiling is an amount of money in one currency"),
            payload.ceiling > 0
            and len(payload.currency) == 3
            and rounded(payload.ceiling, payload.currency) == payload.ceiling,
        ),
    ]
    if payload.version > 1:
        found.append(Condition(_("The amendment says what changes and why"), bool(payload.change.strip())))
    return found


def _last(arrangement: UUID, agreement: UUID) -> Agreement | None:
    found: Agreement | None = Agreement.objects.current().filter(stream=arrangement, subject=agreement).first()
    return found


def unmet(payload: AgreementSign, context: Context) -> list[Condition]:
    """Every condition of signing, met or not."""
    donors = parties.on_side(context.arrangement, "donor")
    last = _last(context.arrangement, payload.agreement)
    follows = payload.version == (last.version + 1 if last else 1)
    note = (
        "" if follows else _("Version %(n)s is in force; propose again from it.") % {"n": last.version if last else 0}
    )
    return [
        *text_conditions(payload),
        Condition(_("Every donor named is a donor of the programme"), set(payload.donors) <= set(donors)),
        Condition(_("It follows the version in force"), follows, note),
    ]


def signatories(payload: AgreementSign, context: Context) -> dict[str, Sequence[UUID]]:
    """Each donor that is bound, and each that was: nobody is dropped without its own key."""
    last = _last(context.arrangement, payload.agreement)
    before = [UUID(d) for d in last.donors] if last else []
    donors = parties.on_side(context.arrangement, "donor")
    named = list(dict.fromkeys([*payload.donors, *before]))
    return {"donor": [d for d in named if d in donors]}


decision_kind(
    DecisionKind(
        name="agreement.sign",
        title=gettext_lazy("Sign an agreement, or its amendment"),
        payload=AgreementSign,
        slots=each_side("coordinator", "programme-officer"),
        proposers=("partner:coordinator", "donor:programme-officer"),
        organisations=signatories,
        effect=effect,
        unmet=unmet,
        describe=lambda payload: (
            _("%(title)s, version %(version)s") % {"title": payload.title, "version": payload.version}
        ),
        about=lambda payload: payload.agreement,
    )
)
