"""The profile as a heat map: stages by item and stakeholder group, spread and n in each cell."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from django.utils.translation import gettext as _

from trellis.assessment import library
from trellis.assessment.schemas import FOUR_GROUPS, AssessmentView, GroupSpread
from trellis.assessment.selectors import group_name
from trellis.core.pieces import HeatCell, HeatGroup, HeatMap, HeatRow


class Standing(Protocol):
    """What the map needs of an item: of a snapshot as it was frozen, or as answers stand."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def target(self) -> int | None: ...
    @property
    def size(self) -> int | None: ...
    @property
    def status(self) -> str: ...
    @property
    def n(self) -> int: ...
    @property
    def evidenced(self) -> bool: ...
    @property
    def groups(self) -> Mapping[str, GroupSpread]: ...


STATUS: dict[str, Callable[[], str]] = {
    "gap": lambda: _("gap"),
    "target reached": lambda: _("target reached"),
    "contested": lambda: _("contested"),
    "not assessed": lambda: _("not assessed"),
    "no target": lambda: _("no target"),
}


def status_words(status: str) -> str:
    """A gap's status in words."""
    return STATUS[status]() if status in STATUS else status


def _cell(spread: GroupSpread | None) -> HeatCell:
    if spread is None:
        return HeatCell()
    if spread.middle == 0:
        return HeatCell(reason=_("below stage 1, n %(n)s") % {"n": spread.n})
    return HeatCell(spread.middle, f"{spread.low}–{spread.high}", spread.n)


def _note(item: Standing) -> str:
    if item.target is None:
        return _("No target")
    words = {"target": item.target, "size": item.size}
    if item.status == "gap":
        return _("Target %(target)s, gap %(size)s") % words
    if item.status == "target reached":
        return _("Target %(target)s, reached") % words
    if item.status == "contested":
        return _("Target %(target)s, gap not ranked") % words
    return _("Target %(target)s, not assessed") % words


def _between(item: Standing) -> str:
    middles = [spread.middle for spread in item.groups.values()]
    if not middles:
        return _("not assessed")
    low, high = min(middles), max(middles)
    return _("all %(n)s") % {"n": low} if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


def heat(view: AssessmentView, items: Sequence[Standing], url: Callable[[str], str] = lambda code: "") -> HeatMap:
    """The map of an assessment, its items under their areas in the order of the framework."""
    framework = library.framework(view.framework, translated=True)
    others = sorted({g for item in items for g in item.groups} | set(view.invited.values()) - set(FOUR_GROUPS))
    columns = [*FOUR_GROUPS, *(g for g in others if g not in FOUR_GROUPS)]
    held = {item.code: item for item in items}
    groups: dict[str, list[HeatRow]] = {}
    for known in framework.rated:
        item = held.get(known.code)
        if item is None:
            continue
        area = framework.by_code[known.parent].title if known.parent else ""
        groups.setdefault(area, []).append(
            HeatRow(
                title=f"{known.code} {known.title}",
                cells=[_cell(item.groups.get(group)) for group in columns],
                url=url(item.code),
                note=_note(item),
                flag=_("unevidenced") if item.n and not item.evidenced else "",
                between=_between(item),
                contested=item.status == "contested",
            )
        )
    return HeatMap(
        caption=_("Capability profile"),
        corner=_("Item"),
        columns=[group_name(group) for group in columns],
        groups=[HeatGroup(title, rows) for title, rows in groups.items()],
        scale=[stage.title for stage in framework.stages],
        between=_("Between groups"),
    )


def stage_words(view: AssessmentView, stage: int | None) -> str:
    """A stage with its name."""
    if stage is None:
        return _("not assessed")
    if stage == 0:
        return _("0 Below the first stage")
    names: dict[Any, str] = {s.number: s.title for s in library.framework(view.framework, translated=True).stages}
    return f"{stage} {names.get(stage, '')}".strip()
