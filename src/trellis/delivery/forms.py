"""Forms of delivery."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from trellis.core.forms import DayField, FileField, Form, NumberField, forms
from trellis.delivery.models import Modality

KNOWN = [("", gettext_lazy("Not known")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]


class CourseForm(Form):
    """A course of an activity in the plan."""

    activity = forms.ChoiceField(
        label=gettext_lazy("Activity of the plan"),
        help_text=gettext_lazy("A course starts only under consent in force to the programme and to its activity."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    topic = forms.CharField(label=gettext_lazy("Topic"), max_length=200, required=False)
    modality = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Modality.choices, widget=forms.RadioSelect)
    starts = DayField(label=gettext_lazy("First day"))
    ends = DayField(label=gettext_lazy("Last day"))
    trainers = forms.CharField(
        label=gettext_lazy("Who teaches"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Roles or organisations; no names of people are needed."),
    )
    follow_on = forms.CharField(
        label=gettext_lazy("What follows"),
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("Mentoring, a next course, who carries on."),
    )
    maximum = NumberField(
        label=gettext_lazy("Highest mark"),
        initial=100,
        help_text=gettext_lazy("The same for the test before and the test after."),
    )

    def __init__(self, *args: Any, activities: dict[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["activity"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(one), title) for one, title in activities.items()]

    class Meta:
        bands = [
            (gettext_lazy("What"), "", ["activity", "title", "topic", "modality"]),
            (gettext_lazy("When and who"), "", ["starts", "ends", "trainers", "follow_on"]),
            (gettext_lazy("Tests"), "", ["maximum"]),
        ]


class CourseCorrection(CourseForm):
    """The same with what was learned; `seen` is the version on the screen. The activity stays."""

    why = forms.CharField(label=gettext_lazy("Why is it corrected?"), max_length=500)
    seen = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["activity"]

    class Meta(CourseForm.Meta):
        bands = [*CourseForm.Meta.bands, (gettext_lazy("Why"), "", ["why"])]


class PersonForm(Form):
    """What is said of one participant. What is left empty stays as it is."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("Such as P-01. No names: who is behind a code stays with whoever trains."),
    )
    organisation = forms.CharField(
        label=gettext_lazy("Organisation"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Its name as registered here."),
    )
    attended = forms.ChoiceField(
        label=gettext_lazy("Attended"), choices=KNOWN, required=False, widget=forms.RadioSelect
    )
    pre = NumberField(label=gettext_lazy("Mark before"), required=False)
    post = NumberField(label=gettext_lazy("Mark after"), required=False)
    reaction = forms.IntegerField(label=gettext_lazy("Reaction, 1 to 5"), min_value=1, max_value=5, required=False)
    why = forms.CharField(
        label=gettext_lazy("Why is it corrected?"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Needed where something else is recorded already."),
    )

    def came(self) -> bool | None:
        """The answer to `Attended`."""
        return {"yes": True, "no": False}.get(self.cleaned_data["attended"])


class WhyForm(Form):
    """A reason."""

    why = forms.CharField(label=gettext_lazy("Why does it no longer stand?"), max_length=500)


class ScoresForm(Form):
    """A file of scores."""

    file = FileField(label=gettext_lazy("File"), endings=["csv", "xlsx", "json"], max_bytes=5 * 1024 * 1024)
