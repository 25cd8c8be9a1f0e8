"""Sources elsewhere that an organisation reads: added, read, paused and removed, by who may share into the collection.

Pages, API and a timer do the same here. What was taken in stays whatever becomes of a source.
"""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trellis.core import clock, ids
from trellis.core.conditions import Conflict, Hidden, Invalid, TrellisError
from trellis.exchange import guard, pull, sealing, selectors, services
from trellis.exchange.fetch import FetchError, Patience, Remote
from trellis.exchange.models import Collection, Source
from trellis.exchange.schemas import CollectionView
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer

log = logging.getLogger(__name__)

# Of one request of a page: somebody waits for it.
PAGES = 5
SECONDS = 20.0
PATIENCE = Patience(silent=10, page=20)
SECRET = 2000  # characters; more is no token


@dataclass(frozen=True)
class Became:
    """What a timer's reading of one source came to; `problem` says why there is nothing, or not all of it."""

    source: Source
    pulled: pull.Pulled | None = None
    problem: str = ""


def sources(viewer: Viewer, arrangement: UUID) -> list[Source]:
    """The sources of the viewer's organisation in an arrangement. Nobody else sees them."""
    parties.programme_for(viewer, arrangement)
    here = Collection.objects.filter(arrangement=arrangement).values_list("pk", flat=True)
    rows = Source.objects.filter(owner=viewer.actor.organisation, collection__in=list(here))
    return list(rows.order_by("url", "made_at"))


def source(viewer: Viewer, arrangement: UUID, id: UUID) -> Source:
    """One source of the viewer's organisation. Raises Hidden otherwise."""
    for row in sources(viewer, arrangement):
        if row.pk == id:
            return row
    raise Hidden()


def source_add(
    viewer: Viewer, into: CollectionView, url: str, organisation: UUID, user: str = "", secret: str = ""
) -> Source:
    """Adds a collection elsewhere, read in the viewer's name. Raises Refused for who may not share into `into`."""
    services.writable(viewer, into)
    wrong: dict[str, str] = {}
    try:
        url = _address(url)
    except TrellisError as error:
        wrong["url"] = str(error)
    if not parties.organisation_names([organisation]):
        wrong["organisation"] = _("Choose one from the list")
    wrong |= _wrong(user, secret)
    if wrong:
        raise Invalid(wrong)
    given = {"owner": viewer.actor.organisation, "collection": into.id, "url": url, "organisation": organisation}
    row = Source.objects.filter(**given).first() or Source(id=ids.new(), **given)
    if row.kept:
        raise Invalid({"url": _("This is a source of this collection already.")})
    row.person, row.user, row.sealed = viewer.person, user, sealing.seal(secret, row.pk, url)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody added it in this moment
        raise Invalid({"url": _("This is a source of this collection already.")}) from None
    return row


def _address(url: str) -> str:
    """The address as it is kept. Raises FetchError or PrivateHost for one that is not called."""
    if not url.strip().isprintable():
        raise FetchError(_("Give the address of the collection alone, without a password or parameters."))
    url = Remote(url.strip()).url
    parts = urlsplit(url)
    # A host that is not known today may be known when it is read; that says so then.
    with contextlib.suppress(OSError, ValueError):
        guard.judged(parts.hostname or "", parts.port or 443)
    if parts.scheme != "https" and not guard.allowed(parts.hostname or ""):
        raise FetchError(_("The address must begin with https://."))
    return url


def _wrong(user: str, secret: str) -> dict[str, str]:
    """What is wrong with the name and the secret there, by field. Neither may break the line of a header."""
    wrong = {}
    if len(user) > 200 or not user.isprintable() or ":" in user:
        wrong["user"] = _("A user name has at most 200 characters, no colon and no line break.")
    if len(secret) > SECRET or not secret.isprintable():
        wrong["secret"] = _("A token or password has at most %(n)s characters and no line break.") % {"n": SECRET}
    elif not user and not secret.isascii():
        wrong["secret"] = _("A token has plain letters, digits and signs alone. A password needs its user name.")
    return wrong


