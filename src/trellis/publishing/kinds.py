"""The decision to publish, and the parameters of publishing."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import formats
from trellis.core.conditions import Condition, Invalid
from trellis.core.coowned import Effect
from trellis.governance.parameters import declare
from trellis.governance.registry import Context, DecisionKind, decision_kind, each_side
from trellis.parties import selectors as parties
from trellis.publishing.building import build, same
from trellis.publishing.models import Publication
from trellis.publishing.schemas import Built, PublicationPublish

declare("publishing.threshold", "5", "count", "Counts below five can point at single people or incidents (D22).")
declare("publishing.lag", "90", "days", "Time to repair a weakness before the public reads of it (D22).")
declare(
    "publishing.sector", "22040", "DAC CRS code", "Information and communication technology (docs/methods/iati.md)."
)

Gaps = set[tuple[str, str]]


def _closed(built: Built) -> Gaps:
    return {(gap["item"], gap["owners"]) for gap in built.sections["gaps"] if gap["code"] == "not opened"}


def _opened_condition(payload: PublicationPublish, context: Context, withheld: dict[str, str]) -> Condition:
    """What owners had opened when it was proposed is still open now."""
    then = build(context.arrangement, payload.as_of, payload.rights_at, withheld)
    now = build(context.arrangement, payload.as_of, context.at, withheld)
    lost = _closed(now) - _closed(then)
    return Condition(
        _("Nothing above CLEAR is in it without its owner's grant"),
        not lost,
        "; ".join(sorted({owners for _item, owners in lost})),
    )


def _foreign(payload: PublicationPublish, context: Context) -> list[str]:
    """Other programmes that the content names: a publication compares no states."""
    text = str(payload.sections)
    return [
        other.title for other in parties.all_programmes() if other.id != context.arrangement and str(other.id) in text
    ]


def _unmet(payload: PublicationPublish, context: Context) -> list[Condition]:
    withheld = {one.item: str(one.reason) for one in payload.withheld}
    built = build(context.arrangement, payload.as_of, payload.rights_at, withheld)
    equal = same(built.sections, payload.sections)
    foreign = _foreign(payload, context)
    since = Publication.objects.filter(stream=context.arrangement, at__gt=payload.rights_at)
    return [
        Condition(
            _("The content is what the system builds for this date, less what is withheld"),
            equal,
            "" if equal else _("Prepare it again: what it is made from has changed, or it was written by hand."),
        ),
        _opened_condition(payload, context, withheld),
        Condition(_("No small number can be worked out from it"), not built.unsafe, ", ".join(built.unsafe)),
        # Two contents prepared side by side could show by their difference what each hides.
        Condition(_("Nothing was published since it was prepared"), not since.exists()),
        Condition(_("It holds this programme alone: states are not ranked"), not foreign, ", ".join(foreign)),
    ]


def _check(payload: PublicationPublish, context: Context) -> None:
    wrong: dict[str, str] = {}
    if payload.as_of > context.at or payload.rights_at > context.at:
        wrong["as_of"] = _("A publication cannot be of a date that has not come.")
    elif payload.as_of > payload.rights_at:
        wrong["as_of"] = _("What owners have opened is read on or after the day of the data.")
    items = [one.item for one in payload.withheld]
    if payload.withheld and not wrong:
        if parties.sides(context.arrangement).get(context.proposer) != "partner":  # type: ignore[arg-type]
            wrong["withheld"] = _("Only the partner's side withholds.")
        known = {c.item for c in build(context.arrangement, payload.as_of, payload.rights_at).candidates}
        if strange := [item for item in items if item not in known]:
            wrong["withheld"] = _("This cannot be withheld: %(items)s") % {"items": ", ".join(strange)}
    if len(items) != len(set(items)):
        wrong["withheld"] = _("An item is withheld once, for one reason.")
    wrong |= _wrong_correction(payload, context)
    if wrong:
        raise Invalid(wrong)


def _wrong_correction(payload: PublicationPublish, context: Context) -> dict[str, str]:
    if payload.corrects is None:
        return {}
    rows = Publication.objects.filter(stream=context.arrangement)
    if not rows.filter(subject=payload.corrects).exists():
        return {"corrects": _("This programme has published nothing of this number.")}
    if rows.filter(corrects=payload.corrects).exists():
        return {"corrects": _("This publication is corrected already; correct the correction.")}
    return {} if payload.reason.strip() else {"reason": _("Say what is corrected.")}


def _effect(payload: PublicationPublish, effect: Effect) -> None:
    number = 1 + Publication.objects.filter(stream=effect.stream, seq__lt=effect.seq).count()
    effect.insert(
        Publication,
        payload.publication,
        number=number,
        title=payload.title,
        as_of=payload.as_of,
        rights_at=payload.rights_at,
        sections=payload.sections,
        withheld=[one.model_dump() for one in payload.withheld],
        corrects=payload.corrects,
        reason=payload.reason,
    )


def _describe(payload: PublicationPublish) -> Any:
    return _("%(title)s, as of %(day)s") % {"title": payload.title, "day": formats.day(payload.as_of)}


decision_kind(
    DecisionKind(
        name="publication.publish",
        title=gettext_lazy("Publish a report of the programme"),
        payload=PublicationPublish,
        slots=each_side(),
        proposers=("partner:coordinator", "donor:programme-officer"),
        effect=_effect,
        unmet=_unmet,
        check=_check,
        about=lambda payload: payload.publication,
        describe=_describe,
        template="publishing/parts/publication_payload.html",
    )
)
