"""The endpoints of TAXII 2.1, on the doors of the exchange."""

import gzip
import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.core.conditions import Refused
from trellis.exchange import selectors, services
from trellis.exchange.schemas import CollectionView, Page, Query
from trellis.exchange.taxii import bodies, filters, uploads
from trellis.exchange.taxii.door import address, reading
from trellis.exchange.taxii.media import MEDIA
from trellis.exchange.taxii.problems import Problem, nothing_here
from trellis.parties.schemas import Viewer

OBJECT_FIELDS = ("version", "spec_version")


@reading
def _discovery(request: HttpRequest, viewer: Viewer) -> bytes:
    urls = [
        request.build_absolute_uri(reverse("taxii:root", kwargs={"root": root.id})) for root in selectors.roots(viewer)
    ]
    return bodies.discovery("Trellis", _("Threat intelligence shared under the agreements kept here."), urls)


@reading
def _root(request: HttpRequest, viewer: Viewer, root: UUID) -> bytes:
    for view in selectors.roots(viewer):
        if view.id == root:
            return bodies.root(view)
    raise nothing_here()


@reading
def _status(request: HttpRequest, viewer: Viewer, root: UUID, status: UUID) -> bytes:
    return bodies.status(selectors.status(viewer, root, status))


@reading
def _collections(request: HttpRequest, viewer: Viewer, root: UUID) -> bytes:
    return bodies.collections(selectors.collections(viewer, root))


@reading
def _collection(request: HttpRequest, viewer: Viewer, root: UUID, collection: str) -> bytes:
    return bodies.dumped(bodies.collection(_find(viewer, root, collection)))


def _find(viewer: Viewer, root: UUID, name: str) -> CollectionView:
    """A collection by its id or its alias."""
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name):
        return selectors.collection(viewer, root, UUID(name))
    for view in selectors.collections(viewer, root):
        if view.alias and view.alias == name:
            return view
    raise nothing_here()


def _readable(viewer: Viewer, root: UUID, name: str) -> CollectionView:
    found = _find(viewer, root, name)
    if not found.can_read:
        raise Refused(_("You may not read this collection."))
    return found


def _page(request: HttpRequest, page: Page, body: bytes) -> HttpResponse:
    headers = bodies.dates(page)
    if len(body) > 1000 and re.search(r"\bgzip\b", request.headers.get("Accept-Encoding", "")):
        # Quickly: the general middleware would take four times as long for a page, and make it hardly smaller.
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return HttpResponse(body, content_type=MEDIA, headers=headers)


def _manifest(request: HttpRequest, viewer: Viewer, root: UUID, collection: str) -> HttpResponse:
    page = selectors.page(viewer, _readable(viewer, root, collection), filters.query(request.GET))
    return _page(request, page, bodies.manifest(page))


def _objects(request: HttpRequest, viewer: Viewer, root: UUID, collection: str) -> HttpResponse:
    page = selectors.page(viewer, _readable(viewer, root, collection), filters.query(request.GET))
    return _page(request, page, bodies.envelope(page))


def _add(request: HttpRequest, viewer: Viewer, root: UUID, collection: str) -> HttpResponse:
    found = _find(viewer, root, collection)
    services.writable(viewer, found)  # judged before the body is read
    status = services.add(viewer, found, uploads.body(request))
    return HttpResponse(bodies.status(status), status=202, content_type=MEDIA)


def _object(request: HttpRequest, viewer: Viewer, root: UUID, collection: str, object: str) -> HttpResponse:
    found = _readable(viewer, root, collection)
    page = selectors.page(viewer, found, filters.query(request.GET, OBJECT_FIELDS, ids=(_id(object),)))
    if not page.items:
        # An object that is there but not among what was filtered is an empty envelope, not a 404.
        _versions_or_nothing(viewer, found, object, Query(limit=1, versions=("all",)))
    return _page(request, page, bodies.envelope(page))


def _versions(request: HttpRequest, viewer: Viewer, root: UUID, collection: str, object: str) -> HttpResponse:
    found = _readable(viewer, root, collection)
    query = filters.query(request.GET, ("spec_version",), ids=(_id(object),))
    page = selectors.versions(viewer, found, object, query)
    if not page.items:
        _versions_or_nothing(viewer, found, object, Query(limit=1, versions=("all",)))
    return _page(request, page, bodies.versions(page))


def _versions_or_nothing(viewer: Viewer, collection: CollectionView, object: str, query: Query) -> None:
    if not selectors.versions(viewer, collection, object, query).items:
        raise nothing_here()


def _delete(request: HttpRequest, viewer: Viewer, root: UUID, collection: str, object: str) -> HttpResponse:
    # Who left every agreement may still take back what it sent.
    found = _find(viewer, root, collection)
    match = filters.matches(request.GET, OBJECT_FIELDS)
    chosen = match.get("version", ())
    if "spec_version" in match:
        chosen = _of_specification(viewer, found, _id(object), chosen, match["spec_version"])
    services.delete(viewer, found, _id(object), chosen)
    return HttpResponse(status=200, content_type=MEDIA)


def _of_specification(
    viewer: Viewer, collection: CollectionView, object: str, versions: tuple[str, ...], specs: tuple[str, ...]
) -> tuple[str, ...]:
    """The caller's own versions of an object in these versions of STIX."""
    query = Query(limit=filters.PAGE, ids=(object,), versions=versions or ("all",), spec_versions=specs)
    page = selectors.page(viewer, collection, query)
    mine = tuple(item.version for item in page.items if item.producer == viewer.organisation)
    if not mine:
        raise nothing_here()
    return mine


def _id(object: str) -> str:
    if not filters.is_id(object):
        raise nothing_here()
    return object


def _elsewhere(request: HttpRequest, viewer: Viewer, rest: str) -> HttpResponse:
    hint = "" if rest.endswith("/") else _("Addresses of TAXII end with a slash.")
    raise Problem(404, _("There is nothing here that you may see."), hint)


discovery = address(get=_discovery)
root = address(get=_root)
status = address(get=_status)
collections = address(get=_collections)
collection = address(get=_collection)
manifest = address(get=_manifest)
objects = address(get=_objects, post=_add)
object_ = address(get=_object, delete=_delete)
versions = address(get=_versions)
elsewhere = address(get=_elsewhere, post=_elsewhere, delete=_elsewhere)
