"""Tokens and passwords for servers elsewhere, each bound to its source and to the address there."""

from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core import sealing
from trellis.core.conditions import Conflict

PURPOSE = "secrets of sources"


def _bound(source: UUID, url: str) -> bytes:
    return source.bytes + url.encode()


def seal(secret: str, source: UUID, url: str) -> bytes | None:
    """The sealed secret; None where there is none."""
    return sealing.seal(PURPOSE, secret.encode(), _bound(source, url)) if secret else None


def opened(sealed: bytes | memoryview | None, source: UUID, url: str) -> str:
    """The secret. Raises Conflict where the installation's secret is another one now."""
    if not sealed:
        return ""
    try:
        return sealing.opened(PURPOSE, sealed, _bound(source, url)).decode()
    except sealing.Closed:
        words = _("The secret of this source cannot be opened: the secret of this installation changed. Enter it anew.")
        raise Conflict(words) from None
