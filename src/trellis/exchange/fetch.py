"""Reading another TAXII 2.1 server: certificates checked, no other host, no endless answer."""

import base64
import http.client
import ipaddress
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext as _

from trellis.core.conditions import TrellisError
from trellis.exchange import guard
from trellis.exchange.taxii.media import MEDIA, taken

LIMIT = 64 * 1024 * 1024  # one page
TIMEOUT = 60  # without a byte
WHOLE = 300  # for one page


class FetchError(TrellisError):
    """The other server could not be read; the message says why, `status` what it answered (0: nothing)."""

    def __init__(self, message: str, answered: int = 0) -> None:
        super().__init__(message)
        self.answered = answered


@dataclass(frozen=True)
class Answer:
    """A body and the time that its last object was added there."""

    body: bytes
    last: str


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows nothing that leads to another host: the token is for this one."""

    def redirect_request(self, req: Any, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> Any:
        if origin(newurl) != origin(req.full_url):
            raise FetchError(_("The server sends us to another host; that is not followed."), code)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises FetchError for what is no https address; plain http is for this machine only."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme == "https" and host:
        return "https", host, port or 443
    if parts.scheme == "http" and _this_machine(host):
        return "http", host, port or 80
    raise FetchError(_("The address must begin with https://."))


def _this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Patience:
    """Seconds: without a byte, and for one page."""

    silent: float = TIMEOUT
    page: float = WHOLE


class Remote:
    """One server, with the token or the password for it and, where it has its own, its authority's certificate.

    `public` calls hosts of the public internet alone (see `guard`): for addresses that are named on a page.
    """

    def __init__(
        self,
        url: str,
        secret: str = "",
        user: str = "",
        ca: str | None = None,
        *,
        public: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self.url = url if url.endswith("/") else url + "/"
        self._patience = patience
        origin(self.url)
        parts = urlsplit(self.url)
        if parts.query or parts.fragment or "@" in parts.netloc or len(self.url) > 500:
            raise FetchError(_("Give the address of the collection alone, without a password or parameters."))
        try:
            context = ssl.create_default_context(cafile=ca)
        except (OSError, ssl.SSLError) as error:
            raise FetchError(_("The certificate file cannot be read: %(why)s") % {"why": error}) from None
        self._context, self._public = context, public
        self._headers = {"Accept": MEDIA, "User-Agent": "Trellis", "Accept-Encoding": "identity"}
        if secret and user:
            pair = base64.b64encode(f"{user}:{secret}".encode()).decode()
            self._headers["Authorization"] = f"Basic {pair}"
        elif secret:
            self._headers["Authorization"] = f"Bearer {secret}"

    def get(self, path: str = "", **parameters: str) -> Answer:
        """A resource below the address. Raises FetchError for anything but a TAXII answer of a bearable size."""
        query = urlencode({name: value for name, value in parameters.items() if value})
        url = f"{self.url}{path}" + (f"?{query}" if query else "")
        request = urllib.request.Request(url, headers=self._headers)  # noqa: S310 - `origin` has judged the scheme
        patience, lines = self._patience or Patience(TIMEOUT, WHOLE), guard.Lines()
        try:
            with lines.within(patience.page), self._opener(lines).open(request, timeout=patience.silent) as response:
                kind, last = response.headers.get("Content-Type", ""), response.headers.get("X-TAXII-Date-Added-Last")
                body = _bounded(response, patience.page) if taken(kind) else b""
        except urllib.error.HTTPError as error:
            error.close()
            raise FetchError(_answered(error.code), error.code) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            if not lines.cut:
                raise FetchError(_("The server cannot be read: %(why)s") % {"why": error}) from None
        if lines.cut:  # what was cut may look as if it had ended
            words = _("The server took longer than %(n)s seconds for one page.")
            raise FetchError(words % {"n": round(patience.page)})
        if not taken(kind):
            raise FetchError(_("The answer is not TAXII 2.1. Is this the address of a collection?"))
        return Answer(body, last or "")

    def _opener(self, lines: guard.Lines) -> urllib.request.OpenerDirector:
        plain = [urllib.request.HTTPSHandler(context=self._context)]
        return urllib.request.build_opener(
            *(guard.handlers(self._context, lines) if self._public else plain), _SameHost()
        )


def _answered(status: int) -> str:
    words = _("The server answered %(status)s.") % {"status": status}
    if status in (401, 403):
        return words + " " + _("It does not take this token or password for this collection.")
    if status == 404:
        return words + " " + _("It has no such collection, or none that we may see.")
    return words


def _bounded(response: Any, seconds: float) -> bytes:
    """The body, of a bearable size and within a bearable time."""
    found, until = bytearray(), time.monotonic() + seconds
    while chunk := response.read1(1 << 16):
        found += chunk
        if len(found) > LIMIT:
            raise FetchError(_("A page of this server is larger than %(n)s MB.") % {"n": LIMIT // 1024 // 1024})
        if time.monotonic() > until:
            raise FetchError(_("The server is too slow."))
    return bytes(found)
