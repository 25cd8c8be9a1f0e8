"""Forms of publishing."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from trellis.core.forms import DayField, Form, forms
from trellis.publishing.identifiers import CODES
from trellis.publishing.schemas import REASONS, Candidate, PublicationView

SHOWN = ("", _("shown"))


class PublicationForm(Form):
    """Title, day and what is withheld; the figures themselves are built and never typed."""

    class Meta:
        bands = [(_("Report"), "", ["title", "as_of", "corrects", "reason"])]

    title = forms.CharField(label=_("Title"), max_length=200)
    as_of = DayField(label=_("As of the end of"), required=False, help_text=_("Leave it empty for what is known now."))
    corrects = forms.ChoiceField(label=_("Corrects"), required=False)
    reason = forms.CharField(
        label=_("What is corrected"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        candidates: Sequence[Candidate] = (),
        published: Sequence[PublicationView] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        corrects: Any = self.fields["corrects"]
        corrects.choices = [("", _("nothing: a regular report"))] + [
            (str(one.id), f"{one.number}. {one.title}") for one in published if one.corrected_by is None
        ]
        if not published:
            del self.fields["corrects"], self.fields["reason"]
        self.items: dict[str, str] = {}
        for place, one in enumerate(candidates):
            name = f"withhold_{place}"
            self.items[name] = one.item
            self.fields[name] = forms.ChoiceField(label=one.title, required=False, choices=[SHOWN, *REASONS.items()])

    def withheld(self) -> dict[str, str]:
        """Items and reason codes as chosen."""
        return {item: self.cleaned_data[name] for name, item in self.items.items() if self.cleaned_data.get(name)}


class IdentifierForm(Form):
    """An organisation's identifier in the IATI standard."""

    ref = forms.CharField(
        label=_("Identifier"), max_length=100, help_text=_("Registration agency and number, such as XM-DAC-5-1.")
    )
    kind = forms.ChoiceField(
        label=_("Type of organisation"),
        help_text=_("A code of the list OrganisationType of IATI."),
        choices=[(code, code) for code in CODES],
    )
