"""Which hosts may be called for a person who only named an address: public ones, and those that a setting names.

The host is looked up when the line is opened, and the line goes to the very address that was judged: a name that leads
elsewhere a moment later leads nowhere. No proxy of the environment is used, since it would look the host up again.
"""

import functools
import http.client
import ipaddress
import socket
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from trellis.core.conditions import TrellisError

TRIED = 3  # addresses of one name
# Not of the public internet either, which this Python does not know yet: RFC 3879 and RFC 9637.
_OTHERS = [ipaddress.ip_network("fec0::/10"), ipaddress.ip_network("3fff::/20")]
# Addresses of IPv6 that carry one of IPv4, with the bits to the right of it.
_CARRIERS = [(ipaddress.ip_network("64:ff9b::/96"), 0), (ipaddress.ip_network("2002::/16"), 80)]


class PrivateHost(TrellisError):
    """The host is not a public one, and no setting allows it."""

    status = 422

    def __init__(self) -> None:
        words = _(
            "This host is not on the public internet, so it is not called. Who runs the installation can allow it by name"
            " (TRELLIS_EXCHANGE_PRIVATE_HOSTS)."
        )
        super().__init__(words)


def public(text: str) -> bool:
    """Whether an address is one of the public internet: not of this machine, its networks, or a special use."""
    at = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(at, ipaddress.IPv6Address):
        if at.ipv4_mapped is not None:
            return public(str(at.ipv4_mapped))
        for network, right in _CARRIERS:
            if at in network:
                return public(str(ipaddress.IPv4Address(int(at) >> right & 0xFFFFFFFF)))
    return at.is_global and not at.is_multicast and not at.is_reserved and not any(at in one for one in _OTHERS)


def allowed(host: str) -> bool:
    """Whether the setting names this host, as it was written in the address."""
    return host.casefold().rstrip(".") in {one.casefold().strip("[]") for one in settings.EXCHANGE_PRIVATE_HOSTS}


def judged(host: str, port: int) -> list[tuple[Any, ...]]:
    """Where this host is, looked up now. Raises PrivateHost if any of it is not public, OSError where it is unknown."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not allowed(host) and not all(public(str(one[4][0])) for one in found):
        raise PrivateHost()
    return found


class Lines:
    """The lines that are open for one question, so that all of them can be cut when it takes too long.

    A server that says one letter every few seconds is never silent; only a clock of our own ends it.
    """

    def __init__(self) -> None:
        self.cut = False
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()

    def add(self, line: socket.socket) -> None:
        """Remembers a line; one that comes too late is cut at once."""
        with self._lock:
            self._open.append(line)
            if self.cut:
                _shut(line)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cuts whatever is open when the time is over."""
        watch = threading.Timer(seconds, self._over)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()
            with self._lock:
                self._open.clear()

    def _over(self) -> None:
        with self._lock:
            self.cut = True
            for line in self._open:
                _shut(line)


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        # Of the line itself, not of what encrypts it: another thread is in the middle of that.
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def connect(host: str, port: int, timeout: float | None) -> socket.socket:
    """A line to the host, to an address that was judged a moment ago; the first few are tried."""
    problem: OSError = OSError("no address")
    for family, kind, protocol, _name, where in judged(host, port)[:TRIED]:
        line = socket.socket(family, kind, protocol)
        line.settimeout(timeout)
        try:
            line.connect(where)
        except OSError as error:
            problem = error
            line.close()
            continue
        return line
    raise problem


class _Plain(http.client.HTTPConnection):
    def __init__(self, host: str, *, lines: Lines, **more: Any) -> None:
        super().__init__(host, **more)
        self._lines = lines

    def connect(self) -> None:
        self.sock = connect(self.host, self.port, self.timeout)
        self._lines.add(self.sock)


class _Sealed(http.client.HTTPSConnection):
    def __init__(self, host: str, *, context: ssl.SSLContext, lines: Lines, **more: Any) -> None:
        super().__init__(host, context=context, **more)
        self._tls, self._lines = context, lines

    def connect(self) -> None:
        line = connect(self.host, self.port, self.timeout)
        self.sock = self._tls.wrap_socket(line, server_hostname=self.host, do_handshake_on_connect=False)
        self._lines.add(self.sock)
        self.sock.do_handshake()


class _Handler(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """Opens lines of both kinds through `connect`."""

    def __init__(self, context: ssl.SSLContext, lines: Lines) -> None:
        super().__init__(context=context)
        self._tls, self._lines = context, lines

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_Plain, lines=self._lines), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_Sealed, context=self._tls, lines=self._lines), req)


def handlers(context: ssl.SSLContext, lines: Lines) -> list[urllib.request.BaseHandler]:
    """What an opener needs so that it calls no other hosts, and so that its lines can be cut."""
    return [urllib.request.ProxyHandler({}), _Handler(context, lines)]
