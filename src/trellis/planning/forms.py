"""Forms of planning: direction, objectives, an activity, an import."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import ids
from trellis.core.forms import DayField, FileField, Form, NumberField, forms
from trellis.parties.schemas import Party
from trellis.planning.models import ActivityKind, Phase, Strand
from trellis.planning.schemas import (
    ActivitySaid,
    DirectionObjectiveSaid,
    DirectionView,
    PlanObjectiveSaid,
)

NEW_ROWS = 3


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.replace(";", ",").split(",") if part.strip()))


class DirectionForm(Form):
    """The strategic direction, with rows for its objectives."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    text = forms.CharField(label=gettext_lazy("In short"), widget=forms.Textarea, required=False)
    phase = forms.ChoiceField(label=gettext_lazy("Phase"), choices=Phase.choices)

    def __init__(self, current: DirectionView | None, *args: Any, **kwargs: Any) -> None:
        first: dict[str, Any] = {"phase": Phase.ADOPTED}
        if current is not None:
            first = {"title": current.title, "text": current.text, "phase": current.phase}
        super().__init__(*args, initial=first, **kwargs)
        self.held = list(current.objectives) if current else []
        self.groups: list[tuple[Any, Any, list[str]]] = []
        for number in range(len(self.held) + NEW_ROWS):
            one = self.held[number] if number < len(self.held) else None
            key, goals = f"o{number}", ", ".join(one.goals) if one else ""
            sectors = ", ".join(one.sectors) if one else ""
            self.fields[f"{key}-title"] = forms.CharField(
                label=_("Objective"), max_length=300, required=False, initial=one.title if one else ""
            )
            self.fields[f"{key}-goals"] = forms.CharField(
                label=_("Development goals"),
                required=False,
                initial=goals,
                help_text=_("Separated by commas."),
            )
            self.fields[f"{key}-sectors"] = forms.CharField(
                label=_("Priority sectors"),
                required=False,
                initial=sectors,
                help_text=_("Separated by commas."),
            )
            note = _("Empty the objective to take it out.") if one else _("Leave empty what you do not need.")
            heading = one.title if one else _("New objective")
            self.groups.append((heading, note, [f"{key}-{part}" for part in ("title", "goals", "sectors")]))

    @property
    def bands(self) -> list[tuple[Any, Any, list[Any]]]:
        given = [(_("Direction"), "", ["title", "text", "phase"]), *self.groups]
        return [(heading, note, [self[name] for name in names]) for heading, note, names in given]

    @property
    def objectives(self) -> list[DirectionObjectiveSaid]:
        """The objectives as written."""
        found = []
        for number in range(len(self.held) + NEW_ROWS):
            title = self.cleaned_data.get(f"o{number}-title", "").strip()
            if title:
                found.append(
                    DirectionObjectiveSaid(
                        id=self.held[number].id if number < len(self.held) else ids.new(),
                        title=title,
                        goals=_parts(self.cleaned_data[f"o{number}-goals"]),
                        sectors=_parts(self.cleaned_data[f"o{number}-sectors"]),
                    )
                )
        return found


