"""Who may record something of a course, and whether anything may be recorded now."""

from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core.conditions import Blocked, Hidden, Refused, unmet
from trellis.delivery import selectors
from trellis.delivery.models import Course
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate


def owned(viewer: Viewer, programme: UUID, course: UUID) -> Course:
    """A course of the viewer's organisation. Hidden for who may not read it, Refused for other readers."""
    parties.programme_for(viewer, programme)
    row: Course = gate.get(Course, viewer, course, _("To record what became of it"))
    if row.context != programme:
        raise Hidden()
    if row.owner != viewer.organisation:
        holders = list(parties.organisation_names([row.owner]).values())
        raise Refused(_("Only the organisation that trains can record this."), holders)
    return row


def require_consent(row: Course) -> None:
    """Raises Blocked with every condition unless something may be collected for this course now."""
    assert row.context
    conditions = selectors.collect_conditions(row.context, row.activity)
    if unmet(conditions):
        raise Blocked(_("Nothing is recorded: conditions are not met."), conditions)
