"""Forms of the exchange's agreements and collections, and of what is done to an object."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.forms import DayField, FileField, Form, TlpField, forms
from trellis.exchange.compose import LABELS, RELATIONSHIPS
from trellis.exchange.models import Acknowledgement
from trellis.exchange.schemas import CLAUSES, PURPOSES

Choices = Sequence[tuple[str, str]]
HELP = {
    "purpose": gettext_lazy("What the parties share for, and what they do not use it for."),
    "retention": gettext_lazy("How long a recipient keeps an object, and what happens to it then."),
    "onward": gettext_lazy("To whom a recipient may hand on, under which label, and who is asked first."),
    "security": gettext_lazy("How objects are protected where they lie and on their way."),
    "exit": gettext_lazy("How a party leaves, and what becomes of what it holds."),
}


class Lines(forms.CharField):
    """Text of several lines. Browsers send each line end as CR LF; what a person means, and what is kept, is LF."""

    def to_python(self, value: Any) -> Any:
        """Before anything counts its characters."""
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


def area(
    label: Any, help_text: Any = "", rows: int = 4, field: type[forms.CharField] = Lines, **more: Any
) -> forms.CharField:
    """A field of several lines."""
    widget = forms.Textarea(attrs={"rows": str(rows)})
    return field(label=label, help_text=help_text, widget=widget, **more)


class Listed(Lines):
    """Text that is needed: the checker of the agreement lists it where it is missing, together with all else."""

    def validate(self, value: str) -> None:
        """Empty is taken here."""


class OneOf(forms.ChoiceField):
    """A choice that another field may stand in for; the form says when both are empty."""

    def validate(self, value: str) -> None:
        """Empty is taken here."""
        if value:
            super().validate(value)


class ListedChoices(forms.MultipleChoiceField):
    """Choices of which some are needed: the checker says so."""

    def validate(self, value: list[str]) -> None:
        """None is taken here."""
        if value:
            super().validate(value)


class AgreementForm(Form):
    """One version of an agreement on sharing. Clauses may be sent empty: the checker lists each that is."""

    title = Listed(label=gettext_lazy("Title"), max_length=200)
    parties = ListedChoices(
        label=gettext_lazy("Parties"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each of them signs with its own key."),
    )
    purposes = ListedChoices(
        label=gettext_lazy("Shared for"),
        choices=list(PURPOSES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    ceiling = TlpField(
        label=gettext_lazy("Strictest label that may pass"),
        labels=LABELS,
        help_text=gettext_lazy("AMBER+STRICT passes only where the agreement binds two parties alone."),
    )
    starts_on = DayField(label=gettext_lazy("In force from"))
    ends_on = DayField(label=gettext_lazy("In force until"))

    class Meta:
        bands = [
            (gettext_lazy("Parties and term"), "", ["title", "parties", "starts_on", "ends_on"]),
            (gettext_lazy("What may pass"), "", ["purposes", "ceiling"]),
            (gettext_lazy("Clauses"), gettext_lazy("All five are needed before it can be proposed."), list(CLAUSES)),
            (gettext_lazy("Amendment"), "", ["change"]),
        ]

    def __init__(self, *args: Any, parties: Choices, amendment: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, title in CLAUSES.items():
            self.fields[name] = area(title, HELP[name], field=Listed, max_length=20_000)
        if amendment:
            self.fields["change"] = area(gettext_lazy("What changes, and why"), field=Listed, max_length=5000)
        self.fields["parties"].choices = list(parties)  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """What the payload of the decision takes."""
        given = dict(self.cleaned_data)
        given["parties"] = tuple(UUID(one) for one in given["parties"])
        given["purposes"] = tuple(given["purposes"])
        return given


class LeaveForm(Form):
    """Leaving an agreement."""

    why = area(gettext_lazy("Why do you leave?"), gettext_lazy("The other parties read this."), max_length=2000)


class CollectionForm(Form):
    """A new collection."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    purpose = forms.ChoiceField(
        label=gettext_lazy("What is it for?"),
        choices=list(PURPOSES.items()),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Only agreements for this purpose let others read it. It cannot be changed later."),
    )
    description = area(gettext_lazy("Description"), required=False, max_length=2000)


class PasteForm(Form):
    """STIX as text or as a file."""

    text = area(
        gettext_lazy("STIX 2.1 as JSON"),
        gettext_lazy("A bundle, a list of objects, or one object. Each is kept as you send it."),
        rows=12,
        required=False,
    )
    file = FileField(
        label=gettext_lazy("Or a file"), required=False, max_bytes=settings.EXCHANGE_LIMIT, endings=["json"]
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        given = super().clean() or {}
        if not self.errors and bool(given.get("text", "").strip()) == bool(given.get("file")):
            self.add_error("text", _("Paste the text, or choose a file: one of the two"))
        return given

    def body(self) -> bytes:
        """What was sent."""
        sent = self.cleaned_data.get("file")
        return bytes(sent.read()) if sent else str(self.cleaned_data["text"]).encode()


class MispForm(Form):
    """A file of MISP."""

    file = FileField(label=gettext_lazy("File of MISP"), max_bytes=settings.EXCHANGE_LIMIT, endings=["json"])


class RelateForm(Form):
    """A relationship from the object at hand to another one."""

    how = forms.ChoiceField(label=gettext_lazy("This object …"), choices=list(RELATIONSHIPS.items()))
    target = OneOf(label=gettext_lazy("… this one"))
    target_id = forms.CharField(
        label=gettext_lazy("Or its STIX id"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("For one that is not in the list. You must be able to see it."),
    )
    description = area(gettext_lazy("Why do you think so?"), required=False, max_length=5000)
    label = TlpField(labels=LABELS)

    def __init__(self, *args: Any, targets: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = [("", _("Choose")), *targets]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of the two ways to say which object."""
        given = super().clean() or {}
        if not self.errors and bool(given.get("target")) == bool(given.get("target_id", "").strip()):
            self.add_error("target", _("Choose an object from the list, or give the id of one that is not in it"))
        return given

    def other(self) -> str:
        """The STIX id of the other object."""
        return str(self.cleaned_data["target"] or self.cleaned_data["target_id"].strip())


class MarkForm(Form):
    """Another label for an object of one's own."""

    label = TlpField(labels=LABELS)


class WithdrawForm(Form):
    """Taking an object back."""

    what = forms.ChoiceField(
        label=gettext_lazy("What should happen?"),
        choices=[
            (
                "revoke",
                gettext_lazy("Say that it no longer holds: a new version, marked as revoked, goes to everybody"),
            ),
            ("delete", gettext_lazy("Stop serving it at once, in every version; who holds it is told")),
        ],
        widget=forms.RadioSelect,
    )


class AcknowledgeForm(Form):
    """That an object arrived, and whether it was of use."""

    useful = forms.ChoiceField(
        label=gettext_lazy("Was it useful?"), choices=Acknowledgement.Useful.choices, widget=forms.RadioSelect
    )
    note = area(
        gettext_lazy("What did you do with it?"),
        gettext_lazy("Its producer reads this. No names of victims."),
        required=False,
        max_length=2000,
    )
