"""Forms of policies and of pairs of agencies."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from trellis.core.forms import DayField, Form, forms


class PolicyForm(Form):
    """A policy and the steps that it has reached."""

    title = forms.CharField(label=_("Title"), max_length=200)
    strategy = forms.CharField(label=_("Strategy that planned it"), max_length=200)
    objective = forms.ChoiceField(label=_("Objective of the strategic direction"), required=False)
    due = DayField(label=_("Due"), help_text=_("The day by which the strategy wants it in force."))
    drafted = DayField(label=_("Drafted"), required=False)
    consulted = DayField(label=_("Consulted on"), required=False)
    adopted = DayField(label=_("Adopted"), required=False)
    in_force = DayField(label=_("In force"), required=False, help_text=_("It may lie ahead."))
    ended = DayField(label=_("Ended"), required=False, help_text=_("Repealed, or run out."))
    source = forms.CharField(
        label=_("Source"), max_length=300, required=False, help_text=_("Where it is published, such as the gazette.")
    )

    class Meta:
        bands = [
            (_("The policy"), "", ["title", "strategy", "objective", "due", "source"]),
            (_("Steps"), _("Leave empty what has not been reached. A draft does not count as a policy."),
             ["drafted", "consulted", "adopted", "in_force", "ended"]),
        ]  # fmt: skip

    def __init__(self, *args: Any, objectives: dict[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["objective"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("None")), *((str(one), title) for one, title in objectives.items())]

    def said(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        return {**given, "objective": UUID(given["objective"]) if given["objective"] else None}


class _Why(forms.Form):
    why = forms.CharField(label=_("What has changed?"), widget=forms.Textarea)
    seen = forms.UUIDField(widget=forms.HiddenInput)


class PolicyCorrection(PolicyForm, _Why):
    """Where a policy stands now."""


class PairForm(Form):
    """Two agencies, their protocol and its last exercise."""

    first = forms.CharField(label=_("Agency"), max_length=200)
    second = forms.CharField(label=_("Other agency"), max_length=200)
    required = forms.BooleanField(label=_("They are required to work together"), required=False, initial=True)
    ground = forms.CharField(
        label=_("Why they have to"), max_length=300, required=False, help_text=_("The law, plan or order that says so.")
    )
    protocol_title = forms.CharField(label=_("Protocol"), max_length=200, required=False)
    starts = DayField(label=_("In force from"), required=False)
    ends = DayField(label=_("Until"), required=False)
    exercised = DayField(label=_("Last exercised"), required=False)
    exercise = forms.CharField(label=_("In which exercise"), max_length=200, required=False)

    class Meta:
        bands = [
            (_("The pair"), "", ["first", "second", "required", "ground"]),
            (_("Protocol"), "", ["protocol_title", "starts", "ends"]),
            (_("Exercise"), _("A protocol that was not exercised in time counts as on paper only."),
             ["exercised", "exercise"]),
        ]  # fmt: skip

    def said(self) -> dict[str, Any]:
        """What the service takes."""
        return dict(self.cleaned_data)


class PairCorrection(PairForm, _Why):
    """What is known of a pair now."""


class RetractForm(Form):
    """A reason."""

    why = forms.CharField(label=_("Why?"), widget=forms.Textarea)
