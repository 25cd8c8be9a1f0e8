"""Founding: entry 0 of an arrangement, signed by one administrator of each founding party."""

from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.core import canonical, clock, ids, keys, ledger, outside
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.core.coowned import Effect
from trellis.core.ledger import Actor
from trellis.core.models import Stream
from trellis.core.node import actor as node_actor
from trellis.governance import rights
from trellis.governance.kinds import beyond
from trellis.governance.models import Committee, Founding, MatrixRow, Stage
from trellis.parties import selectors as parties
from trellis.parties.models import Arrangement, Bench, Place, Side
from trellis.parties.schemas import Viewer
from trellis.parties.services import key_facts, require_administrator


def found(said: dict[str, Any], effect: Effect) -> None:
    """What founding makes: heading, places, bench, matrix version 1, stage draft, committee."""
    effect.insert(
        Arrangement,
        effect.stream,
        **{name: said[name] for name in ("kind", "title", "purpose", "currency", "time_zone", "fiscal_year_start")},
        languages=said["languages"],
        label=said["label"],
    )
    for place in said["parties"]:
        effect.insert(
            Place,
            ids.derived(effect.stream, "place", place["organisation"]),
            organisation=UUID(place["organisation"]),
            side=place["side"],
            since=place["since"],
            until=None,
        )
    for seat in said["seats"]:
        effect.insert(Bench, UUID(seat["seat"]), organisation=UUID(seat["organisation"]), role=seat["role"])
    for row in said["matrix"]:
        effect.insert(MatrixRow, rights.matrix_subject(effect.stream, row["kind"]), version=1, **row)
    effect.insert(Stage, effect.stream, stage=Stage.Name.DRAFT, suspended=False, reason="")
    effect.insert(Committee, ids.derived(effect.stream, "committee"), **said["committee"])


def draft(
    viewer: Viewer,
    *,
    title: str,
    sides: dict[UUID, str],
    seats: list[UUID],
    kind: str = "programme",
    purpose: str = "",
    currency: str = "EUR",
    time_zone: str = "UTC",
    fiscal_year_start: int = 1,
    languages: tuple[str, ...] = ("en",),
    label: str = "AMBER",
    quorum: int = 2,
    rule: str = "both co-chairs agree",
    matrix: list[dict[str, Any]] | None = None,
    id: UUID | None = None,
) -> Founding:
    """Drafts a founding. The drafter administers one of the parties; nothing exists until all have signed.

    `sides` gives each party's side; `seats` the seats (of these parties) that take part.
    """
    if viewer.organisation not in sides:
        raise Invalid({"parties": _("Your own organisation must be one of the parties.")})
    require_administrator(viewer, viewer.organisation)
    wrong = _wrong_heading(kind, title, sides, currency, time_zone, fiscal_year_start, languages)
    bench = []
    for seat in {s.id: s for o in sides for s in parties.seats_of(o)}.values():
        if seat.id in seats:
            bench.append({"seat": seat.id, "organisation": seat.organisation, "role": seat.role})
    if len(bench) != len(set(seats)):
        wrong["seats"] = _("Each seat must belong to one of the parties.")
    chairs = {sides[UUID(str(seat["organisation"]))] for seat in bench if seat["role"] == "co-chair"}
    if kind == "programme" and not {"partner", "donor"} <= chairs:
        wrong.setdefault("seats", _("The partner and the donor side each need the seat of a co-chair."))
    members = [str(seat["seat"]) for seat in bench if seat["role"] == "co-chair"]
    if kind == "programme" and not 2 <= quorum <= max(2, len(members)):
        wrong["quorum"] = _("The quorum is at least two and no more than the members.")
    if wrong:
        raise Invalid(wrong)
    rows = matrix or rights.default_matrix()
    for row in rows:
        rights.check_row(row)
        if text := beyond(row["kind"], row["slots"], row["emergency"]):
            raise Invalid({row["kind"]: text})
    founding = {
        "kind": kind,
        "title": title,
        "purpose": purpose,
        "currency": currency,
        "time_zone": time_zone,
        "fiscal_year_start": fiscal_year_start,
        "languages": list(languages),
        "label": label,
        "parties": [{"organisation": o, "side": s, "since": clock.today()} for o, s in sorted(sides.items())],
        "seats": sorted(bench, key=lambda seat: str(seat["seat"])),
        "matrix": rows,
        "committee": {"members": sorted(members), "quorum": quorum, "rule": rule},
        "keys": [key_facts(key) for o in sorted(sides) for key in keys.in_force(o)]
        + [key_facts(keys.current(node_actor().organisation))],
    }
    assert viewer.person and viewer.organisation
    return Founding.objects.create(
        id=id or ids.new(),
        payload=canonical.plain(founding),
        drafted_by=viewer.person,
        organisation=viewer.organisation,
    )


