"""Decisions as the ledger tells them (an index over its entries), the matrix, the programme's stage, the committee."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.core import clock, ids
from trellis.core.appendonly import AppendOnly, Update
from trellis.core.coowned import CoOwned
from trellis.sharing.records import Record


class Decision(AppendOnly):
    """A proposal. Its content lies in the ledger entry `seq` of `stream`; `number` is given on adoption."""

    id = models.UUIDField(primary_key=True, editable=False)
    stream = models.UUIDField(db_index=True)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=60, db_index=True)
    version = models.PositiveSmallIntegerField()
    about = models.UUIDField(null=True, db_index=True)
    label = models.CharField(max_length=12)
    procedure = models.CharField(max_length=10)
    meeting = models.UUIDField(null=True)
    organisation = models.UUIDField()
    person = models.UUIDField(null=True)
    at = models.DateTimeField()
    lapses_at = models.DateTimeField(null=True)


class Slot(AppendOnly):
    """A place for one key, resolved from payload and matrix when the proposal was made, and frozen with it."""

    id = models.UUIDField(primary_key=True, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="slots")
    name = models.CharField(max_length=60)
    side = models.CharField(max_length=12)
    organisation = models.UUIDField(db_index=True)
    role = models.CharField(max_length=24)

    class Meta:
        constraints = [models.UniqueConstraint("decision", "name", name="slot_once")]


class Key(AppendOnly):
    """A key turned in a slot. `turn` counts keys taken back before it, so that only one can stand."""

    id = models.UUIDField(primary_key=True, editable=False)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="keys")
    turn = models.PositiveSmallIntegerField()
    organisation = models.UUIDField()
    person = models.UUIDField()
    seat = models.UUIDField(null=True)
    right = models.CharField(max_length=200)
    seq = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("slot", "turn", name="one_standing_key")]


class KeyTakenBack(AppendOnly):
    """A key taken back before adoption."""

    key = models.OneToOneField(Key, on_delete=models.PROTECT, primary_key=True, related_name="taken_back")
    person = models.UUIDField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()


class Placing(AppendOnly):
    """Where an open proposal is decided, said after it was made; the last one counts."""

    id = models.UUIDField(primary_key=True, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="placings")
    procedure = models.CharField(max_length=10)
    meeting = models.UUIDField(null=True, db_index=True)
    organisation = models.UUIDField()
    person = models.UUIDField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()


class Outcome(AppendOnly):
    """How a decision ended; at most one, by the primary key."""

    class State(models.TextChoices):
        ADOPTED = "adopted", _("Adopted")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="outcome")
    state = models.CharField(max_length=10, choices=State.choices)
    number = models.PositiveIntegerField(null=True)
    organisation = models.UUIDField()
    person = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    ends_at = models.DateTimeField(null=True)
    seq = models.BigIntegerField()
    at = models.DateTimeField()

    @classmethod
    def allowed_updates(cls) -> list[Update]:
        return [Update(("reason",), "NEW.reason = ''")]  # redaction


class Expiry(AppendOnly):
    """The end of an emergency act that nobody ratified: what it had changed was put back."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="expiry")
    seq = models.BigIntegerField()
    at = models.DateTimeField()


class Dissent(AppendOnly):
    """Dissent, recorded beside a decision whatever becomes of it."""

    id = models.UUIDField(primary_key=True, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="dissents")
    organisation = models.UUIDField()
    person = models.UUIDField()
    text = models.TextField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()

    @classmethod
    def allowed_updates(cls) -> list[Update]:
        return [Update(("text",), "NEW.text = ''")]  # redaction


class Founding(models.Model):
    """Workspace: a founding that still collects signatures. It becomes entry 0 and is then deleted."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    payload: Any = models.JSONField()
    signatures: Any = models.JSONField(default=list)
    drafted_by = models.UUIDField()
    organisation = models.UUIDField()
    drafted_at = models.DateTimeField(default=clock.now)


class MatrixRow(CoOwned):
    """One row of the decision-rights matrix: who decides a kind of decision. Subject is derived from the kind."""

    kind = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    joint = models.BooleanField()
    decider = models.CharField(max_length=60, blank=True)
    slots: Any = models.JSONField(default=dict)
    proposers: Any = models.JSONField(default=list)
    forum = models.CharField(max_length=10, default="keys")
    written = models.BooleanField(default=True)
    emergency = models.CharField(max_length=24, blank=True)
    lead_donor = models.UUIDField(null=True)


class Parameter(CoOwned):
    """A threshold, weight or default of a programme, with author, reason and date (X-10)."""

    name = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    reason = models.TextField()


class Stage(CoOwned):
    """The stage of a programme's state machine; one row by programme. Subject is the programme."""

    class Name(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ASSESSED = "assessed", _("Assessed")
        AGREED = "agreed", _("Agreed")
        ACTIVE = "active", _("Active")
        STEPPING_BACK = "stepping-back", _("Stepping back")
        EXITED = "exited", _("Exited")
        POST_EXIT = "post-exit", _("Post-exit checks")

    stage = models.CharField(max_length=14, choices=Name.choices)
    suspended = models.BooleanField(default=False)
    reason = models.TextField(blank=True)


class Committee(CoOwned):
    """The joint steering committee of a programme. Subject is derived from the programme."""

    members: Any = models.JSONField(default=list)
    alternates: Any = models.JSONField(default=dict)
    quorum = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=200)


class Ratification(CoOwned):
    """An emergency act that both sides let stand. Subject is the decision."""

    reason = models.TextField()


class Review(CoOwned):
    """A quarterly review held: the pack as both sides signed it, frozen as of a date (GOV-04).

    `attendance` lists {"organisation", "seat"} of who took part. Subject is derived from the quarter.
    """

    period_start = models.DateField()
    period_end = models.DateField()
    held_on = models.DateField()
    as_of = models.DateTimeField()
    pack: Any = models.JSONField()
    attendance: Any = models.JSONField(default=list)


class Meeting(Record):
    """A meeting of the committee: who attended, recorded by the organisation that convened it."""

    arrangement = models.UUIDField(db_index=True)
    held_at = models.DateTimeField()
    attended: Any = models.JSONField(default=list)
    recused: Any = models.JSONField(default=list)
    notes = models.TextField(blank=True)
    REDACTABLE: ClassVar[tuple[str, ...]] = ("notes",)


class Draft(models.Model):
    """Workspace: something half-written, private to one organisation, never an input to a figure or a decision."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    arrangement = models.UUIDField(db_index=True)
    organisation = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    data: Any = models.JSONField(default=dict)
    by = models.UUIDField(null=True)
    updated_at = models.DateTimeField(default=clock.now)


class Visit(models.Model):
    """Workspace: when somebody last looked at their work list, and the time before that."""

    person = models.UUIDField(primary_key=True)
    last_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True)
