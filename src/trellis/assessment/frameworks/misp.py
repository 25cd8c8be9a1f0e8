"""Reads a framework from a MISP galaxy cluster, in the three shapes that are published.

Maturity models carry domain, use case and level in `meta` (CTI-CMM); service catalogues link parts to wholes
with `related` (FIRST CSIRT services); matrices place entries by `kill_chain`, "phase:column" (SoD).
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from trellis.assessment.frameworks.model import Framework, FrameworkError, Item, Stage, built

_LIMIT = 20 * 1024 * 1024

Value = Mapping[str, Any]


def from_misp(data: bytes | Mapping[str, Any], *, language: str = "en", licence: str = "") -> Framework:
    """A framework from a cluster file.

    licence: used where the file names none. Raises FrameworkError for another file or one with faults.
    """
    cluster = _cluster(data)
    values: Sequence[Value] = cluster["values"]
    stages, items = _shape(values)
    named = next((str(_meta(value)["license"]) for value in values if _meta(value).get("license")), "")
    framework = Framework(
        id=_slug(str(cluster.get("type") or cluster["name"])),
        title=str(cluster["name"]),
        version=str(_meta(values[0]).get("framework_version") or cluster.get("version") or ""),
        source=str(cluster.get("source") or ""),
        licence=named or licence or _("not stated"),
        language=language,
        stages=stages,
        items=tuple(items),
    )
    return built(framework)


def _loaded(data: bytes) -> Any:
    if len(data) > _LIMIT:
        raise FrameworkError([_("The file is too large for a framework.")])
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FrameworkError([_("The file is not JSON in UTF-8.")]) from error


def _cluster(data: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    found = _loaded(data) if isinstance(data, bytes) else data
    cluster: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    values = cluster.get("values")
    whole = isinstance(values, list) and all(isinstance(value, Mapping) and value.get("value") for value in values)
    if not whole or not values or not cluster.get("name"):
        message = _("This is not a MISP galaxy cluster: it needs a name and a list of values, each with a value.")
        raise FrameworkError([message])
    return cluster


def _meta(value: Value) -> Mapping[str, Any]:
    meta = value.get("meta")
    return meta if isinstance(meta, Mapping) else {}


def _shape(values: Sequence[Value]) -> tuple[tuple[Stage, ...], list[Item]]:
    if any("maturity_level" in _meta(value) for value in values):
        return _maturity(values)
    if any(_whole(value) for value in values):
        return (), _parts(values)
    if any(_meta(value).get("kill_chain") for value in values):
        return (), _matrix(values)
    return (), _parts(values)


def _maturity(values: Sequence[Value]) -> tuple[tuple[Stage, ...], list[Item]]:
    """Domains, the use cases in them, and practices as indicators of the stage that their level names."""
    stages: dict[int, str] = {}
    items: dict[str, Item] = {}
    problems = []
    practices = []
    for value in values:
        meta = _meta(value)
        level = re.search(r"(\d+)$", str(meta.get("maturity_level", "")))
        code = str(meta.get("practice_id") or meta.get("external_id") or "")
        if level is None or not code or not meta.get("domain"):
            message = _("“%(value)s” has no practice id, domain or numbered maturity level.")
            problems.append(message % {"value": value["value"]})
            continue
        number = int(level[1])
        stages.setdefault(number, str(meta.get("maturity_level_name") or meta["maturity_level"]))
        domain = str(meta.get("domain_code") or _slug(str(meta["domain"])))
        purpose = str(meta.get("domain_purpose") or "")
        items.setdefault(domain, Item(domain, str(meta["domain"]), text=purpose))
        case_title = str(meta.get("use_case") or meta["domain"])
        case = f"{domain}-{meta.get('use_case_number') or _slug(case_title)}"
        items.setdefault(case, Item(case, case_title, parent=domain))
        practices.append(Item(code, case_title, case, number, str(value.get("description") or "")))
    if problems:
        raise FrameworkError(problems)
    ordered = tuple(Stage(number, title) for number, title in sorted(stages.items()))
    return ordered, [*items.values(), *practices]


def _whole(value: Value) -> str:
    """The uuid of what this value is a part of, or nothing."""
    for relation in value.get("related") or ():
        if isinstance(relation, Mapping) and relation.get("type") == "part-of":
            return str(relation.get("dest-uuid") or "")
    return ""


def _parts(values: Sequence[Value]) -> list[Item]:
    codes = {str(value.get("uuid")): code for value, code in zip(values, _codes(values), strict=True)}
    # An unknown whole keeps its uuid as parent, so that the check names it.
    return [
        Item(code, _title(str(value["value"])), codes.get(whole, whole) or None, text=_text(value))
        for value, code in zip(values, _codes(values), strict=True)
        for whole in [_whole(value)]
    ]


def _matrix(values: Sequence[Value]) -> list[Item]:
    heads: dict[str, Item] = {}
    entries = []
    for value, code in zip(values, _codes(values), strict=True):
        chain = _meta(value).get("kill_chain") or []
        phase, _colon, column = str(chain[0] if chain else "other").partition(":")
        parent = _slug(phase)
        heads.setdefault(parent, Item(parent, phase.replace("-", " ").capitalize()))
        if column:
            whole, parent = parent, f"{parent}.{_slug(column)}"
            heads.setdefault(parent, Item(parent, column, whole))
        entries.append(Item(code, str(value["value"]), parent, text=_text(value)))
    return [*heads.values(), *entries]


def _codes(values: Sequence[Value]) -> list[str]:
    """A readable code for each value; where two would be alike, the uuid."""
    slugs = [_slug(str(value["value"])) for value in values]
    counts = Counter(slugs)
    return [
        slug if slug and counts[slug] == 1 else str(value.get("uuid") or slug)
        for slug, value in zip(slugs, values, strict=True)
    ]


def _title(value: str) -> str:
    """The value without the kind that some catalogues put before it ("Service: …")."""
    kind, colon, rest = value.partition(": ")
    return rest if colon and kind in {"Service", "Function", "Service area", "Sub-function"} else value


def _text(value: Value) -> str:
    parts = [value.get("description"), _meta(value).get("purpose"), _meta(value).get("outcome")]
    return "\n".join(str(part).strip() for part in parts if part)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))
