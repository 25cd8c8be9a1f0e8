"""What a plan changes in the one that it replaces, activity by activity (GOV-06). Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FIELDS: dict[str, Any] = {
    "title": gettext_lazy("title"),
    "strand": gettext_lazy("strand"),
    "kind": gettext_lazy("kind"),
    "objective": gettext_lazy("objective"),
    "gaps": gettext_lazy("gaps"),
    "lead": gettext_lazy("lead"),
    "start": gettext_lazy("first day"),
    "end": gettext_lazy("last day"),
    "amount": gettext_lazy("budget"),
    "currency": gettext_lazy("currency"),
    "funded_by": gettext_lazy("paid by"),
    "initiated_by": gettext_lazy("initiated by"),
    "function": gettext_lazy("function"),
    "context_note": gettext_lazy("context note"),
    "legal_basis": gettext_lazy("legal basis"),
    "plan_objective": gettext_lazy("development-plan objective"),
    "copied_from": gettext_lazy("copied from"),
    "adaptations": gettext_lazy("adaptations"),
}


@dataclass(frozen=True)
class Moved:
    """One activity that is added, taken out or changed; `fields` holds name, before and after in words."""

    title: str
    state: str
    words: str
    fields: tuple[tuple[str, str, str], ...] = ()


def plan_diff(before: Sequence[Any], after: Sequence[Any], name: Callable[[Any], str] = str) -> list[Moved]:
    """What differs between two lists of activities, in the later one's order; `name` says ids in words."""
    old = {a.id: a for a in before}
    new = {a.id for a in after}
    found = []
    for one in after:
        if one.id not in old:
            found.append(Moved(one.title, "added", _("added")))
        elif fields := _fields(old[one.id], one, name):
            found.append(Moved(one.title, "changed", _("changed"), fields))
    return found + [Moved(a.title, "removed", _("taken out")) for a in before if a.id not in new]


def _fields(before: Any, after: Any, name: Callable[[Any], str]) -> tuple[tuple[str, str, str], ...]:
    pairs = [(str(title), getattr(before, field), getattr(after, field)) for field, title in FIELDS.items()]
    return tuple((t, _words(a, name), _words(b, name)) for t, a, b in pairs if _words(a, name) != _words(b, name))


def _words(value: Any, name: Callable[[Any], str]) -> str:
    if value is None or value == "":
        return _("not said")
    if isinstance(value, list | tuple):
        return ", ".join(value) or _("not said")
    return name(value)
