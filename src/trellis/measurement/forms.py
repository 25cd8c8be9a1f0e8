"""Forms of measurement: a reading, a correction, an import, an indicator of a draft dictionary."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from trellis.catalogue.schemas import IndicatorIn, IndicatorView, Target
from trellis.core.fields import parse_day, parse_number
from trellis.core.forms import DayField, FileField, Form, NumberField, TlpField, forms
from trellis.parties.schemas import Party

PERSPECTIVES = [
    ("technical", _("Technical")),
    ("governance", _("Governance")),
    ("people", _("People")),
    ("economic", _("Economic")),
    ("cooperation", _("Cooperation")),
]
FREQUENCIES = [
    ("monthly", _("every month")),
    ("quarterly", _("every quarter")),
    ("half-yearly", _("every half-year")),
    ("yearly", _("every year")),
]
Choices = Sequence[tuple[str, Any]]


class ReadingForm(Form):
    """A reading. The fields that the indicator does not take are left out."""

    period_start = DayField(label=_("First day of the period"))
    period_end = DayField(label=_("Last day of the period"))
    value = NumberField(label=_("Value"))
    numerator = forms.IntegerField(label=_("Numerator"), min_value=0)
    denominator = forms.IntegerField(label=_("Denominator"), min_value=1)
    part = forms.CharField(
        label=_("Part"),
        required=False,
        max_length=120,
        help_text=_("A site or body, where several report. Their counts are summed, never their shares."),
    )
    source = forms.CharField(
        label=_("Source"), required=False, widget=forms.Textarea, help_text=_("Where the number comes from.")
    )
    evidence = forms.ChoiceField(label=_("Evidence"), required=False)
    label = TlpField(initial="AMBER")

    def __init__(self, *args: Any, indicator: IndicatorView, evidence: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("value",) if indicator.is_ratio else ("numerator", "denominator", "part"):
            del self.fields[name]
        if indicator.is_ratio:
            self.fields["numerator"].help_text = indicator.numerator
            self.fields["denominator"].help_text = indicator.denominator
        else:
            self.fields["value"].help_text = indicator.unit
        _evidence(self, evidence)

    def said(self) -> dict[str, Any]:
        """The cleaned fields as the service takes them."""
        found = dict(self.cleaned_data)
        found["evidence"] = UUID(found["evidence"]) if found.get("evidence") else None
        return found


class DrawForm(Form):
    """The period for which a figure is taken."""

    period_start = DayField(label=_("First day of the period"))
    period_end = DayField(label=_("Last day of the period"))
    label = TlpField(initial="AMBER")


class CorrectForm(ReadingForm):
    """A correction of numbers, source or evidence, with its reason."""

    why = forms.CharField(label=_("Why it is corrected"), widget=forms.Textarea)

    def __init__(self, *args: Any, drawn: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("period_start", "period_end", "part", "label"):
            self.fields.pop(name, None)
        if drawn:
            for name in ("value", "numerator", "denominator"):
                self.fields.pop(name, None)


class ImportForm(Form):
    """A file of readings, looked at before anything is stored."""

    file = FileField(label=_("File"), endings=["csv", "xlsx"])
    label = TlpField(initial="AMBER")
    store = forms.BooleanField(
        label=_("Store the readings if no line has a problem"),
        required=False,
        help_text=_("Without this the file is only checked."),
    )


class ProposeForm(Form):
    """Why the dictionary changes."""

    reason = forms.CharField(label=_("Why it changes"), widget=forms.Textarea)


class IndicatorForm(Form):
    """One indicator of a draft dictionary."""

    title = forms.CharField(label=_("Title"), max_length=200)
    definition = forms.CharField(label=_("Definition"), widget=forms.Textarea)
    unit = forms.CharField(label=_("Unit"), max_length=60)
    direction = forms.ChoiceField(
        label=_("Which way is better?"), choices=[("rising", _("up")), ("falling", _("down"))]
    )
    numerator = forms.CharField(
        label=_("Numerator counts"), required=False, max_length=300, help_text=_("For a ratio only.")
    )
    denominator = forms.CharField(label=_("Denominator counts"), required=False, max_length=300)
    per = forms.IntegerField(
        label=_("Stated per"),
        min_value=1,
        max_value=1_000_000,
        initial=1,
        help_text=_("1 for a share, 100 for per cent, 1000 for per thousand."),
    )
    source = forms.CharField(label=_("Source"), max_length=300)
    figure = forms.ChoiceField(
        label=_("Taken from the figure"),
        required=False,
        help_text=_("Readings of such an indicator cannot be typed in."),
    )
    figure_params = forms.CharField(
        label=_("Parameters of the figure"),
        required=False,
        widget=forms.Textarea,
        help_text=_("One on each line, such as severity=high. The programme is added."),
    )
    frequency = forms.ChoiceField(label=_("Read"), choices=FREQUENCIES)
    owner = forms.ChoiceField(label=_("Owner"), help_text=_("Records the readings and says who may see them."))
    baseline = NumberField(label=_("Baseline"), required=False)
    baseline_on = DayField(label=_("Date of the baseline"), required=False)
    targets = forms.CharField(
        label=_("Targets"),
        widget=forms.Textarea,
        help_text=_("One on each line: the day, a colon, the value. For example 2027-12-31: 24"),
    )
    perspective = forms.ChoiceField(label=_("Perspective"), choices=PERSPECTIVES)
    weight = NumberField(label=_("Weight"), initial=1)
    protected = forms.BooleanField(
        label=_("Protected"),
        required=False,
        help_text=_("For long-term capacity: weakening it always needs the keys of both sides."),
    )
    level = forms.ChoiceField(label=_("Level"), choices=[("outcome", _("outcome")), ("output", _("output"))])
    measures = forms.ChoiceField(
        label=_("What it counts"),
        choices=[
            ("result", _("what changed")),
            ("behaviour", _("what people or bodies do differently")),
            ("output", _("what was delivered")),
        ],
    )
    linked = forms.ChoiceField(
        label=_("Linked measure"),
        required=False,
        help_text=_("What is delivered is an outcome only with a linked measure of behaviour or result."),
    )

    class Meta:
        bands = [
            (_("What"), "", ["title", "definition", "unit", "direction", "numerator", "denominator", "per"]),
            (_("Where from"), "", ["source", "figure", "figure_params", "frequency", "owner"]),
            (_("From and to"), "", ["baseline", "baseline_on", "targets"]),
            (
                _("In the scorecard"),
                "",
                ["perspective", "weight", "protected", "level", "measures", "linked"],
            ),
        ]

    def __init__(
        self,
        *args: Any,
        parties: Sequence[Party],
        others: Sequence[IndicatorIn],
        figures: Choices,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        _choices(self, "owner", [(str(p.organisation), p.name) for p in parties])
        _choices(self, "linked", [("", _t("None")), *((str(one.id), one.title) for one in others)])
        _choices(self, "figure", [("", _t("None: it is typed in")), *figures])

    def clean_targets(self) -> tuple[Target, ...]:
        found = []
        for line in str(self.cleaned_data["targets"]).splitlines():
            if not line.strip():
                continue
            day, _colon, value = line.rpartition(":")
            try:
                found.append(Target(by=parse_day(day.strip()), value=parse_number(value.strip())))
            except ValueError:
                raise forms.ValidationError(
                    _t("“%(line)s” is not a day, a colon and a value") % {"line": line.strip()}
                ) from None
        return tuple(found)

    def clean_figure_params(self) -> dict[str, str]:
        found = {}
        for line in str(self.cleaned_data["figure_params"]).splitlines():
            name, equals, value = line.partition("=")
            if line.strip() and not equals:
                raise forms.ValidationError(_t("“%(line)s” has no equals sign") % {"line": line.strip()})
            if equals:
                found[name.strip()] = value.strip()
        return found

    def indicator(self, id: UUID, programme: UUID) -> IndicatorIn:
        """The indicator that the form describes."""
        said = dict(self.cleaned_data)
        said["owner"] = UUID(said["owner"])
        said["linked"] = UUID(said["linked"]) if said["linked"] else None
        if said["figure"]:
            said["figure_params"] = {"programme": str(programme), **said["figure_params"]}
        return IndicatorIn(id=id, **said)


def initial(one: IndicatorIn) -> dict[str, Any]:
    """An indicator as the form shows it."""
    said = one.model_dump()
    said["targets"] = "\n".join(f"{t.by.isoformat()}: {t.value}" for t in one.targets)
    said["figure_params"] = "\n".join(
        f"{name}={value}" for name, value in one.figure_params.items() if name != "programme"
    )
    return {**said, "owner": str(one.owner), "linked": str(one.linked or "")}


def _choices(form: Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def _evidence(form: Form, choices: Choices) -> None:
    if choices:
        _choices(form, "evidence", [("", _t("None")), *choices])
    else:
        del form.fields["evidence"]
