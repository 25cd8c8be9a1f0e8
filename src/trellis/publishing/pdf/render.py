"""Sets a typst template with data. Text from people reaches typst as JSON values, never as typst code."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst
from django.utils.translation import gettext as _
from django.utils.translation import override

HERE = Path(__file__).resolve().parent
STANDARD: Literal["ua-1"] = "ua-1"
LATIN = "Libertinus Serif"  # carried by typst itself, with Latin, Greek, Cyrillic and Hebrew
MONO = "DejaVu Sans Mono"  # carried by typst itself; the only one there with Arabic letters

# Installed families that set Arabic well, best first.
ARABIC = (
    "Noto Naskh Arabic",
    "Amiri",
    "Scheherazade New",
    "Noto Sans Arabic",
    "Noto Kufi Arabic",
    "DejaVu Sans",
)
_ARABIC_LETTER = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z]{2}))?$")
_UNDRAWN = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_OVERRIDES = frozenset("\u202d\u202e")  # they would turn printed text around
_ATTEMPTS = 300

Book = Any  # typst.Fonts


class RenderError(RuntimeError):
    """The template could not be set: a fault of ours, not of the data."""


@dataclass(frozen=True)
class Rendered:
    """`standard` is "ua-1", or None where the paper could not be made to meet PDF/UA-1.

    `caveats` are printed on the paper too; `warnings` are typst's own and should be empty.
    """

    pdf: bytes
    standard: str | None = STANDARD
    caveats: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@lru_cache(maxsize=4)
def _book(system: bool, paths: tuple[Path, ...]) -> Book:
    return typst.Fonts(include_system_fonts=system, font_paths=[str(path) for path in paths])


def language(code: str) -> tuple[str, str | None]:
    """Language and region as typst wants them, from a code such as `fr` or `pt-br`. Raises ValueError."""
    found = _LANGUAGE.match(code)
    if not found:
        raise ValueError(f"not a language code: {code!r}")
    return found[1], found[2].upper() if found[2] else None


def printable(value: Any) -> Any:
    """The same data with characters taken out that no paper can show: controls and direction overrides."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\t", " "))
        return "".join(
            letter
            for letter in text
            if letter == "\n" or (unicodedata.category(letter) not in {"Cc", "Cs"} and letter not in _OVERRIDES)
        )
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value


def render(
    template: str,
    data: dict[str, Any],
    *,
    code: str,
    made: datetime,
    font_paths: Sequence[Path] = (),
    system_fonts: bool = True,
) -> Rendered:
    """The PDF of `template` (a file beside this one) with `data`, as PDF/UA-1 and dated `made`.

    Equal input and equal fonts give equal bytes. Fonts are typst's own unless the text needs others; a text
    that no font can draw is replaced by its code and said in the caveats. Raises ValueError for a naive
    `made` and RenderError when the template fails.
    """
    if made.tzinfo is None:
        raise ValueError("a time without a zone cannot be printed")
    lang, region = language(code)
    content = printable(data)
    own, wide = _book(False, tuple(font_paths)), _book(system_fonts, tuple(font_paths))
    families, caveats = [LATIN], []
    book = own
    if _ARABIC_LETTER.search(json.dumps(content, ensure_ascii=False)):
        book = wide
        installed = set(wide.families())
        arabic = next((family for family in ARABIC if family in installed), None)
        if arabic is None:
            with override(code):
                caveats.append(_("Set in a plain font: no Arabic typeface is installed where this paper was made."))
        families.append(arabic or MONO)
    settings = {"lang": lang, "region": region, "fonts": families, "mono": MONO}
    return _attempt(template, content, settings, made, [book, wide], caveats, code)


def _attempt(
    template: str,
    content: dict[str, Any],
    settings: dict[str, Any],
    made: datetime,
    books: list[Book],
    caveats: list[str],
    code: str,
) -> Rendered:
    book, wide = books
    undrawn: set[str] = set()
    for _round in range(_ATTEMPTS):
        said = [*caveats, *_codes(undrawn, code)]
        try:
            return _compile(template, content | settings | {"caveats": said}, made, book, STANDARD)
        except typst.TypstError as error:
            letters = {letter for text in _UNDRAWN.findall(error.message) for letter in _unescaped(text)}
            if not letters:
                raise RenderError(f"{template}: {error.message}") from error
        if book is not wide:
            book = wide
        elif letters <= undrawn:
            break
        else:
            undrawn |= letters
            content = _coded(content, frozenset(letters))
    return _compile(template, content | settings | {"caveats": caveats}, made, wide, None)


def _unescaped(text: str) -> str:
    """The text that typst names in a message, where it writes some letters as \\u{1f600}."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)


def _codes(undrawn: set[str], code: str) -> Iterator[str]:
    if undrawn:
        with override(code):
            yield _("Letters that no font here can draw are printed as their code, such as [U+1F600].")


def _coded(value: Any, letters: frozenset[str]) -> Any:
    if isinstance(value, str):
        return "".join(f"[U+{ord(letter):04X}]" if letter in letters else letter for letter in value)
    if isinstance(value, dict):
        return {key: _coded(item, letters) for key, item in value.items()}
    if isinstance(value, list):
        return [_coded(item, letters) for item in value]
    return value


def _compile(
    template: str, data: dict[str, Any], made: datetime, book: Book, standard: Literal["ua-1"] | None
) -> Rendered:
    pdf, warnings = typst.compile_with_warnings(
        str(HERE / template),
        root=str(HERE),
        format="pdf",
        font_paths=book,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        pdf_standards=[standard] if standard else [],
        timestamp=int(made.timestamp()),
    )
    return Rendered(pdf, standard, tuple(data["caveats"]), tuple(warning.message for warning in warnings))
