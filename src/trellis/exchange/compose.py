"""STIX that a person makes without writing any: from small forms, from pasted text, from a change to what is there."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import clock, ids
from trellis.core.conditions import Conflict, Invalid
from trellis.core.labels import RANKS
from trellis.exchange.stix import TLP, label_of

Thing = dict[str, Any]
# The marking of each label, of TLP 2.0. RED is never stored, so nobody is offered it.
MARKING = {label: ref for ref, label in reversed(TLP.items())}
LABELS = [label for label in sorted(RANKS, key=lambda one: -RANKS[one]) if label != "RED"]

RELATIONSHIPS: dict[str, Any] = {
    "related-to": gettext_lazy("is related to"),
    "indicates": gettext_lazy("indicates"),
    "based-on": gettext_lazy("is based on"),
    "derived-from": gettext_lazy("is derived from"),
    "duplicate-of": gettext_lazy("is a duplicate of"),
    "uses": gettext_lazy("uses"),
    "targets": gettext_lazy("targets"),
    "exploits": gettext_lazy("exploits"),
    "mitigates": gettext_lazy("mitigates"),
    "attributed-to": gettext_lazy("is attributed to"),
    "communicates-with": gettext_lazy("communicates with"),
    "variant-of": gettext_lazy("is a variant of"),
}
PATTERNS = {
    "stix": "STIX",
    "sigma": "Sigma",
    "snort": "Snort",
    "suricata": "Suricata",
    "yara": "YARA",
    "pcre": "PCRE",
}


def time(at: datetime) -> str:
    """A time as STIX writes it: UTC, three digits."""
    at = at.astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def made(kind: str, label: str, **said: Any) -> Thing:
    """A new object of a kind, marked, with what is known of it."""
    now = time(clock.now())
    head = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{ids.new()}", "created": now, "modified": now}
    body = {name: time(v) if isinstance(v, datetime) else v for name, v in said.items() if v not in (None, "", [])}
    return {**head, **body, "object_marking_refs": [MARKING[label]]}


def indicator(said: Mapping[str, Any]) -> Thing:
    """An indicator from its form."""
    names = ("name", "description", "pattern", "pattern_type", "valid_until")
    more = {name: said.get(name) for name in names}
    return made("indicator", said["label"], **more, valid_from=said.get("valid_from") or clock.now())


def sighting(said: Mapping[str, Any]) -> Thing:
    """A sighting of an object from its form."""
    names = ("description", "first_seen", "last_seen", "count")
    return made("sighting", said["label"], sighting_of_ref=said["about"], **{name: said.get(name) for name in names})


def note(said: Mapping[str, Any]) -> Thing:
    """A note about an object from its form."""
    given = {"abstract": said.get("abstract"), "content": said["content"], "object_refs": [said["about"]]}
    return made("note", said["label"], **given)


def vulnerability(said: Mapping[str, Any]) -> Thing:
    """A vulnerability from its form; a CVE number becomes a reference to the list of CVE."""
    number = said.get("cve")
    outside = [{"source_name": "cve", "external_id": number}] if number else None
    name = said.get("name") or number
    return made(
        "vulnerability",
        said["label"],
        name=name,
        description=said.get("description"),
        external_references=outside,
    )


def relationship(source: str, how: str, target: str, label: str, description: str = "") -> Thing:
    """A relationship between two objects."""
    refs = {"relationship_type": how, "source_ref": source, "target_ref": target}
    return made("relationship", label, **refs, description=description)


def envelope(*things: Thing) -> bytes:
    """Objects as TAXII takes them."""
    return orjson.dumps({"objects": list(things)})


def pasted(text: bytes) -> bytes:
    """An envelope of what somebody pasted or sent: an envelope, a bundle, a list of objects, or one object.

    The text of each object stays as it is. Raises Invalid (`text`) for what is no JSON, or holds no object.
    """
    text = text.strip().removeprefix(b"\xef\xbb\xbf")
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Invalid({"text": _("This is not JSON: %(why)s") % {"why": error}}) from None
    if isinstance(given, list) and given:
        return b'{"objects":' + text + b"}"
    if isinstance(given, dict) and isinstance(given.get("objects"), list) and given["objects"]:
        return text
    if isinstance(given, dict) and "objects" not in given and "type" in given:
        return b'{"objects":[' + text + b"]}"
    raise Invalid({"text": _("No STIX object is in it: a bundle, a list of objects or one object is expected.")})


def relabelled(raw: str, label: str) -> Thing:
    """The same version of an object under another TLP label; other markings stay. Raises Conflict where a marking of
    a part is stricter than the label.
    """
    given: Thing = orjson.loads(raw)
    refs = given.get("object_marking_refs", [])
    given["object_marking_refs"] = [ref for ref in refs if ref.lower() not in TLP] + [MARKING[label]]
    if label_of(given) != label:
        raise Conflict(
            _("A part of the object is marked more strictly than that. Send a version without that marking.")
        )
    return given


def revoked(raw: str) -> Thing:
    """A new version of an object that says it no longer holds."""
    return {**orjson.loads(raw), "revoked": True, "modified": time(clock.now())}


def strictest(labels: Sequence[str]) -> str:
    """The strictest of some labels."""
    return max(labels, key=RANKS.__getitem__)