def _wrong_heading(
    kind: str,
    title: str,
    sides: dict[UUID, str],
    currency: str,
    time_zone: str,
    fiscal_year_start: int,
    languages: tuple[str, ...],
) -> dict[str, str]:
    """What is wrong with the heading of a founding, by field."""
    wrong: dict[str, str] = {}
    if kind not in Arrangement.Kind.values:
        wrong["kind"] = _("Choose a programme or an agreement.")
    if not title.strip():
        wrong["title"] = _("Enter a title.")
    if set(sides.values()) - set(Side.values):
        wrong["parties"] = _("A side is partner, donor, regional or independent.")
    elif kind == "programme" and not {"partner", "donor"} <= set(sides.values()):
        wrong["parties"] = _("A programme needs at least one partner and one donor.")
    if set(sides) - set(parties.organisation_names(sides)):
        wrong["parties"] = _("Each party must be registered on this installation.")
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        wrong["currency"] = _("A currency has three capital letters, such as EUR.")
    if time_zone not in available_timezones():
        wrong["time_zone"] = _("There is no such time zone.")
    if not 1 <= fiscal_year_start <= 12:
        wrong["fiscal_year_start"] = _("The year begins in one of twelve months.")
    if not languages:
        wrong["languages"] = _("Name at least one authentic language.")
    return wrong


@transaction.atomic
def sign(viewer: Viewer, founding: UUID, signature: bytes | None = None) -> bool:
    """Signs a founding for the viewer's organisation. With the last signature the arrangement exists: True then.

    `signature` is one made outside, over `body_of`: needed where the organisation holds its key itself.
    """
    row = Founding.objects.select_for_update().filter(pk=founding).first()
    if row is None or str(viewer.organisation) not in _parties(row):
        raise Hidden()
    assert viewer.organisation
    actor = require_administrator(viewer, viewer.organisation)
    if str(viewer.organisation) in {s["organisation"] for s in row.signatures}:
        raise Conflict(_("Your organisation has signed already."))
    body = body_of(row)
    own = keys.own(viewer.organisation)
    key = own or keys.current(viewer.organisation)
    if str(key.pk) not in {known["key"] for known in row.payload["keys"]}:
        raise Conflict(_("The key of your organisation changed since this was drafted: draft the founding again."))
    if own is None:
        signature = keys.sign(key, body)
    elif signature is None:
        raise Conflict(_("Your organisation signs with a key that it holds itself: sign the file of this founding."))
    else:
        outside.check(own, body, signature)
    row.signatures.append(
        {
            "organisation": str(viewer.organisation),
            "person": str(viewer.person),
            "key": str(key.pk),
            "signature": signature.hex(),
        }
    )
    row.save(update_fields=["signatures"])
    if len(row.signatures) < len(_parties(row)):
        return False
    _adopt(row, actor)
    return True


def _adopt(row: Founding, actor: Actor) -> None:
    ledger.open_stream(row.pk, Stream.Kind.ARRANGEMENT)
    position = ledger.lock(row.pk)
    effect = Effect(row.pk, position.seq, position.at, row.pk, actor.organisation, actor.person)
    found(row.payload, effect)
    said = {
        "founding": row.payload,
        "signatures": row.signatures,
        "keys": row.payload["keys"],
        "rows": effect.digest(),
    }
    ledger.append(position, "arrangement.founded", said, actor)
    row.delete()


def _parties(row: Founding) -> list[str]:
    return [place["organisation"] for place in row.payload["parties"]]


def waiting_for(viewer: Viewer) -> list[Founding]:
    """Foundings that name the viewer's organisation."""
    mine = str(viewer.organisation)
    return [row for row in Founding.objects.order_by("drafted_at") if mine in _parties(row)]


def founding(viewer: Viewer, id: UUID) -> Founding:
    """One founding that names the viewer's organisation. Raises Hidden otherwise."""
    row = Founding.objects.filter(pk=id).first()
    if row is None or str(viewer.organisation) not in _parties(row):
        raise Hidden()
    return row


def body_of(row: Founding) -> bytes:
    """The bytes that each party signs."""
    return canonical.encode(row.payload)


def abandon(viewer: Viewer, founding: UUID) -> None:
    """Deletes a draft founding; by an administrator of the organisation that drafted it."""
    row = Founding.objects.filter(pk=founding).first()
    if row is None or str(viewer.organisation) not in _parties(row):
        raise Hidden()
    if row.organisation == viewer.organisation:
        require_administrator(viewer, row.organisation)
    else:
        raise Refused(
            _("Only the organisation that drafted a founding can abandon it."),
            list(parties.organisation_names([row.organisation]).values()),
        )
    row.delete()
