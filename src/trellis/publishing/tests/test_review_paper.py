"""GOV-04: the pack of a review as a paper, for parties alone, as signed or marked as a draft."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Hidden
from trellis.governance import reviews
from trellis.governance import services as governance
from trellis.publishing.paper import review_pack_pdf
from trellis.publishing.tests.pdf_text import pages

FIRST = date(2026, 1, 1)


def test_gov_04_pack_as_paper(world: World) -> None:
    clock.set_to(datetime(2026, 4, 10, 9, tzinfo=UTC))
    draft = review_pack_pdf(world.viewer("cert"), world.programme, FIRST)
    assert draft.pdf.startswith(b"%PDF") and draft.standard == "ua-1"
    assert "draft of what would be signed" in " ".join(" ".join(pages(draft.pdf)).split())
    seats = [world.seats["ministry:co-chair"], world.seats["norvia:co-chair"]]
    decision = reviews.sign(world.viewer("ministry:co-chair"), world.programme, FIRST, attended=seats)
    governance.key_turn(world.viewer("norvia:co-chair"), decision.pk)
    clock.advance(days=40)
    signed = review_pack_pdf(world.viewer("cert"), world.programme, FIRST)
    words = " ".join(" ".join(pages(signed.pdf)).split())
    assert "co-chair of norvia" in words and "draft of what" not in words
    assert review_pack_pdf(world.viewer("cert"), world.programme, FIRST).pdf == signed.pdf
    arabic = review_pack_pdf(world.viewer("cert"), world.programme, FIRST, "ar")
    assert arabic.pdf.startswith(b"%PDF") and arabic.pdf != signed.pdf
    with pytest.raises(Hidden):
        review_pack_pdf(world.viewer("outsider"), world.programme, FIRST)
    with pytest.raises(Hidden):
        review_pack_pdf(world.viewer("cert"), world.programme, date(2020, 1, 1))
    page = Client()
    page.force_login(world.people["cert"])
    got = page.get(f"/p/{world.programme}/publication/reviews/2026-01-01/pack.pdf")
    assert got.status_code == 200 and got["Content-Type"] == "application/pdf"
    assert page.get(f"/p/{world.programme}/publication/reviews/never/pack.pdf").status_code == 404
    assert page.get(f"/api/programmes/{world.programme}/reviews/2026-01-01/pack.pdf").content[:4] == b"%PDF"
