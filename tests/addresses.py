"""Every address of the product, walked from the root."""

import re
from collections.abc import Iterator
from uuid import UUID, uuid5

from django.urls import URLPattern, URLResolver, get_resolver

NOWHERE = UUID("018f0000-0000-7000-8000-00000000dead")
SAMPLES = {"slug": "en", "str": "contain", "int": "1", "path": "x"}


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Pairs of route and pattern, the API's own left out (its schema lists them)."""
    for item in (resolver or get_resolver()).url_patterns:
        route = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            if not route.startswith("api/"):
                yield from patterns(item, route)
        else:
            yield route, item


def filled(route: str, **known: object) -> str:
    """A route with its converters filled: what is known by name, anything that exists nowhere else."""

    def put(found: re.Match[str]) -> str:
        kind, _colon, name = found.group(1).rpartition(":")
        if name in known:
            return str(known[name])
        return str(uuid5(NOWHERE, name)) if kind == "uuid" else SAMPLES.get(kind or "str", "x")

    return "/" + re.sub(r"<([^>]+)>", put, route.replace("^", "").replace("$", "")).replace("\\Z", "")
