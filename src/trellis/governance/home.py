"""The work list: what waits for somebody, what they wait for, and what happened since they were here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.core import clock, ports, reading
from trellis.core.ports import WorkItem
from trellis.governance import selectors
from trellis.governance.models import Decision, Dissent, Outcome, Visit
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer

RETURN = timedelta(minutes=30)  # a pause longer than this begins a new visit
MINUTE = timedelta(minutes=1)  # pages tell times to the minute: no need to write more often
SHOWN = 10  # what happened last; the whole of it is in the ledger


@dataclass(frozen=True)
class OpenKey:
    """A decision that waits for the viewer's key."""

    decision: Decision
    programme: str
    title: str
    proposer: str
    side: str
    turned: int
    needed: int
    url: str


@dataclass(frozen=True)
class Event:
    """Something that happened in a programme of the viewer."""

    at: datetime
    text: str
    joint: bool
    side: str
    organisation: str
    url: str


def keys_open(viewer: Viewer) -> list[OpenKey]:
    """Decisions that wait for the viewer's key."""
    _together(viewer)
    rows = [decision for decision, _slot in selectors.waiting_for_me(viewer)]
    titles = {programme.id: programme.title for programme in parties.programmes_of(viewer)}
    return [
        OpenKey(
            row,
            titles.get(row.stream, ""),
            view.title,
            view.proposer,
            view.proposer_side,
            view.keys_turned,
            view.keys_needed,
            selectors.address_for(row, titles),
        )
        for row, view in zip(rows, selectors.views(rows), strict=True)
    ]


def work(viewer: Viewer) -> list[WorkItem]:
    """What every area has for the viewer: dated things first, by date; then by how long they wait."""
    _together(viewer)
    found = [item for port in ports.work_items for item in port(viewer)]
    far = datetime.max.replace(tzinfo=clock.now().tzinfo)
    return sorted(found, key=lambda item: (item.due or far, item.since or far, str(item.title)))


def _together(viewer: Viewer) -> None:
    """All programmes of the viewer are asked about at once."""
    reading.siblings([programme.id for programme in parties.programmes_of(viewer)])


def groups(items: Iterable[WorkItem]) -> list[tuple[str, str, list[WorkItem]]]:
    """Work by kind: heading, note, items. Empty groups are left out."""
    heads = {
        "key": (_("Needs your signature"), ""),
        "answer": (_("Needs your answer"), _("In order of date.")),
        "due": (_("To be done"), _("In order of date.")),
        "watch": (_("Keep an eye on"), ""),
    }
    found: dict[str, list[WorkItem]] = {}
    for item in items:
        found.setdefault(item.kind if item.kind in heads else "watch", []).append(item)
    return [(*heads[kind], found[kind]) for kind in heads if kind in found]


def visit(viewer: Viewer) -> datetime | None:
    """Notes that the viewer is here, and returns when they were here the time before."""
    if viewer.person is None:
        return None
    now = clock.now()
    row, made = Visit.objects.get_or_create(person=viewer.person, defaults={"last_at": now})
    if not made and now - row.last_at > RETURN:
        row.before_at, row.last_at = row.last_at, now
        row.save()
    elif not made and now - row.last_at >= MINUTE:
        Visit.objects.filter(pk=row.pk).update(last_at=now)
    return row.before_at


def since(viewer: Viewer, moment: datetime) -> list[Event]:
    """What happened to decisions in the viewer's programmes after a moment, newest first."""
    streams = [programme.id for programme in parties.programmes_of(viewer)]
    return events(streams, moment)


def events(streams: Sequence[UUID], moment: datetime | None = None, limit: int = SHOWN) -> list[Event]:
    """Proposals, outcomes and dissent in some arrangements, newest first."""
    after = {"at__gt": moment} if moment else {}
    proposed = Decision.objects.filter(stream__in=streams, outcome=None, **after).order_by("-at")[:limit]
    ended = Outcome.objects.filter(decision__stream__in=streams, **after).select_related("decision")
    dissents = Dissent.objects.filter(decision__stream__in=streams, **after).select_related("decision")
    happened: list[tuple[datetime, str, Any, Decision]] = [(row.at, "open", row, row) for row in proposed]
    happened += [(row.at, row.state, row, row.decision) for row in ended.order_by("-at")[:limit]]
    happened += [(row.at, "dissent", row, row.decision) for row in dissents.order_by("-at")[:limit]]
    happened = sorted(happened, key=lambda one: one[0], reverse=True)[:limit]
    payloads = selectors.contents({one[3].pk: one[3] for one in happened}.values())
    names = parties.organisation_names({one[2].organisation for one in happened})
    sides = {stream: parties.sides(stream) for stream in {one[3].stream for one in happened}}
    return [
        Event(
            at,
            _line(what, selectors.title_of(decision, payloads.get(decision.pk)), row),
            what == "adopted",
            sides[decision.stream].get(row.organisation, ""),
            names.get(row.organisation, ""),
            reverse("governance:decision", args=[decision.stream, decision.pk]),
        )
        for at, what, row, decision in happened
    ]


def _line(what: str, title: str, row: Any) -> str:
    lines = {
        "open": _("Proposed: %(title)s"),
        "adopted": _("Adopted, decision %(number)s: %(title)s"),
        "rejected": _("Rejected: %(title)s"),
        "withdrawn": _("Withdrawn: %(title)s"),
        "lapsed": _("Lapsed: %(title)s"),
        "dissent": _("Dissent in: %(title)s"),
    }
    return lines[what] % {"title": title, "number": getattr(row, "number", "")}
