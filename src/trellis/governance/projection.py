"""From entries to tables: the one path by which decisions and their effects are stored, live and in a replay."""

from typing import Any
from uuid import UUID

from django.db import models

from trellis.core import canonical, ids, ledger
from trellis.core.coowned import CoOwned, Effect, stored, tables
from trellis.core.models import Entry
from trellis.governance.founding import found
from trellis.governance.models import Decision, Dissent, Expiry, Key, KeyTakenBack, Outcome, Placing, Slot
from trellis.governance.registry import kind_named, read_payload

# The tables that index the stream's decisions, with the way from each to its stream.
INDEX: dict[type[models.Model], str] = {
    Decision: "stream",
    Slot: "decision__stream",
    Key: "slot__decision__stream",
    KeyTakenBack: "key__slot__decision__stream",
    Placing: "decision__stream",
    Outcome: "decision__stream",
    Expiry: "decision__stream",
    Dissent: "decision__stream",
}
ENDS = ("decision.adopted", "decision.rejected", "decision.withdrawn", "decision.lapsed")


class ReplayProblem(Exception):
    """An entry could not be replayed to what it says."""


def effect_of(entry_stream: UUID, seq: int, at: Any, decision: UUID, actor: ledger.Actor) -> Effect:
    """The Effect for an entry."""
    return Effect(entry_stream, seq, at, decision, actor.organisation, actor.person)


def index_rows(entry: Entry, said: dict[str, Any]) -> list[models.Model]:
    """The rows of the index that an entry tells of, not saved, with every value as the database gives it back."""
    found: list[models.Model] = []
    who = {"organisation": entry.organisation, "person": entry.person, "seq": entry.seq, "at": entry.at}
    if entry.kind == "decision.proposed":
        found = _proposed(entry, said, who)
    elif entry.kind == "decision.key":
        slot = ids.derived(said["decision"], "slot", said["slot"])
        made = {"id": ids.derived(said["decision"], "key", entry.seq), "seat": said["seat"], "right": said["right"]}
        found = [Key(slot_id=slot, turn=0, **made, **who)]
    elif entry.kind == "decision.key-back":
        key = ids.derived(said["decision"], "key", said["seq"])
        found = [KeyTakenBack(key_id=key, **{name: who[name] for name in ("person", "seq", "at")})]
    elif entry.kind == "decision.placed":
        made = {"id": ids.derived(said["decision"], "placing", entry.seq), "decision_id": said["decision"]}
        found = [Placing(procedure=said["procedure"], meeting=said["meeting"], **made, **who)]
    elif entry.kind in ENDS:
        ending = {"number": said.get("number"), "reason": said.get("reason", ""), "ends_at": said.get("ends_at")}
        state = entry.kind.removeprefix("decision.")
        found = [Outcome(decision_id=said["decision"], state=state, **ending, **who)]
    elif entry.kind == "decision.expired":
        found = [Expiry(decision_id=said["decision"], seq=entry.seq, at=entry.at)]
    elif entry.kind == "decision.dissent":
        made = {"id": ids.derived(said["decision"], "dissent", entry.seq), "decision_id": said["decision"]}
        found = [Dissent(text=said["text"], **made, **who)]
    for row in found:
        for f in row._meta.concrete_fields:
            setattr(row, f.attname, stored(f, getattr(row, f.attname)))
    return found


def _proposed(entry: Entry, said: dict[str, Any], who: dict[str, Any]) -> list[models.Model]:
    names = ("kind", "version", "about", "label", "procedure", "meeting", "lapses_at")
    decision = Decision(id=said["decision"], stream=entry.stream_id, **{n: said[n] for n in names}, **who)
    slots = [
        Slot(
            id=ids.derived(said["decision"], "slot", slot["name"]),
            decision_id=said["decision"],
            **{name: slot[name] for name in ("name", "side", "organisation", "role")},
        )
        for slot in said["slots"]
    ]
    return [decision, *slots]


def store(entry: Entry, said: dict[str, Any]) -> None:
    """Stores what an entry tells of in the index."""
    for row in index_rows(entry, said):
        if isinstance(row, Key):
            row.turn = Key.objects.filter(slot=row.slot_id).exclude(taken_back=None).count()
        row.save(force_insert=True)


def contents(row: models.Model) -> dict[str, Any]:
    """A row of the index as canonical values; `turn` follows from the order of the others."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname != "turn"}
    return dict(canonical.plain(values))


def run_effect(decision: Decision, effect: Effect) -> None:
    """Runs the effect of an adopted decision from what its proposal says."""
    proposal = Entry.objects.select_related("payload").get(stream=decision.stream, seq=decision.seq)
    said = ledger.payload_of(proposal)
    if said is None:
        raise ReplayProblem(f"the content of decision {decision.pk} was redacted whole")
    kind = kind_named(decision.kind)
    kind.effect(read_payload(kind, decision.version, said["content"]), effect)


def undo(stream: UUID, seq: int, effect: Effect) -> None:
    """Puts back what the adoption at `seq` changed, where nothing later has changed it since.

    Rows that it made end; rows that it ended are in force again as they were. `effect` is of the ending entry.
    """
    for model in tables():
        before = {row.subject: row for row in model.objects.filter(stream=stream, closed_seq=seq)}
        made = model.objects.filter(stream=stream, seq=seq)
        for row in made.filter(closed_seq=None).order_by("subject"):
            last = before.get(row.subject)
            if last is None:
                effect.close(model, row.subject)
            else:
                effect.replace(model, row.subject, **_fields(last))
        for subject, last in sorted(before.items()):
            if not model.objects.filter(stream=stream, subject=subject, seq__gte=seq).exists():
                effect.insert(model, subject, **_fields(last))


def _fields(row: CoOwned) -> dict[str, Any]:
    base = {f.name for f in CoOwned._meta.get_fields()}
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in base}


def replay_entry(entry: Entry, said: dict[str, Any], redacted: dict[str, str] | None = None) -> None:
    """Stores what one entry of an arrangement's stream says, as it was stored when it was written.

    `redacted` maps the hashes of rows that a later redaction changed to those that they were adopted with.
    """
    if entry.kind == "arrangement.founded":
        effect = effect_of(entry.stream_id, entry.seq, entry.at, entry.stream_id, _actor(entry))
        found(said["founding"], effect)
        _same(effect, said["rows"], entry, redacted or {})
    elif entry.kind in ("decision.adopted", "decision.expired"):
        decision = Decision.objects.get(pk=said["decision"])
        effect = effect_of(entry.stream_id, entry.seq, entry.at, decision.pk, _actor(entry))
        if entry.kind == "decision.adopted":
            run_effect(decision, effect)
        else:
            undo(entry.stream_id, said["adopted"], effect)
        _same(effect, said["rows"], entry, redacted or {})
    store(entry, said)


def _actor(entry: Entry) -> ledger.Actor:
    assert entry.organisation
    return ledger.Actor(entry.organisation, entry.person)


def _same(effect: Effect, said: dict[str, Any], entry: Entry, redacted: dict[str, str]) -> None:
    effect.inserted = [redacted.get(made, made) for made in effect.inserted]
    if effect.digest() != said:
        raise ReplayProblem(f"entry {entry.seq} makes other rows now than when it was adopted")
