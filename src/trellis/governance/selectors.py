"""Reads of decisions: lists, one decision with keys and history, what waits for somebody and for others.

Each list costs a fixed number of queries, however long it is.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.core import ledger
from trellis.core.conditions import Hidden
from trellis.core.models import Entry
from trellis.governance.models import Decision, Key, Outcome, Placing, Slot
from trellis.governance.registry import kind_named, read_payload
from trellis.parties import selectors as parties
from trellis.parties.models import Bench
from trellis.parties.schemas import Viewer


@dataclass(frozen=True)
class DecisionView:
    """A decision as lists show it. `state` is open, adopted, rejected, withdrawn or lapsed."""

    id: UUID
    programme: UUID
    kind: str
    kind_title: str
    title: str
    state: str
    number: int | None
    proposer: str
    proposer_side: str
    proposed_at: datetime
    decided_at: datetime | None
    procedure: str
    keys_turned: int
    keys_needed: int

    @property
    def state_words(self) -> str:
        """The state for a person to read."""
        return _("Open") if self.state == "open" else str(Outcome.State(self.state).label)

    @property
    def keys(self) -> str:
        """`1 of 2`."""
        return _("%(turned)s of %(all)s") % {"turned": self.keys_turned, "all": self.keys_needed}


def contents(rows: Iterable[Decision]) -> dict[UUID, Any]:
    """The payloads of many decisions in one query, each as its kind's present model; unreadable ones are left out."""
    wanted: dict[tuple[UUID, int], Decision] = {(row.stream, row.seq): row for row in rows}
    if not wanted:
        return {}
    places = Q(pk__in=[])
    for stream in {stream for stream, _seq in wanted}:
        places |= Q(stream=stream, seq__in=[seq for where, seq in wanted if where == stream])
    found: dict[UUID, Any] = {}
    for entry in Entry.objects.filter(places).select_related("payload"):
        row = wanted[(entry.stream_id, entry.seq)]
        said = ledger.payload_of(entry)
        try:
            kind = kind_named(row.kind)
            found[row.pk] = read_payload(kind, row.version, (said or {})["content"])
        except (KeyError, ValueError):
            continue
    return found


def title_of(row: Decision, payload: Any) -> str:
    """What a decision says in one line; its kind where its content cannot be read."""
    try:
        kind = kind_named(row.kind)
        return str(kind.describe(payload)) if payload is not None else str(kind.title)
    except KeyError:
        return row.kind


def kind_title(name: str) -> str:
    """The title of a kind."""
    try:
        return str(kind_named(name).title)
    except KeyError:
        return name


def views(rows: Sequence[Decision]) -> list[DecisionView]:
    """Decisions as lists show them, in a fixed number of queries."""
    if not rows:
        return []
    said = contents(rows)
    names = parties.organisation_names({row.organisation for row in rows})
    sides = {stream: parties.sides(stream) for stream in {row.stream for row in rows}}
    placed = dict(Placing.objects.filter(decision__in=rows).order_by("seq").values_list("decision", "procedure"))
    ended = {outcome.decision_id: outcome for outcome in Outcome.objects.filter(decision__in=rows)}
    needed: dict[UUID, int] = {}
    turned: dict[UUID, int] = {}
    for decision in Slot.objects.filter(decision__in=rows).values_list("decision", flat=True):
        needed[decision] = needed.get(decision, 0) + 1
    standing = Key.objects.filter(slot__decision__in=rows, taken_back=None)
    for decision in standing.values_list("slot__decision", flat=True):
        turned[decision] = turned.get(decision, 0) + 1
    return [
        DecisionView(
            row.pk,
            row.stream,
            row.kind,
            kind_title(row.kind),
            title_of(row, said.get(row.pk)),
            ended[row.pk].state if row.pk in ended else "open",
            ended[row.pk].number if row.pk in ended else None,
            names.get(row.organisation, ""),
            sides[row.stream].get(row.organisation, ""),
            row.at,
            ended[row.pk].at if row.pk in ended else None,
            placed.get(row.pk, row.procedure),
            turned.get(row.pk, 0),
            needed.get(row.pk, 0),
        )
        for row in rows
    ]


