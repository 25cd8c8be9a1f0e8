"""Forms of the sources elsewhere."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.forms import Form, forms
from trellis.exchange.forms import Choices


def _secret() -> forms.CharField:
    """A secret goes in and never comes out: not into the page again, not into what a browser fills in."""
    return forms.CharField(
        label=gettext_lazy("Token or password there"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "Kept encrypted with the secret of this installation, for this address alone, and never shown again."
        ),
    )


def _user() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("User name there"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Left empty, the secret is sent as a bearer token."),
    )


class SourceForm(Form):
    """A collection elsewhere, read into one of ours."""

    url = forms.CharField(
        label=gettext_lazy("Address of the collection there"),
        max_length=500,
        help_text=gettext_lazy("It begins with https:// and ends with /collections/, the collection's id and a slash."),
    )
    organisation = forms.ChoiceField(
        label=gettext_lazy("Which organisation does it come from?"),
        help_text=gettext_lazy("It is named as the source of each object, and it alone relabels them."),
    )
    collection = forms.ChoiceField(label=gettext_lazy("Into which collection here?"))
    user = _user()
    secret = _secret()

    class Meta:
        bands = [
            (gettext_lazy("What is read"), "", ["url", "organisation", "collection"]),
            (
                gettext_lazy("How we sign in there"),
                gettext_lazy("Leave both empty where everybody may read."),
                ["user", "secret"],
            ),
        ]

    def __init__(self, *args: Any, collections: Choices, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collection"].choices = [("", _("Choose")), *collections]  # type: ignore[attr-defined]
        self.fields["organisation"].choices = [("", _("Choose")), *organisations]  # type: ignore[attr-defined]


class SecretForm(Form):
    """Another user name and secret for a source."""

    user = _user()
    secret = _secret()
