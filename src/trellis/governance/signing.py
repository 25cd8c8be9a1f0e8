"""Acts on a decision by an organisation that holds its own key: the bytes to sign, and the act once they are signed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import canonical, keys, outside, streams
from trellis.core.conditions import Conflict, Hidden, Invalid
from trellis.core.models import Entry, Unsigned
from trellis.core.outside import SignatureNeeded
from trellis.governance import services as governance
from trellis.governance.models import Decision
from trellis.parties.schemas import Viewer

ACTS: dict[str, Callable[[Viewer, UUID, str], Any]] = {
    "turn": lambda viewer, decision, text: governance.key_turn(viewer, decision),
    "take-back": lambda viewer, decision, text: governance.key_take_back(viewer, decision),
    "reject": governance.reject,
    "withdraw": governance.withdraw,
    "dissent": governance.dissent,
}
TITLES = {
    "turn": gettext_lazy("Turn the key"),
    "take-back": gettext_lazy("Take the key back"),
    "reject": gettext_lazy("Reject"),
    "withdraw": gettext_lazy("Withdraw the proposal"),
    "dissent": gettext_lazy("Record dissent"),
}


def prepare(viewer: Viewer, decision: UUID, act: str, text: str = "") -> Unsigned:
    """Tries an act and keeps the bytes that it would write. Refused and blocked just as the act itself would be."""
    if act not in ACTS:
        raise Invalid({"act": _("Choose one of: %(names)s.") % {"names": ", ".join(ACTS)}})
    if viewer.organisation is None:
        raise Hidden()
    try:
        with transaction.atomic():
            if keys.own(viewer.organisation) is None:
                raise Conflict(_("Your organisation has no key of its own: the act is signed here at once."))
            ACTS[act](viewer, decision, text)
    except SignatureNeeded as need:
        return outside.keep(need, viewer.actor, act, decision, text)
    raise RuntimeError(f"{act} wrote no entry that its organisation signs")


def waiting(viewer: Viewer, unsigned: UUID) -> Unsigned:
    """Bytes that wait for the viewer's organisation to sign them, asked for by the viewer. Raises Hidden."""
    found: Unsigned | None = outside.waiting().filter(pk=unsigned, person=viewer.person).first()
    if found is None or viewer.person is None or found.organisation != viewer.organisation:
        raise Hidden(_("These bytes were signed, or waited for more than a day."))
    return found


def file_of(kept: Unsigned) -> bytes:
    """The file to sign: with the entry's bytes it carries what they say, and the proposal that they are about."""
    row = Decision.objects.get(pk=kept.about)
    proposal = Entry.objects.select_related("payload").get(stream=row.stream, seq=row.seq)
    return outside.to_sign(kept, canonical.decode(streams.line(proposal)))


@transaction.atomic
def complete(viewer: Viewer, unsigned: UUID, signature: bytes) -> Decision:
    """Does the act under its signature: everything is judged again, and the entry is written as it was signed."""
    kept = waiting(viewer, unsigned)
    with outside.bringing(kept, signature):
        ACTS[kept.act](viewer, kept.about, kept.text)
    kept.delete()
    return Decision.objects.get(pk=kept.about)
