"""The exchange beside OpenTAXII, over HTTP: the same envelopes posted, then all of it read with `limit=1000`.

Each is served by gunicorn with two processes of eight threads, on the same kind of database, and asked by one client
that keeps its line. OpenTAXII comes from an interpreter of its own that is named; it is no part of this project.

It is no contest of equals: OpenTAXII's collection is open to all, and it keeps neither agreements nor access log nor
hashes; on the other hand it checks each object with the whole of the stix2 library.
"""

import http.client
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import orjson

from tests.bench.exchange import BATCH, objects, p95
from tests.browser.served import free_port, served
from trellis.exchange.taxii.media import MEDIA

# Run by OpenTAXII's interpreter: one root, one collection, one account; prints where and with what.
SETUP = """
import json
from opentaxii.cli import app
with app.app_context():
    api = app.taxii_server.servers.taxii2.persistence.api
    root = api.add_api_root(title="bench", description="", default=True, is_public=True)
    made = api.add_collection(api_root_id=root.id, title="bench", description="", alias=None, is_public=True,
                              is_public_write=True)
    app.taxii_server.auth.api.create_account(username="bench", password="bench")
    token = app.taxii_server.auth.api.authenticate("bench", "bench")
    token = token.decode() if isinstance(token, bytes) else token
    print(json.dumps({"path": f"/taxii2/{root.id}/collections/{made.id}/objects/", "token": token}))
"""
# Served through this: without it 0.9.3 answers each POST with 500 (its issue 243, mended after that release).
MENDED = """
import json, uuid
plain = json.JSONEncoder.default
json.JSONEncoder.default = lambda self, one: str(one) if isinstance(one, uuid.UUID) else plain(self, one)
from opentaxii.http import app
"""
ASK = "import importlib.metadata as m; print(m.version('opentaxii')); import gunicorn"
WALKS = 3


@dataclass
class Server:
    """Where objects are posted and read, with the token for it."""

    url: str
    path: str
    token: str


@dataclass
class Found:
    """Objects in a second, and milliseconds of each page."""

    posted: float
    read: float
    pages: list[float]


