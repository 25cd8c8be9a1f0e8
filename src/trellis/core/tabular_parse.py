"""Parse functions for columns: each takes a cell's text and returns a value or raises BadValue.

The factories (`text(...)`, `money(...)`) return such a function; their arguments declare what is accepted.
"""

import re
import unicodedata
import uuid as uuid_module
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any

from babel.core import get_global
from django.utils.translation import gettext as _

from trellis.core.tabular_base import REORDERING, BadValue, Translatable, normal, shown

_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009")
_ARABIC = str.maketrans({"٫": ".", "٬": " "})
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([,.' ])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]+)?")
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_TRUE = {"true", "yes", "y", "1", "oui", "vrai", "نعم"}
_FALSE = {"false", "no", "n", "0", "non", "faux", "لا"}
# Control characters, halves of surrogate pairs, line and paragraph separators, the byte order mark, what an
# editor puts for a character it could not read, code points that are no characters, and the reordering marks.
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufdd0-\ufdef\ufeff\ufffd-\uffff"
    "\U0001fffe\U0001ffff" + "".join(sorted(REORDERING)) + "]"
)
_EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Stamp:
    """A moment in UTC. `by_day` says that only the day is known; `at` is then its first moment."""

    at: datetime
    by_day: bool


def text(maximum: int = 500, *, minimum: int = 1, multiline: bool = False) -> Callable[[str], str]:
    """Text in NFC, `minimum` to `maximum` characters; control and reordering characters are refused."""

    def parse(value: str) -> str:
        clean = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
        found = _FORBIDDEN.search(clean.replace("\n", " ") if multiline else clean)
        if found:
            raise _forbidden(found[0], found.start() + 1, multiline)
        if not minimum <= len(clean) <= maximum:
            message = _("The text has %(length)d characters.") % {"length": len(clean)}
            raise BadValue(message, _("%(low)d to %(high)d characters") % {"low": minimum, "high": maximum})
        return clean

    return parse


def _forbidden(char: str, position: int, multiline: bool) -> BadValue:
    where = {"code": f"U+{ord(char):04X}", "position": position}
    if char == "\ufffd":
        message = _("Character %(position)d was lost when the file was saved (%(code)s).")
        return BadValue(message % where, _("the true text"))
    if char in REORDERING:
        message = _("Character %(position)d changes the direction of reading invisibly (%(code)s).")
        return BadValue(message % where, _("text without bidirectional overrides"))
    message = _("Character %(position)d is a control character (%(code)s).")
    return BadValue(message % where, _("text on several lines") if multiline else _("text on one line"))


def choice(choices: Iterable[tuple[str, Translatable]]) -> Callable[[str], str]:
    """One of the values, written as the value or as its label, in any case."""
    pairs = tuple(choices)
    by_name = {normal(name): name for name, _label in pairs}

    def parse(value: str) -> str:
        wanted = normal(value)
        if wanted in by_name:
            return by_name[wanted]
        for name, label in pairs:
            if wanted == normal(str(label)):
                return name
        message = _("“%(value)s” is not one of the choices.") % {"value": shown(value)}
        raise BadValue(message, ", ".join(name for name, _label in pairs))

    return parse


def _number(value: str) -> Decimal:
    """A finite decimal. A lone comma before three digits could mean two things and is refused."""
    raw = unicodedata.normalize("NFKC", value).translate(_ARABIC).replace("−", "-").strip()
    raw = "".join(str(unicodedata.decimal(char, char)) for char in raw)
    plain = raw.translate(_SPACES) if _GROUPED.fullmatch(raw) or " " not in raw else raw
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]{1,2}", plain):
        plain = plain.replace(",", ".")
    elif "," in plain or "'" in plain:
        plain = _ungrouped(plain)
    elif plain.count(".") > 1 and _GROUPED.fullmatch(plain):
        plain = plain.replace(".", "")
    if len(plain) > 60 or not _PLAIN.fullmatch(plain):
        message = _("“%(value)s” is not a number.") % {"value": shown(value)}
        raise BadValue(message, _("a number such as 1234.56"))
    return Decimal(plain)


def _ungrouped(plain: str) -> str:
    """Takes thousands separators out where they can only be that; else gives back what no number matches."""
    if not _GROUPED.fullmatch(plain):
        return ""
    if plain.count(",") + plain.count(".") == 1 and "'" not in plain:
        message = _("“%(value)s” could mean thousands or decimals.") % {"value": shown(plain)}
        raise BadValue(message, _("a number such as 1234.56"))
    last = max(plain.rfind(","), plain.rfind("."))
    first = min(place for place in (plain.find(mark) for mark in ",.'") if place >= 0)
    if plain[first] != plain[last] and last > first:
        whole, decimals = plain[:last], plain[last + 1 :]
    else:
        whole, decimals = plain, ""
    whole = re.sub(r"[,.']", "", whole)
    return f"{whole}.{decimals}" if decimals else whole


