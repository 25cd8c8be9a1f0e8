"""The form that ranks the priorities: a place for each, a reason for each that goes, rows for new ones."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assessment.forms import codes_in
from trellis.assessment.schemas import ClosedPriority, PriorityView, RankedPriority
from trellis.core import ids
from trellis.core.forms import Form, forms


class RankForm(Form):
    """The whole list: a place for each priority, a reason for each that goes, rows for new ones."""

    trigger = forms.CharField(
        label=gettext_lazy("What brings this order about"),
        widget=forms.Textarea,
        help_text=gettext_lazy("A change of threat, law, money or people. It is kept with the order before and after."),
    )
    before = forms.CharField(widget=forms.HiddenInput, required=False)
    NEW = 3

    def __init__(
        self,
        current: Sequence[PriorityView],
        donors: Sequence[tuple[UUID, str]],
        assessment: UUID,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.current, self.assessment, self.donors = current, assessment, {str(k): n for k, n in donors}
        self.fields["trigger"].required = bool(current)
        self.fields["before"].initial = " ".join(str(view.id) for view in current)
        self.groups: list[tuple[Any, Any, list[str]]] = []
        for number, view in enumerate(current):
            names = self._row(f"p{number}", number + 1, view.title, " ".join(view.gaps), view.note)
            self.fields[f"p{number}-reason"] = forms.CharField(
                label=_("Reason, where it is closed"),
                required=False,
                help_text=_("Leave the place empty to close it."),
            )
            self.groups.append((view.title, "", [*names, f"p{number}-reason"]))
        origins = [("", _("The partner")), *((key, name) for key, name in self.donors.items())]
        for number in range(self.NEW):
            names = self._row(f"n{number}", None, "", "", "")
            self.fields[f"n{number}-origin"] = forms.ChoiceField(
                label=_("Brought up by"), choices=origins, required=False
            )
            self.groups.append(
                (_("New priority"), _("Leave empty what you do not need."), [*names, f"n{number}-origin"])
            )

    def _row(self, key: str, place: int | None, title: str, gaps: str, note: str) -> list[str]:
        self.fields[f"{key}-place"] = forms.IntegerField(label=_("Place"), min_value=1, required=False, initial=place)
        self.fields[f"{key}-title"] = forms.CharField(
            label=_("Priority"), max_length=300, required=False, initial=title
        )
        self.fields[f"{key}-gaps"] = forms.CharField(
            label=_("Items cited"), required=False, initial=gaps, help_text=_("Codes, such as 1.2 4.3.")
        )
        self.fields[f"{key}-note"] = forms.CharField(label=_("Note"), required=False, initial=note)
        return [f"{key}-{part}" for part in ("place", "title", "gaps", "note")]

    @property
    def bands(self) -> list[tuple[Any, Any, list[Any]]]:
        given = [*self.groups, (_("Reason"), "", ["trigger"])]
        return [(heading, note, [self[name] for name in names]) for heading, note, names in given]

    def _said(self, key: str, part: str) -> Any:
        return self.cleaned_data.get(f"{key}-{part}") or ""

    @property
    def ranked(self) -> list[RankedPriority]:
        """The priorities in their new order; the old order breaks ties."""
        found: list[tuple[int, int, RankedPriority]] = []
        for number, view in enumerate(self.current):
            key = f"p{number}"
            if self._said(key, "place"):
                said = {"title": self._said(key, "title") or view.title, "note": self._said(key, "note")}
                gaps = codes_in(self._said(key, "gaps"))
                assessment = view.assessment if tuple(gaps) == view.gaps else self.assessment
                found.append(
                    (
                        self._said(key, "place"),
                        len(found),
                        RankedPriority(
                            id=view.id,
                            origin=view.origin,
                            suggested_by=view.suggested_by,
                            assessment=assessment,
                            gaps=gaps,
                            **said,
                        ),
                    )
                )
        for number in range(self.NEW):
            key = f"n{number}"
            if self._said(key, "title"):
                found.append((self._said(key, "place") or 10_000, len(found), self._new(key)))
        return [row for _place, _order, row in sorted(found, key=lambda one: one[:2])]

    def _new(self, key: str) -> RankedPriority:
        donor = self._said(key, "origin")
        return RankedPriority(
            id=ids.new(),
            title=self._said(key, "title"),
            note=self._said(key, "note"),
            origin="donor-suggested" if donor else "partner",
            suggested_by=UUID(donor) if donor else None,
            assessment=self.assessment,
            gaps=codes_in(self._said(key, "gaps")),
        )

    @property
    def closed(self) -> list[ClosedPriority]:
        """The priorities without a place."""
        return [
            ClosedPriority(id=view.id, reason=self._said(f"p{number}", "reason"))
            for number, view in enumerate(self.current)
            if not self._said(f"p{number}", "place")
        ]
