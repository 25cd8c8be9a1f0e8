"""Forms of assessments: opening, amending, waiving, answering, ranking, importing a framework."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assessment import rules, selectors
from trellis.assessment.frameworks import MANDATORY_DOMAINS, Framework
from trellis.assessment.models import Confidence
from trellis.assessment.schemas import (
    FOUR_GROUPS,
    AssessmentView,
    Invited,
    ScopeItem,
)
from trellis.core.forms import DayField, FileField, Form, forms

OUT, NO_TARGET = "", "none"


def codes_in(text: str) -> list[str]:
    """Codes in a text, separated by commas, semicolons or spaces."""
    return list(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))


class ScopeForm(Form):
    """Targets by item and invitations by group: the common part of opening and amending."""

    def __init__(
        self, framework: Framework, *args: Any, asked: Mapping[UUID, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.framework, self.asked = framework, asked or {}
        self.areas: list[tuple[Any, Any, list[str]]] = []
        stages = [(str(s.number), f"{s.number} {s.title}") for s in framework.stages]
        choices = [(OUT, _("Not in scope")), (NO_TARGET, _("In scope, no target yet")), *stages]
        held: dict[str, list[str]] = {}
        for item in framework.rated:
            name = f"target-{item.code}"
            self.fields[name] = forms.ChoiceField(
                label=f"{item.code} {item.title}",
                choices=choices,
                required=False,
                initial=self.initial.get(name),
            )
            held.setdefault(item.parent or "", []).append(name)
        for parent, names in held.items():
            self.areas.append((framework.by_code[parent].title if parent else _("Items"), "", names))
        invitations = []
        for group, organisations in selectors.organisations_by_group():
            choices = [(str(one.pk), one.name) for one in organisations if one.pk not in self.asked]
            if choices:
                self.fields[f"invited-{group}"] = forms.MultipleChoiceField(
                    label=selectors.group_name(group),
                    choices=choices,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )
                invitations.append(f"invited-{group}")
        note = _("They answer about the items in scope. They need an account here, not a place in the programme.")
        self.invitations = (_("Who is asked"), note, invitations)

    @property
    def items(self) -> list[ScopeItem]:
        """The items in scope with their targets."""
        found = []
        for item in self.framework.rated:
            target = self.cleaned_data.get(f"target-{item.code}") or OUT
            if target != OUT:
                found.append(ScopeItem(code=item.code, target=None if target == NO_TARGET else int(target)))
        return found

    @property
    def invited(self) -> list[Invited]:
        """The organisations ticked, each for the group under which it stands."""
        return [
            Invited(organisation=UUID(one), group=name.removeprefix("invited-"))
            for name in self.invitations[2]
            for one in self.cleaned_data.get(name, ())
        ]


class OpenForm(ScopeForm):
    """Opens an assessment."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    lead = forms.ChoiceField(
        label=gettext_lazy("Lead organisation"),
        help_text=gettext_lazy("It owns the answers and grants who may read them."),
    )
    due = DayField(label=gettext_lazy("Answers until"), required=False)

    def __init__(self, framework: Framework, partners: Sequence[tuple[UUID, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(framework, *args, **kwargs)
        lead = self.fields["lead"]
        assert isinstance(lead, forms.ChoiceField)
        lead.choices = [(str(key), name) for key, name in partners]
        names = []
        for domain in MANDATORY_DOMAINS:
            label = rules.domain_name(domain)
            if framework.id != "national":
                names.append(f"domain-{domain}")
                self.fields[names[-1]] = forms.CharField(
                    label=_("%(domain)s: codes that stand for it") % {"domain": label}, required=False
                )
            names.append(f"left-{domain}")
            self.fields[names[-1]] = forms.CharField(
                label=_("%(domain)s: why it is not in scope") % {"domain": label}, required=False
            )
        note = _("Every assessment rates these three, or states why not.")
        self.domain_band = (_("Mandatory domains"), note, names)

    @property
    def bands(self) -> list[tuple[Any, Any, list[Any]]]:
        head = (_("Assessment"), "", ["title", "lead", "due"])
        targets = [(t, _("The stage that the partner wants to reach."), n) for t, _note, n in self.areas]
        given = [head, *targets, self.domain_band, self.invitations]
        return [(heading, note, [self[name] for name in names]) for heading, note, names in given]

    @property
    def domains(self) -> dict[str, list[str]]:
        """The items stated for each mandatory domain."""
        found = {d: codes_in(self.cleaned_data.get(f"domain-{d}", "")) for d in MANDATORY_DOMAINS}
        return {domain: codes for domain, codes in found.items() if codes}

    @property
    def left_out(self) -> dict[str, str]:
        """The reasons for leaving a mandatory domain out."""
        found = {d: self.cleaned_data.get(f"left-{d}", "").strip() for d in MANDATORY_DOMAINS}
        return {domain: reason for domain, reason in found.items() if reason}


class AmendForm(ScopeForm):
    """Changes targets and adds items and invitations."""

    reason = forms.CharField(label=gettext_lazy("Why"), required=False)

    @property
    def bands(self) -> list[tuple[Any, Any, list[Any]]]:
        given = [*self.areas, self.invitations, (_("Reason"), "", ["reason"])]
        return [(heading, note, [self[name] for name in names]) for heading, note, names in given if names]


class WaiveForm(Form):
    """Waives the answer of a group."""

    group = forms.ChoiceField(label=gettext_lazy("Group"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why its answer may be missing"),
        widget=forms.Textarea,
        help_text=gettext_lazy("This stands in every report built on the assessment, with your name."),
    )

    def __init__(self, states: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = self.fields["group"]
        assert isinstance(group, forms.ChoiceField)
        open_ = [name for name, state in states if state == "missing"] or list(FOUR_GROUPS)
        group.choices = [(name, selectors.group_name(name)) for name in open_]


class AnswerForm(Form):
    """One organisation's answer about one item; each stage is shown with its statements."""

    stage = forms.ChoiceField(
        label=gettext_lazy("Which stage is reached?"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("A stage counts when all that is said of it, and of every stage below, is true."),
    )
    confidence = forms.ChoiceField(
        label=gettext_lazy("How sure are you?"), choices=Confidence.choices, widget=forms.RadioSelect
    )
    evidence_text = forms.CharField(
        label=gettext_lazy("What bears this out"),
        widget=forms.Textarea,
        required=False,
        help_text=gettext_lazy("A document, a figure, a visit. Without any, the answer is marked unevidenced."),
    )
    evidence = forms.ChoiceField(
        label=gettext_lazy("Evidence that you have filed"),
        required=False,
        help_text=gettext_lazy("The lead organisation of the assessment will be able to read it."),
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea, required=False)
    why = forms.CharField(label=gettext_lazy("Why the answer changes"), required=False)

    def __init__(
        self,
        framework: Framework,
        code: str,
        evidence: Sequence[tuple[UUID, str]],
        *args: Any,
        first: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        stage, files = self.fields["stage"], self.fields["evidence"]
        assert isinstance(stage, forms.ChoiceField) and isinstance(files, forms.ChoiceField)
        held: dict[int, list[tuple[str]]] = {}
        for indicator in framework.indicators(code):
            held.setdefault(indicator.stage or 0, []).append((indicator.text or indicator.title,))
        stage.choices = [
            ("0", _("0 Below the first stage")),
            *[
                (
                    str(s.number),
                    format_html("<b>{} {}</b> {}", s.number, s.title, _statements(held.get(s.number, ()))),
                )
                for s in framework.stages
            ],
        ]
        files.choices = [("", _("None")), *((str(key), title) for key, title in evidence)]
        if not evidence:
            del self.fields["evidence"]
        if first:
            del self.fields["why"]


def _statements(found: Sequence[tuple[str]]) -> str:
    return format_html_join("", "<br>{}", found)


class SayForm(Form):
    """A comment on a priority."""

    text = forms.CharField(
        label=gettext_lazy("Comment"),
        widget=forms.Textarea,
        help_text=gettext_lazy("All parties to the programme will read it (TLP:GREEN)."),
    )


class SuggestForm(SayForm):
    """A suggested priority."""

    title = forms.CharField(label=gettext_lazy("Priority"), max_length=300)
    field_order = ["title", "text"]


class FrameworkForm(Form):
    """A framework from a file, first as a dry run."""

    file = FileField(label=gettext_lazy("File"), endings=["json", "csv", "xlsx"], max_bytes=20 * 1024 * 1024)
    licence = forms.CharField(
        label=gettext_lazy("Licence"), required=False, help_text=gettext_lazy("Where the file names none.")
    )
    language = forms.CharField(label=gettext_lazy("Language"), initial="en", max_length=8, required=False)


def as_invited(view: AssessmentView) -> dict[str, str]:
    """What an amending form starts from."""
    return {
        f"target-{item.code}": NO_TARGET if item.target is None else str(item.target)
        for item in selectors.scope(view.id)
    }
