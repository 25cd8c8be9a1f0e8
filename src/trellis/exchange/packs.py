"""What the review pack says of the exchange: how fast, and how much each way, of owners that open it to all parties."""

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import figures, formats
from trellis.core.ports import PackSection
from trellis.exchange.figures import KINDS
from trellis.exchange.logged import KIND
from trellis.parties import selectors as parties
from trellis.sharing import packed
from trellis.sharing.figures import coarse

SHOWN = ("share", "acknowledge", "balance")


def pack_section(programme: UUID, _period: tuple[date, date], as_of: datetime) -> PackSection | None:
    """Times to share and to acknowledge, and the balance, of everything exchanged in the programme by then."""
    owners = packed.open_to_all(programme, [KIND], programme)
    names, found = parties.organisation_names(owners), []
    for owner in owners:
        for name in SHOWN:
            question = figures.ask(f"exchange.{name}", {"owner": owner, "arrangement": programme}, None, as_of)
            parts = coarse(question, figures.figure(question)).parts
            given, received = (parts.get(key) for key in ("given", "received"))
            beside = ""
            if isinstance(given, int) and isinstance(received, int):
                counts = {"given": formats.number(given), "received": formats.number(received)}
                beside = _("Given: %(given)s; received: %(received)s.") % counts
            found.append(packed.figure(f"{names.get(owner, '')}: {KINDS[name][0]}", question, beside))
    return packed.section("exchange", _("Exchange"), 70, found)
