"""STIX objects in words: a title, and each property with its name and value as text. Nothing here is ever markup."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trellis.exchange.stix import TLP, references, said

Said = Mapping[str, Any]

TYPES: dict[str, Any] = {
    "attack-pattern": gettext_lazy("Attack pattern"),
    "campaign": gettext_lazy("Campaign"),
    "course-of-action": gettext_lazy("Course of action"),
    "grouping": gettext_lazy("Grouping"),
    "identity": gettext_lazy("Identity"),
    "incident": gettext_lazy("Incident"),
    "indicator": gettext_lazy("Indicator"),
    "infrastructure": gettext_lazy("Infrastructure"),
    "intrusion-set": gettext_lazy("Intrusion set"),
    "location": gettext_lazy("Location"),
    "malware": gettext_lazy("Malware"),
    "malware-analysis": gettext_lazy("Malware analysis"),
    "note": gettext_lazy("Note"),
    "observed-data": gettext_lazy("Observed data"),
    "opinion": gettext_lazy("Opinion"),
    "report": gettext_lazy("Report"),
    "threat-actor": gettext_lazy("Threat actor"),
    "tool": gettext_lazy("Tool"),
    "vulnerability": gettext_lazy("Vulnerability"),
    "relationship": gettext_lazy("Relationship"),
    "sighting": gettext_lazy("Sighting"),
    "domain-name": gettext_lazy("Domain name"),
    "email-addr": gettext_lazy("E-mail address"),
    "file": gettext_lazy("File"),
    "ipv4-addr": gettext_lazy("IPv4 address"),
    "ipv6-addr": gettext_lazy("IPv6 address"),
    "url": gettext_lazy("URL"),
    "marking-definition": gettext_lazy("Marking definition"),
}
NAMES: dict[str, Any] = {
    "name": gettext_lazy("Name"),
    "description": gettext_lazy("Description"),
    "abstract": gettext_lazy("Abstract"),
    "content": gettext_lazy("Content"),
    "summary": gettext_lazy("Is a summary"),
    "value": gettext_lazy("Value"),
    "pattern": gettext_lazy("Pattern"),
    "pattern_type": gettext_lazy("Language of the pattern"),
    "indicator_types": gettext_lazy("Kinds of indicator"),
    "valid_from": gettext_lazy("Valid from"),
    "valid_until": gettext_lazy("Valid until"),
    "first_seen": gettext_lazy("First seen"),
    "last_seen": gettext_lazy("Last seen"),
    "first_observed": gettext_lazy("First observed"),
    "last_observed": gettext_lazy("Last observed"),
    "number_observed": gettext_lazy("Times observed"),
    "count": gettext_lazy("Times seen"),
    "relationship_type": gettext_lazy("Kind of relationship"),
    "source_ref": gettext_lazy("From"),
    "target_ref": gettext_lazy("To"),
    "sighting_of_ref": gettext_lazy("Sighting of"),
    "where_sighted_refs": gettext_lazy("Seen by"),
    "observed_data_refs": gettext_lazy("Observed data"),
    "object_refs": gettext_lazy("About"),
    "created_by_ref": gettext_lazy("Made by"),
    "created": gettext_lazy("Made on"),
    "modified": gettext_lazy("Changed on"),
    "published": gettext_lazy("Published on"),
    "revoked": gettext_lazy("Revoked"),
    "confidence": gettext_lazy("Confidence, of 100"),
    "labels": gettext_lazy("Words given to it"),
    "aliases": gettext_lazy("Other names"),
    "report_types": gettext_lazy("Kinds of report"),
    "malware_types": gettext_lazy("Kinds of malware"),
    "is_family": gettext_lazy("Is a family"),
    "external_references": gettext_lazy("Sources outside"),
    "kill_chain_phases": gettext_lazy("Phases of the attack"),
    "object_marking_refs": gettext_lazy("Markings"),
    "granular_markings": gettext_lazy("Markings of parts"),
    "lang": gettext_lazy("Language"),
    "identity_class": gettext_lazy("Kind of identity"),
    "sectors": gettext_lazy("Sectors"),
    "hashes": gettext_lazy("Hashes"),
    "opinion": gettext_lazy("Opinion"),
    "explanation": gettext_lazy("Explanation"),
}
HEADING = ("type", "id", "spec_version")
TITLES = ("name", "value", "abstract", "content", "explanation", "pattern", "path", "relationship_type", "opinion")
LONG = 20_000  # characters of one value that are shown; the text as sent has all of them


@dataclass(frozen=True)
class Fact:
    """One property: its name in words, and its value as lines of text, as a time, or as ids of other objects."""

    name: str
    title: str
    lines: tuple[str, ...] = ()
    at: datetime | None = None
    refs: tuple[str, ...] = field(default=())


def kind(stix_type: str) -> str:
    """The type in words, or as it is written where it is none of the standard's common ones."""
    return str(TYPES.get(stix_type, stix_type))


