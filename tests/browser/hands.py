"""A person in front of a browser: finds things by their words, as a reader does, and says what stood there instead."""

import re
from pathlib import Path
from typing import Any

Page = Any  # playwright.sync_api.Page, which is imported only where a browser is at hand


def words(text: str) -> re.Pattern[str]:
    """A label as it stands on a page, marked optional or not."""
    return re.compile(rf"^\s*{re.escape(text)}(\s*\(optional\))?\s*$")


class Hands:
    """One persona with a browser session of its own."""

    def __init__(self, browser: Any, url: str, name: str) -> None:
        self.url, self.name = url, name
        self.context = browser.new_context(locale="en-GB")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.status = 0
        self.page.on("response", self._seen)

    def _seen(self, response: Any) -> None:
        request = response.request
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.status = response.status

    # Going about
    def go(self, path: str, status: int = 200) -> "Hands":
        """Opens an address."""
        self.page.goto(path if path.startswith("http") else f"{self.url}{path}")
        self._stands(status)
        return self

    def follow(self, text: str, within: Any = None) -> "Hands":
        """Follows the link with these words."""
        return self.open(self._in(within).get_by_role("link", name=text, exact=True))

    def open(self, link: Any) -> "Hands":
        """Follows a link that was found otherwise."""
        with self.page.expect_navigation():
            self._one(link).click()
        self._stands(200)
        return self

    def press(self, text: str, within: Any = None, status: int = 200) -> "Hands":
        """Presses a button and waits for the page that answers."""
        with self.page.expect_navigation():
            self._one(self._in(within).get_by_role("button", name=text, exact=True)).click()
        self._stands(status)
        return self

    def post(self, path: str, fields: dict[str, str], status: int) -> "Hands":
        """Sends a form that the page did not offer, as somebody who knows the address could."""
        script = """([path, fields]) => {
            const form = document.createElement("form");
            form.method = "post"; form.action = path;
            const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
            for (const [name, value] of Object.entries({...fields, csrfmiddlewaretoken: token})) {
                const input = document.createElement("input");
                input.type = "hidden"; input.name = name; input.value = value; form.append(input);
            }
            document.body.append(form); form.submit();
        }"""
        with self.page.expect_navigation():
            self.page.evaluate(script, [path, fields])
        self._stands(status)
        return self

    # Forms
    def write(self, answers: dict[str, str], within: Any = None) -> "Hands":
        """Fills in fields by their labels; a choice by the words of the option."""
        for label, value in answers.items():
            field = self._one(self._in(within).get_by_label(words(label)))
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(label=value, timeout=3000)
            else:
                field.fill(value)
        return self

    def choose(self, question: str, *options: str, within: Any = None) -> "Hands":
        """Ticks answers of a group of boxes or buttons. An option may be given by its beginning."""
        group = self._one(self._in(within).get_by_role("group", name=words(question)))
        for option in options:
            self._one(group.get_by_label(re.compile(rf"^\s*{re.escape(option)}"))).check()
        return self

    def attach(self, label: str, file: Path) -> "Hands":
        """Chooses a file."""
        self._one(self.page.get_by_label(words(label))).set_input_files(str(file))
        return self

    # Reading
    def band(self, heading: str) -> Any:
        """The section under a heading."""
        section = self.page.locator("section.band")
        return section.filter(has=self.page.get_by_role("heading", name=heading, exact=True))

    @property
    def text(self) -> str:
        """What the page says."""
        return re.sub(r"\s+", " ", self.page.inner_text("main"))

    @property
    def heading(self) -> str:
        """Its first heading."""
        return str(self.page.inner_text("h1"))

    def reads(self, *texts: str) -> "Hands":
        """The page says each of these."""
        said = self.text
        for text in texts:
            assert text in said, f"{self.name} at {self.page.url} does not read {text!r} but: {said[:3000]}"
        return self

    def _in(self, within: Any) -> Any:
        return self.page.locator("main") if within is None else within

    def _one(self, found: Any) -> Any:
        if found.count() == 0:
            raise AssertionError(f"{self.name} at {self.page.url} finds no {found} in: {self.text[:3000]}")
        return found.first

    def _stands(self, status: int) -> None:
        if self.status != status or (status == 200 and self.page.locator(".error, .wrong").count()):
            raise AssertionError(f"{self.name} at {self.page.url} got {self.status}: {self.text[:3000]}")

    def sign_in(self, email: str, password: str) -> "Hands":
        """Through the form."""
        self.go("/sign-in/").write({"E-mail address": email, "Password": password})
        self.press("Sign in")
        # English, whatever language the account asks for on signing in: the tests read English words.
        self.context.add_cookies([{"name": "django_language", "value": "en", "url": self.url}])
        return self
