"""Forms of parties."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from trellis.core.forms import FileField, Form, KnownDateTimeField, forms
from trellis.parties.models import Group, Membership, SeatRole
from trellis.parties.parsing import countries

PASSWORD_HELP = _("At least 12 characters. Three or four words that belong to nothing are good.")


def _password(label: Any, autocomplete: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget, **more)


def _code_widget() -> forms.TextInput:
    attrs = {"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false", "class": "short"}
    return forms.TextInput(attrs=attrs)


class SignInForm(Form):
    """E-mail address and password."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = _password(_("Password"), "current-password")
    next = forms.CharField(widget=forms.HiddenInput, required=False)


class CodeForm(Form):
    """A code of the authenticator app or a recovery code."""

    code = forms.CharField(label=_("Code"), max_length=40, widget=_code_widget())


class InvitationCodeForm(Form):
    """The code of a printed invitation."""

    code = forms.CharField(
        label=_("Code on the invitation"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AcceptForm(Form):
    """Name and password of a new account."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=60)
    name = forms.CharField(label=_("Your name"), max_length=200)
    password = _password(_("Choose a password"), "new-password", help_text=PASSWORD_HELP)
    again = _password(_("The password once more"), "new-password")

    def clean(self) -> dict[str, Any]:
        return _same(self, "password")


class PasswordForm(Form):
    """A new password, with the present one."""

    old = _password(_("Present password"), "current-password")
    new = _password(_("New password"), "new-password", help_text=PASSWORD_HELP)
    again = _password(_("The new password once more"), "new-password")

    def clean(self) -> dict[str, Any]:
        return _same(self, "new")


def _same(form: Form, name: str) -> dict[str, Any]:
    given: dict[str, Any] = forms.Form.clean(form) or {}
    if given.get(name) and given.get("again") and given[name] != given["again"]:
        form.add_error("again", _("The two are not the same"))
    return given


class ProfileForm(Form):
    """Name, language, and the daily mail."""

    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    mail_digest = forms.BooleanField(
        label=_("A mail once a day with what waits for me"),
        required=False,
        help_text=_("How many things wait, and their titles; nothing of what is recorded."),
    )


class TokenForm(Form):
    """A new API token."""

    title = forms.CharField(label=_("What is it for?"), max_length=80)


class KeyForm(Form):
    """The name of a new security key."""

    title = forms.CharField(label=_("Name of the key"), max_length=80, help_text=_("Such as: blue key on the ring."))


class InviteForm(Form):
    """Somebody to invite."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Membership.Role.choices,
        initial=Membership.Role.STAFF,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class FirstAdministratorForm(Form):
    """The first administrator of an organisation."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class MemberForm(Form):
    """Role and unit of a colleague."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, widget=forms.RadioSelect)
    unit = forms.CharField(label=_("Unit"), max_length=80, required=False)


class SeatForm(Form):
    """A new seat."""

    role = forms.ChoiceField(label=_("What it is for"), choices=SeatRole.choices)
    title = forms.CharField(
        label=_("Title"), max_length=120, required=False, help_text=_("As your organisation calls it.")
    )


def _members(form: Form, choices: list[tuple[str, str]]) -> None:
    field = form.fields["person"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class FillForm(Form):
    """Who is to sit in a seat."""

    person = forms.ChoiceField(label=_("Who"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _members(self, people)


class DelegateForm(Form):
    """Who acts for a seat, from when until when."""

    person = forms.ChoiceField(label=_("Who"))
    since = KnownDateTimeField(label=_("From"), allow_unknown=False)
    until = KnownDateTimeField(label=_("Until"), allow_unknown=False)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _members(self, people)


class OrganisationForm(Form):
    """An organisation to register."""

    name = forms.CharField(label=_("Name"), max_length=200)
    short = forms.CharField(label=_("Short name"), max_length=40)
    group = forms.ChoiceField(label=_("Stakeholder group"), choices=Group.choices)
    country = forms.CharField(
        label=_("Country"),
        max_length=2,
        required=False,
        help_text=_("Two-letter code; empty for an international organisation."),
    )

    def clean_country(self) -> str:
        code = str(self.cleaned_data["country"]).upper()
        if code and code not in countries():
            raise forms.ValidationError(_("This is not a country code"))
        return code


class ImportForm(Form):
    """A table of people or organisations."""

    file = FileField(label=_("File"), max_bytes=5 * 1024 * 1024, endings=["csv", "xlsx"])
