"""Slows guessing down: failures are counted per account and address, in the database for all workers."""

from datetime import datetime, timedelta

from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from trellis.core import canonical, clock, formats
from trellis.core.conditions import TrellisError
from trellis.parties.models import Attempts

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 60


class TooMany(TrellisError):
    """Too many failed attempts; `again` is when the next one is taken."""

    status = 429

    def __init__(self, again: datetime) -> None:
        text = _("Too many attempts failed. Try again at %(time)s.") % {"time": formats.moment(again)}
        super().__init__(text)
        self.again = again


def address_of(request: HttpRequest) -> str:
    """Where a request came from; behind a proxy that is trusted, what the proxy says."""
    from django.conf import settings

    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.split(",")[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _keys(account: str, address: str) -> list[tuple[str, int]]:
    pair = canonical.digest(b"account\x00", account.casefold().encode(), b"\x00", address.encode())
    return [(pair, PER_ACCOUNT), (canonical.digest(b"address\x00", address.encode()), PER_ADDRESS)]


def check(account: str, address: str) -> None:
    """Raises TooMany when this account from this address, or the address at all, failed too often of late."""
    since = clock.now() - WINDOW
    for key, limit in _keys(account, address):
        found = Attempts.objects.filter(pk=key, since__gt=since, count__gte=limit).first()
        if found is not None:
            raise TooMany(found.since + WINDOW)


def failed(account: str, address: str) -> None:
    """Counts a failure; a window begins with the first failure and ends by itself."""
    now = clock.now()
    Attempts.objects.filter(since__lte=now - WINDOW).delete()
    for key, _limit in _keys(account, address):
        Attempts.objects.get_or_create(pk=key, defaults={"since": now})
        Attempts.objects.filter(pk=key).update(count=F("count") + 1)


def succeeded(account: str, address: str) -> None:
    """Forgets the failures of this account from this address."""
    Attempts.objects.filter(pk=_keys(account, address)[0][0]).delete()
