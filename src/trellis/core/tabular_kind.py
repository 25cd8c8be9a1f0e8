"""Tells what an upload is by its first bytes, and turns its text into characters without guessing."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.tabular_base import TabularError, Translatable

SIGNATURES: tuple[tuple[bytes, Translatable], ...] = (
    (b"%PDF", gettext_lazy("a PDF document")),
    (b"\x89PNG", gettext_lazy("a picture (PNG)")),
    (b"\xff\xd8\xff", gettext_lazy("a picture (JPEG)")),
    (b"GIF8", gettext_lazy("a picture (GIF)")),
    (b"RIFF", gettext_lazy("a picture, sound or film")),
    (b"II*\x00", gettext_lazy("a picture (TIFF)")),
    (b"MM\x00*", gettext_lazy("a picture (TIFF)")),
    (
        b"\xd0\xcf\x11\xe0",
        gettext_lazy("an old or password-protected Office document; save it as .xlsx without password"),
    ),
    (b"\x1f\x8b", gettext_lazy("a compressed archive (gzip)")),
    (b"7z\xbc\xaf", gettext_lazy("a compressed archive (7z)")),
    (b"Rar!", gettext_lazy("a compressed archive (RAR)")),
    (b"BZh", gettext_lazy("a compressed archive (bzip2)")),
    (b"\xfd7zXZ", gettext_lazy("a compressed archive (xz)")),
    (b"MZ", gettext_lazy("a program")),
    (b"\x7fELF", gettext_lazy("a program")),
    (b"SQLite format 3", gettext_lazy("a database")),
    (b"{\\rtf", gettext_lazy("a text document (RTF)")),
)
MARKUP: tuple[tuple[str, Translatable], ...] = (
    ("<!doctype html", gettext_lazy("a web page")),
    ("<html", gettext_lazy("a web page")),
    ("<?xml", gettext_lazy("an XML document")),
    ("<svg", gettext_lazy("a picture (SVG)")),
)
_BOMS = (
    (b"\xff\xfe\x00\x00", ""),
    (b"\x00\x00\xfe\xff", ""),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def wrong_kind(looks: Translatable) -> TabularError:
    message = _("This looks like %(kind)s. Send a table as CSV, XLSX or a JSON list.")
    return TabularError(message % {"kind": str(looks)})


def refuse_other_kinds(data: bytes) -> None:
    for signature, looks in SIGNATURES:
        if data.startswith(signature):
            # "MZ" and "BZh" might begin a column's name; a program or archive holds bytes that text does not.
            if signature.isalpha() and b"\x00" not in data[:4096]:
                continue
            raise wrong_kind(looks)


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding of UTF-8 (with or without mark) or UTF-16 with mark. Nothing else is guessed.

    Raises TabularError that names the line and the byte that is not UTF-8.
    """
    encoding = next((codec for bom, codec in _BOMS if data.startswith(bom)), "utf-8")
    if not encoding:
        raise TabularError(_("The file is encoded as UTF-32. Save it as UTF-8."))
    if encoding == "utf-8" and b"\x00" in data[:4096]:
        if data[1:64:2].count(0) > 16 or data[0:64:2].count(0) > 16:
            message = _("The file seems to be UTF-16 without its byte order mark. Save it as UTF-8.")
            raise TabularError(message)
        raise wrong_kind(gettext_lazy("a binary file"))
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise _encoding_error(data, encoding, error) from error


def _encoding_error(data: bytes, encoding: str, error: UnicodeDecodeError) -> TabularError:
    if encoding == "utf-16":
        line = data[: error.start].decode("utf-16", "replace").count("\n") + 1
        message = _("Line %(line)d is not valid UTF-16. Save the file as UTF-8.")
        return TabularError(message % {"line": line}, line)
    line = data[: error.start].count(b"\n") + 1
    message = _(
        "Line %(line)d is not UTF-8: it holds the byte %(byte)s. Save the file as UTF-8 (in a spreadsheet:"
        " “CSV UTF-8”); other encodings are not guessed, because names would be damaged silently."
    )
    return TabularError(message % {"line": line, "byte": f"0x{data[error.start]:02X}"}, line)
