"""Tranches as IATI knows them: what will be paid when, and what must be met first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from trellis.publishing.iati.model import (
    Condition,
    Conditions,
    ConditionType,
    Money,
    Narrative,
    Party,
    PlannedDisbursement,
    Texts,
)


@dataclass(frozen=True)
class Milestone:
    text: Texts
    type: ConditionType = ConditionType.PERFORMANCE


@dataclass(frozen=True)
class Tranche:
    """`name` in the languages wanted; `due` and `until` bound the days on which it may be paid."""

    name: Texts
    due: date
    value: Money
    milestones: tuple[Milestone, ...]
    until: date | None = None
    revised: bool = False


def from_tranches(
    tranches: Iterable[Tranche], provider: Party, receiver: Party
) -> tuple[tuple[PlannedDisbursement, ...], Conditions]:
    """Planned disbursements (one a tranche, by due date) and the conditions (one a milestone).

    IATI cannot tie a condition to a payment, so each condition begins with the tranche's name in the
    same language; a milestone in a language in which the tranche has no name stands alone.
    """
    ordered = sorted(tranches, key=lambda tranche: tranche.due)
    planned = tuple(
        PlannedDisbursement(
            start=tranche.due,
            end=tranche.until,
            value=tranche.value,
            revised=tranche.revised,
            provider=provider,
            receiver=receiver,
        )
        for tranche in ordered
    )
    conditions = tuple(
        Condition(milestone.type, _named(tranche.name, milestone.text))
        for tranche in ordered
        for milestone in tranche.milestones
    )
    return planned, Conditions(conditions)


def _named(names: Texts, texts: Texts) -> Texts:
    known = {name.language: name.text for name in names}
    return tuple(
        Narrative(f"{known[text.language]}: {text.text}", text.language) if text.language in known else text
        for text in texts
    )
