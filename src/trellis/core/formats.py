"""Dates, numbers and money as people read them, in the language of the page.

Missing is never a blank and never a zero: every function has words for None.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from trellis.core import clock
from trellis.core.money import minor_units

SOON = 15  # days; what is due within them is shown as needing somebody soon


@lru_cache(maxsize=32)
def _locale(code: str) -> Locale:
    for candidate in (code, code.split("-")[0]):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")


def locale() -> Locale:
    """The locale of the page being made."""
    return _locale(get_language() or "en")


def as_date(value: date | datetime) -> date:
    """The calendar day of a date or of a moment, the latter in the reader's time zone."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def day(value: date | datetime | None) -> str:
    """`8 July 2027`; `no date` for None."""
    if value is None:
        return gettext("no date")
    return str(format_date(as_date(value), "d MMMM yyyy", locale=locale()))


def weekday(value: date | datetime | None) -> str:
    """`Thursday 8 July 2027`."""
    if value is None:
        return gettext("no date")
    return str(format_date(as_date(value), "EEEE d MMMM yyyy", locale=locale()))


def moment(value: date | datetime | None) -> str:
    """`1 July 2027, 09:42` in the reader's time zone; a bare date gives only the day."""
    if not isinstance(value, datetime):
        return day(value)
    local = timezone.localtime(value)
    return gettext("%(day)s, %(time)s") % {"day": day(local), "time": local.strftime("%H:%M")}


def number(value: Decimal | int | float | None, decimals: int | None = None) -> str:
    """A number grouped by the reader's locale; `decimals` fixes the places, else up to three are shown."""
    if value is None:
        return gettext("not reported")
    pattern = "#,##0.###" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(value, format=pattern, locale=locale()))


def money(amount: Decimal | int | None, currency: str = "") -> str:
    """`EUR 1,200,000`; the currency's own places where the amount has a fraction. A float is refused.

    Raises TypeError for a float: money is Decimal.
    """
    if amount is None:
        return gettext("not reported")
    if isinstance(amount, float):
        raise TypeError("Money is Decimal, never float")
    whole = Decimal(amount) == Decimal(amount).to_integral_value()
    places = 0 if whole else max(minor_units(currency), 2)
    text = number(Decimal(amount), places)
    if not currency:
        return text
    return gettext("%(currency)s %(amount)s") % {"currency": currency, "amount": text}


def size(octets: int) -> str:
    """`6 kB`, `12 MB`: the size of a download, rounded up."""
    if octets < 1_000_000:
        return gettext("%(n)s kB") % {"n": number(max(1, -(-octets // 1000)))}
    return gettext("%(n)s MB") % {"n": number(-(-octets // 1_000_000))}


def days(n: int) -> str:
    """`1 day`, `8 days`."""
    return ngettext("%(n)s day", "%(n)s days", n) % {"n": number(n)}


@dataclass(frozen=True)
class Due:
    """How a date stands today: `text` for a tag of `kind` (red, wait, quiet), `note` with the date itself."""

    text: str
    kind: str
    note: str


def due(on: date | datetime | None, today: date | None = None) -> Due:
    """`8 days late` and `was due 30 June 2027`, or `15 days left` and `due 23 July 2027`."""
    if on is None:
        return Due(gettext("No date"), "quiet", "")
    left = (as_date(on) - (today or as_date(clock.now()))).days
    if left < 0:
        text = ngettext("%(n)s day late", "%(n)s days late", -left) % {"n": number(-left)}
        return Due(text, "red", gettext("was due %(day)s") % {"day": day(on)})
    note = gettext("due %(day)s") % {"day": day(on)}
    if left == 0:
        return Due(gettext("Due today"), "wait", note)
    text = ngettext("%(n)s day left", "%(n)s days left", left) % {"n": number(left)}
    return Due(text, "wait" if left <= SOON else "quiet", note)


def since(start: date | datetime | None, today: date | None = None) -> str:
    """`28 June 2027, 10 days`: since when somebody waits, and how long that is."""
    if start is None:
        return gettext("no date")
    passed = ((today or as_date(clock.now())) - as_date(start)).days
    if passed <= 0:
        return gettext("today")
    return gettext("%(day)s, %(days)s") % {"day": day(start), "days": days(passed)}
