"""Finds live indicators in text (X-09): they belong in a threat exchange, not in a record."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.tabular import Translatable

NAMES: dict[str, Translatable] = {
    "ip-address": gettext_lazy("an IP address"),
    "url": gettext_lazy("a web address (URL)"),
    "email": gettext_lazy("an e-mail address"),
    "hash": gettext_lazy("a file hash"),
}

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u061c]")
# The usual ways of writing an indicator so that nobody clicks it; it is an indicator all the same.
_DOT = re.compile(r"\s?(?:\[\s?(?:\.|dot)\s?\]|\(\s?(?:\.|dot)\s?\)|\{\s?(?:\.|dot)\s?\})\s?", re.IGNORECASE)
_AT = re.compile(r"\s?(?:\[\s?(?:@|at)\s?\]|\(\s?(?:@|at)\s?\)|\{\s?(?:@|at)\s?\})\s?", re.IGNORECASE)
_COLON = re.compile(r"\[(:|://)\]")
_URL = re.compile(r"\b[a-z][a-z0-9+-]{1,15}://\S|\bwww\.[^\s.]+\.", re.IGNORECASE)
_DEFANGED_NAME = re.compile(r"[\w-]\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?[a-z]", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
# What no indicator is without: most texts have none of these and need no closer look.
_ANY = re.compile(r"\d\.|[.:]\S|[@\[({:]|[0-9a-f]{32}", re.IGNORECASE)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])", re.IGNORECASE)
_HASH = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})"
    r"(?![0-9a-z])",
    re.IGNORECASE,
)


def live_indicators(text: str) -> list[str]:
    """Kinds of live indicator that a text holds, of `NAMES`, in that order; none for an empty list.

    Written-apart forms (hxxp, [.], (at)) count, and so do private networks: they tell about a victim.
    A number of four parts cannot be told from an IP address and counts as one.
    """
    plain = text if text.isascii() else _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if not _ANY.search(plain):
        return []
    refanged = _COLON.sub(r"\1", _AT.sub("@", _DOT.sub(".", plain)))
    found = set()
    if any(_is_address(match[0]) for match in (*_IPV4.finditer(refanged), *_IPV6.finditer(refanged))):
        found.add("ip-address")
    if _EMAIL.search(refanged):
        found.add("email")
    if _URL.search(refanged) or (_DEFANGED_NAME.search(plain) and not found):
        found.add("url")
    # Hashes of digits alone or letters alone do not occur; long reference numbers do.
    if any(re.search("[a-f]", m[0], re.IGNORECASE) and re.search(r"\d", m[0]) for m in _HASH.finditer(refanged)):
        found.add("hash")
    return [kind for kind in NAMES if kind in found]


def _is_address(text: str) -> bool:
    if not text.strip(":."):
        return False
    if ":" not in text:
        # Python refuses leading zeros; whoever writes 198.051.100.007 means an address all the same.
        text = ".".join(part.lstrip("0") or "0" for part in text.split("."))
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def named(kinds: Iterable[str]) -> str:
    """Kinds of indicators in words."""
    return ", ".join(str(NAMES[kind]) for kind in kinds)


def refusal(kinds: Iterable[str]) -> str:
    """A sentence that says which indicators a text holds and what to do."""
    message = _("The text holds %(kinds)s. Live indicators go into the threat exchange; describe them in words here.")
    return message % {"kinds": named(kinds)}