def source_secret(viewer: Viewer, row: Source, user: str, secret: str) -> None:
    """Another user name and secret for the server there, or none; it is read in the viewer's name from now on."""
    if wrong := _wrong(user, secret):
        raise Invalid(wrong)
    sealed = sealing.seal(secret, row.pk, row.url)
    _change(viewer, row, user=user, sealed=sealed, person=viewer.person)


def source_pause(viewer: Viewer, row: Source) -> None:
    """Nobody reads it, no timer and no command, until somebody goes on with it."""
    if row.paused_at is not None:
        raise Conflict(_("This source is paused already."))
    _change(viewer, row, paused_at=clock.now())


def source_resume(viewer: Viewer, row: Source) -> None:
    """Goes on where it stood, in the name of who says so."""
    if row.paused_at is None:
        raise Conflict(_("This source is not paused."))
    _change(viewer, row, paused_at=None, person=viewer.person if row.kept else None)


def source_remove(viewer: Viewer, row: Source) -> None:
    """Forgets the source with its secret and where it stood. What was taken in stays, with the name of its source."""
    if row.owner != viewer.organisation:
        raise Hidden()
    Source.objects.filter(pk=row.pk).delete()


def _change(viewer: Viewer, row: Source, **changes: object) -> None:
    if row.owner != viewer.organisation:
        raise Hidden()
    Source.objects.filter(pk=row.pk).update(**changes)


def source_read(viewer: Viewer, row: Source, pages: int = PAGES, seconds: float | None = SECONDS) -> pull.Pulled:
    """Reads some pages now. Raises FetchError and others with what is wrong; what came before it is kept."""
    if row.owner != viewer.organisation:
        raise Hidden()
    if not row.kept:
        raise Conflict(_("It was only ever read by a command that brought its own secret. Add it as a source first."))
    try:
        into = _into(viewer, row)
        remote = Remote(row.url, _secret(row), row.user, public=True, patience=PATIENCE if seconds else None)
        return pull.pull(viewer, into, remote, row, pages, seconds)
    except TrellisError as error:
        Source.objects.filter(pk=row.pk).update(tried_at=clock.now(), error=str(error))
        raise


def _into(viewer: Viewer, row: Source) -> CollectionView:
    arrangement = Collection.objects.values_list("arrangement", flat=True).get(pk=row.collection)
    return selectors.collection(viewer, arrangement, row.collection)


def _secret(row: Source) -> str:
    return sealing.opened(row.sealed, row.pk, row.url)


def read_all(pages: int = pull.PAGES) -> Iterator[Became]:
    """The timer's: every source of every organisation that was added here and is not paused, one after the other."""
    due = Source.objects.filter(paused_at=None).exclude(person=None)
    for pk in list(due.order_by("owner", "url").values_list("pk", flat=True)):
        # As it is now: it may have been removed, paused or given another secret while others were read.
        row = due.filter(pk=pk).first()
        if row is None:
            continue
        try:
            found = source_read(_reader(row), row, pages, None)
        except TrellisError as error:
            yield Became(row, problem=str(error))
        except Exception:
            log.exception("reading the source %s failed", row.pk)
            words = _("This went wrong here, not at the other side. The log says more.")
            Source.objects.filter(pk=row.pk).update(tried_at=clock.now(), error=words)
            yield Became(row, problem=words)
        else:
            yield Became(row, found)


def _reader(row: Source) -> Viewer:
    """In whose name a source is read. Raises Conflict when that person is of another organisation now, or of none."""
    assert row.person
    viewer = parties.viewer_by_id(row.person)
    if viewer.organisation != row.owner:
        words = _(
            "Who added this source is not of its organisation any more. Pause it and go on with it in your own name."
        )
        Source.objects.filter(pk=row.pk).update(tried_at=clock.now(), error=words)
        raise Conflict(words)
    return viewer
