"""Decision kinds: what an area declares once, and everything else follows from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from django.utils.functional import Promise
from pydantic import BaseModel, ConfigDict

from trellis.core.conditions import Condition
from trellis.core.coowned import Effect
from trellis.core.ledger import Actor

if TYPE_CHECKING:
    from trellis.governance.models import Decision


class Said(BaseModel):
    """Base of all payloads: frozen, nothing unknown. Ids of what adoption creates are fields of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Said)


@dataclass(frozen=True)
class Need:
    """A slot that a proposal needs filled: a key by the holder of `role` in `organisation`."""

    name: str
    side: str
    organisation: UUID
    role: str


@dataclass(frozen=True)
class Context:
    """What a kind may look at when it is asked for slots or conditions."""

    arrangement: UUID
    at: datetime
    proposer: UUID | None = None
    decision: UUID | None = None


@dataclass(frozen=True)
class SlotPlan:
    """Which keys a kind needs by default; the matrix may name other roles.

    `sides`: role by side for `each side` and `one`. `each_party`: the role in every party that the payload names.
    """

    joint: bool
    roles: dict[str, str]


def each_side(partner: str = "coordinator", donor: str = "programme-officer") -> SlotPlan:
    """One key per side, of equal weight."""
    return SlotPlan(True, {"partner": partner, "donor": donor})


def one(side: str, role: str) -> SlotPlan:
    """A single decider."""
    return SlotPlan(False, {side: role})


def each_party(role: str = "administrator") -> SlotPlan:
    """A key by every party that the payload names."""
    return SlotPlan(True, {"party": role})


@dataclass(frozen=True)
class DecisionKind(Generic[P]):
    """One kind of decision.

    `organisations(payload, context)` gives the organisations whose keys a side's slot stands for: by default all
    partners, and every donor with a commitment in force. `effect` depends only on payload, its Effect and earlier
    entries. `unmet` returns all conditions, met or not; only the unmet block. `check` raises Invalid for a payload
    that cannot be proposed at all. `after(payload, decision, actor)` runs once, in the transaction of the adoption,
    and never in a replay. `template` shows the payload in place of the generic rows, with `payload` in its context
    and what `shown(payload, context)` adds.
    """

    name: str
    title: str | Promise
    payload: type[P]
    slots: SlotPlan
    proposers: tuple[str, ...]
    effect: Callable[[P, Effect], None]
    describe: Callable[[P], str]
    unmet: Callable[[P, Context], Sequence[Condition]] = lambda payload, context: ()
    organisations: Callable[[P, Context], dict[str, Sequence[UUID]]] | None = None
    about: Callable[[P], UUID | None] = lambda payload: None
    version: int = 1
    label: str = "AMBER"
    forum: str = "keys"
    written: bool = True
    emergency: str = ""
    proposer_turns_key: bool = True
    upgraders: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    check: Callable[[P, Context], None] = lambda payload, context: None
    after: Callable[[P, "Decision", Actor], None] = lambda payload, decision, actor: None
    template: str = ""
    shown: Callable[[P, Context], dict[str, Any]] = lambda payload, context: {}


_kinds: dict[str, DecisionKind[Any]] = {}


def decision_kind(kind: DecisionKind[P]) -> DecisionKind[P]:
    """Registers a decision kind; done in an area's `kinds.py`."""
    if kind.name in _kinds:
        raise RuntimeError(f"decision kind {kind.name} is declared twice")
    _kinds[kind.name] = kind
    return kind


def kind_named(name: str) -> DecisionKind[Any]:
    """One decision kind. Raises KeyError when none has this name."""
    return _kinds[name]


def decision_kinds() -> list[DecisionKind[Any]]:
    """All decision kinds by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def read_payload(kind: DecisionKind[P], version: int, said: dict[str, Any]) -> P:
    """The payload as the kind's present model, upgraded from the version in which it was written."""
    while version < kind.version:
        said = kind.upgraders[version](said)
        version += 1
    return kind.payload.model_validate(said)