def money(
    minimum: Decimal = Decimal(0), maximum: Decimal = Decimal("999999999999.99"), *, places: int = 2
) -> Callable[[str], Decimal]:
    """An exact amount between the bounds with at most `places` decimals; never rounded."""

    def parse(value: str) -> Decimal:
        amount = _number(value)
        exponent = amount.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > places:
            message = _("“%(value)s” has too many decimals.") % {"value": shown(value)}
            raise BadValue(message, _("at most %(places)d decimals") % {"places": places})
        low, high = f"{minimum:f}", f"{maximum:f}"
        if amount < minimum:
            message = _("%(value)s is less than %(bound)s.") % {"value": shown(value), "bound": low}
            raise BadValue(message, _("%(bound)s or more") % {"bound": low})
        if amount > maximum:
            message = _("%(value)s is more than %(bound)s.") % {"value": shown(value), "bound": high}
            raise BadValue(message, _("%(bound)s or less") % {"bound": high})
        return amount

    return parse


def integer(minimum: int = 0, maximum: int = 10**12) -> Callable[[str], int]:
    """A whole number between the bounds."""

    def parse(value: str) -> int:
        number = _number(value)
        if number != number.to_integral_value() or not minimum <= number <= maximum:
            message = _("“%(value)s” does not fit.") % {"value": shown(value)}
            bounds = {"low": minimum, "high": maximum}
            raise BadValue(message, _("a whole number from %(low)d to %(high)d") % bounds)
        return int(number)

    return parse


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes that are tender somewhere today, and XDR, in which development banks commit."""
    table: Any = get_global("territory_currencies")
    used = {entry[0] for entries in table.values() for entry in entries if entry[3] and entry[2] is None}
    return frozenset(used | {"XDR"})


def currency(value: str) -> str:
    """A currency in use, as its ISO 4217 code."""
    code = value.strip().upper()
    if code not in currencies():
        message = _("“%(value)s” is not a currency in use.") % {"value": shown(value)}
        raise BadValue(message, _("a three-letter ISO 4217 code such as EUR"))
    return code


def uuid(value: str) -> uuid_module.UUID:
    """An identifier in its usual form of 36 characters."""
    raw = value.strip().lower()
    if re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", raw) is None:
        message = _("“%(value)s” is not an identifier.") % {"value": shown(value)}
        raise BadValue(message, _("an identifier such as 018f3c5e-8a2b-7c3d-9e4f-5a6b7c8d9e0f"))
    return uuid_module.UUID(raw)


def boolean(value: str) -> bool:
    """Yes or no, in English, French or Arabic, true or false, 1 or 0."""
    word = value.strip().casefold()
    if word in _TRUE or word == _("yes").casefold():
        return True
    if word in _FALSE or word == _("no").casefold():
        return False
    raise BadValue(_("“%(value)s” is neither yes nor no.") % {"value": shown(value)}, _("yes or no"))


def day(*, not_after: date | None = None) -> Callable[[str], date]:
    """A date in ISO form (2026-03-31); other orders of day and month are not guessed."""

    def parse(value: str) -> date:
        raw = value.strip()
        raw = raw.removesuffix("T00:00:00")
        found = _date(raw, value)
        if not_after is not None and found > not_after:
            raise _in_future(value, not_after.isoformat())
        return found

    return parse


def _date(raw: str, value: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw, re.ASCII):
            found = date.fromisoformat(raw)
            if found >= _EARLIEST:
                return found
    except ValueError:
        pass
    message = _("“%(value)s” is not a date from 1900 on.") % {"value": shown(value)}
    raise BadValue(message, _("year-month-day such as 2026-03-31"))


def _in_future(value: str, limit: str) -> BadValue:
    message = _("%(value)s lies in the future.") % {"value": shown(value)}
    return BadValue(message, _("no later than %(limit)s") % {"limit": limit})


def stamp(zone: tzinfo = UTC, *, not_after: datetime | None = None) -> Callable[[str], Stamp]:
    """A date or a date with time. Without an offset the time is read in `zone`."""

    def parse(value: str) -> Stamp:
        match = _MOMENT.fullmatch(value.strip())
        if match is None:
            message = _("“%(value)s” is not a date or a moment.") % {"value": shown(value)}
            raise BadValue(message, _("a form such as 2026-03-31 or 2026-03-31T14:05+02:00"))
        found = _date(match[1], value)
        at = _moment(found, match[2], match[3], zone, value)
        if not_after is not None and at > not_after:
            raise _in_future(value, not_after.astimezone(zone).isoformat(timespec="minutes"))
        return Stamp(at, match[2] is None)

    return parse


def _moment(found: date, clock: str | None, offset: str | None, zone: tzinfo, value: str) -> datetime:
    try:
        local = datetime.combine(found, time.fromisoformat(clock or "00:00"))
        if offset:
            return datetime.fromisoformat(f"{local.isoformat()}{offset}").astimezone(UTC)
    except ValueError as error:
        message = _("“%(value)s” has a time or offset that does not exist.") % {"value": shown(value)}
        raise BadValue(message, _("a form such as 2026-03-31T14:05+02:00")) from error
    at = local.replace(tzinfo=zone).astimezone(UTC)
    if clock and at.astimezone(zone).replace(tzinfo=None) != local:
        message = _("%(value)s does not exist: clocks were put forward then.") % {"value": shown(value)}
        raise BadValue(message, _("a time with its offset from UTC"))
    return at


def moment(zone: tzinfo = UTC, *, not_after: datetime | None = None) -> Callable[[str], datetime]:
    """A moment in UTC; a bare date is its first moment in `zone`."""
    parse = stamp(zone, not_after=not_after)
    return lambda value: parse(value).at
