"""The ledger as its parties may see it: which streams, how far, whether they hold, and what they can take away."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import canonical, ledger, node, streams
from trellis.core.conditions import Hidden
from trellis.core.models import Checkpoint, Entry, Stream
from trellis.core.verify import Verdict
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer

SIGNATURES_UP_TO = 20_000  # entries; above it a page checks chain and content, and `trellis verify` the rest


@dataclass(frozen=True)
class StreamView:
    """A stream that the viewer may read, and where it stands."""

    id: UUID
    title: str
    own: bool
    entries: int
    head: Entry | None
    checkpoints: tuple[Checkpoint, ...]


def readable(viewer: Viewer) -> list[StreamView]:
    """The stream of the viewer's organisation and those of its programmes."""
    if viewer.organisation is None:
        return []
    found = [(viewer.organisation, viewer.organisation_name, True)]
    found += [(programme.id, programme.title, False) for programme in parties.programmes_of(viewer)]
    points: dict[UUID, list[Checkpoint]] = {}
    for point in Checkpoint.objects.filter(party=viewer.organisation).order_by("-seq", "-at"):
        points.setdefault(point.stream_id, []).append(point)
    views = []
    for id, title, own in found:
        head = ledger.head(id)
        views.append(StreamView(id, title, own, head.seq + 1 if head else 0, head, tuple(points.get(id, ()))))
    return views


def require(viewer: Viewer, stream: UUID) -> Stream:
    """The stream if the viewer may read it. Raises Hidden otherwise."""
    found = Stream.objects.filter(pk=stream).first()
    if found is None or viewer.organisation is None:
        raise Hidden()
    if stream != viewer.organisation:
        parties.programme_for(viewer, stream)
    return found


def may_see(viewer: Viewer, entry: Entry) -> bool:
    """Whether a party may have an entry's payload: its own acts, what the node wrote for it (the digests of who read
    its records), and all of an arrangement's decisions."""
    return entry.stream_id != viewer.organisation or entry.organisation in (
        viewer.organisation,
        node.actor().organisation,
    )


def verify(viewer: Viewer, stream: UUID) -> tuple[Verdict, bool]:
    """Checks a stream now; the second value says whether every signature was checked too."""
    require(viewer, stream)
    head = ledger.head(stream)
    signatures = head is None or head.seq < SIGNATURES_UP_TO
    return streams.verify_live(stream, signatures=signatures), signatures


def words(verdict: Verdict, signatures: bool) -> str:
    """The result in a sentence."""
    given = {"n": verdict.entries, "problem": verdict.problems[0] if verdict.problems else ""}
    if not verdict.holds:
        return _("It does not hold. %(problem)s") % given
    if signatures:
        text = _("It holds: %(n)s entries, every link, every signature, and the tables that they tell of.") % given
    else:
        text = _("It holds: %(n)s entries and every link. Check the signatures with `trellis verify`.") % given
    if verdict.redacted:
        text += " " + _("%(n)s were redacted, each accounted for.") % {"n": verdict.redacted}
    return text


def export(viewer: Viewer, stream: UUID) -> Iterator[bytes]:
    """The stream as JSON lines; what the viewer may not see is withheld, and the chain still verifies."""
    require(viewer, stream)
    for entry in ledger.entries(stream):
        yield streams.line(entry, may_see(viewer, entry)).encode()


def checkpoint_file(viewer: Viewer, checkpoint: UUID) -> tuple[str, str]:
    """Name and text of a checkpoint of the viewer's organisation, as `trellis verify --checkpoint` takes it."""
    point = Checkpoint.objects.filter(pk=checkpoint).first()
    if point is None or point.party != viewer.organisation:
        raise Hidden()
    said = {"body": canonical.decode(point.body), "signature": bytes(point.signature).hex()}
    return f"checkpoint-{point.stream_id}-{point.seq}.json", json.dumps(said, indent=1)


def checkpoint_take(viewer: Viewer, stream: UUID) -> Checkpoint:
    """A fresh checkpoint, signed by the viewer's own organisation, for it to keep elsewhere."""
    require(viewer, stream)
    assert viewer.organisation
    return ledger.checkpoint(stream, viewer.organisation, viewer.actor)
