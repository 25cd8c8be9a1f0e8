"""Reading a collection of another TAXII 2.1 server into one of ours, page by page, from where we stood.

What is pulled belongs to who pulls it, names the organisation that it came from, and keeps its label; without one
it is AMBER. A page is stored before the cursor moves, and storing twice changes nothing: a pull that was cut off is
simply run again.
"""

import time
from dataclasses import dataclass, field
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from trellis.core import clock
from trellis.core.conditions import Conflict, Invalid, TrellisError
from trellis.exchange import services
from trellis.exchange.fetch import Answer, FetchError, Remote
from trellis.exchange.schemas import CollectionView
from trellis.exchange.sources import Source
from trellis.exchange.taxii.filters import moment_of
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer

PAGE = "500"
PAGES = 1000  # of one run; the next goes on
REASON = 300  # characters of the reason for one object
NEXT = 4000  # more does not fit into an address


@dataclass
class Pulled:
    """What a pull came to. `whole`: the other side has no more now; `fell_back`: it had forgotten where we stood."""

    pages: int = 0
    taken: int = 0
    refused: list[str] = field(default_factory=list)
    whole: bool = False
    fell_back: bool = False


def source_named(name: str) -> UUID:
    """The organisation that is called so. Raises Invalid when none or several are."""
    found = [pk for pk, title in parties.organisation_names().items() if name.casefold() in (title.casefold(), str(pk))]
    if len(found) != 1:
        raise Invalid({"source": _("No organisation here is called %(name)s. Open it first.") % {"name": name}})
    return found[0]


def pull(
    viewer: Viewer,
    into: CollectionView,
    remote: Remote,
    source: "UUID | Source",
    pages: int = PAGES,
    seconds: float | None = None,
) -> Pulled:
    """Reads what is new there: from a source that is kept, or from an organisation, where it stood with that.

    Raises FetchError when the other server fails; what came before it is kept.
    """
    services.writable(viewer, into)
    if isinstance(source, Source):
        cursor = source
    else:
        cursor, _made = Source.objects.get_or_create(
            owner=viewer.actor.organisation, collection=into.id, url=remote.url, organisation=source
        )
    if cursor.paused_at is not None:
        raise Conflict(_("This source is paused. Go on with it on its page first."))
    pulled, until = Pulled(), None if seconds is None else time.monotonic() + seconds
    try:
        _ask_whether_readable(remote)
        while pulled.pages < pages and not pulled.whole and (until is None or time.monotonic() < until):
            _page(viewer, into, remote, cursor, pulled)
    except TrellisError as error:
        Source.objects.filter(pk=cursor.pk).update(tried_at=clock.now(), error=str(error))
        raise
    return pulled


def _ask_whether_readable(remote: Remote) -> None:
    said = _decoded(remote.get())
    if said.get("can_read") is not True:
        raise FetchError(_("The other server does not let us read this collection."))


def _page(viewer: Viewer, into: CollectionView, remote: Remote, cursor: Source, pulled: Pulled) -> None:
    """One page: read, stored, and only then the cursor."""
    answer = _fetched(remote, cursor, pulled)
    said = _decoded(answer)
    objects = said.get("objects", [])
    if not isinstance(objects, list):
        raise FetchError(_("The answer is no envelope of TAXII."))
    if objects:
        status = services.add(viewer, into, answer.body, said_by=cursor.organisation)
        refused = [_line(f"{stix_id}: {message}") for stix_id, _version, message in status.failures]
        pulled.taken += len(status.successes)
        pulled.refused += refused
        cursor.taken += len(status.successes)
        cursor.refused += len(refused)
        cursor.reasons = [*cursor.reasons, *refused][-Source.KEPT :]
    pulled.pages += 1
    pulled.whole = said.get("more") is not True
    _move(cursor, answer.last, "" if pulled.whole else said.get("next") or "", pulled.whole)


def _line(text: str) -> str:
    """What is told of a refused object. Its id is whatever the other server says."""
    return text.replace("\x00", "")[:REASON]


def _fetched(remote: Remote, cursor: Source, pulled: Pulled) -> Answer:
    """The page where the cursor stands. A `next` that the server has forgotten falls back to the walk's beginning,
    once: a server that forgets always would keep us walking."""
    try:
        return remote.get("objects/", limit=PAGE, added_after=cursor.added_after, next=cursor.next)
    except FetchError as error:
        if not cursor.next or pulled.fell_back or error.answered not in (400, 404, 410, 416, 422):
            raise
    pulled.fell_back = True
    cursor.next = cursor.reached = ""
    return remote.get("objects/", limit=PAGE, added_after=cursor.added_after)


def _decoded(answer: Answer) -> dict[str, object]:
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise FetchError(_("The answer is no resource of TAXII."))
    return said


def _move(cursor: Source, last: str, next_: object, whole: bool) -> None:
    """Saves where the walk stands. Raises FetchError for a server that says there is more and gets nowhere."""
    before = cursor.added_after, cursor.next
    if _later(last, cursor.reached):
        cursor.reached = last
    if not isinstance(next_, str) or len(next_) > NEXT or not next_.isprintable():
        raise FetchError(_("The answer is no envelope of TAXII."))
    cursor.next = next_
    if (whole or not next_) and _later(cursor.reached, cursor.added_after):
        # Without a `next`, the time of the last object is where the rest begins (section 3.5).
        cursor.added_after = cursor.reached
    if whole or not next_:
        cursor.reached = ""
    if not whole and (cursor.added_after, cursor.next) == before:
        raise FetchError(_("The server says that there is more and gives the same page again."))
    cursor.pulled_at = cursor.tried_at = clock.now()
    cursor.error = ""
    names = ("added_after", "next", "reached", "pulled_at", "tried_at", "error", "taken", "refused", "reasons")
    # Only what is known here, and only where it stands: it may have been paused or removed while a page was read.
    kept = Source.objects.filter(pk=cursor.pk, paused_at=None)
    if not kept.update(**{name: getattr(cursor, name) for name in names}):
        raise Conflict(_("This source was paused or removed meanwhile. What came before that is kept."))


def _later(one: str, other: str) -> bool:
    """Whether a time is later than another; an unreadable one never is."""
    first, second = moment_of(one), moment_of(other)
    return first is not None and (second is None or first > second)
