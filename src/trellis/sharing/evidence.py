"""Evidence: a file with its title, written as a record of its owner and handed out through the gate."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core.conditions import Hidden, Invalid
from trellis.core.labels import RANKS
from trellis.core.ledger import Actor
from trellis.parties.schemas import Viewer
from trellis.sharing import files, gate, records
from trellis.sharing.models import Evidence
from trellis.sharing.rows import RecordQuerySet


def evidence_add(
    actor: Actor,
    title: str,
    file: Any,
    label: str = "AMBER",
    context: UUID | None = None,
    *,
    name: str = "",
    readers: tuple[UUID, ...] = (),
) -> Evidence:
    """Keeps a file and writes the record of it.

    file: a binary stream, an upload of Django, or a `files.Stored`. name: used before the file's own name.
    readers: who reads it inside the organisation when it is RED. Raises Invalid.
    """
    _check(title, label)
    kept = file if isinstance(file, files.Stored) else files.store(file)
    row = Evidence(
        title=title.strip(),
        name=files.safe_name(name or str(getattr(file, "name", "") or "")),
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256,
        label=label,
        context=context,
        readers=[str(person) for person in readers],
    )
    records.write(actor, [row])
    return row


def _check(title: str, label: str) -> None:
    wrong: dict[str, str] = {}
    if not title.strip() or len(title) > 200:
        wrong["title"] = _("Say in up to 200 characters what the file shows.")
    if label not in RANKS:
        wrong["label"] = _("Choose a label.")
    if wrong:
        raise Invalid(wrong)


def evidence_finish(
    viewer: Viewer, upload: UUID, title: str, label: str = "AMBER", context: UUID | None = None
) -> Evidence:
    """Writes the record of a file that came in pieces. Raises Conflict while pieces are missing."""
    _check(title, label)
    name, kept = files.upload_take(viewer, upload)
    return evidence_add(viewer.actor, title, kept, label, context, name=name)


def evidence_list(viewer: Viewer, purpose: str = "") -> RecordQuerySet:
    """The evidence that the viewer may read now, newest first."""
    return gate.visible(Evidence, viewer, purpose).order_by("-recorded_at", "-id")


def evidence_retract(actor: Actor, subject: UUID, why: str) -> Evidence:
    """Says that a piece of evidence no longer stands, and why. The file stays for who cited it."""
    last = Evidence.records.privileged().as_of(None).filter(subject=subject).first()
    if last is None or last.owner != actor.organisation:
        raise Hidden()
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    gone: Evidence = records.retract(last, actor, why)
    return gone


def evidence_open(viewer: Viewer, subject: UUID, purpose: str = "download") -> tuple[Evidence, Path]:
    """The record and the place of its file, to hand it out: the right is judged now, the reading noted."""
    found: Evidence = gate.get(Evidence, viewer, subject, purpose)
    path = files.path_of(found.sha256)
    if found.redacted_at is not None or not path.is_file():
        raise Hidden(_("This file is no longer kept."))
    return found, path
