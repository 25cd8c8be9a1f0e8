"""Forms of handover: a function, its plan, evidence, presence of donor staff, a step and a choice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from trellis.calc.handover import CHOICES, LADDER
from trellis.core.forms import DayField, Form, NumberField, TlpField, forms
from trellis.handover.criteria import BY_KEY, CRITERIA, STEP_TITLES
from trellis.handover.schemas import PlanView
from trellis.parties.schemas import Party

SHARED = ["CLEAR", "GREEN", "AMBER"]
CHOICE_TITLES = {
    "extend once with cause": _("Extend once, with a cause"),
    "move to regional support": _("Move to regional support"),
    "exit with residual risk recorded": _("Exit, with the risk that stays written down"),
}


class FunctionForm(Form):
    """A function that the programme supports."""

    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(label=_("What it does"), widget=forms.Textarea, required=False)
    owner = forms.ChoiceField(label=_("Organisation that owns it"))
    posts = forms.CharField(
        label=_("Critical posts"),
        widget=forms.Textarea,
        required=False,
        help_text=_("One on each line. Readiness needs trained holders for each."),
    )
    start = forms.ChoiceField(label=_("Where it begins"), choices=[(s, STEP_TITLES[s]) for s in LADDER])
    withdrawn = forms.BooleanField(label=_("The programme no longer supports it"), required=False)
    reason = forms.CharField(label=_("Why it changes"), widget=forms.Textarea, required=False)

    def __init__(self, *args: Any, partners: Sequence[Party], known: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        _choices(self, "owner", [(str(p.organisation), p.name) for p in partners])
        if known:
            del self.fields["start"]
            self.fields["reason"].required = True
        else:
            del self.fields["withdrawn"], self.fields["reason"]

    def said(self) -> dict[str, Any]:
        """The cleaned fields as the service takes them."""
        found = dict(self.cleaned_data)
        found["owner"] = UUID(found["owner"])
        found["posts"] = [line for line in found["posts"].splitlines() if line.strip()]
        return found


class PlanForm(Form):
    """A handover plan: a box and, where it is not ticked, a reason for each criterion."""

    target = DayField(label=_("Date of handover"))
    next_owner = forms.ChoiceField(label=_("Who brings about the next step"))
    notice_days = forms.IntegerField(
        label=_("Notice"),
        min_value=1,
        max_value=1500,
        initial=180,
        help_text=_("Days before the date. If the function is not ready then, both sides choose what happens."),
    )
    reason = forms.CharField(label=_("Why it changes"), widget=forms.Textarea, required=False)

    def __init__(self, *args: Any, parties: Sequence[Party], last: PlanView | None, **more: Any) -> None:
        super().__init__(*args, **more)
        _choices(self, "next_owner", [(str(p.organisation), p.name) for p in parties])
        if last is None:
            del self.fields["reason"]
        names = []
        for one in CRITERIA:
            binding = last.mandatory.get(one.key, True) if last else True
            self.fields[f"mandatory_{one.key}"] = forms.BooleanField(
                label=_t("%(criterion)s is mandatory") % {"criterion": one.title},
                required=False,
                initial=binding,
            )
            self.fields[f"waived_{one.key}"] = forms.CharField(
                label=_t("If not, why"), required=False, initial=last.waived.get(one.key, "") if last else ""
            )
            names += [f"mandatory_{one.key}", f"waived_{one.key}"]
        self._bands = [
            (_t("When and who"), "", ["target", "next_owner", "notice_days", "reason"]),
            (_t("Criteria"), _t("Each is mandatory unless both sides agree why not."), names),
        ]

    @property
    def bands(self) -> list[Any]:
        """The two bands of the form."""
        return [(h, n, [self[name] for name in names if name in self.fields]) for h, n, names in self._bands]

    def said(self) -> dict[str, Any]:
        """The cleaned fields as the service takes them."""
        data = self.cleaned_data
        return {
            "target": data["target"],
            "next_owner": UUID(data["next_owner"]),
            "notice_days": data["notice_days"],
            "reason": data.get("reason", ""),
            "mandatory": {one.key: data[f"mandatory_{one.key}"] for one in CRITERIA},
            "waived": {one.key: data[f"waived_{one.key}"] for one in CRITERIA if not data[f"mandatory_{one.key}"]},
        }


class EvidenceForm(Form):
    """Evidence of one criterion; fields that the criterion does not take are left out."""

    met = forms.ChoiceField(
        label=_("Is it met?"), choices=[("yes", _("yes")), ("no", _("no"))], widget=forms.RadioSelect
    )
    statement = forms.CharField(label=_("What shows it"), widget=forms.Textarea)
    unaided_since = DayField(label=_("First day without donor staff"), required=False)
    valid_until = DayField(
        label=_("Holds until"),
        required=False,
        help_text=_("After this day it counts as unknown, as a yearly budget line does."),
    )
    file = forms.ChoiceField(label=_("File"), required=False)
    label = TlpField(labels=SHARED, initial="AMBER")

    def __init__(
        self,
        *args: Any,
        criterion: str,
        posts: Sequence[str],
        files: Sequence[tuple[str, str]],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.posts = list(posts) if criterion == "holders" else []
        if criterion != "unaided":
            del self.fields["unaided_since"]
        for number, post in enumerate(self.posts):
            self.fields[f"post_{number}"] = forms.IntegerField(
                label=_t("Trained holders: %(post)s") % {"post": post}, min_value=0
            )
        if self.posts:
            del self.fields["met"]
        if files:
            _choices(self, "file", [("", _t("None")), *files])
        else:
            del self.fields["file"]
        self.order_fields(["met", *(f"post_{n}" for n in range(len(self.posts))), "statement"])

    def said(self) -> dict[str, Any]:
        """The cleaned fields as the service takes them."""
        data = self.cleaned_data
        return {
            "statement": data["statement"],
            "met": data.get("met", "yes") == "yes",
            "holders": {post: data[f"post_{n}"] for n, post in enumerate(self.posts)},
            "unaided_since": data.get("unaided_since"),
            "valid_until": data["valid_until"],
            "file": UUID(data["file"]) if data.get("file") else None,
            "label": data["label"],
        }


class PresenceForm(Form):
    """Donor staff at work in a function."""

    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))
    person_days = NumberField(label=_("Person-days"), min_value=Decimal(0))
    ran = forms.BooleanField(
        label=_("Donor staff ran the function"),
        required=False,
        help_text=_("One such day starts the unaided months again."),
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea, required=False)
    label = TlpField(labels=SHARED, initial="AMBER")


class StepForm(Form):
    """A step and its reason. The step comes from the page."""

    reason = forms.CharField(label=_("Why now"), widget=forms.Textarea)


class ChoiceForm(Form):
    """What happens to a function that is not ready in time."""

    choice = forms.ChoiceField(label=_("Choice"), widget=forms.RadioSelect)
    target = DayField(label=_("New date"), required=False, help_text=_("For an extension only."))
    cause = forms.CharField(label=_("Cause, or the risk that stays"), widget=forms.Textarea)

    def __init__(self, *args: Any, offered: Sequence[str], **more: Any) -> None:
        super().__init__(*args, **more)
        _choices(self, "choice", [(one, CHOICE_TITLES[one]) for one in CHOICES if one in offered])


def criterion_title(key: str) -> str:
    """A criterion in words."""
    return str(BY_KEY[key].title)


def _choices(form: Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
