"""Files by content: kept once under their SHA-256, arriving whole or in pieces, never shown inline."""

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import clock, formats, ids
from trellis.core.conditions import Conflict, Hidden, Invalid
from trellis.parties.schemas import Viewer
from trellis.sharing.models import Evidence, Upload

PIECE = 4 * 1024 * 1024
ARRIVAL = timedelta(days=1)
UNKNOWN = "application/octet-stream"
# First octets of the kinds that come as evidence. What a file says of itself is recorded, not trusted.
MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"<?xml", "application/xml"),
    (b"<!DOCTYPE html", "text/html"),
    (b"<html", "text/html"),
)


@dataclass(frozen=True)
class Stored:
    """A file in the store. size in octets."""

    sha256: str
    size: int
    media_type: str


def path_of(sha256: str) -> Path:
    """Where a file of this hash lies."""
    return Path(settings.FILES) / sha256[:2] / sha256


def safe_name(name: str) -> str:
    """A file name without folders, control or direction marks, at most 150 characters; never empty."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    kept = " ".join(kept.split()).strip(". ")
    if len(kept) > 150:
        stem, dot, ending = kept.rpartition(".")
        kept = f"{stem[: 149 - len(ending)]}.{ending}" if dot and len(ending) <= 10 else kept[:150]
    return kept or "file"


def sniff(head: bytes) -> str:
    """The kind of a file from its first octets; text only when it is UTF-8 throughout."""
    for mark, kind in MAGIC:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(mark):
            return kind
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return "text/plain" if error.start > len(head) - 4 and b"\x00" not in head else UNKNOWN
    return "text/plain" if head and b"\x00" not in head else UNKNOWN


def too_large() -> Invalid:
    """The refusal of a file above the limit."""
    limit = formats.size(settings.FILE_LIMIT)
    return Invalid({"file": _("A file may have %(limit)s at most.") % {"limit": limit}})


def _arriving(name: str) -> Path:
    folder = Path(settings.FILES) / "arriving"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def chunks(file: Any) -> Iterator[bytes]:
    """A file in pieces: an upload of Django or any binary stream."""
    while piece := file.read(1024 * 1024):
        yield piece


def store(file: BinaryIO | Any) -> Stored:
    """Keeps a file under its hash. Raises Invalid above the limit or when empty, leaving nothing behind."""
    draft = _arriving(f"{ids.new()}.part")
    size, state, head = 0, hashlib.sha256(), b""
    try:
        with draft.open("xb") as out:
            for piece in chunks(file):
                size += len(piece)
                if size > settings.FILE_LIMIT:
                    raise too_large()
                head = head or piece[:4096]
                state.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        if not size:
            raise Invalid({"file": _("The file is empty.")})
        _settle(draft, state.hexdigest())
    finally:
        draft.unlink(missing_ok=True)
    return Stored(state.hexdigest(), size, sniff(head))


def _settle(draft: Path, sha256: str) -> None:
    """Moves a whole file to its place in one step; a reader finds all of it or nothing."""
    place = path_of(sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    draft.chmod(0o600)
    os.replace(draft, place)


def upload_begin(viewer: Viewer, name: str, size: int) -> Upload:
    """Begins a file that comes in pieces. size: octets in all."""
    if viewer.organisation is None or viewer.person is None:
        raise Hidden()
    if size > settings.FILE_LIMIT:
        raise too_large()
    if size < 1:
        raise Invalid({"size": _("The file is empty.")})
    return Upload.objects.create(person=viewer.person, name=safe_name(name), size=size)


def upload_of(viewer: Viewer, upload: UUID) -> Upload:
    """A file that the viewer is sending. Raises Hidden otherwise."""
    if viewer.organisation is None or viewer.person is None:
        raise Hidden()
    rows = Upload.objects.filter(pk=upload, person=viewer.person, begun_at__gt=clock.now() - ARRIVAL)
    if (found := rows.first()) is None:
        raise Hidden()
    return found


@transaction.atomic
def upload_piece(viewer: Viewer, upload: UUID, offset: int, piece: bytes) -> Upload:
    """Adds a piece at `offset`, which must be what was received. Raises Conflict saying where to go on."""
    found = Upload.objects.select_for_update().get(pk=upload_of(viewer, upload).pk)
    if offset != found.received:
        raise Conflict(_("Go on at offset %(offset)s.") % {"offset": found.received})
    if len(piece) > PIECE or found.received + len(piece) > found.size:
        raise Invalid({"piece": _("The piece is larger than what is still missing, or than 4 MiB.")})
    path = _arriving(str(found.pk))
    with path.open("r+b" if path.exists() else "xb") as out:
        out.truncate(found.received)  # what a broken attempt left is not counted
        out.seek(found.received)
        out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    found.received += len(piece)
    found.save(update_fields=["received"])
    return found


def upload_take(viewer: Viewer, upload: UUID) -> tuple[str, Stored]:
    """Moves a file whose pieces are all here into the store: name and place. Raises Conflict before."""
    found = upload_of(viewer, upload)
    if found.received != found.size:
        raise Conflict(_("Go on at offset %(offset)s.") % {"offset": found.received})
    with _arriving(str(found.pk)).open("rb") as whole:
        kept = store(whole)
    _forget_upload(found)
    return found.name, kept


def _forget_upload(upload: Upload) -> None:
    path = _arriving(str(upload.pk))
    upload.delete()
    path.unlink(missing_ok=True)


def uploads_expire() -> int:
    """Deletes what has been arriving for more than a day; for the worker."""
    stale = list(Upload.objects.filter(begun_at__lte=clock.now() - ARRIVAL))
    for upload in stale:
        _forget_upload(upload)
    return len(stale)


def forget(sha256: str) -> bool:
    """Deletes a file to which no record refers any more, after a redaction. True when it was there."""
    if Evidence.records.privileged().filter(sha256=sha256, redacted_at=None).exists():
        return False
    path = path_of(sha256)
    there = path.exists()
    path.unlink(missing_ok=True)
    return there
