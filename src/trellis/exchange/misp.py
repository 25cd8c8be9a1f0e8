"""Events of MISP as STIX 2.1, with a report of what was not mapped; tags of TLP are kept to.

An event becomes a report, its organisation an identity, an attribute that is marked for detection an indicator,
any other one observed data with its observables, a vulnerability a vulnerability, a link a reference of the report.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import ports
from trellis.core.conditions import Invalid
from trellis.core.labels import RANKS
from trellis.exchange import selectors, services
from trellis.exchange.misp_values import READERS, Wrong
from trellis.exchange.schemas import CollectionView
from trellis.parties.schemas import Viewer

Thing = dict[str, Any]

# TLP 2.0 marking definitions of STIX 2.1. RED is never stored, so it has none here.
MARKINGS = {
    "CLEAR": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "GREEN": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "AMBER": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
}
LABELS = {
    "tlp:clear": "CLEAR",
    "tlp:white": "CLEAR",
    "tlp:green": "GREEN",
    "tlp:amber": "AMBER",
    "tlp:amber+strict": "AMBER+STRICT",
    "tlp:red": "RED",
}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass
class Report:
    """What became of a file. `left_out` says of each part that was not taken where it is and why."""

    events: int = 0
    attributes: int = 0
    mapped: int = 0
    objects: int = 0
    left_out: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        return [*self.refused, *self.left_out]

    @property
    def ok(self) -> bool:
        return not self.refused


def convert(data: bytes) -> tuple[list[Thing], Report]:
    """The STIX objects of a MISP file and the report. Raises Invalid (`file`) for what is no MISP file."""
    report, found = Report(), dict[str, Thing]()
    for number, event in enumerate(_events(data), 1):
        report.events += 1
        for thing in _Event(event, number, report).objects():
            found.setdefault(thing["id"], thing)
    report.objects = len(found)
    return list(found.values()), report


def _events(data: bytes) -> list[Thing]:
    """MISP gives one event, or a list under `response`; each may lie in an envelope of its own."""
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Invalid({"file": _("This is not JSON: %(why)s") % {"why": error}}) from None
    rows = said.get("response", [said]) if isinstance(said, dict) else said
    found = [row.get("Event", row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    events = [event for event in found if isinstance(event, dict) and isinstance(event.get("info"), str)]
    if not events or len(events) != len(rows):
        raise Invalid({"file": _("This is no event of MISP: an Event with its info is expected.")})
    return events


def _list(thing: Thing, name: str) -> list[Thing]:
    rows = thing.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _uuid(thing: Thing) -> str:
    text = str(thing.get("uuid", "")).lower()
    if not _UUID.fullmatch(text):
        raise Wrong(_("It has no uuid."))
    return text


def _time(value: Any) -> str:
    """Seconds since the epoch, or RFC 3339, as STIX writes it; empty for neither."""
    try:
        if re.fullmatch(r"[0-9]{1,11}", str(value)):
            at = datetime.fromtimestamp(int(value), UTC)
        else:
            at = datetime.fromisoformat(str(value))
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z" if at.year >= 1970 else ""


def _tags(thing: Thing) -> list[str]:
    return [str(tag.get("name", "")).strip() for tag in _list(thing, "Tag")]


def _label(tags: list[str]) -> str:
    """The strictest label that the tags say, empty without one. What says TLP and is unknown counts as RED."""
    said = [LABELS.get(tag.lower(), "RED") for tag in tags if tag.lower().startswith("tlp:")]
    return max(said, key=lambda label: RANKS[label], default="")


class _Event:
    """One event on its way."""

    def __init__(self, event: Thing, number: int, report: Report) -> None:
        self.event, self.number, self.report = event, number, report
        self.tags = _tags(event)
        self.label = _label(self.tags)
        self.author = ""
        self.begun = _time(event.get("date", ""))
        self.references: list[Thing] = []

    def objects(self) -> list[Thing]:
        """What can be shared of it: observables, indicators, the identity, the report."""
        place = _("event %(n)s") % {"n": self.number}
        attributes = self._attributes()
        if self.label == "RED":
            self.report.attributes += len(attributes)
            self._leave(place, _("TLP:RED is not stored: refer to it instead."))
            return []
        try:
            found = self._identity()
            for where, attribute in attributes:
                self.report.attributes += 1
                try:
                    found += self._of(attribute)
                    self.report.mapped += 1
                except Wrong as wrong:
                    self._leave(where, str(wrong))
            self._rest(place)
            return [*found, self._report(found)]
        except Wrong as wrong:
            self.report.refused.append(f"{place}: {wrong}")
            return []

    def _leave(self, where: str, why: str) -> None:
        self.report.left_out.append(f"{where}: {why}")

    def _attributes(self) -> list[tuple[str, Thing]]:
        """Attributes by the words that name them, those of objects after those of the event."""
        groups = [("", self.event), *((str(o.get("name", "")), o) for o in _list(self.event, "Object"))]
        found = []
        for group, holder in groups:
            for number, row in enumerate(_list(holder, "Attribute"), 1):
                said = {"e": self.number, "o": group, "n": number, "t": str(row.get("type", ""))[:60]}
                where = _("event %(e)s, object %(o)s, attribute %(n)s (%(t)s)") if group else ""
                found.append(((where or _("event %(e)s, attribute %(n)s (%(t)s)")) % said, row))
        return found

    def _rest(self, place: str) -> None:
        for name, what in (("Galaxy", _("clusters of galaxies")), ("ShadowAttribute", _("proposals"))):
            if self.event.get(name):
                self._leave(place, _("%(what)s are not mapped.") % {"what": what})

    def _common(self, kind: str, number: str, changed: str, tags: list[str]) -> Thing:
        if not changed:
            raise Wrong(_("It has no time."))
        said: Thing = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{number}"}
        said |= {"created": min(self.begun or changed, changed), "modified": changed}
        if self.author:
            said["created_by_ref"] = self.author
        label = max([self.label, _label(tags)], key=lambda one: RANKS.get(one, -1))
        if label == "RED":
            raise Wrong(_("TLP:RED is not stored: refer to it instead."))
        if label:
            said["object_marking_refs"] = [MARKINGS[label]]
        plain = [tag for tag in dict.fromkeys(tags) if tag and not tag.lower().startswith("tlp:")]
        return said | ({"labels": plain} if plain else {})

    def _changed(self, thing: Thing) -> str:
        return _time(thing.get("timestamp", "")) or _time(self.event.get("timestamp", "")) or self.begun

    def _identity(self) -> list[Thing]:
        maker = self.event.get("Orgc")
        if not isinstance(maker, dict) or not maker.get("name") or not _UUID.fullmatch(str(maker.get("uuid", ""))):
            return []
        # Its time is that of the event's day, which does not move when the event is changed.
        said = self._common("identity", _uuid(maker), self.begun or self._changed(self.event), [])
        self.author = said["id"]
        return [said | {"name": str(maker["name"]), "identity_class": "organization"}]

    def _of(self, attribute: Thing) -> list[Thing]:
        kind, value = str(attribute.get("type", "")), str(attribute.get("value", ""))
        if attribute.get("deleted") in (True, "1", 1):
            raise Wrong(_("It was deleted."))
        if not value:
            raise Wrong(_("It has no value."))
        tags = _tags(attribute)
        common = self._changed(attribute), tags
        if kind == "link":
            self._common("report", _uuid(self.event), *common)  # a link under RED is not told either
            self.references.append({"source_name": "MISP", "url": value})
            return []
        if kind == "vulnerability":
            said = self._common("vulnerability", _uuid(attribute), *common)
            return [said | {"name": value, "external_references": [{"source_name": "cve", "external_id": value}]}]
        if kind not in READERS:
            raise Wrong(_("This type is not mapped."))
        return self._found(attribute, kind, value, common)

    def _found(self, attribute: Thing, kind: str, value: str, common: tuple[str, list[str]]) -> list[Thing]:
        meaning = READERS[kind](value)
        first = _time(attribute.get("first_seen") or "") or common[0]
        last = _time(attribute.get("last_seen") or "")
        if attribute.get("to_ids") in (True, "1", 1) or meaning.language != "stix":
            said = self._common("indicator", _uuid(attribute), *common)
            said |= {"name": f"{kind}: {value}"[:250], "pattern": meaning.pattern, "pattern_type": meaning.language}
            said["valid_from"] = first
            comment = str(attribute.get("comment") or "")
            return [said | ({"description": comment} if comment else {})]
        if not meaning.observables:
            raise Wrong(_("This type is mapped only where it is marked for detection."))
        said = self._common("observed-data", _uuid(attribute), *common)
        marked = {"object_marking_refs": said["object_marking_refs"]} if "object_marking_refs" in said else {}
        said |= {"first_observed": first, "last_observed": max(last, first), "number_observed": 1}
        said["object_refs"] = [one["id"] for one in meaning.observables]
        return [*({**one, **marked} for one in meaning.observables), said]

    def _report(self, found: list[Thing]) -> Thing:
        said = self._common("report", _uuid(self.event), self._changed(self.event), self.tags)
        refs = [thing["id"] for thing in found]
        if not refs:
            raise Wrong(_("Nothing of it could be mapped."))
        said |= {"name": self.event["info"], "report_types": ["threat-report"], "object_refs": refs}
        said["published"] = _time(self.event.get("publish_timestamp", "")) or said["modified"]
        return said | ({"external_references": self.references} if self.references else {})


def event_import(viewer: Viewer, collection: CollectionView, data: bytes, *, dry: bool = True) -> Report:
    """Adds the events of a file to a collection, all of it or nothing; a dry run makes only the report."""
    found, report = convert(data)
    if dry or not report.ok or not found:
        return report
    with transaction.atomic():
        status = services.add(viewer, collection, orjson.dumps({"objects": found}))
        report.refused += [f"{stix_id}: {message}" for stix_id, _version, message in status.failures]
        if not report.ok:
            transaction.set_rollback(True)
    return report


def _run(
    viewer: Viewer, data: bytes, *, dry: bool = True, programme: UUID | None = None, collection: str = "", **_more: Any
) -> Report:
    if programme is None:
        raise Invalid({"programme": _("Say the arrangement of the collection with --programme.")})
    for view in selectors.collections(viewer, programme):
        if collection in (str(view.id), view.alias, view.title) and collection:
            return event_import(viewer, view, data, dry=dry)
    names = ", ".join(view.title for view in selectors.collections(viewer, programme))
    raise Invalid({"collection": _("Say one of these with --set collection=: %(names)s.") % {"names": names}})


IMPORTER = ports.Importer("misp", str(gettext_lazy("Events of MISP, into a collection")), _run)
