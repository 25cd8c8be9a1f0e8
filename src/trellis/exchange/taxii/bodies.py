"""Resources as they go out. Objects are spliced from the bytes that were sent, never built again."""

from collections.abc import Iterable
from typing import Any

import orjson
from django.conf import settings

from trellis.exchange.schemas import CollectionView, Item, Page, RootView, Status, micros, moment
from trellis.exchange.taxii.media import MEDIA


def envelope(page: Page) -> bytes:
    """An envelope of objects."""
    return _paged(page, "objects", (item.raw for item in page.items))


def manifest(page: Page) -> bytes:
    """What is there, without the objects themselves."""
    return _paged(page, "objects", (orjson.dumps(_entry(item)) for item in page.items))


def _entry(item: Item) -> dict[str, str]:
    return {"id": item.stix_id, "date_added": moment(item.added), "version": item.version, "media_type": item.media}


def versions(page: Page) -> bytes:
    """The versions of one object; one that several producers have is named once."""
    return _paged(page, "versions", (orjson.dumps(v) for v in dict.fromkeys(item.version for item in page.items)))


def _paged(page: Page, name: str, parts: Iterable[bytes]) -> bytes:
    """A list may not be empty in TAXII: where there is nothing, the property is left out."""
    head = b'{"more":true' if page.more else b'{"more":false'
    if page.more and page.next:
        head += b',"next":' + orjson.dumps(page.next)
    joined = b",".join(parts)
    return head + b',"' + name.encode() + b'":[' + joined + b"]}" if joined else head + b"}"


def dates(page: Page) -> dict[str, str]:
    """When the first and the last of this page came into the caller's view; nothing for an empty page."""
    if not page.items:
        return {}
    return {
        "X-TAXII-Date-Added-First": moment(page.items[0].added),
        "X-TAXII-Date-Added-Last": moment(page.items[-1].added),
    }


def discovery(title: str, description: str, urls: list[str]) -> bytes:
    """What this server is, and its API roots for this caller."""
    said: dict[str, Any] = {"title": title, "description": description}
    if urls:
        said |= {"default": urls[0], "api_roots": urls}
    return orjson.dumps(said)


def root(view: RootView) -> bytes:
    """An API root."""
    said = {"title": view.title, "versions": [MEDIA], "max_content_length": settings.EXCHANGE_LIMIT}
    return orjson.dumps(said | ({"description": view.description} if view.description else {}))


def collection(view: CollectionView) -> dict[str, Any]:
    """A collection as its caller may use it."""
    said: dict[str, Any] = {
        "id": str(view.id),
        "title": view.title,
        "can_read": view.can_read,
        "can_write": view.can_write,
        "media_types": list(view.media_types),
    }
    return said | {name: text for name in ("description", "alias") if (text := str(getattr(view, name)))}


def dumped(said: dict[str, Any]) -> bytes:
    """A resource as JSON."""
    return orjson.dumps(said)


def collections(views: list[CollectionView]) -> bytes:
    """The collections of a root."""
    return orjson.dumps({"collections": [collection(view) for view in views]} if views else {})


def status(view: Status) -> bytes:
    """What became of each object of a POST."""
    said: dict[str, Any] = {
        "id": str(view.id),
        "status": view.state,
        "request_timestamp": moment(micros(view.at)),
        "total_count": view.total,
        "success_count": len(view.successes),
        "failure_count": len(view.failures),
        "pending_count": len(view.pendings),
    }
    lists: dict[str, list[dict[str, str]]] = {
        "successes": [{"id": id_, "version": version} for id_, version in view.successes],
        "failures": [{"id": id_, "version": v, "message": str(message)} for id_, v, message in view.failures],
        "pendings": [{"id": id_, "version": version} for id_, version in view.pendings],
    }
    return orjson.dumps(said | {name: rows for name, rows in lists.items() if rows})
