"""What the review pack says of assistance: the clock of each step, where all that it rests on is open to all parties."""

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import figures
from trellis.core.conditions import Invalid
from trellis.core.ports import PackSection
from trellis.regional.figures import STEPS, TITLES, owners
from trellis.regional.views_times import part
from trellis.sharing import packed
from trellis.sharing.figures import coarse


def pack_section(programme: UUID, period: tuple[date, date], as_of: datetime) -> PackSection | None:
    """The clocks of assistance asked for in the period; None where one owner of what they count has not opened it."""
    found = []
    open_ = set(packed.open_to_all(programme, STEPS, programme))
    for clock, title in TITLES.items():
        question = figures.ask(f"regional.{clock}", {"programme": programme}, period, as_of)
        if not {*owners(question, STEPS)} - {programme} <= open_:
            return None
        try:
            made = coarse(question, figures.figure(question))
        except Invalid:
            return None
        given = {"events": part(made, "events"), "p90": part(made, "p90")}
        beside = _("Done: %(events)s. 9 of 10 within, hours: %(p90)s.") % given
        found.append(packed.figure(str(title), question, beside))
    return packed.section("assistance", _("Assistance across borders"), 71, found)
