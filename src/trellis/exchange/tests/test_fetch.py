"""The pull client's side of the line: certificates are checked, no other host is followed, no answer is endless."""

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from trellis.exchange import fetch
from trellis.exchange.fetch import FetchError, Remote
from trellis.exchange.taxii.media import MEDIA

Answers = Callable[[BaseHTTPRequestHandler], None]


def plain(handler: BaseHTTPRequestHandler, body: bytes = b"{}", kind: str = MEDIA, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(answers: Answers, context: ssl.SSLContext | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}/c/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for this machine, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    with serving(plain, tls(certificate)) as url, pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
        Remote(url).get()


def test_a_certificate_of_the_authority_that_was_named_is_taken(certificate: Path) -> None:
    with serving(plain, tls(certificate)) as url:
        assert Remote(url, ca=str(certificate)).get().body == b"{}"


def test_a_certificate_for_another_host_is_refused(certificate: Path) -> None:
    with serving(plain, tls(certificate)) as url, pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
        Remote(url.replace("127.0.0.1", "localhost"), ca=str(certificate)).get()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/c/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "example.org",
        "",
        "https://",
        "http://[::1",
        "https://h:x/",
    ],
)
def test_only_https_is_read_and_plain_http_on_this_machine_alone(url: str) -> None:
    with pytest.raises(FetchError):
        Remote(url)


@pytest.mark.parametrize(
    "url", ["https://u:p@example.org/c/", "https://example.org/c/?a=b", "https://example.org/c/#x/"]
)
def test_an_address_holds_no_password_and_no_parameters(url: str) -> None:
    with pytest.raises(FetchError, match="alone"):
        Remote(url)


def test_another_host_is_not_followed_and_gets_no_token() -> None:
    seen: list[str] = []
    with serving(lambda h: (seen.append(h.headers["Authorization"]), plain(h))[1]) as other:

        def away(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(302)
            handler.send_header("Location", other)
            handler.end_headers()

        with serving(away) as url, pytest.raises(FetchError, match="another host"):
            Remote(url, "secret").get()
    assert not seen


def test_the_same_host_is_followed() -> None:
    def moved(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/c/":
            handler.send_response(301)
            handler.send_header("Location", "/d/")
            handler.end_headers()
        else:
            plain(handler, handler.headers["Authorization"].encode())

    with serving(moved) as url:
        assert Remote(url, "secret").get().body == b"Bearer secret"
        assert Remote(url, "secret", "user").get().body == b"Basic dXNlcjpzZWNyZXQ="


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LIMIT", 100_000)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", MEDIA)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" " * 65536)
        except OSError:
            pass

    with serving(endless) as url, pytest.raises(FetchError, match="larger than"):
        Remote(url).get()


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_what_the_server_answered_is_said(status: int) -> None:
    with serving(lambda h: plain(h, status=status)) as url, pytest.raises(FetchError, match=str(status)) as told:
        Remote(url).get()
    assert told.value.answered == status


def test_an_answer_that_is_not_taxii_is_refused() -> None:
    with serving(lambda h: plain(h, b"<html>", "text/html")) as url, pytest.raises(FetchError, match="not TAXII"):
        Remote(url).get()


def test_a_server_that_is_not_there_is_said() -> None:
    with serving(plain) as url:
        pass
    with pytest.raises(FetchError, match="cannot be read"):
        Remote(url).get()
