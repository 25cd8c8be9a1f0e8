"""A maturity framework as frozen values, its checks, its hash, and the stage that answers reach in it."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import rfc8785
from django.utils.translation import gettext as _

_SLUG = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_FIELDS = ("id", "title", "version", "source", "licence", "language")


class FrameworkError(ValueError):
    """A framework does not hold together. `problems` are sentences for people."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


@dataclass(frozen=True)
class Stage:
    """A step of maturity; numbers ascend with maturity."""

    number: int
    title: str


@dataclass(frozen=True)
class Item:
    """A dimension, factor, aspect or indicator. Only an indicator has a stage: what it is evidence of."""

    code: str
    title: str
    parent: str | None = None
    stage: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Framework:
    """A tree of items in reading order, and the stages they are rated in (none for a plain catalogue)."""

    id: str
    title: str
    version: str
    source: str
    licence: str
    language: str
    stages: tuple[Stage, ...]
    items: tuple[Item, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Item]:
        """Items by their code."""
        return {item.code: item for item in self.items}

    @cached_property
    def _children(self) -> Mapping[str | None, tuple[Item, ...]]:
        found: dict[str | None, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.parent, []).append(item)
        return {parent: tuple(items) for parent, items in found.items()}

    @property
    def roots(self) -> tuple[Item, ...]:
        """Items without a parent: the dimensions."""
        return self.children(None)

    def children(self, code: str | None) -> tuple[Item, ...]:
        """Items directly under a code."""
        return self._children.get(code, ())

    @cached_property
    def rated(self) -> tuple[Item, ...]:
        """What gets a stage: items that are no indicator and hold nothing but indicators (or nothing)."""
        return tuple(
            item
            for item in self.items
            if item.stage is None and all(child.stage is not None for child in self.children(item.code))
        )

    def indicators(self, code: str) -> tuple[Item, ...]:
        """Indicators directly under a rated item, lowest stage first, in reading order within a stage."""
        found = [item for item in self.children(code) if item.stage is not None]
        return tuple(sorted(found, key=lambda item: item.stage or 0))


@dataclass(frozen=True)
class Reached:
    """The stage that answers reach: None when nothing was answered, 0 when the lowest stage is not met.

    unmet: indicators that keep the next stage from counting. unanswered: those with no answer at all.
    """

    stage: int | None
    unmet: tuple[str, ...]
    unanswered: tuple[str, ...]


def stage_reached(framework: Framework, code: str, answers: Mapping[str, bool | None]) -> Reached:
    """The stage of a rated item from yes or no to its indicators.

    A stage counts only when every indicator of it and of all stages below is met; an indicator without an
    answer is not met, and is told apart. Raises KeyError for a code that the framework does not have.
    """
    indicators = framework.indicators(framework.by_code[code].code)
    unanswered = tuple(item.code for item in indicators if answers.get(item.code) is None)
    if len(unanswered) == len(indicators):
        return Reached(None, (), unanswered)
    reached = 0
    for number in sorted({item.stage or 0 for item in indicators}):
        unmet = tuple(item.code for item in indicators if item.stage == number and not answers.get(item.code))
        if unmet:
            return Reached(reached, unmet, unanswered)
        reached = number
    return Reached(reached, (), unanswered)


def built(framework: Framework) -> Framework:
    """The framework with its text in NFC. Raises FrameworkError with every fault of it."""
    clean = from_dict(_nfc(to_dict(framework)))
    problems = faults(clean)
    if problems:
        raise FrameworkError(problems)
    return clean


def faults(framework: Framework) -> list[str]:
    """Every fault: no items, blank fields, codes twice, unknown parents or stages, circles, stray nesting."""
    found = []
    if not _SLUG.fullmatch(framework.id):
        message = _("The id “%(id)s” may hold only a to z, 0 to 9, hyphens and dots.")
        found.append(message % {"id": framework.id})
    found += [_("The %(field)s is empty.") % {"field": name} for name in _FIELDS if not getattr(framework, name)]
    if not framework.items:
        found.append(_("The framework has no items."))
    numbers = [stage.number for stage in framework.stages]
    if sorted(set(numbers)) != numbers or any(number < 1 for number in numbers):
        found.append(_("Stages must be numbered upwards from 1, each once."))
    codes = Counter(item.code for item in framework.items)
    message = _("The code “%(code)s” is used %(count)d times.")
    found += [message % {"code": code, "count": count} for code, count in codes.items() if count > 1]
    for item in framework.items:
        found += _item_faults(framework, item, codes, numbers)
    return found + _circles(framework)


def _item_faults(framework: Framework, item: Item, codes: Collection[str], numbers: list[int]) -> list[str]:
    found = []
    if not item.code or not item.title:
        message = _("An item has no code or no title (code “%(code)s”, title “%(title)s”).")
        found.append(message % {"code": item.code, "title": item.title})
    if item.parent is not None and item.parent not in codes:
        message = _("“%(code)s” lies under “%(parent)s”, which does not exist.")
        found.append(message % {"code": item.code, "parent": item.parent})
    if item.stage is not None and item.stage not in numbers:
        message = _("“%(code)s” has stage %(stage)d, which is not among the stages.")
        found.append(message % {"code": item.code, "stage": item.stage})
    if item.stage is not None and framework.children(item.code):
        found.append(_("“%(code)s” has a stage, so nothing can lie under it.") % {"code": item.code})
    if item.stage is not None and item.parent is None:
        found.append(_("“%(code)s” has a stage, so it must lie under another item.") % {"code": item.code})
    return found


def _circles(framework: Framework) -> list[str]:
    """One message for each circle of parents, naming the codes in it."""
    parents = {item.code: item.parent for item in framework.items}
    done: set[str] = set()
    found = []
    for start in parents:
        path: list[str] = []
        code: str | None = start
        while code is not None and code in parents and code not in done:
            if code in path:
                circle = path[path.index(code) :]
                found.append(_("These items lie under each other: %(codes)s.") % {"codes": ", ".join(circle)})
                break
            path.append(code)
            code = parents[code]
        done.update(path)
    return found


def to_dict(framework: Framework) -> dict[str, Any]:
    """The framework as JSON values; `from_dict` gives it back."""
    return {
        **{name: getattr(framework, name) for name in _FIELDS},
        "stages": [{"number": stage.number, "title": stage.title} for stage in framework.stages],
        "items": [
            {"code": i.code, "title": i.title, "parent": i.parent, "stage": i.stage, "text": i.text}
            for i in framework.items
        ],
    }


def from_dict(data: Mapping[str, Any]) -> Framework:
    """A framework from what `to_dict` made. Raises FrameworkError for another shape."""
    try:
        return Framework(
            **{name: str(data[name]) for name in _FIELDS},
            stages=tuple(Stage(int(stage["number"]), str(stage["title"])) for stage in data["stages"]),
            items=tuple(Item(**item) for item in data["items"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FrameworkError([_("This is not a stored framework.")]) from error


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value).strip()
    if isinstance(value, list):
        return [_nfc(part) for part in value]
    if isinstance(value, dict):
        return {key: _nfc(part) for key, part in value.items()}
    return value


def canonical(framework: Framework) -> bytes:
    """The bytes that the hash is taken of: RFC 8785 canonical JSON."""
    return rfc8785.dumps(to_dict(framework))


def content_hash(framework: Framework) -> str:
    """SHA-256 of the canonical JSON, in hex; an assessment pins its framework by it."""
    return hashlib.sha256(canonical(framework)).hexdigest()
