"""Small forms for the common kinds of STIX, for who does not write JSON."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.forms import Form, KnownDateTimeField, TlpField, forms
from trellis.exchange import compose
from trellis.exchange.forms import Choices, area

_CVE = re.compile(r"CVE-\d{4}-\d{4,19}", re.ASCII)


class KindForm(Form):
    """Base of the small forms: a label, and for some of them what they are about."""

    about_needed: ClassVar[bool] = False
    label = TlpField(labels=compose.LABELS)

    def __init__(self, *args: Any, targets: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.about_needed:
            choose = forms.ChoiceField(label=_("About which object?"), choices=[("", _("Choose")), *targets])
            self.fields = {"about": choose, **self.fields}
        self.order_fields([*(name for name in self.fields if name != "label"), "label"])


class IndicatorForm(KindForm):
    """An indicator: a pattern to look for."""

    name = forms.CharField(label=gettext_lazy("Short name"), max_length=200)
    pattern_type = forms.ChoiceField(
        label=gettext_lazy("Language of the pattern"), choices=list(compose.PATTERNS.items())
    )
    pattern = area(gettext_lazy("Pattern"), gettext_lazy("For example [domain-name:value = 'example.com']"))
    description = area(gettext_lazy("What it means, and what to do"), required=False, max_length=5000)
    valid_from = KnownDateTimeField(
        label=gettext_lazy("Valid from"),
        required=False,
        allow_unknown=False,
        help_text=gettext_lazy("Left empty, it is now."),
    )
    valid_until = KnownDateTimeField(label=gettext_lazy("Valid until"), required=False, allow_unknown=False)

    def clean(self) -> dict[str, Any]:
        """The end after the start."""
        given = super().clean() or {}
        if given.get("valid_from") and given.get("valid_until") and given["valid_until"] <= given["valid_from"]:
            self.add_error("valid_until", _("It ends after it begins"))
        return given


class SightingForm(KindForm):
    """A sighting: that something was seen, when and how often."""

    about_needed = True
    first_seen = KnownDateTimeField(
        label=gettext_lazy("First seen"),
        allow_unknown=False,
        required=False,
        help_text=gettext_lazy("The time to sharing is counted from here."),
    )
    last_seen = KnownDateTimeField(label=gettext_lazy("Last seen"), required=False, allow_unknown=False)
    count = forms.IntegerField(label=gettext_lazy("How often"), required=False, min_value=0, max_value=999_999_999)
    description = area(
        gettext_lazy("Where and how"), gettext_lazy("No names of victims."), required=False, max_length=5000
    )

    def clean(self) -> dict[str, Any]:
        """The last not before the first."""
        given = super().clean() or {}
        if given.get("first_seen") and given.get("last_seen") and given["last_seen"] < given["first_seen"]:
            self.add_error("last_seen", _("Last seen is not before first seen"))
        return given


class NoteForm(KindForm):
    """A note about an object."""

    about_needed = True
    abstract = forms.CharField(label=gettext_lazy("In one line"), max_length=200, required=False)
    content = area(gettext_lazy("Note"), rows=6, max_length=20_000)


class VulnerabilityForm(KindForm):
    """A vulnerability that is public."""

    cve = forms.CharField(label=gettext_lazy("CVE number"), max_length=30, required=False)
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, required=False, help_text=gettext_lazy("Where it has no number.")
    )
    description = area(
        gettext_lazy("What is affected, and what to do"),
        gettext_lazy("Only what is public, or already fixed."),
        required=False,
        max_length=5000,
    )

    def clean(self) -> dict[str, Any]:
        """A number of the right form, or a name."""
        given = super().clean() or {}
        number = str(given.get("cve", "")).strip().upper()
        if number and not _CVE.fullmatch(number):
            self.add_error("cve", _("A number looks like CVE-2024-12345"))
        elif not number and not given.get("name"):
            self.add_error("cve", _("Give its number or a name"))
        given["cve"] = number
        return given


Maker = Callable[[Mapping[str, Any]], compose.Thing]
# By kind: the form, what makes the object, the heading, and what it is for.
KINDS: dict[str, tuple[type[KindForm], Maker, Any, Any]] = {
    "indicator": (
        IndicatorForm,
        compose.indicator,
        gettext_lazy("Share an indicator"),
        gettext_lazy("A pattern that others can look for in their networks."),
    ),
    "sighting": (
        SightingForm,
        compose.sighting,
        gettext_lazy("Share a sighting"),
        gettext_lazy("You saw what somebody shared. That tells the others that it is alive."),
    ),
    "note": (
        NoteForm,
        compose.note,
        gettext_lazy("Share a note"),
        gettext_lazy("Words about an object that is here."),
    ),
    "vulnerability": (
        VulnerabilityForm,
        compose.vulnerability,
        gettext_lazy("Share a vulnerability"),
        gettext_lazy("One that is public: what is affected and what to do."),
    ),
}


def offered() -> Sequence[tuple[str, Any, Any]]:
    """The kinds that have a small form: name, heading, what it is for."""
    return [(name, title, note) for name, (_form, _make, title, note) in KINDS.items()]
