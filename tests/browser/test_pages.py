"""The main pages of the demonstration: they answer, can be read by everybody, fit a telephone, and are small."""

from typing import Any

import pytest

from tests.browser.hands import Hands
from tests.browser.served import Served
from tests.tools.screens import violations
from trellis.web.demo.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.database]
FIRST, LATER = 100_000, 20_000  # bytes as transferred, with everything that the page needs
COORDINATOR, CERT, NOBODY = "adwoa.tano@ministry.example", "kwame.essien@cert.example", ""
# name: who reads it, address
PAGES = {
    "home": (COORDINATOR, "/"),
    "programme": (COORDINATOR, "/p/{programme}/"),
    "heat map": (COORDINATOR, "/p/{programme}/needs/{assessment}/map/"),
    "priorities": (COORDINATOR, "/p/{programme}/needs/priorities/"),
    "plan": (COORDINATOR, "/p/{programme}/plan/"),
    "agreements": (COORDINATOR, "/p/{programme}/agreements/"),
    "money": (COORDINATOR, "/p/{programme}/money/"),
    "tranche": (COORDINATOR, "/p/{programme}/money/tranches/{tranche}/"),
    "incidents": (CERT, "/incidents/"),
    "incident figures": (CERT, "/incidents/figures/"),
    "scorecard": (COORDINATOR, "/p/{programme}/results/"),
    "handover": (COORDINATOR, "/p/{programme}/handover/"),
    "reviews": (COORDINATOR, "/p/{programme}/reviews/"),
    "decision": (COORDINATOR, "/p/{programme}/decisions/{decision}/"),
    "grants": (CERT, "/sharing/"),
    "access": (CERT, "/access/"),
    "public": (NOBODY, "/public/"),
    "sign-in": (NOBODY, "/sign-in/"),
}


class Reader:
    """A browser session that counts what comes over the line."""

    def __init__(self, chromium: Any, url: str, email: str) -> None:
        self.hands = Hands(chromium, url, email or "nobody")
        if email:
            self.hands.sign_in(email, PASSWORD)
        self.bytes = 0
        line = self.hands.context.new_cdp_session(self.hands.page)
        line.send("Network.enable")
        line.on("Network.loadingFinished", self._came)

    def _came(self, event: dict[str, Any]) -> None:
        self.bytes += event["encodedDataLength"]

    def read(self, path: str) -> int:
        """Opens a page and says how much came."""
        self.bytes = 0
        self.hands.go(path).page.wait_for_load_state("networkidle")
        return self.bytes


@pytest.fixture(scope="module")
def readers(demonstration: Served, chromium: Any) -> dict[str, Reader]:
    return {email: Reader(chromium, demonstration.url, email) for email in (COORDINATOR, CERT, NOBODY)}


def sideways(page: Any) -> int:
    """By how many pixels the page scrolls to the side."""
    return int(page.evaluate("(({scrollWidth: a, clientWidth: b}) => a - b)(document.documentElement)"))


@pytest.mark.parametrize("name", PAGES)
def test_ux_a_page_can_be_read_by_everybody_on_a_telephone_and_is_small(
    name: str, demonstration: Served, readers: dict[str, Reader]
) -> None:
    email, path = PAGES[name]
    reader = readers[email]
    page = reader.hands.page
    page.set_viewport_size({"width": 1280, "height": 900})
    size = reader.read(path.format(**demonstration.told))
    if email == NOBODY:
        size = reader.read(path.format(**demonstration.told))
    assert 0 < size <= LATER
    assert page.evaluate("document.documentElement.dir") == "ltr"
    assert violations(page) == []
    assert sideways(page) <= 0
    page.set_viewport_size({"width": 390, "height": 900})
    assert sideways(page) <= 0


@pytest.mark.parametrize("name", ["home", "heat map", "tranche", "incident figures", "sign-in"])
def test_ux_the_first_page_is_below_100_kb(
    name: str, demonstration: Served, readers: dict[str, Reader], chromium: Any
) -> None:
    email, path = PAGES[name]
    new = Reader(chromium, demonstration.url, NOBODY)
    new.hands.context.add_cookies(readers[email].hands.context.cookies())
    size = new.read(path.format(**demonstration.told))
    new.hands.context.close()
    assert LATER / 10 < size <= FIRST


@pytest.mark.parametrize(
    "name", ["home", "programme", "heat map", "money", "tranche", "incidents", "public", "sign-in"]
)
def test_ux_arabic_runs_from_right_to_left_and_fits_too(
    name: str, demonstration: Served, readers: dict[str, Reader]
) -> None:
    email, path = PAGES[name]
    hands = readers[email].hands
    hands.page.set_viewport_size({"width": 390, "height": 900})
    hands.context.add_cookies([{"name": "django_language", "value": "ar", "url": demonstration.url}])
    try:
        hands.go(path.format(**demonstration.told))
        assert hands.page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
        assert sideways(hands.page) <= 0
    finally:
        hands.context.add_cookies([{"name": "django_language", "value": "en", "url": demonstration.url}])
