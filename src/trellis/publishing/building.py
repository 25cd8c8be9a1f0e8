"""Builds the content of a publication from selectors alone. The same question gives the same content for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import translation

from trellis.core import canonical
from trellis.governance.parameters import parameter
from trellis.governance.reviews import zone_of
from trellis.parties import selectors as parties
from trellis.parties.schemas import PUBLIC, Viewer
from trellis.publishing.models import Publication
from trellis.publishing.schemas import Built
from trellis.publishing.scope import Reader, Scope
from trellis.publishing.sections import BUILDERS


def build(
    arrangement: UUID,
    as_of: datetime,
    rights_at: datetime,
    withheld: Mapping[str, str] | None = None,
    viewer: Viewer = PUBLIC,
) -> Built:
    """The sections as of a moment, with what owners let the reader see at `rights_at`, less the withheld items.

    Texts of the system's own are in English, as message keys: pages translate them when they show them.
    """
    with translation.override("en"):
        scope = _scope(arrangement, as_of, Reader(arrangement, rights_at, viewer), withheld or {})
        sections: dict[str, Any] = {name: builder(scope) for name, builder in BUILDERS.items()}
    sections["gaps"] = sorted(scope.gaps, key=lambda gap: (gap["section"], gap["item"], gap["code"]))
    plain = canonical.decode(canonical.encode(sections))
    return Built(plain, tuple(scope.candidates), tuple(scope.unsafe))


def _scope(arrangement: UUID, as_of: datetime, reader: Reader, withheld: Mapping[str, str]) -> Scope:
    earlier = Publication.objects.filter(stream=arrangement, at__lte=reader.at).order_by("number")
    return Scope(
        programme=parties.programme(arrangement),
        as_of=as_of,
        day=as_of.astimezone(zone_of(arrangement)).date(),
        reader=reader,
        withheld=withheld,
        threshold=int(parameter(arrangement, "publishing.threshold", as_of)),
        lag=int(parameter(arrangement, "publishing.lag", as_of)),
        earlier=[row.sections for row in earlier],
    )


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two contents are equal to the byte."""
    return canonical.encode(one) == canonical.encode(other)
