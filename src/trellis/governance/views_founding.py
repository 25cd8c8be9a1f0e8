"""Pages of founding: drafting, reading, signing, abandoning."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from trellis.core import canonical, pieces
from trellis.core.conditions import Hidden, Invalid, TrellisError
from trellis.core.keys import own as own_key
from trellis.governance import founding as foundings
from trellis.governance import rights
from trellis.governance.forms import FoundingForm
from trellis.governance.founding_matrix import forum_of, forums
from trellis.governance.matrix import role_title, side_title
from trellis.governance.registry import decision_kinds
from trellis.governance.views_signing import SignatureForm
from trellis.parties import selectors as parties
from trellis.parties.own_keys import signature_from
from trellis.parties.pages import Asked, inside, told


def _names(row: Any) -> dict[UUID, str]:
    return parties.organisation_names({UUID(p["organisation"]) for p in row.payload["parties"]})


@inside
def found(request: Asked) -> HttpResponse:
    """Drafts a founding, by an administrator of one of its parties."""
    viewer = request.viewer
    administrators = [name for _id, name in parties.administrators(viewer.organisation)] if viewer.organisation else []
    organisations = sorted(
        parties.organisation_names().items(), key=lambda item: (item[0] != viewer.organisation, item[1])
    )
    seats = [seat for id, _name in organisations for seat in parties.seats_of(id)] if viewer.administrator else []
    first = {
        "currency": "EUR",
        "time_zone": "UTC",
        "fiscal_year_start": 1,
        "languages": ["en"],
        "quorum": 2,
        "rule": "",
    }
    pairs = [(str(id), name) for id, name in organisations]
    form = FoundingForm(request.POST or None, initial=first, organisations=pairs, seats=seats)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        names = ("title", "purpose", "currency", "time_zone", "fiscal_year_start", "quorum", "rule")
        try:
            row = foundings.draft(
                viewer,
                sides={UUID(id): side for id, side in form.sides().items()},
                seats=[UUID(seat) for seat in given["seats"]],
                languages=tuple(given["languages"]),
                matrix=given["matrix"],
                **{name: given[name] for name in names},
            )
        except Invalid as error:
            told(form, error)
        else:
            return redirect("founding", row.pk)
    context = {"form": form, "may_found": viewer.administrator, "administrators": administrators}
    return render(request, "governance/found.html", context)


@inside
def founding(request: Asked, founding: UUID) -> HttpResponse:
    """A founding that collects signatures: all that it says, and who has signed."""
    return _page(request, foundings.founding(request.viewer, founding))


def _page(request: Asked, row: Any, refusal: TrellisError | None = None) -> HttpResponse:
    said = row.payload
    names = _names(row)
    signed = {s["organisation"]: s for s in row.signatures}
    people = parties.person_names([UUID(s["person"]) for s in row.signatures])
    keys = []
    for place in said["parties"]:
        id = UUID(place["organisation"])
        one = signed.get(place["organisation"])
        own = id == request.viewer.organisation
        holders = ", ".join(name for _id, name in parties.administrators(id))
        keys.append(
            pieces.Key(
                place["side"],
                names.get(id, ""),
                "turned" if one else "open",
                role_title("administrator"),
                people.get(UUID(one["person"]), "") if one else "",
                may_turn=own and one is None and request.viewer.administrator and own_key(id) is None,
                turn_url=f"/foundings/{row.pk}/sign/",
                note="" if one else holders,
            )
        )
    held = {seat.id: seat for id in names for seat in parties.seats_of(id)}
    titles = {kind.name: str(kind.title) for kind in decision_kinds()}
    usual = {kind.name: canonical.plain(rights.default_row(kind)) for kind in decision_kinds()}
    where = dict(forums())
    context = {
        "row": row,
        "said": said,
        "keys": keys,
        "seats": [held[UUID(s["seat"])] for s in said["seats"] if UUID(s["seat"]) in held],
        "matrix": [
            {
                "title": titles.get(r["kind"], r["kind"]),
                "joint": r["joint"],
                "keys": ", ".join(f"{side_title(side)}: {role_title(role)}" for side, role in r["slots"].items()),
                "where": where[forum_of(r)],
                "adjusted": r != usual.get(r["kind"]),
            }
            for r in said["matrix"]
        ],
        "may_abandon": row.organisation == request.viewer.organisation and request.viewer.administrator,
        "by_own_key": signed.get(str(request.viewer.organisation)) is None
        and request.viewer.administrator
        and request.viewer.organisation is not None
        and own_key(request.viewer.organisation) is not None,
        "signature_form": SignatureForm(),
        "drafter": names.get(row.organisation, ""),
        "refusal": refusal,
    }
    return render(request, "governance/founding.html", context, status=refusal.status if refusal else 200)


@require_POST
@inside
def sign(request: Asked, founding: UUID) -> HttpResponse:
    """Signs for the viewer's organisation; with the last signature the programme exists."""
    row = foundings.founding(request.viewer, founding)
    try:
        brought = request.POST.get("signature", "").strip()
        done = foundings.sign(request.viewer, founding, signature_from(brought) if brought else None)
    except Hidden:
        raise
    except TrellisError as error:
        return _page(request, row, error)
    return redirect("governance:programme", founding) if done else redirect("founding", founding)


@require_POST
@inside
def abandon(request: Asked, founding: UUID) -> HttpResponse:
    """Abandons a draft, by the organisation that made it."""
    row = foundings.founding(request.viewer, founding)
    try:
        foundings.abandon(request.viewer, founding)
    except Hidden:
        raise
    except TrellisError as error:
        return _page(request, row, error)
    return redirect("programmes")
