"""Time and size of the main pages of a region that is really served: eight clients at once, each signed in."""

import gzip
import http.client
import json
import os
import re
import statistics
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.browser.served import _wait, free_port
from tests.tools.isolated import Place, place

CLIENTS, EACH = 8, 12
PROGRAMME = "/p/{programme}"
# The ten main pages, as a coordinator walks through a programme; `cert` owns incidents, `donor` reads those of all.
MAIN = {
    "home": ("coordinator", "/"),
    "programme": ("coordinator", f"{PROGRAMME}/"),
    "needs": ("coordinator", f"{PROGRAMME}/needs/"),
    "plan": ("coordinator", f"{PROGRAMME}/plan/"),
    "agreements": ("coordinator", f"{PROGRAMME}/agreements/"),
    "money": ("coordinator", f"{PROGRAMME}/money/"),
    "results": ("coordinator", f"{PROGRAMME}/results/"),
    "handover": ("coordinator", f"{PROGRAMME}/handover/"),
    "incidents": ("cert", "/incidents/"),
    "incident times": ("cert", "/incidents/figures/"),
}
MORE = {
    "home of a donor in all programmes": ("donor", "/"),
    "incidents of all states": ("donor", "/incidents/"),
    "… rated critical": ("donor", "/incidents/?severity=critical"),
    "… still open": ("donor", "/incidents/?state=open"),
    "… of one class": ("donor", "/incidents/?class=fraud"),
    "… of one year": ("donor", "/incidents/?from=2024-01-01&until=2024-12-31"),
    "… by number": ("donor", "/incidents/?sort=reference"),
    "… words in the text": ("donor", "/incidents/?q=energy"),
    "… a word met seldom": ("donor", "/incidents/?q=place4000"),
    "… a word of one state": ("donor", "/incidents/?q=state1"),
    "… words and a severity": ("donor", "/incidents/?q=energy+place2&severity=critical"),
    "… words of one owner's own": ("cert", "/incidents/?q=energy"),
    "… words that are nowhere": ("donor", "/incidents/?q=zeppelin"),
    "… of one sector": ("donor", "/incidents/?sector=water"),
    "search for words in all records": ("donor", "/search/?q=energy"),
    "… page 300": ("donor", "/incidents/?page=300"),
}


@dataclass
class Taken:
    """What one page took: milliseconds of each request, and bytes as they went over the line."""

    times: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    size: int = 0
    whole: int = 0
    first: float = 0.0


def p95(times: list[float]) -> float:
    """The time that nineteen of twenty stay within."""
    return sorted(times)[max(0, round(len(times) * 0.95) - 1)]


