"""Writes of authorisations: given with their file by who may, and withdrawn. They are never corrected."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.assets import selectors
from trellis.assets.models import Authorisation, SecurityTest, lines, odd_days
from trellis.assets.testing import locked
from trellis.core import clock
from trellis.core.conditions import Conflict, Invalid, Refused
from trellis.parties.schemas import Viewer
from trellis.sharing import records
from trellis.sharing import services as sharing
from trellis.sharing.evidence import evidence_list
from trellis.sharing.models import Evidence

MOST = {"reference": 80, "signed_by": 200, "scope": 8000}


@transaction.atomic
def authorisation_give(
    viewer: Viewer,
    test: UUID,
    *,
    reference: str,
    signed_by: str,
    signed_on: date,
    starts_on: date,
    ends_on: date,
    scope: str,
    file: Any = None,
    evidence: UUID | None = None,
) -> Authorisation:
    """Records a written authorisation of a test, with its file: an upload, or evidence that the host keeps already.

    Refused, naming who may, for all but administrators, coordinators and CERT leads of the host. Raises Invalid by
    field. It is in force on whole days of the host's time zone, from the day on which it was signed at the earliest.
    """
    row = locked(viewer, test)
    _require_giver(viewer)
    said: dict[str, Any] = {"reference": reference, "signed_by": signed_by, "scope": scope}
    said = {name: value.strip() for name, value in said.items()}
    said |= {"signed_on": signed_on, "starts_on": starts_on, "ends_on": ends_on}
    said["scope"] = "\n".join(lines(said["scope"]))
    wrong = _problems(said)
    if file is None and not _kept(viewer, evidence):
        wrong["file"] = _("Send the signed document: an authorisation without its file does not count")
    if wrong:
        raise Invalid(wrong)
    proof = evidence if file is None else _keep(viewer, row, said["reference"], file).subject
    assert proof is not None
    said |= {"evidence": proof, "label": row.label, "readers": row.readers, "context": row.context}
    made = Authorisation(**said, test=row.subject)
    records.write(viewer.actor, [made])
    return made


@transaction.atomic
def authorisation_withdraw(viewer: Viewer, authorisation: UUID, why: str) -> Authorisation:
    """Withdraws an authorisation: a test that runs on it is stopped from this moment."""
    last = selectors.authorisation(viewer, authorisation)
    locked(viewer, last.test)
    last = selectors.authorisation(viewer, authorisation)
    _require_giver(viewer)
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
    if last.withdrawn_at is not None:
        raise Conflict(_("This authorisation was withdrawn before."))
    return records.correct(last, viewer.actor, why.strip(), withdrawn_at=clock.now())


def _require_giver(viewer: Viewer) -> None:
    if not selectors.may_authorise(viewer):
        assert viewer.organisation
        names = [name for _id, name in selectors.givers(viewer.organisation)]
        raise Refused(_("An authorisation is given and withdrawn by who answers for the organisation."), names)


def _problems(said: dict[str, Any]) -> dict[str, str]:
    wrong = odd_days(said)
    for name, most in MOST.items():
        if not said[name]:
            wrong[name] = _("Write something here")
        elif len(said[name]) > most:
            wrong[name] = _("At most %(n)s characters") % {"n": most}
    if said["signed_on"] > clock.today():
        wrong["signed_on"] = _("This lies in the future")
    if said["ends_on"] < said["starts_on"]:
        wrong["ends_on"] = _("The end comes after the start.")
    return wrong


def _kept(viewer: Viewer, evidence: UUID | None) -> bool:
    if evidence is None:
        return False
    rows = evidence_list(viewer, _("Security tests")).filter(owner=viewer.organisation, redacted_at=None)
    return rows.filter(subject=evidence).exists()


def _keep(viewer: Viewer, row: SecurityTest, reference: str, file: Any) -> Evidence:
    title = _("Authorisation %(reference)s") % {"reference": reference}
    readers = tuple(UUID(person) for person in row.readers)
    return sharing.evidence_add(viewer.actor, title, file, row.label, readers=readers)
