"""Where a decision is taken: at a meeting of the committee, in writing, or by keys alone (GOV-03).

A proposal can say it when it is made, or be placed later, when the meeting that took it has been held.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import formats, ledger
from trellis.core.conditions import Invalid, Refused, unmet
from trellis.core.forms import forms, plain_words
from trellis.governance import committee, projection, rights
from trellis.governance import services as governance
from trellis.governance.models import Decision
from trellis.governance.registry import kind_named
from trellis.parties.schemas import Viewer

OFFERED = 12  # meetings offered for choice, the newest first
LATER, WRITTEN = "later", "written"


def choices(viewer: Viewer, arrangement: UUID, kind: str, later: bool = True) -> list[tuple[str, str]]:
    """Where a kind may be decided, as the matrix has it: a meeting, in writing, later. Empty where keys alone do."""
    right = rights.right(arrangement, kind_named(kind))
    if right.forum != "committee":
        return []
    found = []
    for row in committee.meetings(viewer, arrangement)[:OFFERED]:
        holds, words = committee.quorate(arrangement, row)
        text = _("Meeting of %(at)s: %(words)s") if holds else _("Meeting of %(at)s, advisory: %(words)s")
        found.append((str(row.subject), text % {"at": formats.moment(row.held_at), "words": words}))
    if right.written:
        found.append((WRITTEN, _("In writing, by the keys of all, without a meeting")))
    if later:
        found.append((LATER, _("At a meeting to come: named on the decision's page once it is recorded")))
    return found


def offer(form: forms.Form, viewer: Viewer, arrangement: UUID, kind: str) -> None:
    """Adds the question to a proposing form, where the matrix asks for the committee."""
    if given := choices(viewer, arrangement, kind):
        field = forms.ChoiceField(
            label=_("Where is it decided?"),
            choices=given,
            initial=LATER,
            required=False,
            widget=forms.RadioSelect,
            help_text=_("The matrix gives it to the steering committee. Without a quorate meeting it is advisory."),
        )
        plain_words(field)
        form.fields["decided"] = field


def chosen(form: forms.Form) -> dict[str, Any]:
    """What the form says, as `propose` and `place` take it."""
    return read(str(form.cleaned_data.get("decided") or LATER))


def read(said: str) -> dict[str, Any]:
    """A choice as meeting and procedure."""
    if said == LATER:
        return {}
    return {"procedure": WRITTEN} if said == WRITTEN else {"meeting": UUID(said)}


def may_place(viewer: Viewer, decision: Decision) -> bool:
    """Who may say where an open proposal is decided: who may propose it, for the proposer, and any co-chair."""
    if viewer.organisation is None or decision.procedure == "emergency":
        return False
    kind = kind_named(decision.kind)
    own = viewer.organisation == decision.organisation
    if own and rights.may_propose(decision.stream, kind, viewer.person, viewer.organisation):
        return True
    return committee.may_record(viewer, decision.stream)


@transaction.atomic
def place(viewer: Viewer, decision: UUID, *, meeting: UUID | None = None, procedure: str = "ordinary") -> Decision:
    """Says at which meeting an open proposal was decided, or that it is decided in writing.

    Keys that stand stay. With the last condition met it is adopted, where the viewer holds a key of it. Raises
    Refused naming who may place it, Invalid for what the matrix does not allow.
    """
    found = governance.open_decision(viewer, decision)
    if not may_place(viewer, found):
        raise Refused(
            _("Only a co-chair, or who may propose this for its proposer, says where it is decided."),
            committee.recorders(found.stream),
        )
    if procedure == "emergency" or (procedure == "ordinary" and meeting is None):
        raise Invalid({"decided": _("Name a meeting, or choose written procedure.")})
    right = rights.right(found.stream, kind_named(found.kind))
    governance.check_procedure(found.stream, right, procedure, meeting)
    said = {"decision": found.pk, "procedure": procedure, "meeting": meeting}
    entry = ledger.append(ledger.lock(found.stream), "decision.placed", said, viewer.actor)
    projection.store(entry, governance.canonical_form(said))
    ready = not governance.missing_slots(found) and not unmet(governance.conditions(found))
    if ready and any(governance.holds_slot(found, viewer, slot) for slot in found.slots.all()):
        governance.adopt_if_ready(viewer, decision)
    return found
