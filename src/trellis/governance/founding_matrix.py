"""The decision-rights matrix as a question of the founding page: a table of decisions and keys, preselected."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.conditions import Invalid
from trellis.core.forms import forms
from trellis.governance import rights
from trellis.governance.kinds import PARTNER_ONLY, beyond
from trellis.governance.matrix import role_title, side_title
from trellis.governance.registry import DecisionKind, decision_kinds
from trellis.parties.models import SeatRole

KEYS, MEETING, WRITING = "keys", "committee", "committee-or-writing"
COLUMNS = ("partner", "donor")


def forums() -> list[tuple[str, str]]:
    """Where a decision may be taken."""
    return [(KEYS, _("by keys alone")), (MEETING, _("committee")), (WRITING, _("committee, or in writing"))]


def forum_of(row: Mapping[str, Any]) -> str:
    """The choice that a row of the matrix stands for."""
    return KEYS if row["forum"] == "keys" else WRITING if row["written"] else MEETING


def asked(kind: DecisionKind[Any]) -> list[str]:
    """The sides whose key may be chosen. A right of the partner alone stays so; one of named parties keeps its keys."""
    if PARTNER_ONLY.get(kind.name):
        return ["partner"]
    roles = kind.slots.roles
    return [side for side in COLUMNS if "party" not in roles or side in roles]


def default_choice(kind: DecisionKind[Any]) -> dict[str, str]:
    """What is preselected for a kind: as its area declares it."""
    return {**{side: kind.slots.roles.get(side, "") for side in COLUMNS}, "forum": forum_of(rights.default_row(kind))}


def row_of(kind: DecisionKind[Any], choice: Mapping[str, str]) -> dict[str, Any]:
    """The row of the matrix that a choice makes. Raises Invalid where nobody, or one side alone of two, would decide."""
    row = rights.default_row(kind)
    chosen = {side: choice[side] for side in asked(kind)}
    slots = {side: role for side, role in {**row["slots"], **chosen}.items() if role}
    joint = set(COLUMNS) <= set(slots) if chosen else row["joint"]
    decider = "" if joint else next(iter(slots), "")
    forum = {"forum": "keys"} if choice["forum"] == KEYS else {"forum": "committee"}
    if forum["forum"] == "committee":
        forum["written"] = choice["forum"] == WRITING  # type: ignore[assignment]
    row |= {"slots": slots, "joint": joint, "decider": decider, **forum}
    rights.check_row(row)
    if text := beyond(kind.name, slots, row["emergency"]):
        raise Invalid({kind.name: text})
    return row


class MatrixWidget(forms.MultiWidget):
    """A row for each decision: the partner's key, the donor's key, and where it is decided."""

    template_name = "governance/widgets/matrix.html"
    use_fieldset = True
    is_hidden = False  # it has no widgets inside that could say so

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([], attrs)

    def decompress(self, value: Any) -> list[Any]:
        return []

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        found = {}
        for kind in decision_kinds():
            choice = default_choice(kind)
            found[kind.name] = {part: data.get(f"{name}-{kind.name}-{part}", usual) for part, usual in choice.items()}
        return found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        roles = [("", _("no key")), *SeatRole.choices]
        rows = []
        for kind in decision_kinds():
            usual = default_choice(kind)
            choice = (value or {}).get(kind.name, usual)
            kept = [f"{side_title(s)}: {role_title(r)}" for s, r in kind.slots.roles.items() if s not in COLUMNS]
            parts: list[tuple[str, str, list[Any], str]] = [
                (side, side_title(side), roles if side in asked(kind) else [], choice[side]) for side in COLUMNS
            ]
            parts.append(("forum", _("Where"), list(forums()), choice["forum"]))
            rows.append({"name": f"{name}-{kind.name}", "title": kind.title, "parts": parts, "kept": "; ".join(kept)})
        changed = bool(value) and any(value.get(k.name) != default_choice(k) for k in decision_kinds())
        attrs = {**self.attrs, **(attrs or {})}
        return {"widget": {"name": name, "rows": rows, "open": changed, "id": f"{attrs.get('id', name)}_0"}}


class MatrixField(forms.Field):
    """Cleans to the rows of matrix version 1, one for each decision."""

    widget = MatrixWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Who decides what?"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        rows, wrong = [], []
        for kind in decision_kinds():
            choice = value[kind.name]
            if choice["forum"] not in dict(forums()):
                wrong.append(_("%(title)s: choose where it is decided.") % {"title": kind.title})
                continue
            try:
                rows.append(row_of(kind, choice))
            except Invalid as error:
                wrong += [f"{kind.title}: {text}" for text in error.fields.values()]
        if wrong:
            raise forms.ValidationError(wrong)
        return rows
