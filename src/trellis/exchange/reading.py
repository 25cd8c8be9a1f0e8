"""Pages of a collection: rights, rows and the access log, in an order that leaves no gap between them."""

from collections import defaultdict
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core.conditions import Conflict, Hidden
from trellis.exchange import admissions, walk, withdrawals
from trellis.exchange.models import Collection, StixObject, Withdrawal
from trellis.exchange.schemas import Item, Page, Query
from trellis.parties.schemas import Viewer
from trellis.sharing import gate

MOST = 10_000


def page(viewer: Viewer, collection: Collection, query: Query) -> Page:
    """Objects that the viewer may be served now, logged for their producers before they are given out."""
    if viewer.organisation is None:
        raise Hidden()
    limit = min(max(query.limit, 1), MOST)
    for _try in range(admissions.TRIES):
        standing = admissions.standing(collection, viewer.organisation)
        rows = walk.rows(collection.pk, standing, viewer.organisation, query, limit + 1)
        given, more = rows[:limit], len(rows) > limit
        if _log(viewer, collection, given) and _ended_meanwhile(viewer.organisation, collection, standing, given):
            continue  # what was read a moment ago may not be given out any more
        return Page(tuple(given), more, walk.token(given[-1].added) if more else "")
    raise Conflict(_("The agreements on this collection are changing just now. Try again."))


def _log(viewer: Viewer, collection: Collection, rows: list[Item]) -> bool:
    """One access row for each producer. Written here and not at the end of the response: see `_ended_meanwhile`."""
    foreign: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        foreign[row.producer].append(row.key)
    foreign.pop(viewer.organisation, None)  # type: ignore[arg-type]
    purpose = _("Exchange: %(title)s") % {"title": collection.title}
    for producer, found in foreign.items():
        gate.log(producer, viewer, withdrawals.KIND, purpose[:200], found)
    return bool(foreign)


def _ended_meanwhile(consumer: UUID, collection: Collection, standing: admissions.Standing, rows: list[Item]) -> bool:
    """Whether a right ended, or an object was taken back, between reading and logging.

    An ending that commits after this look finds the access row; one that committed before it is seen here.
    """
    now = admissions.read(collection.pk, consumer)
    if not set(standing.admitted) <= set(now.admitted):
        return True
    if now.number == standing.number:
        return False
    fresh = StixObject.records.privileged().filter(collection=collection.pk, number__gt=standing.number, retracted=True)
    taken = {
        (owner, stix_id, f"{version}Z") for owner, stix_id, version in fresh.values_list("owner", "stix_id", "version")
    }
    return bool(taken and any((row.producer, row.stix_id, row.version) in taken for row in rows))


def withdrawn(viewer: Viewer, arrangement: UUID, query: Query) -> Page:
    """The viewer's withdrawals collection in an arrangement."""
    if viewer.organisation is None:
        raise Hidden()
    withdrawals.tell_due(viewer.organisation)
    limit = min(max(query.limit, 1), MOST)
    after = max(query.added_after or 0, walk.token_added(query.next) if query.next else 0)
    rows = Withdrawal.objects.filter(arrangement=arrangement, consumer=viewer.organisation, added__gt=after)
    if query.ids:
        wanted = [id.partition("--")[2] for id in query.ids if id.startswith("note--")]
        rows = rows.filter(pk__in=[one for one in map(_uuid, wanted) if one])
    if (query.types and "note" not in query.types) or (query.spec_versions and "2.1" not in query.spec_versions):
        rows = rows.none()
    found = [withdrawals.item(row) for row in rows.order_by("added")[: limit + 1]]
    exact = [walk.version_of(v) for v in query.versions if v not in ("all", "first", "last")]
    if exact and not {"all", "first", "last"} & set(query.versions):
        found = [one for one in found if walk.version_of(one.version) in exact]
    given, more = found[:limit], len(found) > limit
    return Page(tuple(given), more, walk.token(given[-1].added) if more else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
