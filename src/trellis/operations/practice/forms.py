"""Forms of the books."""

from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from trellis.core.forms import DayField, FileField, Form, KnownDateTimeField, TlpField, forms
from trellis.operations.models_practice import (
    ExposureMeasure,
    HuntingStep,
    HuntOutcome,
    HygieneMeasure,
    PlantedOrigin,
)
from trellis.operations.practice.book import LABELS

YES_NO = [
    ("", pgettext_lazy("answer", "not recorded")),
    ("yes", pgettext_lazy("answer", "yes")),
    ("no", pgettext_lazy("answer", "no")),
]
UNKNOWN = gettext_lazy("Leave it empty while it is not known. Empty is never counted as 0.")


class Answer(forms.TypedChoiceField):
    """Yes, no, or not recorded."""

    def __init__(self, **kwargs: Any) -> None:
        said: dict[str, bool | None] = {"yes": True, "no": False, "": None}
        super().__init__(
            choices=YES_NO, coerce=said.get, empty_value=None, required=False, widget=forms.RadioSelect, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        """What is on record, as one of the answers."""
        return {True: "yes", False: "no", None: ""}.get(value, value)


def count(label: Any, *, needed: bool = False) -> forms.IntegerField:
    """A whole number, 0 or more."""
    help_text = "" if needed else UNKNOWN
    return forms.IntegerField(label=label, min_value=0, max_value=10**15 - 1, required=needed, help_text=help_text)


class BookForm(Form):
    """A record; `why` and `seen` appear when one is corrected."""

    label = TlpField(labels=LABELS)

    def __init__(self, *args: Any, correcting: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not correcting:
            return
        self.fields["why"] = forms.CharField(
            label=gettext_lazy("What was learned"),
            max_length=500,
            help_text=gettext_lazy("Stands in the history beside both versions."),
        )
        self.fields["seen"] = forms.UUIDField(widget=forms.HiddenInput)


class HuntForm(BookForm):
    """A hunt."""

    title = forms.CharField(label=gettext_lazy("Short name"), max_length=200)
    hypothesis = forms.CharField(
        label=gettext_lazy("Hypothesis"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=gettext_lazy("What would be seen if somebody were inside unnoticed? In words, no addresses."),
    )
    data_used = forms.CharField(
        label=gettext_lazy("Data looked at"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=gettext_lazy("Which records, of which systems, over how many days."),
    )
    started_on = DayField(label=gettext_lazy("First day"))
    ended_on = DayField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Leave it empty while it goes on.")
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        required=False,
        choices=[("", pgettext_lazy("answer", "not recorded")), *HuntOutcome.choices],
        widget=forms.RadioSelect,
    )
    detection_kept = Answer(label=gettext_lazy("Was a new detection kept?"))
    detection = forms.CharField(
        label=gettext_lazy("Which detection"), max_length=300, required=False, help_text=gettext_lazy("In words.")
    )

    class Meta:
        bands = [
            (gettext_lazy("What"), "", ["title", "hypothesis", "data_used"]),
            (gettext_lazy("When"), "", ["started_on", "ended_on"]),
            (gettext_lazy("What it came to"), "", ["outcome", "detection_kept", "detection"]),
            (gettext_lazy("Who may see it"), "", ["label", "why"]),
        ]


class StepForm(BookForm):
    """One level of hunting."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"), choices=HuntingStep.LEVELS, coerce=int, widget=forms.RadioSelect
    )
    claimed = forms.TypedChoiceField(
        label=gettext_lazy("Is it reached?"), choices=YES_NO[1:], coerce=lambda v: v == "yes", widget=forms.RadioSelect
    )
    evidence = forms.MultipleChoiceField(
        label=gettext_lazy("Evidence"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Files that your organisation keeps here. Without one the level is self-declared."),
    )
    note = forms.CharField(label=gettext_lazy("What shows it"), max_length=1000, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, evidence: dict[str, str], **kwargs: Any) -> None:
        first = dict(kwargs.pop("initial", None) or {})
        if "claimed" in first:
            first["claimed"] = "yes" if first["claimed"] else "no"
        super().__init__(*args, initial=first, **kwargs)
        offered = self.fields["evidence"]
        assert isinstance(offered, forms.MultipleChoiceField)
        offered.choices = list(evidence.items())


class HygieneForm(BookForm):
    """A count of good practice."""

    measure = forms.ChoiceField(label=gettext_lazy("Measure"), choices=HygieneMeasure.choices, widget=forms.RadioSelect)
    scope = forms.CharField(
        label=gettext_lazy("Scope"),
        max_length=200,
        help_text=gettext_lazy(
            "Which units are counted, such as “all accounts of the ministry”. The newest count of "
            "a scope is the one that stands."
        ),
    )
    covered = count(gettext_lazy("Covered (numerator)"))
    in_scope = count(gettext_lazy("In scope (denominator)"))
    source = forms.CharField(label=gettext_lazy("Source"), max_length=200)
    source_on = DayField(label=gettext_lazy("Date of the source"), required=False)


class ExposureForm(BookForm):
    """A count of what lies open."""

    measure = forms.ChoiceField(
        label=gettext_lazy("Measure"), choices=ExposureMeasure.choices, widget=forms.RadioSelect
    )
    scope = forms.CharField(
        label=gettext_lazy("Scope"),
        max_length=200,
        help_text=gettext_lazy("Which systems or people. Counts only: never which ones lie open."),
    )
    exposed = count(gettext_lazy("Exposed (numerator)"))
    in_scope = count(gettext_lazy("In scope (denominator)"))
    inventory_on = DayField(label=gettext_lazy("Date of the inventory"), required=False)
    source = forms.CharField(label=gettext_lazy("Source"), max_length=200)
    source_on = DayField(label=gettext_lazy("Date of the source"), required=False)


class AlertsForm(BookForm):
    """Alerts of some days."""

    source = forms.CharField(label=gettext_lazy("Source of the alerts"), max_length=200)
    first_day = DayField(label=gettext_lazy("First day"))
    last_day = DayField(label=gettext_lazy("Last day"))
    raised = count(gettext_lazy("Raised"), needed=True)
    true_alerts = count(gettext_lazy("Triaged as true"), needed=True)
    false_alerts = count(gettext_lazy("Triaged as false"), needed=True)


class PlantedForm(BookForm):
    """Something put there to be found."""

    title = forms.CharField(label=gettext_lazy("Short name"), max_length=200)
    origin = forms.ChoiceField(
        label=gettext_lazy("Planted by"), choices=PlantedOrigin.choices, widget=forms.RadioSelect
    )
    planted_at = KnownDateTimeField(label=gettext_lazy("Planted"), allow_unknown=False)
    noticed = Answer(label=gettext_lazy("Was it noticed?"))
    noticed_at = KnownDateTimeField(label=gettext_lazy("Noticed at"), allow_unknown=False, required=False)


class KevForm(BookForm):
    """A known exploited vulnerability."""

    cve = forms.CharField(label=gettext_lazy("CVE"), max_length=20)
    title = forms.CharField(label=gettext_lazy("Name"), max_length=250, required=False)
    vendor = forms.CharField(label=gettext_lazy("Vendor"), max_length=120, required=False)
    product = forms.CharField(label=gettext_lazy("Product"), max_length=200, required=False)
    added_on = DayField(label=gettext_lazy("Added to the catalogue"))
    due_on = DayField(label=gettext_lazy("Due"), required=False)
    in_use = forms.TypedChoiceField(
        label=gettext_lazy("Is it in use here?"),
        choices=YES_NO[1:],
        coerce=lambda v: v == "yes",
        widget=forms.RadioSelect,
    )
    systems = count(gettext_lazy("Systems affected"))
    available_on = DayField(
        label=gettext_lazy("Fix available since"), required=False, help_text=gettext_lazy("As the vendor says.")
    )
    fixed_on = DayField(
        label=gettext_lazy("Fixed everywhere"),
        required=False,
        help_text=gettext_lazy("The day the last system was fixed. Leave it empty while one is not."),
    )
    label = TlpField(
        labels=LABELS,
        initial="AMBER+STRICT",
        help_text=gettext_lazy("While a weakness is not fixed, its record stays inside your organisation."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        first = dict(kwargs.pop("initial", None) or {})
        if isinstance(first.get("in_use"), bool):
            first["in_use"] = "yes" if first["in_use"] else "no"
        super().__init__(*args, initial=first, **kwargs)

    class Meta:
        bands = [
            (gettext_lazy("Which one"), "", ["cve", "title", "vendor", "product", "added_on", "due_on"]),
            (
                gettext_lazy("Here"),
                gettext_lazy("Counts and days only: which systems stays out."),
                ["in_use", "systems", "available_on", "fixed_on"],
            ),
            (gettext_lazy("Who may see it"), "", ["label", "why"]),
        ]


class RetractForm(Form):
    """Why a record no longer stands."""

    why = forms.CharField(label=gettext_lazy("Why does it no longer stand?"), max_length=500)


class KevFileForm(Form):
    """A catalogue file."""

    file = FileField(label=gettext_lazy("Catalogue file"), endings=["json", "csv", "xlsx"], max_bytes=20 * 1024 * 1024)


class VendorForm(Form):
    """A vendor of which nothing is in use."""

    vendor = forms.ChoiceField(label=gettext_lazy("Vendor"))

    def __init__(self, *args: Any, vendors: list[tuple[str, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = self.fields["vendor"]
        assert isinstance(offered, forms.ChoiceField)
        offered.choices = [(name, f"{name} ({n})") for name, n in vendors]


class PracticeForm(Form):
    """Whose figures, and of which quarter."""

    owner = forms.ChoiceField(label=gettext_lazy("Organisation"), required=False)
    quarter = forms.ChoiceField(label=gettext_lazy("Hunts, alerts and planted events of"), required=False)

    def __init__(
        self, *args: Any, owners: list[tuple[str, Any]], quarters: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("owner", owners), ("quarter", quarters)):
            offered = self.fields[name]
            assert isinstance(offered, forms.ChoiceField)
            offered.choices = choices
