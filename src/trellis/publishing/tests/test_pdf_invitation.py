"""Invitations on paper: who invites, where to, with which code, until when."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import segno

from trellis.publishing.pdf.invitation import Invitation, qr_svg, render_invitation
from trellis.publishing.tests.pdf_text import drawn, pages

LINK = "https://trellis.example.org/join/k3"
INVITATION = Invitation(
    inviter="Amina B.",
    organisation="Ministry of Digital Affairs",
    link=LINK,
    code="K7QM-4XPD-92TR",
    expires=datetime(2027, 7, 22, 12, tzinfo=UTC),
    made=datetime(2027, 7, 8, 9, tzinfo=UTC),
    invitee="Sami C.",
    seat="Lead of the response team",
    qr=qr_svg(LINK),
)


def test_invitation_says_who_where_what_and_until_when() -> None:
    made = render_invitation(INVITATION)
    assert (made.standard, made.caveats, made.warnings) == ("ua-1", (), ())
    (page,) = pages(made.pdf)
    said = " ".join(page.split())
    for part in (
        "Amina B. invites you to join Ministry of Digital Affairs.",
        "For Sami C.",
        "Seat: Lead of the response team",
        LINK,
        "K7QM-4XPD-92TR",
        "Works once, until 22 July 2027, 12:00 UTC.",
    ):
        assert part in said
    assert b"/Alt" in made.pdf


def test_code_is_the_largest_text_and_reads_from_the_left_in_arabic() -> None:
    made = render_invitation(replace(INVITATION, language="ar", direction="rtl"))
    assert made.warnings == ()
    (page,) = pages(made.pdf)
    assert "K7QM-4XPD-92TR" in page and LINK in page
    (pieces,) = drawn(made.pdf)
    assert max(pieces) == (30, "K7QM-4XPD-92TR")


def test_same_bytes_and_still_one_page_with_long_names() -> None:
    assert render_invitation(INVITATION).pdf == render_invitation(INVITATION).pdf
    long = replace(INVITATION, organisation="Ministry of " + "Digital and other Affairs " * 12, link=LINK + "a" * 180)
    assert len(pages(render_invitation(long).pdf)) == 1


def test_hostile_names_and_no_square() -> None:
    made = render_invitation(replace(INVITATION, inviter='#panic("x") $', code='\\"#{', qr=None))
    (page,) = pages(made.pdf)
    assert '#panic("x") $ invites you' in page and '\\"#{' in page
    assert b"/Alt" not in made.pdf


def test_square_carries_the_link() -> None:
    image = qr_svg(LINK)
    assert image == qr_svg(LINK) != qr_svg(LINK + "x")
    modules = segno.make(LINK, error="m", micro=False).symbol_size(border=4)
    assert f'width="{modules[0]}"'.encode() in image


def test_naive_expiry_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        render_invitation(replace(INVITATION, expires=datetime(2027, 7, 22, 12)))  # noqa: DTZ001