class HeadingForm(Form):
    """Title and reason of a plan draft, and its objectives."""

    title = forms.CharField(label=gettext_lazy("Title of the plan"), max_length=300)
    reason = forms.CharField(
        label=gettext_lazy("Why the plan changes"),
        widget=forms.Textarea,
        required=False,
        help_text=gettext_lazy("Needed when a plan is in force already."),
    )

    def __init__(
        self, held: Sequence[PlanObjectiveSaid], direction: Mapping[UUID, str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.held = list(held)
        self.groups: list[tuple[Any, Any, list[str]]] = []
        serves = [("", _("None: off strategy")), *((str(key), title) for key, title in direction.items())]
        for number in range(len(self.held) + NEW_ROWS):
            one = self.held[number] if number < len(self.held) else None
            self.fields[f"o{number}-title"] = forms.CharField(
                label=_("Objective"), max_length=300, required=False, initial=one.title if one else ""
            )
            self.fields[f"o{number}-serves"] = forms.ChoiceField(
                label=_("Serves, of the strategic direction"),
                choices=serves,
                required=False,
                initial=str(one.serves) if one and one.serves in direction else "",
            )
            note = _("Empty the objective to take it out.") if one else _("Leave empty what you do not need.")
            self.groups.append(
                (one.title if one else _("New objective"), note, [f"o{number}-title", f"o{number}-serves"])
            )

    @property
    def bands(self) -> list[tuple[Any, Any, list[Any]]]:
        given = [(_("Plan"), "", ["title", "reason"]), *self.groups]
        return [(heading, note, [self[name] for name in names]) for heading, note, names in given]

    @property
    def objectives(self) -> list[PlanObjectiveSaid]:
        """The objectives as written."""
        found = []
        for number in range(len(self.held) + NEW_ROWS):
            title = self.cleaned_data.get(f"o{number}-title", "").strip()
            serves = self.cleaned_data.get(f"o{number}-serves")
            if title:
                key = self.held[number].id if number < len(self.held) else ids.new()
                found.append(PlanObjectiveSaid(id=key, title=title, serves=UUID(serves) if serves else None))
        return found


class ActivityForm(Form):
    """One activity of a draft."""

    title = forms.CharField(label=gettext_lazy("Activity"), max_length=300)
    strand = forms.ChoiceField(label=gettext_lazy("Strand"), choices=Strand.choices, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ActivityKind.choices)
    objective = forms.ChoiceField(label=gettext_lazy("Objective"), required=False)
    gaps = forms.MultipleChoiceField(
        label=gettext_lazy("Gaps that it closes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    lead = forms.ChoiceField(label=gettext_lazy("Led by"))
    initiated_by = forms.ChoiceField(label=gettext_lazy("Initiated by"), required=False)
    start = DayField(label=gettext_lazy("First day"))
    end = DayField(label=gettext_lazy("Last day"))
    amount = NumberField(label=gettext_lazy("Budget"), required=False, min_value=0, max_digits=18, decimal_places=2)
    currency = forms.CharField(
        label=gettext_lazy("Currency"), required=False, max_length=3, help_text=gettext_lazy("Such as EUR.")
    )
    funded_by = forms.ChoiceField(label=gettext_lazy("Paid by"), required=False)
    function = forms.CharField(
        label=gettext_lazy("Function"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Its id in the catalogue."),
    )
    context_note = forms.CharField(label=gettext_lazy("Context note"), widget=forms.Textarea, required=False)
    legal_basis = forms.CharField(label=gettext_lazy("Legal basis"), widget=forms.Textarea, required=False)
    plan_objective = forms.CharField(
        label=gettext_lazy("Objective of the development plan"), widget=forms.Textarea, required=False
    )
    copied_from = forms.CharField(
        label=gettext_lazy("Copied from"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Another country's activity, where this one follows it."),
    )
    adaptations = forms.CharField(
        label=gettext_lazy("What is different here"),
        widget=forms.Textarea,
        required=False,
        help_text=gettext_lazy("A copy is adopted only with its local adaptations."),
    )

    class Meta:
        bands = [
            (gettext_lazy("What"), "", ["title", "strand", "kind", "objective", "gaps"]),
            (gettext_lazy("Who and when"), "", ["lead", "initiated_by", "start", "end"]),
            (
                gettext_lazy("Money"),
                gettext_lazy("Leave empty what is not known."),
                ["amount", "currency", "funded_by"],
            ),
            (
                gettext_lazy("Alignment"),
                gettext_lazy("All three are needed to count as aligned."),
                ["context_note", "legal_basis", "plan_objective", "function"],
            ),
            (gettext_lazy("Where it comes from"), "", ["copied_from", "adaptations"]),
        ]

    def __init__(
        self,
        members: Sequence[Party],
        objectives: Sequence[PlanObjectiveSaid],
        gaps: Mapping[str, str],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(p.organisation), p.name) for p in members]
        choices = {
            "objective": [("", _("None")), *((str(o.id), o.title) for o in objectives)],
            "gaps": [(code, f"{code} {title}") for code, title in gaps.items()],
            "lead": named,
            "initiated_by": [("", _("Not said")), *named],
            "funded_by": [("", _("Not known")), *named],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered

    @property
    def values(self) -> dict[str, Any]:
        """What an activity is made from; what is left empty is left out."""
        found = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        return {**found, "currency": str(found.get("currency", "")).upper()}


def first(activity: ActivitySaid) -> dict[str, Any]:
    """What a form starts from."""
    values = activity.model_dump()
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


class ImportForm(Form):
    """Activities from a table."""

    file = FileField(label=gettext_lazy("File"), endings=["csv", "xlsx"], max_bytes=20 * 1024 * 1024)
