"""Writes of agreements: drafts, and proposing one for signature."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import ValidationError

from trellis.agreements import selectors
from trellis.agreements.kinds import text_conditions
from trellis.agreements.schemas import AgreementSign
from trellis.core import ids
from trellis.core.conditions import Blocked, Condition, Invalid, unmet
from trellis.governance import drafts
from trellis.governance import services as governance
from trellis.parties.schemas import Viewer

DRAFT = "agreement"


def agreement_sign(viewer: Viewer, arrangement: UUID, payload: AgreementSign) -> Any:
    """Proposes a version for signature, with the viewer's own key. Returns the decision.

    Raises Blocked listing every missing clause: a text that can never be adopted is not laid before others.
    """
    missing = unmet(text_conditions(payload))
    if missing:
        raise Blocked(_("Not ready to sign: %(n)s conditions of the text are not met.") % {"n": len(missing)}, missing)
    return governance.propose(viewer, arrangement, "agreement.sign", payload)


def payload_of(data: dict[str, Any]) -> AgreementSign:
    """The payload that a draft makes. Raises Invalid naming each field that cannot be read."""
    try:
        return AgreementSign.model_validate({name: value for name, value in data.items() if value is not None})
    except ValidationError as error:
        raise Invalid({str(e["loc"][0]): str(e["msg"]) for e in error.errors()}) from error


def draft_checklist(data: dict[str, Any]) -> list[Condition]:
    """The clause checklist of a draft; a draft that lacks a date or an amount says so in one line."""
    try:
        return text_conditions(payload_of(data))
    except Invalid as error:
        return [Condition(_("Complete enough to check"), False, error.message)]


def draft_save(viewer: Viewer, arrangement: UUID, data: dict[str, Any], draft: UUID | None = None) -> Any:
    """Saves a draft, private to the viewer's organisation. A new one gets the id of the agreement to be."""
    kept = {"agreement": ids.new(), "version": 1, **data}
    if draft is not None:
        kept = {**drafts.draft(viewer, draft).data, **data}
    return drafts.save(viewer, arrangement, DRAFT, str(kept.get("title") or _("Agreement")), kept, draft)


def draft_amend(viewer: Viewer, arrangement: UUID, agreement: UUID) -> Any:
    """A draft of the next version, filled with the one in force."""
    last = selectors.versions(viewer, arrangement, agreement)[0]
    data = {**selectors.facts(last), "version": last.version + 1, "change": ""}
    return drafts.save(viewer, arrangement, DRAFT, last.title, data)


def draft_propose(viewer: Viewer, arrangement: UUID, draft: UUID) -> Any:
    """Proposes what the draft says, and deletes the draft. Returns the decision."""
    row = drafts.draft(viewer, draft)
    decision = agreement_sign(viewer, arrangement, payload_of(row.data))
    drafts.delete(viewer, draft)
    return decision
