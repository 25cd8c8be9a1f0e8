"""Writes of the directory: regional CERTs, contacts, and their verification (REG-03)."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Conflict, Invalid, Refused
from trellis.core.ledger import Actor
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.regional import selectors
from trellis.regional.models import Cert, Contact, Verification
from trellis.regional.vocabulary import CHANNELS, MATURITY, MATURITY_BY, SERVICES
from trellis.sharing import records
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience

CERT_FIELDS = (
    "name", "mandate", "mandate_from", "established_on", "members", "services",
    "maturity", "maturity_by", "maturity_on", "label",
)  # fmt: skip
CONTACT_FIELDS = ("member", "duty", "channel", "address", "fingerprint", "hours", "languages", "label")
_KEY = re.compile(r"[0-9A-F]{40}|[0-9A-F]{64}")
R = TypeVar("R", Cert, Contact)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FEW_DIGITS = 5


@transaction.atomic
def cert_record(
    viewer: Viewer,
    programme: UUID,
    *,
    name: str,
    mandate: str,
    mandate_from: str = "",
    established_on: date | None = None,
    members: Sequence[str] = (),
    services: Sequence[str] = (),
    maturity: str = "",
    maturity_by: str = "",
    maturity_on: date | None = None,
    label: str = "GREEN",
) -> Cert:
    """Records a regional CERT that the viewer's organisation runs. All parties read it up to GREEN.

    `services` are numbers of the FIRST framework. Raises Invalid by field, Hidden for who is no party.
    """
    parties.programme_for(viewer, programme)
    said = _cert(dict(locals()))
    row = Cert(**said, context=programme)
    records.write(viewer.actor, [row])
    show(viewer.actor, selectors.CERT, row.subject, programme, _("Regional CERTs are known to all parties"))
    return row


@transaction.atomic
def cert_correct(
    viewer: Viewer, programme: UUID, cert: UUID, why: str, *, seen: UUID | None = None, **changes: Any
) -> Cert:
    """Records what is known of a regional CERT now; the version before stays. Refused for all but its owner."""
    last = _owned(viewer, selectors.cert(viewer, programme, cert))
    _ask_why(why, last, seen)
    said = _cert({**{name: getattr(last, name) for name in CERT_FIELDS}, **changes})
    return records.correct(last, viewer.actor, why, **said)


@transaction.atomic
def contact_record(
    viewer: Viewer,
    programme: UUID,
    cert: UUID,
    *,
    member: str,
    channel: str,
    address: str,
    duty: str = "",
    fingerprint: str = "",
    hours: str = "",
    languages: str = "",
    label: str = "GREEN",
) -> Contact:
    """Records a way to reach a member of a regional CERT. It is unverified until somebody verifies it.

    Any party may record one; where `member` is the name of a registered organisation it is linked to it.
    """
    selectors.cert(viewer, programme, cert)
    said = dict(locals())
    wrong = contact_problems(said)
    if wrong:
        raise Invalid(wrong)
    return contacts_write(viewer, programme, cert, [{name: said[name] for name in CONTACT_FIELDS}])[0]


def contacts_write(viewer: Viewer, programme: UUID, cert: UUID, found: Sequence[dict[str, Any]]) -> list[Contact]:
    """Writes contacts that hold, together, and shows each to all parties."""
    named = organisations_named(programme)
    rows = []
    for said in found:
        kept = _contact(said)
        rows.append(Contact(**kept, cert=cert, context=programme, organisation=named.get(kept["member"].casefold())))
    records.write(viewer.actor, rows)
    for row in rows:
        show(viewer.actor, selectors.CONTACT, row.subject, programme, _("To reach each other"))
    return rows


@transaction.atomic
def contact_correct(
    viewer: Viewer, programme: UUID, contact: UUID, why: str, *, seen: UUID | None = None, **changes: Any
) -> Contact:
    """Corrects a contact. A new channel, address or key is unverified until it is verified anew."""
    last = _owned(viewer, selectors.contact(viewer, programme, contact).row)
    _ask_why(why, last, seen)
    said = {**{name: getattr(last, name) for name in CONTACT_FIELDS}, **changes}
    wrong = contact_problems(said)
    if wrong:
        raise Invalid(wrong)
    kept = _contact({name: said[name] for name in CONTACT_FIELDS})
    named = organisations_named(programme)
    return records.correct(last, viewer.actor, why, **kept, organisation=named.get(kept["member"].casefold()))


@transaction.atomic
def contact_retract(viewer: Viewer, programme: UUID, contact: UUID, why: str) -> Contact:
    """Says that a contact no longer stands, and why."""
    last = _owned(viewer, selectors.contact(viewer, programme, contact).row)
    _ask_why(why, last, None)
    return records.retract(last, viewer.actor, why)


@transaction.atomic
def contact_verify(
    viewer: Viewer,
    programme: UUID,
    contact: UUID,
    *,
    note: str = "",
    at: datetime | None = None,
    seen: UUID | None = None,
) -> Verification:
    """Records that a contact holds: the contact's own organisation confirms it, or somebody says how it was reached.

    `at` is when it was (now without one). Raises Invalid by field, Conflict when `seen` is not the newest version.
    """
    view = selectors.contact(viewer, programme, contact)
    found = view.row
    own = found.organisation is not None and found.organisation == viewer.organisation
    if seen is not None and seen != found.pk:
        raise Conflict(_("Somebody corrected this record a moment ago. Look at the newest version, then decide."))
    moment = at or clock.now()
    wrong = {}
    if not own and not note.strip():
        wrong["note"] = _("Say how you reached it, and who answered by duty, not by name")
    if moment > clock.now():
        wrong["at"] = _("This lies in the future")
    elif moment < view.since:
        wrong["at"] = _("This is before the contact was recorded as it stands now")
    if wrong:
        raise Invalid(wrong)
    way = Verification.Way.OWN if own else Verification.Way.REACHED
    row = Verification(
        contact=found.subject, version=found.pk, way=way, verified_at=moment, note=note.strip(), context=programme,
        label=found.label,
    )  # fmt: skip
    records.write(viewer.actor, [row])
    show(viewer.actor, selectors.VERIFICATION, row.subject, programme, _("To reach each other"))
    return row


def contact_problems(said: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a contact, by field."""
    wrong: dict[str, str] = {}
    if not str(said.get("member") or "").strip():
        wrong["member"] = _("Write something here")
    channel, address = said.get("channel"), str(said.get("address") or "").strip()
    if channel not in CHANNELS:
        wrong["channel"] = _("Choose one from the list")
    if not address:
        wrong["address"] = _("Write something here")
    elif channel == "email" and not _MAIL.fullmatch(address):
        wrong["address"] = _("This is no e-mail address; it looks like desk@cert.example")
    elif channel in ("phone", "satellite") and sum(c.isdigit() for c in address) < _FEW_DIGITS:
        wrong["address"] = _("This is no number; write it with the country's code, as in +233 30 000 0000")
    key = plain_key(str(said.get("fingerprint") or ""))
    if key and not _KEY.fullmatch(key):
        wrong["fingerprint"] = _("A fingerprint has 40 or 64 hexadecimal digits; this one has %(n)s signs") % {
            "n": len(key)
        }
    return wrong


