"""The form of an agreement's draft. Clauses may be empty in a draft; signing needs them all."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from trellis.agreements.schemas import CLAUSES, STRANDS
from trellis.core.forms import DayField, Form, NumberField, forms

Choices = Sequence[tuple[UUID, str]]
HELP = {
    "deliverables": gettext_lazy("What will be there at the end that is not there now."),
    "milestones": gettext_lazy("What is reached by when, and how it is shown."),
    "exit_strategy": gettext_lazy("How the partner carries on alone, and from when."),
    "scope": gettext_lazy("What the agreement is about, and what it is not."),
    "obligations": gettext_lazy("What each side owes the other, and what follows if it is not done."),
    "consent_basis": gettext_lazy("Who consents to what, under which authority, and how consent is withdrawn."),
}


class AgreementForm(Form):
    """All fields of one version."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    donors = forms.MultipleChoiceField(label=gettext_lazy("Donors bound"), widget=forms.CheckboxSelectMultiple)
    languages = forms.CharField(
        label=gettext_lazy("Authentic languages"), help_text=gettext_lazy("Codes, such as en, fr.")
    )
    starts_on = DayField(label=gettext_lazy("In force from"))
    ends_on = DayField(label=gettext_lazy("In force until"))
    currency = forms.CharField(label=gettext_lazy("Currency"), min_length=3, max_length=3)
    ceiling = NumberField(label=gettext_lazy("Most money in all"), max_digits=20, decimal_places=4)
    strands = forms.MultipleChoiceField(
        label=gettext_lazy("Strands in scope"),
        choices=list(STRANDS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    activities = forms.MultipleChoiceField(
        label=gettext_lazy("Single activities in scope"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Where a whole strand is too wide."),
    )

    class Meta:
        bands = [
            (gettext_lazy("Parties and term"), "", ["title", "donors", "languages", "starts_on", "ends_on"]),
            (gettext_lazy("Money and scope"), "", ["currency", "ceiling", "strands", "activities"]),
            (gettext_lazy("Clauses"), gettext_lazy("All of them are needed to sign."), list(CLAUSES)),
            (gettext_lazy("Amendment"), "", ["change"]),
        ]

    def __init__(self, *args: Any, donors: Choices, activities: Choices, amendment: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, title in CLAUSES.items():
            self.fields[name] = forms.CharField(
                label=title, widget=forms.Textarea(attrs={"rows": "5"}), required=False, help_text=HELP[name]
            )
        if amendment:
            self.fields["change"] = forms.CharField(
                label=gettext_lazy("What changes, and why"), widget=forms.Textarea, required=False
            )
        for name, offered in (("donors", donors), ("activities", activities)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [(str(id), title) for id, title in offered]
        if not activities:
            del self.fields["activities"]

    def clean_currency(self) -> str:
        """ISO code in capitals."""
        return str(self.cleaned_data["currency"]).upper()

    def clean_languages(self) -> list[str]:
        """Codes as a list."""
        return [code for code in str(self.cleaned_data["languages"]).replace(",", " ").split() if code]

    @staticmethod
    def initial_of(data: dict[str, Any]) -> dict[str, Any]:
        """A draft's data as the form shows it."""
        return {**data, "languages": ", ".join(data.get("languages") or [])}
