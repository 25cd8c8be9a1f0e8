"""Forms of operations."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc.dates import Quarter
from trellis.core.fields import NOT_KNOWN
from trellis.core.forms import FileField, Form, KnownDateTimeField, NumberField, TlpField, forms
from trellis.operations.classes import TYPES
from trellis.operations.kinds import TITLES
from trellis.operations.parsing import PRESETS, SEVERITIES
from trellis.operations.rules import STAMPS
from trellis.operations.selectors import UNRATED

SEVERITY_WORDS = {
    "critical": gettext_lazy("Critical. An essential service stopped for many, or lives are at risk"),
    "high": gettext_lazy("High. An essential service stopped, or will within a day"),
    "medium": gettext_lazy("Medium. A service is slow or partly down"),
    "low": gettext_lazy("Low. Noticed and stopped; nothing interrupted"),
    "": gettext_lazy("Not rated yet"),
}
CLASS_WORDS = {
    "abusive-content": gettext_lazy("Abusive content"),
    "malicious-code": gettext_lazy("Malicious code"),
    "information-gathering": gettext_lazy("Information gathering"),
    "intrusion-attempts": gettext_lazy("Intrusion attempts"),
    "intrusions": gettext_lazy("Intrusions"),
    "availability": gettext_lazy("Availability"),
    "information-content-security": gettext_lazy("Security of information"),
    "fraud": gettext_lazy("Fraud"),
    "vulnerable": gettext_lazy("Vulnerable"),
    "other": gettext_lazy("Other"),
    "test": gettext_lazy("Test"),
}
PRESET_WORDS = {"breach-notices": gettext_lazy("Public breach notices")}


def class_choices() -> list[tuple[str, Any]]:
    """The classes of the taxonomy, each with its types."""
    found: list[tuple[str, Any]] = [("", _("Not classified yet"))]
    for name, types in TYPES.items():
        inside: list[tuple[str, Any]] = [(name, CLASS_WORDS[name])]
        inside += [(f"{name}:{kind}", kind.replace("-", " ")) for kind in types]
        found.append((str(CLASS_WORDS[name]), inside))
    return found


class IncidentForm(Form):
    """An incident, typed in a few minutes."""

    reference = forms.CharField(
        label=gettext_lazy("Reference"), max_length=80, help_text=gettext_lazy("Your own number for it.")
    )
    title = forms.CharField(label=gettext_lazy("Short name"), max_length=200)
    summary = forms.CharField(
        label=gettext_lazy("What happened"),
        required=False,
        max_length=5000,
        widget=forms.Textarea,
        help_text=gettext_lazy("No names of people, no addresses, no passwords. Plain words are enough."),
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("How severe is it?"),
        choices=list(SEVERITY_WORDS.items()),
        required=False,
        widget=forms.RadioSelect,
    )
    sector = forms.CharField(label=gettext_lazy("Sector"), max_length=80, required=False)
    classification = forms.ChoiceField(label=gettext_lazy("Class"), choices=class_choices, required=False)
    people_affected = forms.IntegerField(
        label=gettext_lazy("People affected"),
        min_value=0,
        required=False,
        help_text=gettext_lazy("Leave it empty while it is not known."),
    )
    countries = forms.CharField(
        label=gettext_lazy("Other countries concerned"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Two-letter codes with spaces between, such as GH TG."),
    )
    organisations = forms.MultipleChoiceField(
        label=gettext_lazy("Other organisations concerned"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Naming them shows them nothing; a grant does."),
    )
    started = KnownDateTimeField(
        label=gettext_lazy("Started"),
        required=False,
        help_text=gettext_lazy("The earliest sign, also if found later."),
    )
    detected = KnownDateTimeField(
        label=gettext_lazy("Detected"),
        allow_unknown=False,
        help_text=gettext_lazy("When a person or a tool first noticed."),
    )
    acknowledged = KnownDateTimeField(
        label=gettext_lazy("Acknowledged"),
        required=False,
        help_text=gettext_lazy("When somebody took it up. Leave it empty while nobody has."),
    )
    contained = KnownDateTimeField(
        label=gettext_lazy("Contained"),
        required=False,
        help_text=gettext_lazy(
            "When it could no longer spread. Leave it empty while it is open; “Not known” says it is contained."
        ),
    )
    recovered = KnownDateTimeField(
        label=gettext_lazy("Recovered"),
        required=False,
        help_text=gettext_lazy("When the service was back. Leave it empty while it is not."),
    )
    label = TlpField()
    readers = forms.MultipleChoiceField(
        label=gettext_lazy("Colleagues who read it under TLP:RED"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("With any other label all your colleagues read it."),
    )

    class Meta:
        bands = [
            (
                gettext_lazy("What"),
                "",
                ["reference", "title", "summary", "severity", "sector", "classification", "people_affected"],
            ),
            (
                gettext_lazy("Across a border"),
                gettext_lazy("Whom else it concerns, as far as known."),
                ["countries", "organisations"],
            ),
            (
                gettext_lazy("When"),
                gettext_lazy("The clocks start at detected; only the time to detect starts at started."),
                ["started", "detected", "acknowledged", "contained", "recovered"],
            ),
            (
                gettext_lazy("Who may see it"),
                gettext_lazy("Only your organisation can change this later."),
                ["label", "readers"],
            ),
        ]

    def __init__(
        self, *args: Any, staff: list[tuple[str, str]], met: dict[UUID, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        others = self.fields["organisations"]
        assert isinstance(others, forms.MultipleChoiceField)
        others.choices = [(str(id), name) for id, name in (met or {}).items()]
        readers = self.fields["readers"]
        assert isinstance(readers, forms.MultipleChoiceField)
        readers.choices = staff

    def said(self) -> dict[str, Any]:
        """What the services take."""
        found = dict(self.cleaned_data)
        names = [name for name in STAMPS if found.get(name) is NOT_KNOWN]
        found.update(dict.fromkeys(names))
        return {**found, "not_known": names}


class CorrectionForm(IncidentForm):
    """The same with what was learned; `seen` is the version on the screen."""

    why = forms.CharField(
        label=gettext_lazy("What was learned"),
        max_length=500,
        help_text=gettext_lazy("Stands in the history beside both versions."),
    )
    seen = forms.UUIDField(widget=forms.HiddenInput)

    class Meta(IncidentForm.Meta):
        bands = [*IncidentForm.Meta.bands, (gettext_lazy("Why"), "", ["why"])]


class RetractForm(Form):
    """Why a record no longer stands."""

    why = forms.CharField(label=gettext_lazy("Why does it no longer stand?"), max_length=500)


class ImportForm(Form):
    """A file of incidents."""

    file = FileField(label=gettext_lazy("File"), endings=["csv", "xlsx", "json"], max_bytes=20 * 1024 * 1024)
    preset = forms.ChoiceField(
        label=gettext_lazy("Form of the file"),
        required=False,
        choices=[
            ("", gettext_lazy("Tell by its columns")),
            *((name, PRESET_WORDS.get(name, name)) for name in PRESETS),
        ],
    )
    zone = forms.CharField(
        label=gettext_lazy("Time zone of times without one"),
        max_length=40,
        help_text=gettext_lazy("A name such as Africa/Accra, or UTC."),
    )
    label = TlpField(label=gettext_lazy("Label of the records"), labels=["AMBER+STRICT", "AMBER", "GREEN", "CLEAR"])


def quarter_value(quarter: Quarter) -> str:
    """A quarter as it stands in an address: its first and last day."""
    return f"{quarter.first}/{quarter.last}"


class FiguresForm(Form):
    """Which incident times to show."""

    owner = forms.ChoiceField(label=gettext_lazy("Organisation"), required=False)
    clock = forms.ChoiceField(label=gettext_lazy("Time"), choices=list(TITLES.items()), required=False)
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"),
        choices=[("", gettext_lazy("All")), *SEVERITIES, (UNRATED, gettext_lazy("Not rated"))],
        required=False,
    )
    quarter = forms.ChoiceField(label=gettext_lazy("Detected in"), required=False)
    horizon = NumberField(label=gettext_lazy("Mean up to, in hours"), required=False, min_value=1, max_value=100000)

    def __init__(self, *args: Any, owners: dict[str, str], quarters: list[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["owner"], list(owners.items()))
        _offer(self.fields["quarter"], [(quarter_value(q), q.label) for q in quarters])


class CompareForm(Form):
    """Two quarters to compare."""

    owner = forms.ChoiceField(label=gettext_lazy("Organisation"), required=False)
    clock = forms.ChoiceField(label=gettext_lazy("Time"), choices=list(TITLES.items()), required=False)
    severity = FiguresForm.base_fields["severity"]
    first = forms.ChoiceField(label=gettext_lazy("Before"))
    second = forms.ChoiceField(label=gettext_lazy("After"))
    horizon = NumberField(
        label=gettext_lazy("Means up to, in hours"),
        required=False,
        min_value=1,
        max_value=100000,
        help_text=gettext_lazy("Left empty: as far as both periods were followed."),
    )

    def __init__(self, *args: Any, owners: dict[str, str], quarters: list[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["owner"], list(owners.items()))
        for name in ("first", "second"):
            _offer(self.fields[name], [(quarter_value(q), q.label) for q in quarters])


def _offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
