"""Reads of operations: incidents as far as the viewer may see them, and durations over an explicit scope."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _

from trellis.calc import operations as calc
from trellis.calc.dates import Quarter, day_start, quarter_at
from trellis.core.conditions import Hidden
from trellis.core.labels import up_to
from trellis.operations import columns, rules
from trellis.operations.models import Incident
from trellis.operations.schemas import Audience, Duration, Question, Stamp
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.models import Audience as Grantee
from trellis.sharing.models import Detail
from trellis.sharing.records import kind_named
from trellis.sharing.rows import RecordQuerySet

KIND = "operations.incident"
UNRATED = "unrated"


def incidents(viewer: Viewer, as_of: datetime | None = None) -> RecordQuerySet:
    """The incidents that the viewer may read: its organisation's own, and those granted to it."""
    return gate.visible(Incident, viewer, _("List of incidents"), as_of)


def incident(viewer: Viewer, subject: UUID) -> Incident:
    """One incident. Raises Hidden for who may not read it."""
    found: Incident = gate.get(Incident, viewer, subject, _("To read an incident"))
    return found


def versions(viewer: Viewer, subject: UUID) -> list[Incident]:
    """Every version of an incident, newest first, a retraction included. Raises Hidden when there is none."""
    rows = gate.visible(Incident, viewer, _("History of an incident"), history=True).filter(subject=subject)
    found: list[Incident] = list(rows.order_by("-recorded_at", "-seq"))
    if not found:
        raise Hidden()
    return found


def stamps(row: Incident) -> list[Stamp]:
    """The stamps of an incident in order, each with what is known of it."""
    unknown, by_day = set(row.not_known.split()), set(row.by_day.split())
    found = []
    for name in rules.STAMPS:
        at: datetime | None = getattr(row, name)
        if at is not None:
            state = "day" if name in by_day else "known"
        else:
            state = "not known" if name in unknown or name in ("started", "reported") else "open"
        found.append(Stamp(name, str(rules.TITLES[name]), at, state))
    return found


