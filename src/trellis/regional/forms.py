"""Forms of the regional area."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.forms import DayField, FileField, Form, KnownDateTimeField, TlpField, forms
from trellis.regional.vocabulary import (
    AREAS,
    CHANNELS,
    MATURITY,
    MATURITY_BY,
    NEEDS,
    OUTCOMES,
    SERVICES,
    SEVERITIES,
)

OPEN = ("CLEAR", "GREEN", "AMBER")


def service_choices() -> list[tuple[str, str]]:
    """The services of the framework with number, area and title."""
    return [(n, f"{n} {title} ({AREAS[n[0]]})") for n, title in SERVICES.items()]


class CertForm(Form):
    """What is known of a regional CERT."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    mandate = forms.CharField(
        label=gettext_lazy("Mandate"),
        widget=forms.Textarea,
        help_text=gettext_lazy("For whom it works, and what it may do."),
    )
    mandate_from = forms.CharField(
        label=gettext_lazy("Who gave the mandate"), max_length=300, required=False,
        help_text=gettext_lazy("The treaty, resolution or board, with its date."),
    )  # fmt: skip
    established_on = DayField(label=gettext_lazy("Established on"), required=False)
    members = forms.CharField(
        label=gettext_lazy("Members"), widget=forms.Textarea, required=False,
        help_text=gettext_lazy("One per line: states or their teams, by the name used in the directory."),
    )  # fmt: skip
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Services"), choices=service_choices, widget=forms.CheckboxSelectMultiple, required=False,
        help_text=gettext_lazy("By the FIRST CSIRT Services Framework, version 2.1."),
    )  # fmt: skip
    maturity = forms.ChoiceField(
        label=gettext_lazy("Maturity (SIM3)"), required=False,
        choices=[("", gettext_lazy("Not known")), *MATURITY.items()],
    )  # fmt: skip
    maturity_by = forms.ChoiceField(
        label=gettext_lazy("Found by"), required=False, choices=[("", gettext_lazy("Not known")), *MATURITY_BY.items()]
    )
    maturity_on = DayField(label=gettext_lazy("As of"), required=False)
    label = TlpField(labels=OPEN, initial="GREEN")

    class Meta:
        bands = [
            (gettext_lazy("The team"), "", ["name", "mandate", "mandate_from", "established_on", "members"]),
            (gettext_lazy("Services"), "", ["services"]),
            (gettext_lazy("Maturity"), "", ["maturity", "maturity_by", "maturity_on"]),
        ]

    def said(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        return {**given, "members": [line.strip() for line in given["members"].splitlines() if line.strip()]}


class _Why(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why is it corrected?"), widget=forms.Textarea)
    seen = forms.UUIDField(widget=forms.HiddenInput)


class CertCorrection(CertForm, _Why):
    """A correction of a regional CERT's record."""


class ContactForm(Form):
    """A way to reach a member."""

    member = forms.CharField(
        label=gettext_lazy("Member"), max_length=200,
        help_text=gettext_lazy("The state or team. An organisation of this programme is linked by its name."),
    )  # fmt: skip
    duty = forms.CharField(
        label=gettext_lazy("Duty"), max_length=120, required=False, help_text=gettext_lazy("A duty, not a name.")
    )
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=list(CHANNELS.items()))
    address = forms.CharField(label=gettext_lazy("Address or number"), max_length=200)
    fingerprint = forms.CharField(
        label=gettext_lazy("Key fingerprint"), max_length=120, required=False,
        help_text=gettext_lazy("40 or 64 hexadecimal digits, with or without spaces."),
    )  # fmt: skip
    hours = forms.CharField(
        label=gettext_lazy("Hours"), max_length=120, required=False,
        help_text=gettext_lazy("Such as 24/7, or Monday to Friday 08:00–17:00 UTC."),
    )  # fmt: skip
    languages = forms.CharField(label=gettext_lazy("Languages"), max_length=120, required=False)
    label = TlpField(
        labels=OPEN, initial="GREEN",
        help_text=gettext_lazy("Parties of the programme read it up to GREEN; AMBER stays in your organisation."),
    )  # fmt: skip


class ContactCorrection(ContactForm, _Why):
    """A correction of a contact."""


class VerifyForm(Form):
    """That a contact holds."""

    at = KnownDateTimeField(
        label=gettext_lazy("When"), allow_unknown=False, required=False, help_text=gettext_lazy("Left empty: now.")
    )
    note = forms.CharField(
        label=gettext_lazy("How it was reached"), widget=forms.Textarea, required=False, max_length=300
    )
    seen = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].help_text = (
            _("You speak for the contact's own organisation; a note is not needed.")
            if own
            else _("How you reached it, and which duty answered. Leave out names.")
        )


