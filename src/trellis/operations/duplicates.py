"""Look-alikes: two records of one owner that may be one incident. The finder suggests; a person decides.

Alike are two records with the same number (but for case, spaces and leading zeros), or with similar names and
detected within three days of each other. A decision is a version of the record that supersedes the one before:
it repeats another record, and leaves lists and figures, or it does not, and is not suggested again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.operations.models import Incident
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records

NEAR = timedelta(days=3)
ALIKE = 0.6  # share of words in common; two of three words, or three of five
LOOKED = 5000  # newest records that the list looks through; a page says so when there are more
SHOWN = 100


@dataclass(frozen=True)
class Pair:
    """Two records that look alike, the one detected first first, and why."""

    first: Incident
    second: Incident
    why: str


def words_of(title: str) -> frozenset[str]:
    """The words of a name that tell something: of three letters or more, in any case."""
    return frozenset(word for word in re.findall(r"\w+", title.casefold()) if len(word) > 2)


def plain(reference: str) -> str:
    """A number without what differs by habit: case, spaces, signs, leading zeros."""
    return "-".join(part.lstrip("0") or "0" for part in re.findall(r"[^\W\d_]+|\d+", reference.casefold()))


def likeness(one: frozenset[str], two: frozenset[str]) -> float:
    """Twice the words in common over all words: 1 for the same words, 0 for none in common."""
    return 2 * len(one & two) / (len(one) + len(two)) if one or two else 0.0


def why(first: Incident, second: Incident) -> str:
    """Why two records look alike, in words; '' when they do not, or a person said that they are two."""
    if str(second.subject) in first.distinct_from or str(first.subject) in second.distinct_from:
        return ""
    if plain(first.reference) == plain(second.reference):
        return _("The numbers are the same but for signs, spaces or zeros.")
    apart = abs(first.detected - second.detected)
    if apart > NEAR or likeness(words_of(first.title), words_of(second.title)) < ALIKE:
        return ""
    hours = int(apart.total_seconds() // 3600)
    said = ngettext(
        "The names are similar, and they were detected %(n)s hour apart.",
        "The names are similar, and they were detected %(n)s hours apart.",
        hours,
    )
    return said % {"n": hours}


def find(rows: Sequence[Incident]) -> list[Pair]:
    """All pairs of look-alikes of one owner, newest first."""
    ordered = sorted(rows, key=lambda row: (row.detected, row.reference))
    found: list[Pair] = []
    named: dict[str, Incident] = {}
    start = 0
    for place, row in enumerate(ordered):
        while ordered[place].detected - ordered[start].detected > NEAR:
            start += 1
        others = ordered[start:place]
        same = named.setdefault(plain(row.reference), row)
        if same is not row and same not in others:
            others = [same, *others]
        found += [Pair(other, row, said) for other in others if (said := why(other, row))]
    return found[::-1]


def of_owner(viewer: Viewer) -> tuple[list[Pair], int, bool]:
    """Look-alikes among the viewer's own newest records; how many were looked at, and whether there are more."""
    rows = gate.visible(Incident, viewer, _("Look-alikes")).filter(owner=viewer.organisation)
    held = list(rows.order_by("-detected", "-pk")[: LOOKED + 1])
    return find(held[:LOOKED])[:SHOWN], min(len(held), LOOKED), len(held) > LOOKED


def of_incident(viewer: Viewer, row: Incident) -> list[Pair]:
    """Look-alikes of one of the viewer's own records."""
    if row.owner != viewer.organisation or row.retracted:
        return []
    near = {"detected__gte": row.detected - NEAR, "detected__lte": row.detected + NEAR}
    rows = gate.visible(Incident, viewer, _("Look-alikes")).filter(owner=row.owner, **near)
    found = [(other, why(row, other)) for other in rows.exclude(subject=row.subject)[:SHOWN]]
    return [Pair(row, other, said) for other, said in found if said]


@transaction.atomic
def duplicate_decide(viewer: Viewer, subject: UUID, other: UUID, *, same: bool, reason: str) -> Incident:
    """Says that a record repeats another one, or that the two are two incidents; either supersedes the record.

    A record that repeats another leaves lists and figures, and its history names the one that stays. Hidden for
    who may not read both, Refused for all but their owner.
    """
    if subject == other:
        raise Invalid({"other": _("Name another record")})
    row: Incident = gate.get(Incident, viewer, subject, _("To decide on look-alikes"))
    kept: Incident = gate.get(Incident, viewer, other, _("To decide on look-alikes"))
    if row.owner != viewer.organisation or kept.owner != viewer.organisation:
        names = parties.organisation_names([row.owner])
        raise Refused(_("Only the owner of both records can say whether they are one."), list(names.values()))
    if not reason.strip():
        raise Invalid({"why": _("Say what shows it")})
    if same:
        return records.correct(row, viewer.actor, reason.strip(), retracted=True, duplicate_of=kept.subject)
    if str(kept.subject) in row.distinct_from:
        raise Conflict(_("It is recorded already that these are two incidents."))
    apart = sorted({*row.distinct_from, str(kept.subject)})
    return records.correct(row, viewer.actor, reason.strip(), distinct_from=apart)


def kept_for(viewer: Viewer, row: Incident) -> Incident | None:
    """The record that a duplicate repeats, if the viewer may read it."""
    if row.duplicate_of is None:
        return None
    try:
        found: Incident = gate.get(Incident, viewer, row.duplicate_of, _("History of an incident"))
    except Hidden:
        return None
    return found