def title(raw: str, stix_id: str) -> str:
    """The words by which a person knows the object."""
    given = said(raw)
    if words := _joined(given):
        return words
    for name in TITLES:
        value = given.get(name)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:120]
    return stix_id


def _joined(given: Said) -> str:
    """A title for what has none of its own: what it joins, what it is a sighting of, how often it was observed."""
    named = {"about": _of(given.get("sighting_of_ref")), "n": given.get("number_observed")}
    if given.get("type") == "relationship":
        how = str(given.get("relationship_type", ""))
        words = {"from": _of(given.get("source_ref")), "how": how, "to": _of(given.get("target_ref"))}
        return (_("%(from)s %(how)s %(to)s") % words)[:120]
    if given.get("type") == "sighting":
        return _("Sighting of: %(about)s") % named
    if given.get("type") == "observed-data" and isinstance(named["n"], int):
        return ngettext("Observed %(n)s time", "Observed %(n)s times", named["n"]) % named
    return ""


def _of(ref: Any) -> str:
    """The type of an object that is only named, in words."""
    return kind(str(ref).partition("--")[0])


def facts(raw: str) -> list[Fact]:
    """Every property in the order in which people ask: what is known by name first, then the rest."""
    given = {name: value for name, value in said(raw).items() if name not in HEADING}
    known = [name for name in NAMES if name in given]
    return [_fact(name, given[name]) for name in [*known, *sorted(set(given) - set(known))]]


def _fact(name: str, value: Any) -> Fact:
    words = str(NAMES.get(name, name))
    if name.endswith("_ref") and isinstance(value, str):
        return Fact(name, words, refs=(value,))
    if name == "object_marking_refs" and isinstance(value, list):
        return Fact(name, words, tuple(_marking(ref) for ref in value))
    if name.endswith("_refs") and isinstance(value, list):
        return Fact(name, words, refs=tuple(str(ref) for ref in value))
    if isinstance(value, str) and (at := _time(value)) is not None:
        return Fact(name, words, at=at)
    return Fact(name, words, tuple(_lines(value)))


def _marking(ref: Any) -> str:
    label = TLP.get(str(ref).lower())
    return f"TLP:{label}" if label else str(ref)


def _time(text: str) -> datetime | None:
    if len(text) < 20 or text[4:5] != "-" or text[10:11] != "T" or text[-1] != "Z":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _lines(value: Any) -> Iterator[str]:
    """A value as lines of text."""
    if isinstance(value, bool):
        yield _("yes") if value else _("no")
    elif isinstance(value, str):
        yield value[:LONG]
    elif isinstance(value, list):
        for one in value:
            yield from _lines(one)
    elif isinstance(value, dict):
        yield "; ".join(f"{name}: {_flat(one)}" for name, one in value.items())[:LONG]
    elif value is None:
        yield _("not reported")
    else:
        yield str(value)


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def refs(raw: str) -> list[tuple[str, str]]:
    """Every object that this one points at, as (property, STIX id), each pair once."""
    return references(said(raw))


def pretty(raw: str) -> str:
    """The text as sent, with line breaks where it had none; as it is where it cannot be read."""
    if "\n" in raw:
        return raw
    try:
        return orjson.dumps(orjson.loads(raw), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return raw
