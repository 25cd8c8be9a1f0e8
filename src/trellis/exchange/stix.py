"""STIX 2.1 as it arrives: an envelope cut into objects byte for byte, and what each object says of itself."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import orjson
from django.utils.translation import gettext as _

from trellis.core.conditions import Invalid
from trellis.core.labels import RANKS

# TLP 2.0 by their fixed marking ids; those of TLP 1 in STIX 2.1 go to the nearest label.
TLP = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "CLEAR",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "GREEN",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "AMBER",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "AMBER+STRICT",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "RED",
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "CLEAR",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "GREEN",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "AMBER",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "RED",
}
UNLABELLED = "AMBER"  # D21

_DATED = {
    "attack-pattern": ("name",),
    "campaign": ("name",),
    "course-of-action": ("name",),
    "grouping": ("context", "object_refs"),
    "identity": ("name",),
    "incident": ("name",),
    "indicator": ("pattern", "pattern_type", "valid_from"),
    "infrastructure": ("name",),
    "intrusion-set": ("name",),
    "location": (),
    "malware": ("is_family",),
    "malware-analysis": ("product",),
    "note": ("content", "object_refs"),
    "observed-data": ("first_observed", "last_observed", "number_observed"),
    "opinion": ("opinion", "object_refs"),
    "report": ("name", "published", "object_refs"),
    "threat-actor": ("name",),
    "tool": ("name",),
    "vulnerability": ("name",),
    "relationship": ("relationship_type", "source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    "language-content": ("object_ref", "contents"),
    "extension-definition": ("created_by_ref", "name", "schema", "version", "extension_types"),
}
# What STIX 2.1 asks of each type beside type and id; custom types are held to the common properties alone.
NEEDED: dict[str, tuple[str, ...]] = {
    **{kind: ("spec_version", "created", "modified", *more) for kind, more in _DATED.items()},
    "marking-definition": ("spec_version", "created"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("is_multipart",),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": ("protocols",),
    "software": ("name",),
    "url": ("value",),
}
_TYPE = re.compile(r"[a-z0-9][a-z0-9-]{1,248}[a-z0-9]")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_ID = re.compile(f"{_TYPE.pattern}--{_UUID.pattern}", re.IGNORECASE)
MARKINGS = ("object_marking_refs", "marking_ref")
MAKER = "created_by_ref"
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    more: bool | msgspec.UnsetType = msgspec.UNSET
    next: str | msgspec.UnsetType = msgspec.UNSET


_envelope = msgspec.json.Decoder(_Envelope)


class Parsed(NamedTuple):
    """What an object says of itself. `version` is None where it has neither `modified` nor `created`."""

    stix_id: str
    stix_type: str
    version: str | None
    spec_version: str
    revoked: bool
    label: str
    detected: datetime | None
    raw: str
    targets: tuple[str, ...] = ()


class Malformed(ValueError):
    """An object that cannot be taken, said so that its sender can mend it."""


def cut(body: bytes) -> list[bytes]:
    """The bytes of each object of an envelope, exactly as sent. Raises Invalid for what is no envelope."""
    try:
        found = _envelope.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid({"envelope": _("This is no TAXII envelope: %(why)s") % {"why": str(error)}}) from error
    if found.objects is msgspec.UNSET:
        raise Invalid({"envelope": _("An envelope that is added holds a list “objects”.")})
    return [bytes(one) for one in found.objects]


def version_text(text: object, name: str) -> str:
    """A timestamp as sorted text: six digits at least, without the Z. Raises Malformed naming the property."""
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if found is not None:
        try:
            datetime.fromisoformat(found[1])
        except ValueError:
            found = None
    if found is None:
        raise Malformed(_("%(name)s is no time such as 2026-01-31T08:30:00.000Z") % {"name": name})
    digits = (found[2] or "").ljust(6, "0")
    return f"{found[1]}.{digits[:6]}{digits[6:].rstrip('0')}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC) + timedelta(microseconds=int(text[20:26]))


def read(raw: bytes) -> Parsed:
    """Reads one object. Raises Malformed for what STIX 2.1 does not allow, and for TLP:RED."""
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed(str(error)) from error
    if not isinstance(said, dict):
        raise Malformed(_("an object is written in braces"))
    kind, stix_id = _identity(said)
    _require(said, kind)
    created = version_text(said["created"], "created") if "created" in said else None
    modified = version_text(said["modified"], "modified") if "modified" in said else created
    if created is not None and modified is not None and modified < created:
        raise Malformed(_("modified lies before created"))
    revoked = said.get("revoked", False)
    if not isinstance(revoked, bool):
        raise Malformed(_("revoked is true or false"))
    label = label_of(said)
    if label == "RED":
        raise Malformed(
            _("TLP:RED is for named persons and is not stored here: refer to it, and hand it over in person")
        )
    seen = said.get("first_observed", said.get("first_seen"))
    detected = _moment(version_text(seen, "first_observed or first_seen")) if seen is not None else None
    return Parsed(stix_id, kind, modified, "2.1", revoked, label, detected, raw.decode(), targets(said))


def said(raw: str) -> dict[str, Any]:
    """What an object says; empty for one whose text is gone."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def references(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every object that this one points at, as (property, id), each pair once. Markings are no such."""
    found: dict[tuple[str, str], None] = {}
    _references(said, found)
    return list(found)


