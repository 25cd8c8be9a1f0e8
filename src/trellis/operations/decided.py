"""What a person decided about look-alikes, and taking it back: a successor again, so that both stay in the history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import ledger
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.operations.models import Incident
from trellis.operations.services import unused
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records

SHOWN = 100
LOOKED = 5000  # newest records whose decisions are listed, as many as are looked through for look-alikes


@dataclass(frozen=True)
class Decided:
    """A decision that stands: `row` repeats the other record (`same`), or is another incident than it."""

    row: Incident
    other: UUID
    reference: str
    same: bool


def newest(viewer: Viewer, subjects: Iterable[UUID], purpose: str) -> dict[UUID, Incident]:
    """The newest version of each of these records that the viewer may read; one that left the lists is in it."""
    rows = gate.visible(Incident, viewer, purpose, history=True)
    return {row.subject: row for row in rows.filter(subject__in=set(subjects), superseded_at=None)}


def named(viewer: Viewer, pairs: Sequence[tuple[Incident, UUID, bool]]) -> list[Decided]:
    """Decisions with the number of the other record, as far as the viewer may read it."""
    known = newest(viewer, [other for _row, other, _same in pairs], _("Decisions on look-alikes")) if pairs else {}
    return [
        Decided(row, other, known[other].reference if other in known else str(other)[:8], same)
        for row, other, same in pairs
    ]


def pairs_of(row: Incident) -> list[tuple[Incident, UUID, bool]]:
    """The decisions that a version holds."""
    apart = [(row, UUID(other), False) for other in row.distinct_from]
    return [(row, row.duplicate_of, True), *apart] if row.retracted and row.duplicate_of else apart


def of_owner(viewer: Viewer) -> list[Decided]:
    """The decisions that stand among the viewer's own newest records, the last recorded first."""
    if viewer.organisation is None:
        return []
    rows = gate.visible(Incident, viewer, _("Decisions on look-alikes"), history=True)
    rows = rows.filter(owner=viewer.organisation, superseded_at=None)
    gone = rows.filter(retracted=True).exclude(duplicate_of=None).order_by("-recorded_at")[:SHOWN]
    apart = rows.filter(retracted=False).order_by("-detected", "-pk")[:LOOKED]
    found = [pair for row in [*gone, *(row for row in apart if row.distinct_from)] for pair in pairs_of(row)]
    found.sort(key=lambda pair: (pair[0].recorded_at, pair[0].seq), reverse=True)
    return named(viewer, found[:SHOWN])


def of_incident(viewer: Viewer, row: Incident) -> list[Decided]:
    """The decisions that one of the viewer's own records holds; nothing for a record of another owner."""
    return named(viewer, pairs_of(row)) if row.owner == viewer.organisation else []


@transaction.atomic
def duplicate_undo(viewer: Viewer, subject: UUID, other: UUID, *, reason: str) -> Incident:
    """Takes a decision about two records back: the record stands again, or the pair may be suggested again.

    Nothing is deleted: a successor says why. Hidden for who may not read both, Refused for all but their owner,
    Conflict where no such decision stands or the record's number is in use by now.
    """
    found = newest(viewer, [subject, other], _("To take a decision on look-alikes back"))
    if subject not in found or other not in found:
        raise Hidden()
    row, kept = found[subject], found[other]
    if row.owner != viewer.organisation or kept.owner != viewer.organisation:
        names = parties.organisation_names([row.owner])
        raise Refused(_("Only the owner of both records can take the decision back."), list(names.values()))
    if not reason.strip():
        raise Invalid({"why": _("Say why the decision was wrong")})
    ledger.lock(row.owner)
    if row.retracted and row.duplicate_of == other:
        _require_unused(row)
        return records.correct(row, viewer.actor, reason.strip(), retracted=False, duplicate_of=None)
    told = [one for one, there in ((row, other), (kept, subject)) if str(there) in one.distinct_from]
    if not told:
        raise Conflict(_("No decision about these two records stands."))
    back = [_apart_no_more(one, {str(subject), str(other)}, viewer, reason.strip()) for one in told]
    return back[0]


def _apart_no_more(row: Incident, names: set[str], viewer: Viewer, reason: str) -> Incident:
    left = [one for one in row.distinct_from if one not in names]
    return records.correct(row, viewer.actor, reason, distinct_from=left)


def _require_unused(row: Incident) -> None:
    try:
        unused(row.owner, row.reference)
    except Invalid as error:
        text = _("Another record has the number %(number)s by now. Correct its number first.")
        raise Conflict(text % {"number": row.reference}) from error


def changes(viewer: Viewer, versions: Sequence[Incident], who: Mapping[UUID, str]) -> dict[UUID, str]:
    """What each version decided about look-alikes or took back, in words, by its id; versions newest first."""
    told: list[tuple[Incident, str, UUID]] = []
    for row, before in pairwise(versions):
        if row.duplicate_of and row.duplicate_of != before.duplicate_of:
            told.append((row, _("Said by %(who)s to repeat %(other)s: %(why)s"), row.duplicate_of))
        elif before.duplicate_of and not row.duplicate_of:
            text = _("Taken back by %(who)s: it does not repeat %(other)s, and stands again. %(why)s")
            told.append((row, text, before.duplicate_of))
        for other in sorted({*row.distinct_from} - {*before.distinct_from}):
            told.append((row, _("Said by %(who)s to be another incident than %(other)s: %(why)s"), UUID(other)))
        for other in sorted({*before.distinct_from} - {*row.distinct_from}):
            text = _("Taken back by %(who)s: it may be the same incident as %(other)s. %(why)s")
            told.append((row, text, UUID(other)))
    names = named(viewer, [(row, other, False) for row, _text, other in told])
    found: dict[UUID, str] = {}
    for (row, text, _other), one in zip(told, names, strict=True):
        said = text % {
            "who": who.get(row.recorded_by, "") if row.recorded_by else "",
            "other": one.reference,
            "why": row.why,
        }
        found[row.pk] = f"{found[row.pk]} {said}" if row.pk in found else said
    return found