def durations_of(row: Incident, now: datetime) -> list[Duration]:
    """The four times of one incident, in hours, or the words for why it has none."""
    unknown = set(row.not_known.split())
    titles = {
        "detect": _("Time to detect"),
        "acknowledge": _("Time to acknowledge"),
        "contain": _("Time to contain"),
        "recover": _("Time to recover"),
    }
    found = []
    for clock, (first, last) in calc.CLOCKS.items():
        start, end = getattr(row, first), getattr(row, last)
        if start is None or last in unknown:
            found.append(Duration(titles[clock], None, _("not known")))
        elif end is None:
            said = _("still open after %(n)s hours") % {"n": int((now - start).total_seconds() // 3600)}
            found.append(Duration(titles[clock], None, said))
        else:
            hours = Decimal(int(max(end - start, timedelta()).total_seconds())) / 3600
            found.append(Duration(titles[clock], hours.quantize(Decimal("0.1"))))
    return found


# Durations over a scope: the privileged reader of figures


def durations(asked: Question, as_of: datetime, until: datetime | None = None) -> calc.Durations:
    """The durations of a question as known at `as_of`, read as columns: no row becomes an object.

    Open clocks are censored at `until`, which is `as_of` where nothing else is said, and later stamps are not known.
    What ended before it was detected ended, for the team, on detection
    (0 hours). An end at a time that nobody knows is left out and counted as unknown.
    """
    first, last = calc.CLOCKS[asked.clock]
    names = {"detected", first, last}
    if last != "detected":
        order = rules.STAMPS[: rules.STAMPS.index("reported")]
        names |= set(order[order.index(last) + 1 :])
    start, end = _span(asked)
    severity = None if not asked.severity else "" if asked.severity == UNRATED else asked.severity
    parts: dict[str, list[Any]] = {name: [] for name in (*names, "unknown")}
    for owner in asked.owners:
        part = columns.held(owner).chosen(as_of, start, end, severity, asked.classification)
        for name in names:
            parts[name].append(part.moments[name])
        parts["unknown"].append(part.unknown & columns.BITS[last] != 0)
    found = {name: part[0] if len(part) == 1 else np.concatenate(part) for name, part in parts.items()}
    unknown = found.pop("unknown")
    for name in ("contained", "recovered"):
        if name in found:
            found[name] = np.maximum(found[name], found["detected"])  # NaT stays NaT
    if unknown.any():
        found = {name: column[~unknown] for name, column in found.items()}
    made = calc.stamp_durations(asked.clock, until or as_of, **found)
    return calc.Durations(made.times, made.events, made.unknown + int(unknown.sum()))


def _span(asked: Question) -> tuple[datetime | None, datetime | None]:
    """The first moment of a question's period, and the first after it; None twice for all time."""
    if asked.period is None:
        return None, None
    zone = ZoneInfo(asked.zone)
    return day_start(asked.period[0], zone), day_start(asked.period[1] + timedelta(days=1), zone)


def quarters(owners: Sequence[UUID], zone: str, last: int = 6) -> list[Quarter]:
    """The latest quarters in which any of the owners detected something, newest first and without gaps."""
    ends = [end for owner in owners for end in _detected_ends(owner)]
    if not ends:
        return []
    first, newest = (quarter_at(end, ZoneInfo(zone)) for end in (min(ends), max(ends)))
    found = [newest.shift(-back) for back in range(last)]
    return [quarter for quarter in found if quarter >= first]


def _detected_ends(owner: UUID) -> list[datetime]:
    """When the owner detected its first incident and its last, of those that stand."""
    rows = Incident.records.privileged().as_of(None).filter(owner=owner)
    return [
        at for order in ("detected", "-detected") for at in rows.order_by(order).values_list("detected", flat=True)[:1]
    ]


# Who sees what


def owners_shown(viewer: Viewer) -> dict[UUID, str]:
    """The organisations whose incident figures the viewer may see, with names: its own first."""
    if viewer.organisation is None:
        return {}
    rows = gate.in_force().filter(gate.audience_is(viewer), data_kind=KIND, about=None, context=None)
    owners = {grant.owner for grant in rows} | {viewer.organisation}
    names = parties.organisation_names(owners)
    return dict(sorted(names.items(), key=lambda pair: (pair[0] != viewer.organisation, pair[1])))


def owners_listed(viewer: Viewer) -> dict[UUID, str]:
    """The names of all organisations whose incidents may stand in the viewer's list."""
    own = [viewer.organisation] if viewer.organisation else []
    return parties.organisation_names([*own, *(grant.owner for grant in gate.grants_for(viewer, kind_named(KIND)))])


def may_see_curves(viewer: Viewer, owners: Sequence[UUID]) -> bool:
    """Whether the viewer may read the records themselves: a curve shows single incidents."""
    return gate.may_read_all(viewer, owners, KIND)


def audiences(owner: UUID) -> list[Audience]:
    """Who besides the owner may see its incidents now: records up to a label, or figures only."""
    rows = gate.in_force().filter(owner=owner, data_kind=KIND, about=None).order_by("recorded_at")
    return [
        Audience(gate.audience_words(grant), grant.detail == Detail.RECORD, grant.ceiling, grant.purpose)
        for grant in rows
    ]


def reached(label: str, found: Sequence[Audience]) -> list[str]:
    """The audiences that read records of this label."""
    return [one.who for one in found if one.records and label in up_to(one.ceiling)]


def granted_to_all(programme: UUID) -> list[UUID]:
    """The parties of a programme that let all its parties see figures made from their incidents."""
    members = [party.organisation for party in parties.parties(programme)]
    rows = gate.in_force().filter(owner__in=members, data_kind=KIND, about=None, context=None)
    wide = {g.owner for g in rows if g.audience == Grantee.ANYONE}
    wide |= {g.owner for g in rows if g.audience == Grantee.PARTIES and g.arrangement == programme}
    return [owner for owner in members if owner in wide]


def zone_of(organisation: UUID | None) -> str:
    """The time zone in which an organisation tells its times: that of its own programmes, if they agree."""
    if organisation is None:
        return "UTC"
    return parties.zone_among(organisation, parties.programmes_of(Viewer(organisation=organisation)))
