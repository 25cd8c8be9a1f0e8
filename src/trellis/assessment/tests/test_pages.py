"""Pages of needs: every page for who may, nothing for an outsider, and each refusal with its right-holder."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from trellis.assessment import answers, frameworks, selectors
from trellis.assessment.schemas import RankedPriority
from trellis.assessment.services import priorities_rank
from trellis.assessment.tests.room import HASH, NCC, answer, closed, opened, people
from trellis.core import ids


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def url(world: World, name: str, *args: Any) -> str:
    return reverse(f"assessment:{name}", args=[world.programme, *args])


def ranked(world: World, assessment: Any) -> Any:
    one = RankedPriority(id=ids.new(), title="Respond", assessment=assessment, gaps=["1.2"])
    priorities_rank(world.viewer(NCC), world.programme, [one])
    return one.id


def test_every_page_of_a_closed_assessment_opens_for_both_sides_and_not_for_others(world: World) -> None:
    first, second = closed(world), opened(world, title="Next").about
    priority = ranked(world, first)
    pages = [
        url(world, name, *args)
        for name, args in (
            ("index", ()),
            ("gaps", ()),
            ("open", ()),
            ("priorities", ()),
            ("rank", ()),
            ("priority", (priority,)),
            ("assessment", (first,)),
            ("map", (first,)),
            ("assessment", (second,)),
            ("map", (second,)),
            ("amend", (second,)),
            ("waive", (second,)),
            ("close", (second,)),
        )
    ]
    for who in (NCC, "norvia:programme-officer", "evaluator:verifier"):
        here = client(world, who)
        for page in pages:
            assert here.get(page).status_code == 200, (who, page)
    for who in ("outsider", "police"):
        here = client(world, who)
        for page in pages:
            assert here.get(page).status_code == 404, (who, page)
    assert Client().get(pages[0]).status_code == 302


def test_the_profile_shows_contest_and_never_a_zero_for_what_is_not_assessed(world: World) -> None:
    assessment = closed(world)
    text = client(world, "norvia:programme-officer").get(url(world, "assessment", assessment)).content.decode()
    assert "contested" in text and "Target 4, gap 2" in text and "no answer" in text
    gaps = client(world, NCC).get(url(world, "gaps") + "?format=csv")
    body = b"".join(gaps.streaming_content).decode()  # type: ignore[attr-defined]
    row = next(line for line in body.splitlines() if line.startswith("3.1"))
    # Order, priority, now, target, gap and spread are empty; only the count of answers is a number.
    assert row == "3.1 Awareness,,,,,,,0,,not assessed"


def test_a_donor_sees_the_answers_of_an_open_assessment_only_as_the_partners(world: World) -> None:
    assessment = opened(world).about
    answer(world, assessment, "police", {"4.3": 1})
    page = client(world, "norvia:programme-officer").get(url(world, "assessment", assessment)).content.decode()
    assert "The answers are the partner" in page and "heat" not in page
    page = client(world, "norvia:programme-officer").get(url(world, "map", assessment)).content.decode()
    assert "Annual report" not in page
    assert "Annual report" in client(world, NCC).get(url(world, "map", assessment)).content.decode()


def test_own_01_the_page_of_ranking_names_the_right_holder_and_has_no_button_for_a_donor(
    world: World,
) -> None:
    ranked(world, closed(world))
    here = client(world, "norvia:programme-officer")
    page = here.get(url(world, "rank")).content.decode()
    assert "coordinator of ministry" in page and "Set the order" not in page
    refused = here.post(url(world, "rank"), {"trigger": "x", "before": "", "n0-title": "Ours", "n0-gaps": "1.2"})
    assert refused.status_code == 403 and "coordinator of ministry" in refused.content.decode()


def test_a_coordinator_opens_asks_and_closes_on_pages(world: World) -> None:
    people(world)
    here = client(world, NCC)
    page = here.get(url(world, "open") + f"?framework={HASH}")
    assert page.status_code == 200 and "National Police" in page.content.decode()
    data = {
        "title": "Needs by form",
        "lead": str(world.org("ministry")),
        "target-1.2": "4",
        "target-4.3": "none",
        "invited-law-enforcement": str(world.org("police")),
        "invited-government": str(world.org("ministry")),
    }
    blocked = here.post(url(world, "open") + f"?framework={HASH}", data)
    assert blocked.status_code == 409 and "Critical infrastructure protection is in scope" in blocked.content.decode()
    data["left-critical-infrastructure-protection"] = "Done last year"
    made = here.post(url(world, "open") + f"?framework={HASH}", data)
    assert made.status_code == 302
    view = selectors.assessments(world.programme)[0]
    assert {i.code: i.target for i in selectors.scope(view.id)} == {"1.2": 4, "4.3": None}

    police = client(world, "police")
    answer_url = reverse("answers:answer", args=[view.id, "4.3"])
    assert police.get(reverse("answers:index")).content.decode().count("Needs by form") == 1
    assert police.get(reverse("answers:assessment", args=[view.id])).status_code == 200
    assert police.get(answer_url).status_code == 200
    wrong = police.post(answer_url, {"stage": "3"})
    assert wrong.status_code == 200 and "Choose one" in wrong.content.decode()
    assert police.post(answer_url, {"stage": "3", "confidence": "low", "list": "1"}).status_code == 302
    assert answers.own(world.viewer("police"), view.id)["4.3"].stage == 3
    assert "unevidenced" in police.get(reverse("answers:assessment", args=[view.id])).content.decode()
    assert police.post(answer_url, {"stage": "2", "confidence": "low", "why": "Counted again"}).status_code == 302
    assert "Counted again" in police.get(answer_url).content.decode()

    close = url(world, "close", view.id)
    page = here.get(close).content.decode()
    assert "incomplete" in page and "<button>Close" not in page
    assert here.post(close).status_code == 409
    for group in ("academia", "private-sector", "government"):
        reason = {"group": group, "reason": "No answer in time"}
        assert here.post(url(world, "waive", view.id), reason).status_code == 302
    assert here.post(close).status_code == 302
    assert selectors.assessment(view.id).closed
    assert "Academia did not answer" in here.get(url(world, "index")).content.decode()


def test_who_is_not_asked_finds_no_questions(world: World) -> None:
    assessment = opened(world).about
    for who in ("outsider", "norvia", "cert"):
        here = client(world, who)
        assert here.get(reverse("answers:assessment", args=[assessment])).status_code == 404
        assert here.get(reverse("answers:answer", args=[assessment, "1.2"])).status_code == 404
        assert "Needs 2026" not in here.get(reverse("answers:index")).content.decode()


def test_gov_06_ranking_by_form_keeps_before_and_after(world: World) -> None:
    assessment = closed(world)
    here = client(world, NCC)
    page = url(world, "rank")
    first = {
        "before": "",
        "n0-title": "A",
        "n0-gaps": "1.2",
        "n0-place": "1",
        "n1-title": "B",
        "n1-gaps": "1.1, 1.2",
    }
    first |= {"n1-origin": str(world.org("norvia"))}
    assert here.post(page, first).status_code == 302
    one, two = selectors.priorities(world.programme)
    assert (one.title, two.title, two.suggested_by) == ("A", "B", world.org("norvia"))
    again = {
        "before": f"{one.id} {two.id}",
        "p0-place": "2",
        "p0-title": "A",
        "p0-gaps": "1.2",
        "p1-place": "1",
        "p1-title": "B",
        "p1-gaps": "1.1 1.2",
    }
    assert here.post(page, again).status_code == 200  # no trigger
    assert here.post(page, {**again, "trigger": "A wave of fraud"}).status_code == 302
    assert [v.title for v in selectors.priorities(world.programme)] == ["B", "A"]
    history = here.get(url(world, "priorities")).content.decode()
    assert "A wave of fraud" in history and "Before:" in history
    stale = here.post(page, {**again, "trigger": "Late"})
    assert stale.status_code == 409 and "Nobody ranked in between" in stale.content.decode()
    assert selectors.priorities(world.programme)[0].assessment == assessment


def test_donors_comment_and_suggest_on_pages(world: World) -> None:
    priority = ranked(world, closed(world))
    donor = client(world, "norvia:programme-officer")
    page = url(world, "priority", priority)
    assert donor.post(page, {"text": "We can lend trainers."}).status_code == 302
    assert donor.post(url(world, "priorities"), {"title": "Hospitals", "text": "Twice hit"}).status_code == 302
    assert "We can lend trainers." in client(world, NCC).get(page).content.decode()
    assert "Hospitals" in client(world, "lindaria").get(url(world, "priorities")).content.decode()


def test_na_04_two_snapshots_are_compared_on_a_page(world: World) -> None:
    first = closed(world)
    second = opened(world, title="Needs 2027").about
    for who in ("ministry", "police", "university", "bank"):
        answer(world, second, who, {"1.2": 1})
    assert client(world, NCC).get(url(world, "compare", first)).status_code == 404
    from trellis.assessment.services import assessment_close

    assessment_close(world.viewer(NCC), second)
    page = client(world, NCC).get(url(world, "compare", second)).content.decode()
    assert "down 1" in page and "not assessed in one of the two" in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_framework_goes_out_and_comes_back_with_a_dry_run(world: World, kind: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    here = client(world, "cert")
    small = frameworks.built(
        frameworks.Framework(
            "small",
            "Small",
            "1",
            "here",
            "CC0",
            "en",
            (frameworks.Stage(1, "One"), frameworks.Stage(2, "Two")),
            (
                frameworks.Item("A", "Area"),
                frameworks.Item("A1", "Thing", "A"),
                frameworks.Item("x", "It is", "A1", 1),
            ),
        )
    )
    data = frameworks.to_csv(small) if kind == "csv" else frameworks.to_xlsx(small)
    page = reverse("frameworks:index")
    dry = here.post(page, {"file": SimpleUploadedFile(f"f.{kind}", data)})
    assert "Nothing is stored yet" in dry.content.decode()
    key = frameworks.content_hash(small)
    assert here.get(reverse("frameworks:framework", args=[key])).status_code == 404
    done = here.post(page, {"file": SimpleUploadedFile(f"f.{kind}", data), "import": "1"})
    assert done.status_code == 302 and key in done["Location"]
    assert "It is" in here.get(reverse("frameworks:framework", args=[key])).content.decode()
    assert here.get(reverse("frameworks:download", args=[key, kind])).status_code == 200
    assert here.get(reverse("frameworks:template", args=[kind])).status_code == 200
    bad = here.post(page, {"file": SimpleUploadedFile("f.csv", b"code,title,parent\na,A,zz\n")})
    assert "does not exist" in bad.content.decode()
    assert here.get(reverse("frameworks:framework", args=[HASH])).status_code == 200
    assert Client().get(page).status_code == 302