def decisions(
    viewer: Viewer, arrangement: UUID, *, state: str = "", kind: str = "", limit: int = 2000
) -> list[DecisionView]:
    """The decisions of an arrangement, newest first, for its parties."""
    parties.programme_for(viewer, arrangement)
    rows = Decision.objects.filter(stream=arrangement)
    if state == "open":
        rows = rows.filter(outcome=None)
    elif state:
        rows = rows.filter(outcome__state=state)
    if kind:
        rows = rows.filter(kind=kind)
    return views(list(rows.order_by("-at", "-seq")[:limit]))


def decision(viewer: Viewer, id: UUID, arrangement: UUID | None = None) -> Decision:
    """One decision, for the parties of its arrangement and who holds a key of it. Raises Hidden otherwise."""
    found = Decision.objects.select_related("outcome").filter(pk=id).first()
    if found is None or (arrangement and found.stream != arrangement):
        raise Hidden()
    if not guest(viewer, found):
        parties.programme_for(viewer, found.stream)
    return found


def guest(viewer: Viewer, decision: Decision) -> bool:
    """Whether the viewer's organisation holds a key of a decision without being a party: it is asked to join."""
    if viewer.organisation is None or viewer.organisation in parties.sides(decision.stream):
        return False
    return decision.slots.filter(organisation=viewer.organisation).exists()


def address_for(decision: Decision, mine: Container[UUID]) -> str:
    """The page of a decision: in its programme (`mine` are the viewer's), or that of an invitation to join."""
    if decision.stream in mine:
        return reverse("governance:decision", args=[decision.stream, decision.pk])
    return reverse("joining", args=[decision.pk])


def waiting_for_me(viewer: Viewer) -> list[tuple[Decision, Slot]]:
    """Open decisions in which the viewer holds a slot whose key nobody has turned, longest waiting first."""
    if viewer.organisation is None or viewer.person is None:
        return []
    standing = Key.objects.filter(taken_back=None)
    slots = (
        Slot.objects.filter(organisation=viewer.organisation, decision__outcome=None)
        .exclude(keys__in=standing)
        .exclude(decision__slots__keys__in=standing.filter(person=viewer.person))
        .select_related("decision")
        .order_by("decision__at", "decision__seq")
    )
    benches = Bench.objects.current().filter(subject__in=parties.seats_held(viewer.person))
    mine = set(benches.filter(organisation=viewer.organisation).values_list("stream", "role"))
    found: dict[UUID, tuple[Decision, Slot]] = {}
    for slot in slots:
        held = (slot.decision.stream, slot.role) in mine or (slot.role == "administrator" and viewer.administrator)
        if held:
            found.setdefault(slot.decision_id, (slot.decision, slot))
    return list(found.values())


@dataclass(frozen=True)
class Waiting:
    """An open decision that waits for other organisations: those whose keys are missing, with their sides."""

    decision: Decision
    title: str
    missing: tuple[tuple[str, str], ...]
    url: str


def waiting_for_others(viewer: Viewer) -> list[Waiting]:
    """Open decisions that the viewer's organisation proposed or signed, and whose other keys are missing."""
    if viewer.organisation is None:
        return []
    signed = Key.objects.filter(organisation=viewer.organisation, taken_back=None).values("slot__decision")
    rows = list(
        Decision.objects.filter(Q(organisation=viewer.organisation) | Q(pk__in=signed), outcome=None).order_by("at")
    )
    if not rows:
        return []
    slots = Slot.objects.filter(decision__in=rows).exclude(organisation=viewer.organisation)
    open_slots = list(slots.exclude(keys__in=Key.objects.filter(taken_back=None)).order_by("name"))
    names = parties.organisation_names({slot.organisation for slot in open_slots})
    said = contents(rows)
    missing: dict[UUID, list[tuple[str, str]]] = {}
    for slot in open_slots:
        missing.setdefault(slot.decision_id, []).append((slot.side, names.get(slot.organisation, "")))
    mine = {programme.id for programme in parties.programmes_of(viewer)}
    return [
        Waiting(row, title_of(row, said.get(row.pk)), tuple(missing[row.pk]), address_for(row, mine))
        for row in rows
        if row.pk in missing
    ]
