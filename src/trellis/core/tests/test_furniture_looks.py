"""The kitchen sink in a real browser: nothing scrolls sideways, and the check finds nothing serious."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from tests.tools import screens
from tests.tools.browser import find

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("trellis.core.tests.furniture_kitchen"),
    pytest.mark.skipif(find() is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def kitchen() -> Iterator[str]:
    """Where the pages answer. No database: a flush between tests is what append-only tables refuse."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(StaticFilesHandler(WSGIHandler()))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_kitchen_sink_is_accessible_wide_narrow_and_right_to_left(kitchen, tmp_path):
    folder = Path(os.environ.get("TRELLIS_SCREENS", tmp_path))
    views = (*screens.VIEWS, screens.DARK)
    seen = screens.shoot(kitchen, ["/", "/form/", "/job/"], folder, views=views)
    assert {s.view for s in seen} == {"wide", "narrow", "rtl", "rtl-narrow", "dark"}
    assert [(s.url, s.view, s.problems) for s in seen if s.problems] == []


def test_form_with_errors_is_accessible_and_links_lead_to_fields(kitchen, tmp_path):
    folder = Path(os.environ.get("TRELLIS_SCREENS", tmp_path))
    with screens.browser() as chromium:
        for width in (1280, 390):
            page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
            page.goto(f"{kitchen}/form/")
            page.fill("[name=title]", "Mail server locked")
            page.fill("[name=cost_amount]", "a lot")
            with page.expect_navigation():
                page.click("button:has-text('Save the record')")
            assert page.title().startswith("Error: Record an incident")
            assert page.input_value("[name=title]") == "Mail server locked"
            assert page.input_value("[name=cost_amount]") == "a lot"
            for link in page.locator(".errors a").all():
                target = link.get_attribute("href")
                assert page.locator(target).count() == 1, target
            assert screens.violations(page) == []
            page.screenshot(path=str(folder / f"errors-{width}.png"), full_page=True)