def _references(given: Mapping[str, Any], found: dict[tuple[str, str], None]) -> None:
    for name, value in given.items():
        if name[-4:] == "_ref" or name[-5:] == "_refs":
            if name not in MARKINGS:
                ids = value if isinstance(value, list) else [value]
                found.update({(name, one): None for one in ids if isinstance(one, str)})
        elif type(value) is dict:
            _references(value, found)
        elif type(value) is list:
            for one in value:
                _inside(one, found)


def _inside(value: Any, found: dict[tuple[str, str], None]) -> None:
    if type(value) is dict:
        _references(value, found)
    elif type(value) is list:
        for one in value:
            _inside(one, found)


def targets(said: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids that an object names, for the index: each once, well formed, and not that of who made it."""
    named = references(said)
    if not named:
        return ()
    return tuple(dict.fromkeys(one for name, one in named if name != MAKER and _ID.fullmatch(one)))


def _identity(said: Mapping[str, Any]) -> tuple[str, str]:
    kind, stix_id = said.get("type"), said.get("id")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        raise Malformed(_("type is missing, or no name in small letters, digits and hyphens"))
    if (
        not isinstance(stix_id, str)
        or stix_id[: len(kind) + 2] != f"{kind}--"
        or not _UUID.fullmatch(stix_id, len(kind) + 2)
    ):
        raise Malformed(_("id is missing, or not %(kind)s-- and a UUID") % {"kind": kind})
    return kind, stix_id


def _require(said: Mapping[str, Any], kind: str) -> None:
    missing = [name for name in NEEDED.get(kind, ()) if name not in said]
    if missing:
        raise Malformed(_("missing: %(names)s") % {"names": ", ".join(missing)})
    if kind == "file" and "hashes" not in said and "name" not in said:
        raise Malformed(_("missing: %(names)s") % {"names": "hashes, name"})
    if said.get("spec_version", "2.1") != "2.1":
        raise Malformed(_("spec_version is not 2.1"))
    if "created" in said and "spec_version" not in said:
        raise Malformed(_("missing: %(names)s") % {"names": "spec_version"})


def label_of(said: Mapping[str, Any]) -> str:
    """The strictest TLP label among the markings of an object and of its parts; AMBER where there is none."""
    refs = said.get("object_marking_refs", ())
    parts = said.get("granular_markings", ())
    if not isinstance(refs, list | tuple) or not all(isinstance(ref, str) for ref in refs):
        raise Malformed(_("object_marking_refs is a list of ids"))
    if not isinstance(parts, list | tuple) or not all(isinstance(part, dict) for part in parts):
        raise Malformed(_("granular_markings is a list of markings"))
    found = [TLP[ref.lower()] for ref in refs if ref.lower() in TLP]
    for part in parts:
        ref = part.get("marking_ref")
        if isinstance(ref, str) and ref.lower() in TLP:
            found.append(TLP[ref.lower()])
    whole = [TLP[ref.lower()] for ref in refs if ref.lower() in TLP] or [UNLABELLED]
    return max([*whole, *found], key=RANKS.__getitem__)


def identity_of(raw: bytes) -> tuple[str, str]:
    """As much of id and version as can be read of an object that was refused, for its line in a status."""
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return "", ""
    if not isinstance(said, dict):
        return "", ""
    stix_id, version = said.get("id"), said.get("modified", said.get("created"))
    return stix_id if isinstance(stix_id, str) else "", version if isinstance(version, str) else ""
