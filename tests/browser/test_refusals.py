"""What may not be done, as a reader sees it: who holds the right, and every condition that is not met."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.browser.hands import Hands
from tests.browser.served import Served
from trellis.web.demo.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.database]
PEOPLE = {
    "coordinator": "adwoa.tano@ministry.example",
    "officer": "ingrid.halse@norvia.example",
    "administrator": "sigrid.moen@norvia.example",
    "bank": "kojo.amankwah@bank.example",
    "cert": "kwame.essien@cert.example",
    "lindaria": "rui.caldas@lindaria.example",
}
By = Callable[[str], Hands]


@pytest.fixture(scope="module")
def by(demonstration: Served, chromium: Any) -> By:
    """Somebody of the demonstration, signed in once."""
    known: dict[str, Hands] = {}

    def person(key: str) -> Hands:
        if key not in known:
            known[key] = Hands(chromium, demonstration.url, key).sign_in(PEOPLE[key], PASSWORD)
        return known[key]

    return person


@pytest.fixture
def here(demonstration: Served) -> str:
    return f"/p/{demonstration.told['programme']}/"


def buttons(who: Hands) -> set[str]:
    """The words of the buttons that the page offers."""
    return {text.strip() for text in who.page.locator("main button").all_inner_texts()}


def test_own_01_a_donor_does_not_rank_and_reads_who_does(by: By, here: str) -> None:
    who = by("officer").go(f"{here}needs/priorities/")
    who.reads("Ranking:", "National cyber coordinator", "Adwoa Tano")
    assert who.page.get_by_role("link", name="Rank", exact=True).count() == 0
    who.go(f"{here}needs/priorities/rank/").reads("Adwoa Tano", "Any party can comment and suggest.")
    assert "Set the order" not in buttons(who)
    sent = {"trigger": "We prefer another order", "n0-place": "1", "n0-title": "Our own", "before": ""}
    who.post(f"{here}needs/priorities/rank/", sent, 403)
    who.reads("Who holds the right:", "National cyber coordinator", "Adwoa Tano")


def test_fin_05_one_key_does_not_release_and_every_condition_is_named(by: By, here: str, demonstration: Served) -> None:
    tranche = f"{here}money/tranches/{demonstration.told['tranche']}/"
    who = by("coordinator").go(tranche)
    who.reads(
        "Why tranche 2 is not released",
        "No one can release this tranche alone, and no one can waive a condition alone.",
    )
    assert not {text for text in buttons(who) if "elease" in text}
    shown = who.page.locator(".refusal").last.inner_text()
    missing = [line for line in shown.splitlines() if "Milestone 2." in line]
    assert any("2.1" in line for line in missing) and any("2.2" in line for line in missing), shown
    for key in ("coordinator", "officer"):
        again = by(key).go(tranche).post(f"{tranche}release/", {}, 409)
        again.reads("Milestone 2.1", "Milestone 2.2")


def test_own_03_one_key_of_two_leaves_an_acceptance_open(by: By, here: str, demonstration: Served) -> None:
    milestone = f"{here}money/milestones/{demonstration.told['milestone']}/"
    who = by("coordinator").go(milestone)
    who.reads("Verified; it waits for acceptance.", "Ingrid Halse")
    assert who.page.locator(".keys button").count() == 0
    assert by("officer").go(milestone).page.locator(".keys button").count() == 1


@pytest.mark.parametrize("path", ["", "money/", "needs/", "decisions/", "handover/", "consents/"])
def test_sh_01_an_outsider_finds_nothing(by: By, here: str, path: str) -> None:
    who = by("bank").go(f"{here}{path}", status=404)
    assert "Sefwi Cyber Resilience" not in who.page.content()


def test_sh_01_a_party_to_one_programme_finds_nothing_of_another(by: By, demonstration: Served) -> None:
    who = by("cert").go(f"/p/{demonstration.told['second']}/money/", status=404)
    assert "Ports of Lindaria" not in who.page.content()


def test_pl_04_an_agreement_that_lacks_a_clause_cannot_be_proposed(by: By, here: str) -> None:
    who = by("coordinator").go(f"{here}agreements/").follow("Draft an agreement")
    day = datetime.now(UTC).date()
    who.write({"Title": "Without a way out", "Authentic languages": "en", "Currency": "EUR", "Most money in all": "10"})
    who.choose("Donors bound", "Norvia Development Agency").choose("Strands in scope", "Policy")
    who.write({"In force from": day.isoformat(), "In force until": (day + timedelta(days=100)).isoformat()})
    for clause in who.page.locator("main textarea").all():
        if clause.get_attribute("name") != "exit_strategy":
            clause.fill("As the plan says.")
    who.press("Save the draft").reads("This clause is missing.", "Exit strategy")
    assert who.text.count("This clause is missing.") == 1
    assert "Propose for signature" not in buttons(who)
    who.post(who.page.url + "propose/", {}, 409).reads("This clause is missing.")


def test_na_04_no_plan_is_drafted_before_an_assessment_is_closed(by: By, demonstration: Served) -> None:
    who = by("lindaria").go(f"/p/{demonstration.told['second']}/plan/")
    who.reads("A plan begins with a closed needs assessment. None is closed yet.")
    assert "Draft a plan" not in buttons(who)
    who.go(f"/p/{demonstration.told['second']}/needs/priorities/rank/")
    who.reads("Priorities cite the items of a closed assessment; none is closed yet.")


def test_exi_06_a_step_of_the_ladder_is_not_skipped(by: By, here: str, demonstration: Served) -> None:
    step = f"{here}handover/functions/{demonstration.told['function']}/step/?to=partner-only"
    who = by("coordinator").go(step).reads("No step is skipped", "Mandate in law")
    assert "Propose the step" not in buttons(who)
    who.post(step, {"reason": "We would like to"}, 409).reads("No step is skipped", "Mandate in law")


def test_own_06_an_expired_delegation_turns_no_key(by: By, here: str, demonstration: Served) -> None:
    who = by("administrator").go("/organisation/")
    who.open(who.page.get_by_role("link", name="Programme officer").first)
    band = who.band("Delegation")
    yesterday = (datetime.now(UTC).date() - timedelta(days=2)).isoformat()
    who.page.locator("select[name=delegate-person]").select_option(label="Sigrid Moen")
    for name in ("since", "until"):
        for kind, value in (("date", yesterday), ("time", "08:00" if name == "since" else "18:00")):
            band.locator(f"input[type={kind}][name^=delegate-{name}]").fill(value)
    band.get_by_role("button", name="Delegate").click()
    who.page.wait_for_load_state()
    who.reads("This delegation would be over already")
    demonstration.place.run("tests.browser.delegate", "sigrid.moen@norvia.example", "programme-officer")
    who.go("/organisation/")
    who.open(who.page.get_by_role("link", name="Programme officer").first).reads("delegated by Sigrid Moen")
    milestone = f"{here}money/milestones/{demonstration.told['milestone']}/"
    who.go(milestone).reads("Ingrid Halse")
    assert who.page.locator(".keys button").count() == 0
    who.post(f"{milestone}accept/", {}, 403).reads("Who holds the right:", "Programme officer", "Ingrid Halse")
