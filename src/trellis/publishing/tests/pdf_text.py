"""Reads the words out of a PDF that typst wrote: enough for tests, not a general reader."""

import re
import zlib

_OBJECT = re.compile(rb"(?<=\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STRING = rb"\((?:\\.|[^\\()])*\)"
_SHOW = re.compile(rb"/(f\d+) ([\d.]+) Tf|(" + _STRING + rb"|\[(?:" + _STRING + rb"|[^\]()])*\]) ?T[jJ]", re.DOTALL)
_LITERAL = re.compile(rb"\(((?:\\.|[^\\()])*)\)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _plain(literal: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        code = found[1]
        return bytes([int(code, 8)]) if code.isdigit() else _NAMED.get(code, code)

    return _ESCAPE.sub(one, literal)


def _stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream\n")
    data = rest[: int(re.search(rb"/Length (\d+)", head)[1])]
    return zlib.decompress(data) if b"FlateDecode" in head else data


def _letters(cmap: bytes) -> dict[int, str]:
    found = {}
    for block in re.findall(rb"beginbfchar\n(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return found


def drawn(pdf: bytes) -> list[list[tuple[float, str]]]:
    """For each page its pieces of text with their size in points, in the order in which they are drawn."""
    objects = {int(number): body for number, body in _OBJECT.findall(b"\n" + pdf)}
    found = []
    for body in objects.values():
        if not body.startswith(b"<</Type/Page/"):
            continue
        fonts = {}
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", objects[_ref(b"Resources", body)]):
            fonts[name] = _letters(_stream(objects[_ref(b"ToUnicode", objects[int(number)])]))
        found.append(_pieces(_stream(objects[_ref(b"Contents", body)]), fonts))
    return found


def pages(pdf: bytes) -> list[str]:
    """The text of each page in the order in which it is drawn."""
    return [" ".join(text for _size, text in page) for page in drawn(pdf)]


def _ref(name: bytes, body: bytes) -> int:
    return int(re.search(rb"/" + name + rb" (\d+) 0 R", body)[1])


def _pieces(content: bytes, fonts: dict[bytes, dict[int, str]]) -> list[tuple[float, str]]:
    font: dict[int, str] = {}
    size = 0.0
    pieces = []
    for found in _SHOW.finditer(content):
        if found[1]:
            font, size = fonts[found[1]], float(found[2])
            continue
        codes = b"".join(_plain(literal) for literal in _LITERAL.findall(found[3]))
        letters = (font.get(int.from_bytes(codes[i : i + 2]), "?") for i in range(0, len(codes), 2))
        pieces.append((size, "".join(letters)))
    return pieces
