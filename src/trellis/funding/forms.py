"""Forms of funding."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.forms import DayField, FileField, Form, NumberField, forms
from trellis.core.money import rounded
from trellis.funding.models import Commitment

Choices = Sequence[tuple[str, str]]
YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]


def amount(label: Any, **more: Any) -> NumberField:
    """A field for an amount of money above zero."""
    return NumberField(label=label, max_digits=20, decimal_places=4, min_value=0, **more)


class Checked(Form):
    """A form that knows the currency of its amounts."""

    currency = ""

    def checked(self, name: str) -> None:
        """Adds an error where the amount is finer than its currency."""
        given = self.cleaned_data.get(name)
        if given is not None and self.currency and rounded(given, self.currency) != given:
            self.add_error(name, _("%(currency)s has no such fraction") % {"currency": self.currency})


class CommitmentForm(Form):
    """The heading of a commitment."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    donor = forms.ChoiceField(label=gettext_lazy("Donor"))
    agreement = forms.ChoiceField(label=gettext_lazy("Under which agreement"))
    total = amount(gettext_lazy("Total"))
    currency = forms.CharField(label=gettext_lazy("Currency"), min_length=3, max_length=3)
    certainty = forms.ChoiceField(
        label=gettext_lazy("How certain is it?"),
        choices=Commitment.Certainty.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, donors: Choices, agreements: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (("donor", donors), ("agreement", agreements)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(offered)

    def clean_currency(self) -> str:
        """ISO code in capitals."""
        return str(self.cleaned_data["currency"]).upper()


class TrancheForm(Checked):
    """A tranche of a draft."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2200)
    amount = amount(gettext_lazy("Amount"))
    earliest = DayField(label=gettext_lazy("First possible day"))
    due = DayField(label=gettext_lazy("Planned day"))
    long_stop = DayField(
        label=gettext_lazy("Last possible day"),
        help_text=gettext_lazy("After it the money lapses, unless both sides decide otherwise."),
    )

    def clean(self) -> dict[str, Any]:
        """Dates in order."""
        found = super().clean() or self.cleaned_data
        days = [found.get(name) for name in ("earliest", "due", "long_stop")]
        if None not in days and days != sorted(days):  # type: ignore[type-var]  # no None is left
            raise ValidationError(_("The days follow one another: first possible, planned, last possible"))
        self.checked("amount")
        return dict(found)


class MilestoneForm(Checked):
    """A milestone of a tranche of a draft."""

    number = forms.CharField(label=gettext_lazy("Number"), max_length=20, help_text=gettext_lazy("Such as 4.1."))
    title = forms.CharField(label=gettext_lazy("What is reached"), max_length=300)
    allocation = amount(gettext_lazy("Money that it earns"))

    def clean(self) -> dict[str, Any]:
        """Amounts in the currency's own units."""
        self.checked("allocation")
        return dict(super().clean() or self.cleaned_data)


class LockForm(Form):
    """A verification protocol. Empty fields are refused on proposing, all of them named."""

    definition = forms.CharField(label=gettext_lazy("What exactly is counted?"), widget=forms.Textarea, required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=80, required=False)
    baseline = NumberField(label=gettext_lazy("Value at the start"), required=False)
    threshold = NumberField(label=gettext_lazy("Value to be reached"), required=False)
    source = forms.CharField(label=gettext_lazy("Source"), widget=forms.Textarea(attrs={"rows": "2"}), required=False)
    verifier = forms.ChoiceField(
        label=gettext_lazy("Who verifies"),
        required=False,
        help_text=gettext_lazy("An organisation with a verifier's seat that neither claims nor pays."),
    )
    procedure = forms.CharField(label=gettext_lazy("How it is verified"), widget=forms.Textarea, required=False)
    scalable = forms.ChoiceField(
        label=gettext_lazy("Paid in proportion?"),
        choices=[
            ("yes", gettext_lazy("Yes, for each part reached")),
            ("no", gettext_lazy("No, all or nothing")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.CharField(label=gettext_lazy("Why it changes"), widget=forms.Textarea, required=False)

    def __init__(self, *args: Any, verifiers: Choices, change: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["verifier"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose an organisation")), *verifiers]
        if not change:
            del self.fields["reason"]


class ClaimForm(Form):
    """A claim with its evidence."""

    value = NumberField(label=gettext_lazy("Value reached"))
    statement = forms.CharField(label=gettext_lazy("What the evidence shows"), widget=forms.Textarea)
    evidence = forms.MultipleChoiceField(
        label=gettext_lazy("Evidence that you keep"), widget=forms.CheckboxSelectMultiple, required=False
    )
    file = FileField(label=gettext_lazy("A new file"), required=False)
    file_title = forms.CharField(label=gettext_lazy("What the file shows"), max_length=200, required=False)

    def __init__(self, *args: Any, evidence: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["evidence"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(evidence)
        if not evidence:
            del self.fields["evidence"]

    def clean(self) -> dict[str, Any]:
        """A file has a title, and there is some evidence."""
        found = super().clean() or self.cleaned_data
        if found.get("file") and not found.get("file_title"):
            self.add_error("file_title", _("Say what the file shows"))
        if not found.get("file") and not found.get("evidence") and "file" not in self.errors:
            self.add_error("file", _("Name at least one piece of evidence, or choose a file"))
        return dict(found)


class VerificationForm(Form):
    """What the verifier found."""

    passed = forms.ChoiceField(
        label=gettext_lazy("Does the evidence hold by the procedure?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )
    value = NumberField(label=gettext_lazy("Value verified"))
    report = forms.CharField(label=gettext_lazy("What was done, and what was found"), widget=forms.Textarea)


class PaymentForm(Form):
    """A payment made."""

    amount = amount(gettext_lazy("Amount"))
    paid_on = DayField(label=gettext_lazy("Paid on"))
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=200, required=False)


class ReceiptForm(Form):
    """What arrived of a payment."""

    amount = amount(gettext_lazy("Amount that arrived"))
    received_on = DayField(label=gettext_lazy("On"))
    disputed = forms.BooleanField(label=gettext_lazy("This payment is disputed"), required=False)
    reason = forms.CharField(label=gettext_lazy("What is wrong with it"), widget=forms.Textarea, required=False)
