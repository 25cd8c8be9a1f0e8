"""Forms of security tests."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from trellis.assets.models import STRICT
from trellis.assets.vocabulary import LABELS, Kind, Severity
from trellis.core.forms import DayField, FileField, Form, KnownDateTimeField, TlpField, forms

ONE_PER_LINE = gettext_lazy("One system, network or site per line, named as in the authorisation.")


def _why() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Why is it corrected?"),
        max_length=500,
        help_text=gettext_lazy("Stands in the history beside both versions."),
    )


class TestForm(Form):
    """A test of one's own house."""

    title = forms.CharField(label=gettext_lazy("Short name"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices, widget=forms.RadioSelect)
    tester = forms.CharField(
        label=gettext_lazy("Who tests"), max_length=300, help_text=gettext_lazy("The team or the firm.")
    )
    scope = forms.CharField(label=gettext_lazy("Scope"), max_length=8000, widget=forms.Textarea, help_text=ONE_PER_LINE)
    rules = forms.CharField(
        label=gettext_lazy("Rules of engagement"), max_length=8000, widget=forms.Textarea, required=False,
        help_text=gettext_lazy("What is not done, whom to call, when to stop."),
    )  # fmt: skip
    planned_from = DayField(label=gettext_lazy("Planned from"))
    planned_until = DayField(label=gettext_lazy("Planned until"))
    label = TlpField(
        labels=LABELS, initial=STRICT,
        help_text=gettext_lazy("Either way it stays in your organisation: others see counts if you let them."),
    )  # fmt: skip
    readers = forms.MultipleChoiceField(
        label=gettext_lazy("Colleagues who read it under TLP:RED"), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For an exercise that its defenders do not know of. Name who is to authorise it, too."),
    )  # fmt: skip

    class Meta:
        bands = [
            (gettext_lazy("What"), "", ["title", "kind", "tester", "scope", "rules"]),
            (gettext_lazy("When"), "", ["planned_from", "planned_until"]),
            (gettext_lazy("Who may see it"), "", ["label", "readers"]),
        ]

    def __init__(self, *args: Any, staff: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = self.fields["readers"]
        assert isinstance(offered, forms.MultipleChoiceField)
        offered.choices = staff

    def said(self) -> dict[str, Any]:
        """What the services take."""
        return {**self.cleaned_data, "readers": [UUID(one) for one in self.cleaned_data["readers"]]}


class TestCorrection(TestForm):
    """What is known of a test now; its times once it has begun."""

    begun_at = KnownDateTimeField(label=gettext_lazy("Begun"), allow_unknown=False, required=False)
    ended_at = KnownDateTimeField(label=gettext_lazy("Ended"), allow_unknown=False, required=False)
    why = _why()
    seen = forms.UUIDField(widget=forms.HiddenInput)

    class Meta(TestForm.Meta):
        when = ["planned_from", "planned_until", "begun_at", "ended_at"]
        bands = [
            TestForm.Meta.bands[0],
            (gettext_lazy("When"), "", when),
            TestForm.Meta.bands[2],
            (gettext_lazy("Why"), "", ["why"]),
        ]

    def __init__(self, *args: Any, times: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("begun_at", "ended_at"):
            if name not in times:
                del self.fields[name]


class BeginForm(Form):
    """That a test begins, or that it was done."""

    at = KnownDateTimeField(
        label=gettext_lazy("Begun"), allow_unknown=False, required=False, help_text=gettext_lazy("Left empty: now.")
    )
    ended_at = KnownDateTimeField(
        label=gettext_lazy("Ended"), allow_unknown=False, required=False,
        help_text=gettext_lazy("For a test that is over already. Leave it empty while it goes on."),
    )  # fmt: skip


class EndForm(Form):
    """That a test ended."""

    at = KnownDateTimeField(
        label=gettext_lazy("Ended"), allow_unknown=False, required=False, help_text=gettext_lazy("Left empty: now.")
    )


class WhyForm(Form):
    """A reason."""

    why = forms.CharField(label=gettext_lazy("Why?"), max_length=500, widget=forms.Textarea)


class AuthorisationForm(Form):
    """A written authorisation with its file."""

    reference = forms.CharField(label=gettext_lazy("Number of the document"), max_length=80)
    signed_by = forms.CharField(
        label=gettext_lazy("Signed by"), max_length=200,
        help_text=gettext_lazy("Name and duty of who answers for what is tested."),
    )  # fmt: skip
    signed_on = DayField(
        label=gettext_lazy("Signed on"), help_text=gettext_lazy("Nothing is in force before this day.")
    )
    scope = forms.CharField(
        label=gettext_lazy("Scope that it allows"), max_length=8000, widget=forms.Textarea,
        help_text=gettext_lazy("One per line. Each line of the test's scope has to be among them."),
    )  # fmt: skip
    starts_on = DayField(label=gettext_lazy("In force from"))
    ends_on = DayField(label=gettext_lazy("In force until"), help_text=gettext_lazy("To the end of this day."))
    file = FileField(
        label=gettext_lazy("Signed document"), help_text=gettext_lazy("It is kept as evidence and stays with you.")
    )


class FindingForm(Form):
    """What a test found."""

    reference = forms.CharField(label=gettext_lazy("Number"), max_length=40)
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), choices=Severity.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    detail = forms.CharField(
        label=gettext_lazy("Detail"), max_length=20000, widget=forms.Textarea, required=False,
        help_text=gettext_lazy(
            "In general words; which system it is, and how to use it, stay in your own report. It stays in your"
            " organisation, and can be redacted once it is no longer needed."
        ),
    )  # fmt: skip
    found_on = DayField(label=gettext_lazy("Found on"))
    due_on = DayField(
        label=gettext_lazy("Fix by"), required=False,
        help_text=gettext_lazy(
            "Left empty: 15 days after it was found for critical, 30 for high, 90 for medium, 180 for low."
        ),
    )  # fmt: skip
    fixed_on = DayField(label=gettext_lazy("Fixed on"), required=False)
    accepted_on = DayField(label=gettext_lazy("Risk accepted on"), required=False)
    accepted_why = forms.CharField(
        label=gettext_lazy("Why the risk is accepted"), max_length=2000, widget=forms.Textarea, required=False
    )

    class Meta:
        bands = [
            (gettext_lazy("What"), "", ["reference", "severity", "title", "detail"]),
            (gettext_lazy("When"), "", ["found_on", "due_on", "fixed_on"]),
            (
                gettext_lazy("Not fixed on purpose"),
                gettext_lazy("Accepted only after its fix date, it still counts as late."),
                ["accepted_on", "accepted_why"],
            ),
        ]


class FindingCorrection(FindingForm):
    """What is known of a finding now."""

    due_on = DayField(
        label=gettext_lazy("Fix by"), help_text=gettext_lazy("A date moved later is counted and told beside figures.")
    )
    why = _why()
    seen = forms.UUIDField(widget=forms.HiddenInput)

    class Meta(FindingForm.Meta):
        bands = [*FindingForm.Meta.bands, (gettext_lazy("Why"), "", ["why"])]


class FixForm(Form):
    """That a finding is fixed."""

    fixed_on = DayField(label=gettext_lazy("Fixed on"), required=False, help_text=gettext_lazy("Left empty: today."))
    seen = forms.UUIDField(widget=forms.HiddenInput)


class ImportForm(Form):
    """A file of findings, looked at before anything is stored."""

    file = FileField(label=gettext_lazy("File"), endings=["csv", "xlsx", "json"], max_bytes=20 * 1024 * 1024)
    store = forms.BooleanField(
        label=gettext_lazy("Store the findings if no line has a problem"), required=False,
        help_text=gettext_lazy("Without this the file is only checked."),
    )  # fmt: skip


class ShareForm(Form):
    """Who may see the counts."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Who may see our counts?"),
        choices=[
            ("donor", gettext_lazy("The donors of this programme")),
            ("partner", gettext_lazy("The partner side of this programme")),
            ("parties", gettext_lazy("All parties to this programme")),
        ],
        widget=forms.RadioSelect,
    )
