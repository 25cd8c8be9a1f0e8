"""What changed from version to version, in words."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from trellis.core import formats
from trellis.core.pieces import Entry
from trellis.parties import selectors as parties

TEST = (
    "title", "kind", "scope", "rules", "tester", "planned_from", "planned_until", "begun_at", "ended_at",
    "reported_on", "label",
)  # fmt: skip
FINDING = (
    "reference", "severity", "title", "detail", "found_on", "due_on", "fixed_on", "accepted_on", "accepted_why",
    "label",
)  # fmt: skip
LONG = 120


def test_history(versions: Sequence[Any]) -> list[Entry]:
    """The versions of a test, newest first."""
    return _entries(versions, TEST)


def finding_history(versions: Sequence[Any]) -> list[Entry]:
    """The versions of a finding, newest first."""
    return _entries(versions, FINDING)


def _entries(versions: Sequence[Any], fields: Sequence[str]) -> list[Entry]:
    names = parties.person_names([row.recorded_by for row in versions])
    entries = []
    for row, before in zip(versions, [*versions[1:], None], strict=True):
        given = {"who": names.get(row.recorded_by, ""), "why": row.why}
        if before is None:
            text = _("Recorded by %(who)s") % given
        elif row.retracted:
            text = _("Retracted by %(who)s: %(why)s") % given
        else:
            changes = [_change(row, before, name) for name in fields if getattr(row, name) != getattr(before, name)]
            text = _("%(why)s, by %(who)s. %(changes)s.") % {**given, "changes": "; ".join(changes) or _("No change")}
        entries.append(Entry(at=row.recorded_at, text=text))
    return entries


def _change(row: Any, before: Any, name: str) -> str:
    given = {"field": row._meta.get_field(name).verbose_name, "before": _said(before, name), "after": _said(row, name)}
    return _("%(field)s was %(before)s, is %(after)s") % given


def _said(row: Any, name: str) -> str:
    value = getattr(row, name)
    field = row._meta.get_field(name)
    if value is None or value == "":
        return _("not said")
    if field.choices:
        return value if name == "label" else str(getattr(row, f"get_{name}_display")())
    if isinstance(field, models.DateTimeField):
        return formats.moment(value)
    if isinstance(field, models.DateField):
        return formats.day(value)
    text = " / ".join(str(value).splitlines())
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
