"""Translations: gathers what is to be translated, and compiles what has been.

    python -m trellis.core.messages            compiles every .po to .mo (what installing does)
    python -m trellis.core.messages extract    gathers the strings of all areas into the .po files
    python -m trellis.core.messages check      lists what is missing or broken in French; ends with 1 if any

English is the source. The .po files hold neither dates nor places, so that they change only when a text does.
Needs Babel; no gettext program and no settings.
"""

import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "core" / "locale"
LANGUAGES = ("fr", "ar")
COMPLETE = ("fr",)  # languages in which every string has to be there

# The forms in the order that Django's own catalogues use, where Babel has another order.
AR = "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5"
PLURALS = {"ar": (6, f"({AR})")}

KEYWORDS = {
    "gettext_noop": None,
    "caveat": None,  # trellis.calc.figure.caveat
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
LITERAL = r"""(?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"(?<!\w)(n?p?gettext|_)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)\s*(?:,\s*count\s*)?\)")
PLACE = re.compile(r"%\((\w+)\)([sd])")

Key = tuple[str | None, str | tuple[str, ...]]


def from_python(path: Path) -> Iterator[Key]:
    """The strings of a Python file: (context, text), the text a pair where there is a plural."""
    with path.open("rb") as file:
        options = {"encoding": "utf-8"}
        for _line, found, _comments, context in extract("python", file, KEYWORDS, options=options):
            yield context, tuple(found) if isinstance(found, tuple | list) else found


def from_template(path: Path) -> Iterator[Key]:
    """The strings of a Django template."""
    from django.utils.translation.template import templatize

    for call in CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
        texts = [ast.literal_eval(text) for text in re.findall(LITERAL, call[2])]
        context = texts.pop(0) if call[1] in {"pgettext", "npgettext"} else None
        yield context, tuple(texts[:2]) if len(texts) > 1 else texts[0]


def gather() -> list[Key]:
    """Every string of every area once, in a fixed order."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    found: dict[tuple[str, str], Key] = {}
    for path in sorted(PACKAGE.rglob("*")):
        if "tests" in path.parts or "locale" in path.parts or "migrations" in path.parts:
            continue
        if path.suffix == ".py":
            keys = from_python(path)
        elif "templates" in path.parts and path.is_file():
            keys = from_template(path)
        else:
            continue
        for context, text in keys:
            single = text if isinstance(text, str) else text[0]
            known = found.get((context or "", single))
            if single and (known is None or isinstance(known[1], str)):
                found[context or "", single] = (context, text)
    return [found[key] for key in sorted(found)]


def po_path(language: str) -> Path:
    """Where the translations of a language are kept."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    """The catalogue of a language; an empty one where there is none."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, domain="django")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


def merged(old: Catalog, keys: list[Key], language: str) -> Catalog:
    """A catalogue of `keys` with the translations that `old` has for them; the rest of `old` is dropped."""
    new = Catalog(locale=language, domain="django", header_comment="", charset="utf-8")
    if language in PLURALS:
        new._num_plurals, new._plural_expr = PLURALS[language]  # type: ignore[assignment]  # set late by Babel
    for context, text in keys:
        single = text if isinstance(text, str) else text[0]
        known = old.get(single, context)
        same = known is not None and isinstance(known.id, str) == isinstance(text, str)
        string = known.string if known is not None and same else None
        flags = {"python-format"} if PLACE.search(single) else set()
        message = new.add(text, string, context=context)
        message.flags = flags
    return new


def write(catalog: Catalog, path: Path) -> None:
    """Writes a .po without dates and places."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=110, no_location=True, sort_output=True, ignore_obsolete=True)
    wanted = ("Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")
    lines: list[str] = []
    header, kept = True, True
    for line in buffer.getvalue().decode().strip().splitlines():
        if header and line and not line.startswith("msg"):
            # A long value runs on over several lines; the last one ends the header field.
            starts = re.match(r'"[A-Z][A-Za-z-]+: ', line)
            kept = line.startswith(tuple(f'"{word}:' for word in wanted)) if starts else kept
            if not kept or line.startswith("#"):
                continue
        header = header and bool(line)
        lines.append(line)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines).strip() + "\n", encoding="utf-8")


def extract_all() -> None:
    """Brings the .po files up to date with the code."""
    keys = gather()
    for language in LANGUAGES:
        write(merged(load(language), keys, language), po_path(language))


def compile_all(folder: Path = LOCALE) -> list[Path]:
    """Compiles every .po below `folder`; returns the .mo files."""
    made = []
    for path in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parent.parent.name, domain="django")
        target = path.with_suffix(".mo")
        with target.open("wb") as file:
            write_mo(file, catalog)
        made.append(target)
    return made


def broken(message: Message) -> str:
    """What is wrong with the placeholders of a translation, or ''."""
    singles = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    allowed = set().union(*(set(PLACE.findall(text)) for text in singles))
    needed = set.intersection(*(set(PLACE.findall(text)) for text in singles))
    # A plural form may say "one" or "two" in words in place of the number.
    optional = needed if len(singles) > 1 else set()
    for text in filter(None, strings):
        used = set(PLACE.findall(text))
        if used - allowed:
            return f"placeholder that is not in the source: {sorted(used - allowed)}"
        if needed - used - optional:
            return f"placeholder missing: {sorted(needed - used)}"
    return ""


def missing(message: Message) -> bool:
    """Whether a translation, or one of its plural forms, is not there."""
    return not message.string if isinstance(message.string, str) else not all(message.string or [""])


def check() -> list[str]:
    """Every fault of the translations as a line of text."""
    faults = []
    keys = gather()
    for language in LANGUAGES:
        catalog = load(language)
        for context, text in keys:
            single = text if isinstance(text, str) else text[0]
            message = catalog.get(single, context)
            if message is None or missing(message):
                if language in COMPLETE:
                    faults.append(f"{language}: not translated: {single!r}")
            elif fault := broken(message):
                faults.append(f"{language}: {fault}: {single!r}")
    return faults


def main(arguments: list[str]) -> int:
    """The command."""
    act = arguments[0] if arguments else "compile"
    if act == "extract":
        extract_all()
    elif act == "compile":
        compile_all()
    elif act == "check":
        faults = check()
        sys.stdout.write("".join(f"{fault}\n" for fault in faults))
        return 1 if faults else 0
    else:
        sys.stderr.write(__doc__ or "")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
