"""What the public sees: owners open their figures, and both sides publish a first report."""

from trellis.core import clock
from trellis.core.clock import advance
from trellis.governance import services as governance
from trellis.publishing import services as publishing
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast


def happen(cast: Cast, calendar: Calendar) -> None:
    """Puts the opening of figures and one publication into the calendar."""

    def open_() -> None:
        for key in ("ministry", "justice", "cert", "norvia", "lindaria"):
            publishing.figures_open(cast.viewer(key), cast.programme)

    def publish() -> None:
        assert clock.is_set()
        decision = publishing.publication_propose(
            cast.viewer("ministry:coordinator"), cast.programme, title="Report of the first five quarters"
        )
        advance(minutes=2)
        for who in ("norvia:programme-officer", "lindaria:programme-officer"):
            governance.key_turn(cast.viewer(who), decision.pk)

    calendar.on(512, "The parties open figures to the public", open_)
    calendar.on(515, "Both sides publish a first report", publish)
