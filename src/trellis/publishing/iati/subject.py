"""One element under test: reading paths from it, and saying where things are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from lxml import etree

Case = Mapping[str, Any]

# A match is an element, or the text of an attribute or text node that still knows its parent.
Match = Any

_DATE = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?:(T\S+)|Z|[+-]\d{2}:\d{2})?\s*$")
_XML = "{http://www.w3.org/XML/1998/namespace}"


class RulesetError(ValueError):
    """The ruleset itself cannot be used: unknown rule, missing key, broken path or expression."""


@lru_cache(maxsize=2048)
def _compiled(expression: str) -> etree.XPath:
    try:
        return etree.XPath(expression, smart_strings=True)
    except etree.XPathError as error:
        raise RulesetError(f"not a path: {expression!r} ({error})") from error


@dataclass(frozen=True)
class Subject:
    """`element` in the place of the context; `value` is what `$1` stands for inside a loop."""

    element: etree._Element
    now: datetime
    id_sets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    value: str | None = None
    substituted: frozenset[str] = frozenset()

    def _run(self, expression: str, key: str) -> Any:
        variables = {}
        if self.value is not None and key in self.substituted:
            # The looped value comes from the document: it goes in as a variable, never as part of a path.
            expression = re.sub(r"'\$1'|\"\$1\"|\$1", "$looped", expression)
            variables["looped"] = self.value
        try:
            return _compiled(expression)(self.element, **variables)
        except etree.XPathError as error:
            raise RulesetError(f"cannot evaluate {expression!r} ({error})") from error

    def select(self, path: str, key: str = "paths") -> list[Match]:
        """What `path` selects, in document order. Raises RulesetError when it does not select nodes."""
        found = self._run(path, key)
        if not isinstance(found, list):
            raise RulesetError(f"{path!r} gives a value and should select elements or attributes")
        return found

    def truth(self, expression: str, key: str) -> bool:
        """The expression as XPath's boolean() sees it."""
        return bool(self._run(f"boolean({expression})", key))

    def all(self, case: Case, key: str = "paths") -> list[Match]:
        return [match for path in case[key] for match in self.select(path, key)]

    def shown(self, text: str, key: str = "paths") -> str:
        """A path as a person may read it, with the looped value in place."""
        if self.value is None or key not in self.substituted:
            return text
        return text.replace("$1", self.value)

    def listed(self, case: Case, key: str = "paths") -> str:
        return ", ".join(self.shown(path, key) for path in case[key])


def text(match: Match) -> str:
    """Text of an element with all below it, or of an attribute."""
    return str(match.xpath("string()") if isinstance(match, etree._Element) else match)


def where(match: Match) -> tuple[str, int]:
    """The absolute XPath of a match, and its line."""
    parent: Any = match if isinstance(match, etree._Element) else match.getparent()
    path = str(parent.getroottree().getpath(parent))
    if parent is not match:
        name = getattr(match, "attrname", None)
        path += f"/@{name.replace(_XML, 'xml:')}" if name else "/text()"
    return path, int(parent.sourceline or 0)


def number(value: str) -> Decimal | None:
    """The number that a text writes, or None."""
    try:
        found = Decimal(value.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def moment(value: str) -> date | datetime | None:
    """xsd:date or xsd:dateTime; a time without a zone is UTC; None when it is neither."""
    found = _DATE.match(value)
    if not found:
        return None
    try:
        if not found[2]:
            return date.fromisoformat(found[1])
        at = datetime.fromisoformat(found[1] + found[2])
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def after(first: date | datetime, second: date | datetime) -> bool:
    """Whether `first` is later; where one of them is only a day, days are compared (in UTC)."""
    if isinstance(first, datetime) and isinstance(second, datetime):
        return first > second
    return _day(first) > _day(second)


def _day(value: date | datetime) -> date:
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value


def year_later(day: date | datetime) -> date:
    """The same day of the next year; 29 February gives 1 March."""
    value = _day(day)
    try:
        return value.replace(year=value.year + 1)
    except ValueError:
        return date(value.year + 1, 3, 1)


def pairs(left: list[Match], right: list[Match]) -> Iterator[tuple[Match, Match]]:
    """Every left match with those on the right that are nearest to it in the tree.

    Two budgets under one activity give the start and end of each budget, not all four combinations.
    """
    for one in left:
        near = [(_shared(one, other), other) for other in right]
        best = max((depth for depth, _ in near), default=0)
        yield from ((one, other) for depth, other in near if depth == best)


def _line(match: Match) -> list[Any]:
    element = match if isinstance(match, etree._Element) else match.getparent()
    return [*reversed(list(element.iterancestors())), element]


def _shared(one: Match, other: Match) -> int:
    depth = 0
    for mine, theirs in zip(_line(one), _line(other), strict=False):
        if mine is not theirs:
            break
        depth += 1
    return depth
