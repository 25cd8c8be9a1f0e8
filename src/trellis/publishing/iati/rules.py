"""The rules of the IATI ruleset specification, one function each.

A function yields a `Failure` for everything that breaks the rule, with what was expected and what was found.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from trellis.publishing.iati.subject import (
    Case,
    Match,
    RulesetError,
    Subject,
    after,
    moment,
    number,
    pairs,
    text,
    year_later,
)

ORG_ID = "ORG-ID"
ORG_ID_PREFIX = "ORG-ID-PREFIX"


@dataclass(frozen=True)
class Failure:
    message: str
    at: Match | None = None  # None: the context itself


class NotCheckable(Exception):
    """The rule needs a list of identifiers that was not given."""


Rule = Callable[[Subject, Case], Iterator[Failure]]


def no_more_than_one(subject: Subject, case: Case) -> Iterator[Failure]:
    found = subject.all(case)
    if len(found) > 1:
        yield Failure(
            _("expected at most one of %(paths)s, found %(found)d")
            % {"paths": subject.listed(case), "found": len(found)},
            found[1],
        )


def atleast_one(subject: Subject, case: Case) -> Iterator[Failure]:
    if not subject.all(case):
        yield Failure(_("expected at least one of %(paths)s, found none") % {"paths": subject.listed(case)})


def only_one_of(subject: Subject, case: Case) -> Iterator[Failure]:
    found = subject.all(case)
    names = {"paths": subject.listed(case), "excluded": subject.listed(case, "excluded")}
    if subject.all(case, "excluded"):
        if found:
            yield Failure(_("expected none of %(paths)s, because there is one of %(excluded)s") % names, found[0])
    elif len(found) != 1:
        yield Failure(
            _("expected exactly one of %(paths)s, because there is none of %(excluded)s; found %(found)d")
            % {**names, "found": len(found)}
        )


# What `all` may ask for when `one` is absent: (elements it is about, what each must have).
_EVERY = {
    "lang": (".//narrative", "@xml:lang"),
    "sector": ("transaction", "sector"),
    "currency": (".//value | .//forecast | .//loan-status", "@currency"),
}


def one_or_all(subject: Subject, case: Case) -> Iterator[Failure]:
    if case["all"] not in _EVERY:
        raise RulesetError(f"one_or_all does not know {case['all']!r}; it knows {', '.join(_EVERY)}")
    if subject.select(case["one"], "one"):
        return
    elements, needed = _EVERY[case["all"]]
    for element in subject.select(elements):
        if not element.xpath(needed):
            yield Failure(
                _("expected %(needed)s here, because the activity or organisation has no %(one)s of its own")
                % {"needed": needed, "one": case["one"]},
                element,
            )


def dependent(subject: Subject, case: Case) -> Iterator[Failure]:
    absent = [path for path in case["paths"] if not subject.select(path)]
    if absent and len(absent) < len(case["paths"]):
        yield Failure(
            _("expected all of %(paths)s or none; missing: %(absent)s")
            % {"paths": subject.listed(case), "absent": ", ".join(absent)}
        )


def _total(subject: Subject, case: Case, found: list[Match]) -> Iterator[Failure]:
    values = [number(text(match)) for match in found]
    known = [value for value in values if value is not None]
    for match, value in zip(found, values, strict=True):
        if value is None:
            yield Failure(_("expected a number, found “%(text)s”") % {"text": text(match)}, match)
    if len(known) == len(values) and sum(known, Decimal(0)) != Decimal(case["sum"]):
        yield Failure(
            _("expected %(paths)s to add up to %(sum)s, found %(total)s")
            % {"paths": subject.listed(case), "sum": case["sum"], "total": sum(known, Decimal(0))}
        )


def sum_of(subject: Subject, case: Case) -> Iterator[Failure]:
    """Ignored where there is nothing to add up; `strict_sum` is not."""
    found = subject.all(case)
    if found:
        yield from _total(subject, case, found)


def strict_sum(subject: Subject, case: Case) -> Iterator[Failure]:
    yield from _total(subject, case, subject.all(case))


def date_order(subject: Subject, case: Case) -> Iterator[Failure]:
    earlier = subject.select(case["less"], "less")
    if case["more"] in {"NOW", "TODAY"}:
        for match in earlier:
            yield from _not_in_future(subject, match)
        return
    for less, more in pairs(earlier, subject.select(case["more"], "more")):
        first, second = moment(text(less)), moment(text(more))
        if first and second and after(first, second):
            yield Failure(
                _("expected %(less)s (%(first)s) not to be after %(more)s (%(second)s)")
                % {"less": case["less"], "more": case["more"], "first": text(less), "second": text(more)},
                less,
            )


def _not_in_future(subject: Subject, match: Match) -> Iterator[Failure]:
    at = moment(text(match))
    if at and after(at, subject.now):
        yield Failure(_("expected a date that is not in the future, found %(date)s") % {"date": text(match)}, match)


def date_now(subject: Subject, case: Case) -> Iterator[Failure]:
    for match in subject.select(case["date"], "date"):
        yield from _not_in_future(subject, match)


def time_limit(subject: Subject, case: Case) -> Iterator[Failure]:
    for start, end in pairs(subject.select(case["start"], "start"), subject.select(case["end"], "end")):
        first, last = moment(text(start)), moment(text(end))
        if first and last and after(last, year_later(first)):
            yield Failure(
                _("expected a period of at most one year, found %(start)s to %(end)s")
                % {"start": text(start), "end": text(end)},
                end,
            )


def between_dates(subject: Subject, case: Case) -> Iterator[Failure]:
    for match in subject.select(case["date"], "date"):
        at = moment(text(match))
        starts = [text(start) for _one, start in pairs([match], subject.select(case["start"], "start"))]
        ends = [text(end) for _one, end in pairs([match], subject.select(case["end"], "end"))]
        too_early = any(at and (day := moment(start)) and after(day, at) for start in starts)
        too_late = any(at and (day := moment(end)) and after(at, day) for end in ends)
        if too_early or too_late:
            yield Failure(
                _("expected a date from %(start)s to %(end)s, found %(date)s")
                % {"start": ", ".join(starts), "end": ", ".join(ends), "date": text(match)},
                match,
            )


def _values(subject: Subject, case: Case) -> Iterator[tuple[Match, str]]:
    """Matches with their text, without those that an identifier condition takes out."""
    known = subject.id_sets.get(ORG_ID, frozenset())
    condition = case.get("idcondition")
    for match in subject.all(case):
        value = text(match)
        if condition == "NOT_EXISTING_ORG_ID" and value in known:
            continue
        if condition == "NOT_EXISTING_ORG_ID_PREFIX" and any(value.startswith(one) for one in known):
            continue
        yield match, value


def _pattern(case: Case) -> re.Pattern[str]:
    try:
        return re.compile(case["regex"])
    except re.error as error:
        raise RulesetError(f"not a regular expression: {case['regex']!r} ({error})") from error


def regex_matches(subject: Subject, case: Case) -> Iterator[Failure]:
    pattern = _pattern(case)
    for match, value in _values(subject, case):
        if not pattern.search(value):
            yield Failure(
                _("expected text that matches %(regex)s, found “%(text)s”") % {"regex": case["regex"], "text": value},
                match,
            )


def regex_no_matches(subject: Subject, case: Case) -> Iterator[Failure]:
    pattern = _pattern(case)
    for match, value in _values(subject, case):
        if pattern.search(value):
            yield Failure(
                _("expected text that does not match %(regex)s, found “%(text)s”")
                % {"regex": case["regex"], "text": value},
                match,
            )


def _prefixes(subject: Subject, case: Case) -> frozenset[str]:
    if "prefix" not in case:
        return frozenset(text(match) for match in subject.select(case["start"], "start"))
    found: set[str] = set()
    for path in case["prefix"]:
        if path != ORG_ID_PREFIX:
            found.update(text(match) for match in subject.select(path, "prefix"))
        elif path in subject.id_sets:
            found.update(subject.id_sets[path])
        else:
            raise NotCheckable(_("needs the list of approved prefixes of organisation identifiers"))
    return frozenset(found - {""})


def startswith(subject: Subject, case: Case) -> Iterator[Failure]:
    if "prefix" not in case and "start" not in case:
        raise RulesetError("startswith needs prefix or start")
    prefixes = _prefixes(subject, case)
    separator = case.get("separator", "")
    for match, value in _values(subject, case):
        if not any(value.startswith(prefix + separator) for prefix in prefixes):
            wanted = ", ".join(sorted(prefixes)[:5]) or _("a prefix (none is given)")
            yield Failure(
                _("expected text that begins with %(wanted)s%(separator)s, found “%(text)s”")
                % {"wanted": wanted, "separator": separator, "text": value},
                match,
            )


def unique(subject: Subject, case: Case) -> Iterator[Failure]:
    seen: set[str] = set()
    for match in subject.all(case):
        value = text(match)
        if value in seen:
            yield Failure(_("expected a text used only once, found “%(text)s” again") % {"text": value}, match)
        seen.add(value)


def if_then(subject: Subject, case: Case) -> Iterator[Failure]:
    if subject.truth(case["if"], "if") and not subject.truth(case["then"], "then"):
        yield Failure(
            _("expected %(then)s, because %(if)s")
            % {"then": subject.shown(case["then"], "then"), "if": subject.shown(case["if"], "if")}
        )


def range_of(subject: Subject, case: Case) -> Iterator[Failure]:
    for match in subject.all(case):
        value = number(text(match))
        low, high = case.get("min"), case.get("max")
        if value is None or (low is not None and value < low) or (high is not None and value > high):
            yield Failure(
                _("expected a number from %(min)s to %(max)s, found “%(text)s”")
                % {
                    "min": _("any") if low is None else low,
                    "max": _("any") if high is None else high,
                    "text": text(match),
                },
                match,
            )


def no_spaces(subject: Subject, case: Case) -> Iterator[Failure]:
    for match in subject.all(case):
        value = text(match)
        if value != value.strip():
            yield Failure(
                _("expected text without space at its start and end, found “%(text)s”") % {"text": value},
                match,
            )


# Name without underscores in lower case (both spellings of the specification), rule, keys it needs.
RULES: dict[str, tuple[str, Rule, frozenset[str]]] = {
    name.replace("_", ""): (name, rule, frozenset(keys.split()))
    for name, rule, keys in (
        ("no_more_than_one", no_more_than_one, "paths"),
        ("atleast_one", atleast_one, "paths"),
        ("only_one_of", only_one_of, "paths excluded"),
        ("one_or_all", one_or_all, "one all"),
        ("dependent", dependent, "paths"),
        ("sum", sum_of, "paths sum"),
        ("strict_sum", strict_sum, "paths sum"),
        ("date_order", date_order, "less more"),
        ("date_now", date_now, "date"),
        ("time_limit", time_limit, "start end"),
        ("between_dates", between_dates, "date start end"),
        ("regex_matches", regex_matches, "paths regex"),
        ("regex_no_matches", regex_no_matches, "paths regex"),
        ("startswith", startswith, "paths"),
        ("unique", unique, "paths"),
        ("if_then", if_then, "if then"),
        ("range", range_of, "paths"),
        ("no_spaces", no_spaces, "paths"),
    )
}
