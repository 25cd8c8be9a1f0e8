"""Writes of operations: incidents recorded, corrected and retracted by the organisation that reports them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from trellis.core import ledger, staging
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.operations import links, loading, rules
from trellis.operations.models import ANY, ImportReport, Incident
from trellis.parties import members
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records
from trellis.sharing.services import viewer_actor

FIELDS = (
    *rules.TEXTS,
    *rules.STAMPS,
    "severity",
    "classification",
    "people_affected",
    "countries",
    "organisations",
    "not_known",
    "label",
    "readers",
)

# Imports are services too; page, API and command enter here.
import_read = loading.read
import_write = loading.write
incidents_import = loading.incidents_import


@transaction.atomic
def incident_record(
    viewer: Viewer,
    *,
    reference: str,
    title: str,
    detected: datetime,
    summary: str = "",
    severity: str = "",
    sector: str = "",
    classification: str = "",
    started: datetime | None = None,
    acknowledged: datetime | None = None,
    contained: datetime | None = None,
    recovered: datetime | None = None,
    reported: datetime | None = None,
    not_known: Iterable[str] = (),
    people_affected: int | None = None,
    countries: str = "",
    organisations: Sequence[UUID] = (),
    label: str = "AMBER",
    readers: Sequence[UUID] = (),
) -> Incident:
    """Records an incident of the viewer's organisation.

    not_known: stamps of what did happen at a time that nobody knows. countries, organisations: whom it concerns
    across a border, by code and by id. readers: colleagues who read it under
    RED. Raises Invalid by field for live indicators (X-09), a wrong order of stamps, the future, or a reference
    in use.
    """
    actor = viewer_actor(viewer)
    said = {name: value for name, value in locals().items() if name in FIELDS}
    said = _settled(viewer, said)
    links.require_met(viewer, said["organisations"])
    rules.require(said)
    ledger.lock(actor.organisation)  # two people with one reference: the second is told
    unused(actor.organisation, said["reference"])
    row = Incident(**said)
    records.write(actor, [row])
    return row


@transaction.atomic
def incident_correct(viewer: Viewer, subject: UUID, why: str, *, seen: UUID | None = None, **changes: Any) -> Incident:
    """Records what is known now; the version until now stays readable beside it.

    seen: the version that the changes were made on; Conflict when it is no longer the newest. Hidden for who
    may not read the incident, Refused for all but its owner.
    """
    last = _own(viewer, subject)
    if seen is not None and seen != last.pk:
        raise Conflict(_("Somebody corrected this record a moment ago. Look at the newest version, then decide."))
    if not why.strip():
        raise Invalid({"why": _("Say what was learned")})
    if set(changes) - set(FIELDS):
        raise Invalid({name: _("This cannot be corrected.") for name in set(changes) - set(FIELDS)})
    before = {name: getattr(last, name) for name in FIELDS}
    said = _settled(viewer, {**before, **changes})
    links.require_met(viewer, said["organisations"], last.organisations)
    rules.require(said, before)
    ledger.lock(last.owner)
    if said["reference"] != last.reference:
        unused(last.owner, said["reference"])
    # A stamp that is told anew is known as precisely as it is told.
    kept = [name for name in last.by_day.split() if said.get(name) == before.get(name)]
    return records.correct(last, viewer.actor, why, **said, by_day=" ".join(kept))


@transaction.atomic
def incident_retract(viewer: Viewer, subject: UUID, why: str) -> Incident:
    """Says that the record no longer stands, and why. It leaves lists and figures; its history stays."""
    last = _own(viewer, subject)
    if not why.strip():
        raise Invalid({"why": _("Say why the record no longer stands")})
    return records.retract(last, viewer.actor, why)


def import_report(viewer: Viewer, report: UUID) -> ImportReport:
    """The report of an import of the viewer's organisation. Raises Hidden for any other."""
    found = ImportReport.objects.filter(pk=report, owner=viewer.organisation).first() if viewer.organisation else None
    if found is None:
        raise Hidden()
    return found


def _own(viewer: Viewer, subject: UUID) -> Incident:
    found: Incident = gate.get(Incident, viewer, subject, _("To correct it"))
    if found.owner != viewer.organisation:
        names = parties.organisation_names([found.owner])
        raise Refused(_("Only the owner of a record can correct it."), list(names.values()))
    return found


def _settled(viewer: Viewer, said: dict[str, Any]) -> dict[str, Any]:
    """Text trimmed, lists as they are stored; what is known cannot be not known as well."""
    for name in rules.TEXTS:
        said[name] = str(said.get(name) or "").strip()
    said["countries"] = " ".join(sorted(set(str(said.get("countries") or "").upper().replace(",", " ").split())))
    given = said["not_known"]
    names = set(given.split() if isinstance(given, str) else given)
    said["not_known"] = " ".join(n for n in rules.STAMPS if n in names and said.get(n) is None)
    said["organisations"] = sorted({str(one) for one in said.get("organisations") or ()})
    said["readers"] = [str(person) for person in said.get("readers") or ()]
    if said["readers"]:
        assert viewer.organisation
        staff = {str(member.person) for member in members.members(viewer.organisation)}
        if set(said["readers"]) - staff:
            raise Invalid({"readers": _("Name people of your own organisation")})
    return said


def unused(owner: UUID, reference: str) -> None:
    """Raises Invalid (`reference`) where a record of the owner stands under this number."""
    rows = Incident.records.privileged().as_of(None).filter(ANY, owner=owner)
    # In the words of its index, which looking in any case of letters would not use.
    if rows.annotate(upper=Upper("reference")).filter(upper=Upper(Value(reference))).exists():
        raise Invalid({"reference": _("An incident with this reference is recorded already")})


def import_files_expire() -> int:
    """Deletes files that were read for an import and never written; for the worker. Returns how many."""
    return staging.expire(ImportReport)