class WhyForm(Form):
    """A reason."""

    why = forms.CharField(label=gettext_lazy("Why?"), widget=forms.Textarea)


class ImportForm(Form):
    """A file of contacts, looked at before anything is stored."""

    file = FileField(label=gettext_lazy("File"), endings=["csv", "xlsx", "json"])
    label = TlpField(labels=OPEN, initial="GREEN")
    store = forms.BooleanField(
        label=gettext_lazy("Store the contacts if no line has a problem"), required=False,
        help_text=gettext_lazy("Without this the file is only checked."),
    )  # fmt: skip


class RequestForm(Form):
    """A request for assistance."""

    title = forms.CharField(label=gettext_lazy("Short name"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("What is needed"), widget=forms.Textarea,
        help_text=gettext_lazy("No indicators, no data of victims: those go through the exchange."),
    )  # fmt: skip
    need = forms.ChoiceField(label=gettext_lazy("Kind of help"), choices=list(NEEDS.items()))
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"), required=False,
        choices=[("", gettext_lazy("Not rated yet")), *SEVERITIES.items()],
    )  # fmt: skip
    cross_border = forms.ChoiceField(
        label=gettext_lazy("Does the help, or the incident, cross a border?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))], widget=forms.RadioSelect,
    )  # fmt: skip
    asked_of = forms.MultipleChoiceField(
        label=gettext_lazy("Whom you ask"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only they read the request."),
    )  # fmt: skip
    asked_at = KnownDateTimeField(
        label=gettext_lazy("Asked"), allow_unknown=False, required=False,
        help_text=gettext_lazy("Left empty: now. Fill it in where you asked by telephone before."),
    )  # fmt: skip
    label = TlpField(labels=OPEN)

    def __init__(self, *args: Any, others: dict[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "asked_of" in self.fields:
            field = self.fields["asked_of"]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [(str(one), name) for one, name in others.items()]

    def said(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        given["cross_border"] = given["cross_border"] == "yes"
        if "asked_of" in given:
            given["asked_of"] = [UUID(one) for one in given["asked_of"]]
        return given


class RequestCorrection(RequestForm, _Why):
    """A correction of a request; whom it asked and when stays."""

    asked_of = asked_at = label = None  # type: ignore[assignment]  # Django's way of leaving fields out


class OfferForm(Form):
    """An offer of help."""

    text = forms.CharField(
        label=gettext_lazy("What you offer"), widget=forms.Textarea, help_text=gettext_lazy("Whom, what, from when.")
    )
    terms = forms.CharField(
        label=gettext_lazy("Terms"), widget=forms.Textarea, required=False,
        help_text=gettext_lazy("Who pays, how long, what must stay confidential."),
    )  # fmt: skip
    valid_until = KnownDateTimeField(label=gettext_lazy("It stands until"), allow_unknown=False, required=False)


class ArrivalForm(Form):
    """That help has arrived."""

    at = KnownDateTimeField(
        label=gettext_lazy("Arrived"), allow_unknown=False, required=False, help_text=gettext_lazy("Left empty: now.")
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea, required=False)


class CloseForm(Form):
    """How a request ended."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it end?"), choices=list(OUTCOMES.items()), widget=forms.RadioSelect
    )
    at = KnownDateTimeField(
        label=gettext_lazy("Closed"), allow_unknown=False, required=False, help_text=gettext_lazy("Left empty: now.")
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea, required=False)


class MoveForm(Form):
    """A corrected time of an arrival or a closing."""

    at = KnownDateTimeField(label=gettext_lazy("When it was"), allow_unknown=False)
    why = forms.CharField(label=gettext_lazy("Why is it corrected?"), widget=forms.Textarea)
