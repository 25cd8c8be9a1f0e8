"""The parameters of a request: `added_after`, `limit`, `next` and the `match` fields (section 3.4)."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from trellis.exchange.schemas import Query, micros
from trellis.exchange.taxii.problems import Problem

PAGE = 1000
VALUES = 500  # values of one field; more is no filter but a list, and no database takes it kindly
FIELDS = ("id", "type", "version", "spec_version")

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,249}--[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_SHAPES = {
    "id": _ID,
    "type": re.compile(r"[a-z0-9-]{1,250}"),
    "spec_version": re.compile(r"\d{1,3}\.\d{1,3}", re.ASCII),
}
_WORDS = ("last", "first", "all")


def is_id(text: str) -> bool:
    """Whether this has the form of a STIX identifier."""
    return _ID.fullmatch(text) is not None


def query(given: QueryDict, fields: Iterable[str] = FIELDS, ids: tuple[str, ...] = ()) -> Query:
    """The query that a caller asks. Raises 400 naming the parameter that cannot be understood."""
    match = matches(given, fields)
    return Query(
        added_after=_added_after(_one(given, "added_after")),
        limit=_limit(_one(given, "limit")),
        next=_next(_one(given, "next")),
        ids=ids or match.get("id", ()),
        types=match.get("type", ()),
        versions=match.get("version", ()),
        spec_versions=match.get("spec_version", ()),
    )


def matches(given: QueryDict, fields: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Values by field of the `match` parameters; values of one field are alternatives."""
    supported, found = tuple(fields), {}
    for name in given:
        if not name.startswith("match["):
            continue
        field = name[6:-1]
        if not name.endswith("]") or field not in supported:
            known = ", ".join(f"match[{one}]" for one in supported)
            raise _wrong(name, _("This address filters by %(known)s.") % {"known": known})
        found[field] = _values(name, field, _one(given, name))
    return found


def _values(name: str, field: str, text: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(text.split(",")))
    if len(values) > VALUES:
        raise _wrong(name, _("At most %(n)s values are taken.") % {"n": VALUES})
    if field == "version":
        if len(values) < len(text.split(",")) or ("all" in values and len(values) > 1):
            raise _wrong(name, _("Each version is named once, and all stands alone."))
        return tuple(value if value in _WORDS else _version(name, value) for value in values)
    for value in values:
        if not _SHAPES[field].fullmatch(value):
            raise _wrong(name, _("%(value)s cannot be a value of this field.") % {"value": value[:80] or "''"})
    return values


def _version(name: str, text: str) -> str:
    at = moment_of(text)
    if at is None:
        raise _wrong(name, _("A version is last, first, all, or a time such as 2026-01-05T09:00:00.000Z."))
    # As it was said where that is UTC: a version may have more digits than a clock.
    return text.upper() if text[-1] in "Zz" else at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _one(given: QueryDict, name: str) -> str:
    """The value of a parameter that may come once."""
    values = given.getlist(name)
    if len(values) > 1:
        raise _wrong(name, _("It may be given once; several values are separated by commas."))
    if values and not values[0]:
        raise _wrong(name, _("It is empty."))
    return values[0] if values else ""


def _limit(text: str) -> int:
    if not text:
        return PAGE
    if not re.fullmatch(r"[0-9]{1,40}", text) or int(text) < 1:
        raise _wrong("limit", _("It is a whole number from 1; above %(n)s it is lowered.") % {"n": PAGE})
    return min(int(text), PAGE)


def _next(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9_.~-]{1,400}", text):
        raise _wrong("next", _("It was not given out here. Begin again without it."))
    return text


def _added_after(text: str) -> int | None:
    if not text:
        return None
    at = moment_of(text)
    if at is None:
        raise _wrong("added_after", _("It is a time such as 2026-01-05T09:00:00.000000Z."))
    return micros(at)


def moment_of(text: str) -> datetime | None:
    """An RFC 3339 time; digits beyond the microsecond are dropped. None for what is none."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    day, time, fraction, zone = found.groups()
    fraction = (fraction or "0")[:6].ljust(6, "0")
    try:
        at = datetime.fromisoformat(f"{day}T{time}.{fraction}{'+00:00' if zone in 'Zz' else zone}")
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _wrong(name: str, why: str) -> Problem:
    title = _("The parameter %(name)s cannot be understood.") % {"name": name[:80]}
    return Problem(400, title, why, details={name[:80]: why})
