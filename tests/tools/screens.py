"""Looks at pages of a running server: pictures wide, narrow and right-to-left, and an accessibility check.

    python -m tests.tools.screens http://127.0.0.1:8000 OUT / /incidents/ --as a@example.org --password x

Pictures go to OUT as `<page>-<view>.png`. Ends with 1 when a page answers with an error, scrolls
sideways, or the check finds something serious or critical.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.tools.browser import FLAGS, find


@dataclass(frozen=True)
class View:
    """A way of looking: width in CSS pixels, language, colour scheme."""

    name: str
    width: int
    language: str = "en"
    scheme: str = "light"


VIEWS = (View("wide", 1280), View("narrow", 390), View("rtl", 1280, "ar"), View("rtl-narrow", 390, "ar"))
DARK = View("dark", 1280, scheme="dark")


@dataclass
class Seen:
    """What was found on one page in one view."""

    url: str
    view: str
    status: int
    picture: Path | None
    violations: list[str] = field(default_factory=list)
    sideways: int = 0

    @property
    def problems(self) -> list[str]:
        """Everything that should not be."""
        found = [f"status {self.status}"] if self.status >= 400 else []
        if self.sideways > 0:
            found.append(f"scrolls sideways by {self.sideways} px")
        return found + self.violations


@contextmanager
def browser() -> Iterator[Browser]:
    """The Chromium of this machine. Raises RuntimeError where there is none."""
    path = find()
    if path is None:
        raise RuntimeError("No Chromium found")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield found
        finally:
            found.close()


def sign_in(context: BrowserContext, base: str, email: str, password: str) -> None:
    """Signs a person in through the form at /sign-in/."""
    page = context.new_page()
    page.goto(f"{base}/sign-in/")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    page.close()


def violations(page: Page) -> list[str]:
    """Serious and critical findings of axe on the page, each with the first element it concerns."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    if page.locator("a[href*='still=']").count():
        # A page that looks again by itself is allowed where its reader can stop it, as WCAG 2.2.1 asks.
        found = [v for v in found if v["id"] != "meta-refresh"]
    return [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:160]}"
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]


def _context(chromium: Browser, view: View) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": view.width, "height": 900},
        locale=view.language,
        color_scheme="dark" if view.scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    return context


def look(page: Page, url: str, view: View, picture: Path | None = None, axe: bool = True) -> Seen:
    """One page as it stands."""
    answer = page.goto(url)
    seen = Seen(url, view.name, answer.status if answer else 0, picture)
    seen.sideways = page.evaluate("(({scrollWidth: a, clientWidth: b}) => a - b)(document.documentElement)")
    if picture:
        page.screenshot(path=str(picture), full_page=True)
    if axe:
        seen.violations = violations(page)
    return seen


def shoot(
    base: str,
    urls: Sequence[str],
    folder: Path,
    person: tuple[str, str] | None = None,
    views: Sequence[View] = VIEWS,
    axe: bool = True,
) -> list[Seen]:
    """Pictures of `urls` (paths below `base`) into `folder`, signed in as `person` (email, password)."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    with browser() as chromium:
        for view in views:
            context = _context(chromium, view)
            if person:
                sign_in(context, base, *person)
            # Now: signing in chooses the language of who signs in, whatever the view is to show.
            context.add_cookies([{"name": "django_language", "value": view.language, "url": base}])
            page = context.new_page()
            for url in urls:
                name = re.sub(r"[^A-Za-z0-9]+", "-", url).strip("-") or "home"
                found.append(look(page, base + url, view, folder / f"{name}-{view.name}.png", axe))
            context.close()
    return found


def main() -> int:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("base")
    parser.add_argument("folder", type=Path)
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--as", dest="email", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--dark", action="store_true", help="a dark view besides")
    given = parser.parse_args()
    person = (given.email, given.password) if given.email else None
    views = (*VIEWS, DARK) if given.dark else VIEWS
    bad = 0
    for seen in shoot(given.base.rstrip("/"), given.urls, given.folder, person, views):
        bad += bool(seen.problems)
        print(f"{seen.url} {seen.view}: {'; '.join(seen.problems) or 'nothing found'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