def plain_key(text: str) -> str:
    """A fingerprint without spaces, colons and prefix, in capitals."""
    return re.sub(r"[\s:]|^0x", "", text).upper()


def organisations_named(programme: UUID) -> dict[str, UUID]:
    """Parties of an arrangement by name and short name, in small letters."""
    found: dict[str, UUID] = {}
    for party in parties.parties(programme):
        found[party.short.casefold()] = found[party.name.casefold()] = party.organisation
    return found


def show(actor: Actor, kind: str, subject: UUID, programme: UUID, purpose: str) -> None:
    """The grant that these acts carry: all parties read it, up to GREEN."""
    audience = {"audience": Audience.PARTIES, "arrangement": programme, "ceiling": "GREEN"}
    sharing.carry(actor, kind, subject, audience, purpose)


def _contact(said: dict[str, Any]) -> dict[str, Any]:
    kept = {name: str(said.get(name) or "").strip() for name in CONTACT_FIELDS}
    return {**kept, "fingerprint": plain_key(kept["fingerprint"]), "label": kept["label"] or "GREEN"}


def _cert(said: dict[str, Any]) -> dict[str, Any]:
    kept = {name: said[name] for name in CERT_FIELDS}
    for name in ("name", "mandate", "mandate_from"):
        kept[name] = str(kept[name] or "").strip()
    kept["members"] = list(dict.fromkeys(name.strip() for name in kept["members"] if name.strip()))
    kept["services"] = [number for number in SERVICES if number in set(kept["services"])]
    wrong = {name: _("Write something here") for name in ("name", "mandate") if not kept[name]}
    if unknown := set(said["services"]) - set(SERVICES):
        wrong["services"] = _("The framework has no service %(n)s") % {"n": ", ".join(sorted(unknown))}
    if kept["maturity"] and kept["maturity"] not in MATURITY:
        wrong["maturity"] = _("Choose one from the list")
    if kept["maturity"] and kept["maturity_by"] not in MATURITY_BY:
        wrong["maturity_by"] = _("Say who found this maturity")
    if kept["maturity"] and kept["maturity_on"] is None:
        wrong["maturity_on"] = _("Say as of which day")
    for name in ("established_on", "maturity_on"):
        if kept[name] and kept[name] > clock.today():
            wrong[name] = _("This lies in the future")
    if wrong:
        raise Invalid(wrong)
    return kept


def _owned(viewer: Viewer, row: R) -> R:
    if row.owner != viewer.organisation:
        names = parties.organisation_names([row.owner])
        raise Refused(_("Only the owner of a record can correct it."), list(names.values()))
    return row


def _ask_why(why: str, last: Any, seen: UUID | None) -> None:
    if seen is not None and seen != last.pk:
        raise Conflict(_("Somebody corrected this record a moment ago. Look at the newest version, then decide."))
    if not why.strip():
        raise Invalid({"why": _("Say why.")})
