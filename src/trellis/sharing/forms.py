"""Forms of sharing."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from trellis.core.forms import DayField, FileField, Form, KnownDateTimeField, TlpField, forms
from trellis.parties.models import Side
from trellis.sharing.models import Audience, Consent, Detail
from trellis.sharing.records import data_kinds

Choices = Sequence[tuple[str, Any]]
NONE = [("", _("none"))]


def _offer(form: Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class GrantForm(Form):
    """Who may read which records, what for, and until when."""

    data_kind = forms.ChoiceField(label=_("Records of which kind?"))
    detail = forms.ChoiceField(
        label=_("In what detail?"), choices=Detail.choices, initial=Detail.FIGURE, widget=forms.RadioSelect
    )
    context = forms.ChoiceField(
        label=_("Only what was recorded for one programme"),
        required=False,
        help_text=_("Empty means all of it."),
    )
    audience = forms.ChoiceField(label=_("Who may read?"), choices=Audience.choices, widget=forms.RadioSelect)
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    arrangement = forms.ChoiceField(
        label=_("Programme"), required=False, help_text=_("For a side, or for all parties.")
    )
    side = forms.ChoiceField(label=_("Side"), choices=[*NONE, *Side.choices], required=False)
    persons = forms.MultipleChoiceField(label=_("Named persons"), required=False, widget=forms.CheckboxSelectMultiple)
    ceiling = TlpField(label=_("Up to which label?"))
    purpose = forms.CharField(label=_("What is it for?"), max_length=200)
    ends_at = KnownDateTimeField(
        label=_("Until"),
        allow_unknown=False,
        required=False,
        help_text=_("Empty means until you withdraw it."),
    )

    class Meta:
        bands = [
            (_("What"), "", ["data_kind", "detail", "context"]),
            (
                _("Who"),
                _("Fill in what fits the audience."),
                ["audience", "organisation", "arrangement", "side", "persons"],
            ),
            (_("How far"), "", ["ceiling", "purpose", "ends_at"]),
        ]

    def __init__(self, *args: Any, organisations: Choices, programmes: Choices, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "data_kind", [(kind.name, f"{kind.title}: {kind.detail}") for kind in data_kinds()])
        _offer(self, "organisation", [*NONE, *organisations])
        _offer(self, "arrangement", [*NONE, *programmes])
        _offer(self, "context", [*NONE, *programmes])
        _offer(self, "persons", people)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("audience") == Audience.SIDE and not given.get("side"):
            self.add_error("side", _("Choose the side"))
        return given


class WhyForm(Form):
    """A reason."""

    why = forms.CharField(label=_("Why?"), widget=forms.Textarea, max_length=2000)


class EvidenceForm(Form):
    """A file and what it shows."""

    title = forms.CharField(label=_("What does the file show?"), max_length=200)
    file = FileField(label=_("File"))
    context = forms.ChoiceField(label=_("For which programme?"), required=False)
    label = TlpField()

    def __init__(self, *args: Any, programmes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "context", [*NONE, *programmes])


class ConsentRequestForm(Form):
    """A request for consent."""

    authority = forms.ChoiceField(label=_("Who is asked?"))
    scope = forms.ChoiceField(label=_("Consent to what?"), choices=Consent.Scope.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What is asked for, and why?"),
        widget=forms.Textarea,
        help_text=_("What is done, what is collected, for how long."),
    )
    about = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, authorities: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "authority", authorities)


class ConsentForm(Form):
    """Consent."""

    scope = forms.ChoiceField(label=_("Consent to what?"), choices=Consent.Scope.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("To what exactly?"),
        widget=forms.Textarea,
        help_text=_("All parties to the programme read this."),
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), required=False, help_text=_("Empty means until it is withdrawn."))
    about = forms.UUIDField(widget=forms.HiddenInput, required=False)
    answers = forms.UUIDField(widget=forms.HiddenInput, required=False)


class SearchForm(Form):
    """What to look for."""

    q = forms.CharField(label=_("Words"), max_length=200, required=False)