class Client:
    """A browser without the pictures: one connection kept open, cookies, compressed answers."""

    def __init__(self, host: str) -> None:
        self.line = http.client.HTTPConnection(host, timeout=120)
        self.cookies: dict[str, str] = {}

    def get(self, path: str, body: str | None = None) -> tuple[int, bytes, bytes]:
        """Status, the bytes received, and what they say."""
        headers = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            answer = self._asked("GET" if body is None else "POST", path, body, headers)
        except ConnectionError:  # the server ended a line that was idle; a browser opens another
            self.line.close()
            answer = self._asked("GET" if body is None else "POST", path, body, headers)
        raw = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _eq, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        packed = answer.headers.get("Content-Encoding") == "gzip"
        return answer.status, raw, gzip.decompress(raw) if packed else raw

    def _asked(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> http.client.HTTPResponse:
        self.line.request(method, path, body, headers)
        return self.line.getresponse()

    def sign_in(self, email: str, password: str) -> "Client":
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/sign-in/")[2])
        assert token
        said = {"csrfmiddlewaretoken": token[1].decode(), "email": email, "password": password}
        status = self.get("/sign-in/", urllib.parse.urlencode(said))[0]
        assert status == 302, f"{email} could not sign in: {status}"
        return self


def measure(
    host: str, told: dict[str, Any], pages: dict[str, tuple[str, str]], each: int = EACH
) -> Iterator[tuple[str, Taken]]:
    """One client asks for every page; then every client does, `each` times, all the same page at the same moment."""
    clients = {
        who: [Client(host).sign_in(told["people"][who], told["password"]) for _ in range(CLIENTS)]
        for who in sorted({who for who, _path in pages.values()})
    }
    for name, (who, path) in pages.items():
        path, one = path.format(programme=told["programme"]), Taken()
        start = time.perf_counter()
        status, raw, whole = clients[who][0].get(path)
        one.first, one.size, one.whole = (time.perf_counter() - start) * 1000, len(raw), len(whole)
        assert status == 200, f"{path}: {status}"
        _ask(clients[who][0], path, 2 * each, None, one.alone)
        together = threading.Barrier(CLIENTS)
        threads = [
            threading.Thread(target=_ask, args=(client, path, each, together, one.times)) for client in clients[who]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yield name, one


def _ask(client: Client, path: str, each: int, together: threading.Barrier | None, times: list[float]) -> None:
    if together is not None:
        together.wait()
    for _ in range(each):
        start = time.perf_counter()
        status = client.get(path)[0]
        times.append((time.perf_counter() - start) * 1000)
        assert status == 200, f"{path}: {status}"


@contextmanager
def _database(postgres: bool) -> Iterator[None]:
    if not postgres:
        yield
        return
    from tests.tools.postgres import server

    before = os.environ.get("TRELLIS_DATABASE_URL")
    with server() as url:
        os.environ["TRELLIS_DATABASE_URL"] = url
        try:
            yield
        finally:
            os.environ.pop("TRELLIS_DATABASE_URL")
            if before is not None:
                os.environ["TRELLIS_DATABASE_URL"] = before


@contextmanager
def installed(
    scale: float, postgres: bool, home: str = "", incidents: int = 0
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """A region in a place of its own; in `home`, where one is named, it stays and is used again."""
    with ExitStack() as stack:
        stack.enter_context(_database(postgres))
        here = stack.enter_context(place())
        if home:
            here.env["TRELLIS_HOME"] = home
        kept = os.path.join(here.env["TRELLIS_HOME"], "region.json")
        if not os.path.exists(kept):
            start = time.perf_counter()
            made = here.start("tests.bench.region", str(scale), *([str(incidents)] if incidents else []))
            out, err = made.communicate()
            assert made.returncode == 0, err[-3000:]
            print(f"region at scale {scale:g} made in {time.perf_counter() - start:.0f} s", flush=True)
            with open(kept, "w") as file:
                file.write(out.strip().splitlines()[-1])
        with open(kept) as file:
            yield here, json.load(file)


def run(scale: float = 1.0, postgres: bool = False, home: str = "", incidents: int = 0) -> None:
    """Prints p50 and p95 of one client alone and of eight that never pause, the queries of each page and its bytes."""
    with installed(scale, postgres, home, incidents) as (here, told):
        counts = here.run("tests.bench.queries", json.dumps({**told, "pages": {**MAIN, **MORE}}))
        engine = "PostgreSQL" if postgres else "SQLite"
        print(
            f"pages on {engine}, scale {scale:g}: p50 and p95 in ms of one client, and of {CLIENTS} that never pause;"
            " queries, processor time of a request, bytes gzipped (plain)"
        )
        port = free_port()
        served = here.start("trellis.web.cli", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "2")
        try:
            _wait(f"http://127.0.0.1:{port}", served)
            _report(measure(f"127.0.0.1:{port}", told, {**MAIN, **MORE}), counts)
        finally:
            served.terminate()
            served.wait(timeout=60)


def _report(found: Iterator[tuple[str, Taken]], counts: dict[str, tuple[int, float]]) -> None:
    for name, one in found:
        print(
            f"  {name:36} alone {statistics.median(one.alone):5.0f} {p95(one.alone):5.0f}"
            f"  eight {statistics.median(one.times):5.0f} {p95(one.times):5.0f}  (first {one.first:5.0f})"
            f"  {counts[name][0]:4} queries, {counts[name][1]:4.0f} ms of processor  {one.size:7,} ({one.whole:,})",
            flush=True,
        )


if __name__ == "__main__":
    run(float(sys.argv[1]) if len(sys.argv) > 1 else 0.05)