class Line:
    """A client that keeps its line."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.url)
        assert parts.hostname
        self.server = server
        self.line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=600)

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[bytes, float]:
        """What is answered, and the seconds until its last octet."""
        headers = {"Authorization": f"Bearer {self.server.token}", "Accept": MEDIA}
        if body is not None:
            headers["Content-Type"] = MEDIA
        start = time.perf_counter()
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        said = answer.read()
        took = time.perf_counter() - start
        assert answer.status in (200, 202), (answer.status, said[:500])
        return said, took


def version(python: str) -> str:
    """The version of OpenTAXII that this interpreter has, "" where it has none or nothing to serve it with."""
    try:
        done = subprocess.run([python, "-c", ASK], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@contextmanager
def ours() -> Iterator[Server]:
    """A served installation with the region of the TAXII tests."""
    with served("trellis.exchange.taxii.tests.prepare") as here:
        path = f"/taxii2/{here.told['programme']}/collections/{here.told['collection']}/objects/"
        yield Server(here.url, path, here.told["tokens"]["cert"])


@contextmanager
def theirs(python: str) -> Iterator[Server]:
    """OpenTAXII with one open collection."""
    with tempfile.TemporaryDirectory(prefix="opentaxii-") as folder, _database(Path(folder)) as url:
        store = {"db_connection": url, "create_tables": True}
        config = {
            "domain": "localhost",
            "taxii1": None,
            "taxii2": {
                "title": "bench",
                "max_content_length": 10 * 1024 * 1024,
                "public_discovery": True,
                "persistence_api": {"class": "opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI", "parameters": store},
            },
            "auth_api": {
                "class": "opentaxii.auth.sqldb.SQLDatabaseAPI",
                "parameters": {**store, "secret": "for this bench alone, long enough to sign with"},
            },
            "logging": {"opentaxii": "error", "root": "error"},
        }
        path = Path(folder) / "opentaxii.yml"
        path.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
        (Path(folder) / "mended.py").write_text(MENDED, encoding="utf-8")
        env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"} | {"OPENTAXII_CONFIG": str(path)}
        done = subprocess.run(
            [python, "-W", "ignore", "-c", SETUP], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        told = json.loads(done.stdout.strip().splitlines()[-1])
        port = free_port()
        command = [
            python, "-W", "ignore", "-m", "gunicorn", "mended:app", "--pythonpath", folder,
            "--bind", f"127.0.0.1:{port}", "--workers", "2", "--worker-class", "gthread", "--threads", "8",
            "--log-level", "error", "--timeout", "600",
        ]  # fmt: skip
        with (Path(folder) / "log").open("w") as log:
            process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            _wait(port, process)
            yield Server(f"http://127.0.0.1:{port}", told["path"], told["token"])
        finally:
            process.terminate()
            process.wait(timeout=60)


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    """On the engine that we run on: a database of its own on the same server, or a file of SQLite."""
    from tests.tools import isolated

    url = os.environ.get("TRELLIS_DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield f"sqlite:///{folder / 'data.db'}"
        return
    import psycopg

    name = f"opentaxii_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield "postgresql+psycopg://" + isolated._named(url, name).partition("://")[2]
    finally:
        isolated._drop(url, name)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _turn in range(300):
        assert process.poll() is None, "OpenTAXII ended"
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/taxii2/", headers={"Accept": MEDIA})
            line.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("OpenTAXII does not answer")


def measure(server: Server, bodies: list[bytes], count: int) -> Found:
    """Posts, then reads everything back, several times: told is the walk in the middle."""
    line = Line(server)
    posted = sum(line.ask("POST", server.path, body)[1] for body in bodies)
    walks = []
    for _turn in range(WALKS):
        got, pages = walk(line)
        walks.append(pages)
        if got != count:
            print(f"    of {count:,} objects that were posted it gave back {got:,}")
    pages = sorted(walks, key=sum)[WALKS // 2]
    return Found(count / posted, count / sum(pages) * 1000, pages)


def walk(line: Line) -> tuple[int, list[float]]:
    """How many objects came, and the milliseconds of each page."""
    pages: list[float] = []
    got: set[str] = set()
    token, more = "", True
    while more:
        query = f"?limit=1000&next={quote(token, safe='')}" if token else "?limit=1000"
        said, took = line.ask("GET", line.server.path + query)
        pages.append(took * 1000)
        page = orjson.loads(said)
        got |= {one["id"] for one in page.get("objects", [])}
        token = page.get("next", "")
        more = bool(page.get("more") and token)
    return len(got), pages


def run(count: int, python: str) -> None:
    """Prints both, and ours divided by theirs."""
    known = version(python) if python else ""
    if not known:
        why = f"{python} has no OpenTAXII with gunicorn" if python else "no interpreter is named that has it"
        print(f"beside OpenTAXII: not measured, {why} (--opentaxii PYTHON)")
        return
    engine = "PostgreSQL" if os.environ.get("TRELLIS_DATABASE_URL", "").startswith("postgres") else "SQLite"
    print(f"beside OpenTAXII {known}, over HTTP on {engine}, {count:,} objects in envelopes of {BATCH:,}")
    bodies = [objects(BATCH, n) for n in range(0, count, BATCH)]
    found = {}
    for name, serving in (("ours", ours()), ("OpenTAXII", theirs(python))):
        with serving as server:
            found[name] = one = measure(server, bodies, count)
        print(
            f"  {name}: posted {one.posted:,.0f} objects/s, read {one.read:,.0f} objects/s,"
            f" page median {statistics.median(one.pages):.1f} ms, p95 {p95(one.pages):.1f} ms"
        )
    mine, other = found["ours"], found["OpenTAXII"]
    median = statistics.median(other.pages) / statistics.median(mine.pages)
    print(
        f"  ours to theirs: posting {mine.posted / other.posted:.1f}, reading {mine.read / other.read:.1f}, page {median:.1f}"
    )
