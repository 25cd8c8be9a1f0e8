"""A served installation of its own, and a browser in front of it."""

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.tools.browser import FLAGS, find
from tests.tools.isolated import Place, place


@dataclass
class Served:
    """Where it answers, and where its processes run."""

    url: str
    place: Place
    told: Any = None  # what the preparation printed last


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(*prepare: str, mode: str = "test") -> Iterator[Served]:
    """Runs `python -m PREPARE…` in a fresh place, then serves it until the end."""
    with place() as here:
        here.env["TRELLIS_MODE"] = mode
        told = _told(here.start(*prepare))
        port = free_port()
        process = here.start("trellis.web.cli", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "2")
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(url, process)
            yield Served(url, here, told)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _told(process: Any) -> Any:
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err[-3000:]
    return json.loads(out.strip().splitlines()[-1]) if out.strip() else None


def _wait(url: str, process: Any) -> None:
    for _ in range(450):
        if process.poll() is not None:
            raise AssertionError(process.stderr.read()[-3000:])
        try:
            urllib.request.urlopen(f"{url}/static/core/trellis.css", timeout=2)
            return
        except OSError:  # not there yet, or too busy to answer in time
            time.sleep(0.2)
    raise AssertionError("the server did not answer")


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium; the test is skipped, with a reason, where none is found."""
    path = find()
    if path is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


def sign_in(page: Any, url: str, email: str, password: str) -> None:
    """Signs somebody in, out of whatever was before."""
    page.context.clear_cookies()
    page.goto(f"{url}/sign-in/")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit], main form button")
    page.wait_for_load_state()
