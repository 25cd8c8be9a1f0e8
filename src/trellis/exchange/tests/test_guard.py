"""Who names an address on a page names no host behind the wall: judged when the line is opened, not only on entry."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from trellis.exchange import fetch, guard
from trellis.exchange.fetch import FetchError, Patience, Remote
from trellis.exchange.guard import PrivateHost
from trellis.exchange.tests.test_fetch import certificate, plain, serving, tls

__all__ = ["certificate"]  # a fixture

Lookup = Callable[..., list[tuple[Any, ...]]]

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::1", "2002:c0a8:101::1", "2001:db8::1", "2001::1",
]  # fmt: skip
PUBLIC = ["9.9.9.9", "151.101.1.140", "2620:fe::9", "::ffff:9.9.9.9", "64:ff9b::909:909", "2002:909:909::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_this_machine_its_networks_and_special_uses_are_not_public(address: str) -> None:
    assert not guard.public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_public_internet_are(address: str) -> None:
    assert guard.public(address)


def leading(monkeypatch: Any, *turns: str) -> list[str]:
    """A name service that says these addresses in turn, the last for ever. Returns what it was asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look(host: str, port: int, *more: Any, **given: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        said = turns[min(len(asked), len(turns)) - 1].split()
        return [one for at in said for one in real(at, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(guard.socket, "getaddrinfo", look)
    return asked


@pytest.fixture
def nothing_opened(monkeypatch: Any) -> Iterator[None]:
    def opened(*_: Any) -> None:
        raise AssertionError("a line was opened")

    monkeypatch.setattr(guard.socket.socket, "connect", opened)
    yield


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "9.9.9.9 10.1.2.3"])
def test_a_name_that_leads_behind_the_wall_is_refused_before_a_line_is_opened(
    monkeypatch: Any, nothing_opened: None, address: str
) -> None:
    leading(monkeypatch, address)
    with pytest.raises(PrivateHost, match="not on the public internet"):
        Remote("https://rebound.example/c/", "secret", public=True).get()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "169.254.169.254", "2130706433", "0x7f.1"]
)
def test_an_address_that_is_written_out_is_refused_in_every_spelling(nothing_opened: None, host: str) -> None:
    with pytest.raises(PrivateHost):
        Remote(f"https://{host}/c/", public=True).get()


def test_a_name_that_leads_elsewhere_after_the_look_leads_nowhere(monkeypatch: Any, settings: Any) -> None:
    """The line goes to the address that was judged: the name is looked up once for each line, and not again."""
    asked = leading(monkeypatch, "9.9.9.9", "127.0.0.1")
    went: list[Any] = []

    def connect(self: socket.socket, where: Any) -> None:
        went.append(where)
        raise OSError("nobody there")

    monkeypatch.setattr(guard.socket.socket, "connect", connect)
    with pytest.raises(FetchError, match="nobody there"):
        Remote("https://rebinding.example/c/", public=True).get()
    assert [where[0] for where in went] == ["9.9.9.9"] and asked == ["rebinding.example"]
    with pytest.raises(PrivateHost):  # the next line is judged anew
        Remote("https://rebinding.example/c/", public=True).get()
    assert len(went) == 1


def test_a_redirect_within_the_host_is_judged_anew(monkeypatch: Any) -> None:
    def moved(handler: Any) -> None:
        handler.send_response(302)
        handler.send_header("Location", "/elsewhere/")
        handler.end_headers()

    with serving(moved) as url:
        real = guard.judged
        turns = iter([real, None])

        def judged(host: str, port: int) -> Any:
            turn = next(turns)
            if turn is None:
                raise PrivateHost()
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)

        monkeypatch.setattr(guard, "judged", judged)
        with pytest.raises(PrivateHost):
            Remote(url, public=True).get()


def test_a_host_that_the_setting_names_is_read(settings: Any) -> None:
    with serving(plain) as url:
        with pytest.raises(PrivateHost):
            Remote(url, public=True).get()
        settings.EXCHANGE_PRIVATE_HOSTS = ["127.0.0.1"]
        assert Remote(url, "secret", public=True).get().body == b"{}"
        settings.EXCHANGE_PRIVATE_HOSTS = ["localhost"]
        with pytest.raises(PrivateHost):
            Remote(url, public=True).get()


def test_certificates_are_checked_on_guarded_lines_too(certificate: Any, settings: Any) -> None:
    settings.EXCHANGE_PRIVATE_HOSTS = ["127.0.0.1", "localhost"]
    with serving(plain, tls(certificate)) as url:
        with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
            Remote(url, public=True).get()
        assert Remote(url, ca=str(certificate), public=True).get().body == b"{}"
        with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
            Remote(url.replace("127.0.0.1", "localhost"), ca=str(certificate), public=True).get()


def test_no_proxy_of_the_environment_is_asked(monkeypatch: Any, settings: Any) -> None:
    settings.EXCHANGE_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    with serving(plain) as url:
        assert Remote(url, public=True).get().body == b"{}"


def test_the_patience_of_a_page_is_short(settings: Any) -> None:
    settings.EXCHANGE_PRIVATE_HOSTS = ["127.0.0.1"]
    with serving(lambda handler: None) as url, pytest.raises(FetchError):
        Remote(url, public=True, patience=fetch.Patience(0.2, 0.2)).get()


@pytest.mark.parametrize("sealed", [False, True])
def test_a_server_that_says_a_letter_now_and_then_is_cut_off(certificate: Any, settings: Any, sealed: bool) -> None:
    settings.EXCHANGE_PRIVATE_HOSTS = ["127.0.0.1", "localhost"]

    def dripping(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            try:
                handler.wfile.write(b"a")
            except (OSError, ValueError):
                return
            time.sleep(0.1)

    with serving(dripping, tls(certificate) if sealed else None) as url:
        remote = Remote(url, public=True, ca=str(certificate), patience=Patience(silent=5, page=1))
        begun = time.monotonic()
        with pytest.raises(FetchError, match="longer than 1 seconds"):
            remote.get()
        assert time.monotonic() - begun < 5


def test_of_many_addresses_the_first_few_are_tried(monkeypatch: Any, settings: Any) -> None:
    settings.EXCHANGE_PRIVATE_HOSTS = ["many.example"]
    tried = []

    def refused(line: Any, where: Any) -> None:
        tried.append(where)
        raise ConnectionRefusedError()

    found = [(2, 1, 6, "", (f"9.9.9.{n}", 443)) for n in range(1, 60)]
    monkeypatch.setattr(guard.socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(guard.socket.socket, "connect", refused)
    with pytest.raises(FetchError):
        Remote("https://many.example/c/", public=True).get()
    assert len(tried) == 3
