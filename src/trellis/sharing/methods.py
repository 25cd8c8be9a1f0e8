"""Method pages: what docs/methods says about a calculation, as plain blocks for a page."""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(settings.PACKAGE).parent.parent / "docs" / "methods"


@lru_cache(maxsize=64)
def page(slug: str) -> tuple[SafeString, ...]:
    """The paragraphs of a method page in safe markup; empty where the installation carries no docs."""
    if not re.fullmatch(r"[a-z0-9-]+", slug):
        return ()
    path = FOLDER / f"{slug}.md"
    if not path.is_file():
        return ()
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
    return tuple(_block(block.strip()) for block in blocks if block.strip())


def _block(text: str) -> SafeString:
    if text.startswith("#"):
        return mark_safe(f"<h3>{_inline(text.lstrip('# '))}</h3>")  # noqa: S308 - escaped in _inline
    if text.startswith("|"):
        return mark_safe(f"<pre>{escape(text)}</pre>")  # noqa: S308
    if text.startswith(("- ", "* ")):
        items = re.split(r"\n[-*] ", text[2:])
        return mark_safe("<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>")  # noqa: S308
    return mark_safe(f"<p>{_inline(text)}</p>")  # noqa: S308


def _inline(text: str) -> str:
    safe = str(escape(" ".join(text.split())))
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    return re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", safe)
