"""The whole way of a programme in a browser, across its people: from an empty installation to a released
tranche and a first step down. Nothing lies between but what people press."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.browser.hands import Hands
from tests.browser.served import browser, served

PASSWORD = "nine green lanterns at the weir"
MINISTRY, NORVIA, TARN = "Ministry of Digital Affairs", "Norvia Development Agency", "Tarn Evaluation"
POLICE, UNIVERSITY, BANK = "Police Cyber Unit", "University of Sefwi", "Sefwi Commerce Bank"
# key: name, organisation
PEOPLE = {
    "ministry": ("Esi Darko", MINISTRY),
    "coordinator": ("Adwoa Tano", MINISTRY),
    "norvia": ("Sigrid Moen", NORVIA),
    "officer": ("Ingrid Halse", NORVIA),
    "tarn": ("Goran Tarn", TARN),
    "verifier": ("Mirela Tarn", TARN),
    "police": ("Akosua Prah", POLICE),
    "university": ("Efua Quansah", UNIVERSITY),
    "bank": ("Kojo Amankwah", BANK),
}
OTHERS = {
    "norvia": ("Norvia", "International partners"),
    "tarn": ("Tarn", "Academia"),
    "police": ("SNP", "Law enforcement"),
    "university": ("UoS", "Academia"),
    "bank": ("SCB", "Private sector"),
}
TARGETS = {"1.2": "4", "1.3": "3", "4.3": "4"}  # the three mandatory domains of the national framework
TODAY = datetime.now(UTC).date()


def address(key: str) -> str:
    return f"{key}@journey.example"


def day(number: int) -> str:
    """A day from today on, as a browser sends it."""
    return (TODAY + timedelta(days=number)).isoformat()


# What `trellis init` is told.
PREPARED = {
    "name": "Journey",
    "organisation": MINISTRY,
    "short": "MDA",
    "group": "government",
    "administrator": PEOPLE["ministry"][0],
    "email": address("ministry"),
    "operator": address("operator"),
}


class Story:
    """Who has a browser open, and what was learned on the way."""

    def __init__(self, running: Any, url: str, folder: Path, facts: dict[str, str]) -> None:
        self.running, self.url, self.folder, self.facts = running, url, folder, facts
        self.people: dict[str, Hands] = {}

    def by(self, key: str) -> Hands:
        """Somebody, signed in."""
        if key not in self.people:
            self.people[key] = Hands(self.running, self.url, key).sign_in(address(key), PASSWORD)
        return self.people[key]

    def accept(self, key: str, code: str) -> Hands:
        """Makes an account from the code of an invitation."""
        who = self.people[key] = Hands(self.running, self.url, key)
        who.go("/sign-in/").follow("I have an invitation").write({"Code on the invitation": code}).press("Go on")
        who.write({"Choose a password": PASSWORD, "The password once more": PASSWORD})
        return who.press("Make the account")

    def leave(self, key: str) -> None:
        """Somebody closes the browser."""
        self.people.pop(key).context.close()

    def area(self, key: str, link: str) -> Hands:
        """Opens an area of the programme from its menu."""
        who = self.by(key).go(self.facts["programme"])
        menu = who.page.get_by_role("navigation", name="Main")
        menu.locator("details").evaluate("e => e.open = true")
        return who.follow(link, within=menu)

    def turn(self, key: str, url: str) -> Hands:
        """Turns the one key that the page offers."""
        who = self.by(key).go(url)
        keys = who.page.locator(".keys")
        assert keys.get_by_role("button").count() == 1, who.text
        return who.press(str(keys.get_by_role("button").inner_text()), within=keys)


def code_on(who: Hands) -> str:
    """The code on an invitation's page."""
    return str(who.page.locator("main code").first.inner_text())


def change_password(story: Story, key: str, first: str) -> Hands:
    """Somebody signs in with the password that they were given, and takes one of their own."""
    who = story.people[key] = Hands(story.running, story.url, key).sign_in(address(key), first)
    who.go("/account/").follow("Change your password")
    who.write({"Present password": first, "New password": PASSWORD, "The new password once more": PASSWORD})
    return who.press("Change the password")


def organisations(story: Story) -> None:
    """The ministry's administrator accepts; the operator registers the others and invites one person each."""
    story.accept("ministry", story.facts["code"])
    operator = change_password(story, "operator", story.facts["password"])
    for key, (short, group) in OTHERS.items():
        name, organisation = PEOPLE[key]
        operator.go("/operator/").follow("Register an organisation")
        operator.write({"Name": organisation, "Short name": short, "Stakeholder group": group}).press("Register")
        operator.write({"Name": name, "E-mail address": address(key)}).press("Make the invitation")
        story.accept(key, code_on(operator))
    operator.go("/operator/").reads(*[PEOPLE[key][1] for key in OTHERS])


def seats(story: Story) -> None:
    """Administrators invite colleagues, make seats and fill them."""
    for key, by in (("coordinator", "ministry"), ("officer", "norvia"), ("verifier", "tarn")):
        who = story.by(by).go("/organisation/").follow("Invite a colleague")
        who.write({"Name": PEOPLE[key][0], "E-mail address": address(key)}).press("Make the invitation")
        story.accept(key, code_on(who))
    for by, role, holder in (
        ("ministry", "National cyber coordinator", "coordinator"),
        ("ministry", "Co-chair of the steering committee", "ministry"),
        ("norvia", "Programme officer", "officer"),
        ("norvia", "Co-chair of the steering committee", "norvia"),
        ("tarn", "Verifier", "verifier"),
    ):
        who = story.by(by).go("/organisation/").follow("Make a seat")
        who.write({"What it is for": role}).press("Make the seat").reads("vacant")
        who.write({"Who": PEOPLE[holder][0]}, within=who.band("Who sits here")).press("Fill the seat")
        who.reads(PEOPLE[holder][0])


def founding(story: Story) -> None:
    """Drafted by one party, signed by each; it exists with the last signature."""
    who = story.by("ministry").go("/programmes/").follow("Draft a founding")
    who.write({"Title": "Sefwi Cyber Resilience", "Purpose": "Sefwi answers incidents by its own means."})
    who.write({MINISTRY: "Partner", NORVIA: "Donor", TARN: "Independent"})
    who.write({"Decision rule of the committee": "Both co-chairs agree"})
    boxes = who.page.get_by_role("group", name="Seats that take part").get_by_role("checkbox")
    assert boxes.count() == 5
    for number in range(5):
        boxes.nth(number).check()
    who.press("Show it to the parties").reads("Sefwi Cyber Resilience")
    url = who.page.url
    for key in ("ministry", "norvia", "tarn"):
        done = story.turn(key, url)
    done.reads("Sefwi answers incidents by its own means.")
    story.facts["programme"] = done.page.url


def needs(story: Story) -> None:
    """The coordinator opens an assessment; four groups answer; it is closed."""
    who = story.area("coordinator", "Needs").follow("Open an assessment")
    who.open(who.page.get_by_role("link", name="Use "))
    who.write({"Title": "National needs", "Answers until": day(30)})
    for code, target in TARGETS.items():
        who.page.locator(f"select[name='target-{code}']").select_option(value=target)
    for group, organisation in (
        ("Government ministries", MINISTRY),
        ("Law enforcement", POLICE),
        ("Academia", UNIVERSITY),
        ("Private sector", BANK),
    ):
        who.choose(group, organisation)
    who.press("Open the assessment")
    who = story.area("coordinator", "Needs").follow("National needs")
    story.facts["assessment"] = who.page.url
    who.follow("Close the assessment").reads("The assessment is incomplete.")
    for key, stages in {"ministry": "223", "police": "121", "university": "221", "bank": "232"}.items():
        asked = story.by(key).go("/answers/").follow("National needs")
        for code, stage in zip(TARGETS, stages, strict=True):
            asked.open(asked.page.locator("main").get_by_role("link", name=f"{code} "))
            asked.choose("Which stage is reached?", stage).choose("How sure are you?", "High")
            asked.write({"What bears this out": "Seen in the records of the last year."})
            asked.press("Record and show all questions")
        asked.reads("3 of 3 questions are answered")
        if key != "ministry":
            story.leave(key)
    who.go(story.facts["assessment"]).follow("Close the assessment").reads("Every condition is met.")
    who.press("Close the assessment")


def priorities(story: Story) -> None:
    """The partner ranks."""
    who = story.area("coordinator", "Needs").follow("Priorities, comments and suggestions").follow("Rank")
    band = who.page.locator("section.band", has_text="New priority").first
    who.write({"Place": "1", "Priority": "Incidents are contained within a day", "Items cited": "1.2 1.3"}, within=band)
    who.write({"What brings this order about": "The needs assessment"}).press("Set the order")
    story.area("officer", "Needs").reads("1. Incidents are contained within a day")


def plan(story: Story) -> None:
    """Direction, a draft with three strands, and a key of each side."""
    who = story.by("coordinator").go(f"{story.facts['programme']}plan/direction/").follow("Write the direction")
    who.write({"Title": "National cyber strategy"})
    band = who.page.locator("section.band", has_text="New objective").first
    who.write({"Objective": "Incidents are contained", "Priority sectors": "energy"}, within=band)
    who.press("Set the direction")
    who = story.area("coordinator", "Plan").press("Draft a plan")
    draft = who.page.url
    who.follow("Title, reason and objectives")
    who.write({"Title of the plan": "Joint plan"})
    band = who.page.locator("section.band", has_text="New objective").first
    who.write({"Objective": "Sefwi contains incidents"}, within=band)
    who.write({"Serves, of the strategic direction": "Incidents are contained"}, within=band)
    who.press("Save")
    for title, strand, kind, gap in (
        ("Round-the-clock duty", "Long-term capacity", "mentoring", "1.2"),
        ("Responder course", "Technical training", "training", "4.3"),
        ("Register of operators", "Policy", "advisory", "1.3"),
    ):
        who.go(draft).follow("Add an activity").write({"Activity": title, "Led by": MINISTRY})
        who.choose("Strand", strand).page.locator("select[name=kind]").select_option(value=kind)
        who.write({"Objective": "Sefwi contains incidents", "First day": day(0), "Last day": day(700)})
        who.choose("Gaps that it closes", gap)
        who.write({"Budget": "300000", "Currency": "EUR", "Paid by": NORVIA, "Initiated by": MINISTRY})
        who.write({"Context note": "Works with the staff there are.", "Legal basis": "Cybersecurity Act, section 7"})
        who.write({"Objective of the development plan": "Secure services"}).press("Save the activity")
    who.go(draft).reads("Every condition of adopting it is met.").press("Propose it with your key")
    url = who.page.url
    who.reads("it waits for keys")
    story.turn("officer", url).go(url).reads("Adopted on")
    story.area("officer", "Plan").reads("Responder course")


def consent(story: Story) -> None:
    """The partner consents."""
    who = story.by("coordinator").go(f"{story.facts['programme']}consents/").follow("Give consent")
    who.page.locator("input[name=scope][value=programme]").check()
    who.write({"To what exactly?": "The programme within its agreements."}).press("Give consent")
    who.reads("The programme within its agreements.")


def agreement(story: Story) -> None:
    """Drafted by the partner, signed by both."""
    who = story.area("coordinator", "Agreements").follow("Draft an agreement")
    who.write({"Title": "Memorandum with Norvia", "Authentic languages": "en"})
    who.choose("Donors bound", NORVIA)
    who.write({"In force from": day(0), "In force until": day(1500), "Currency": "EUR", "Most money in all": "900000"})
    for box in who.page.get_by_role("group", name="Strands in scope").get_by_role("checkbox").all():
        box.check()
    for clause in who.page.locator("textarea").all():
        clause.fill("As the joint plan says, with a handover plan for each function.")
    who.press("Save the draft").press("Propose for signature")
    url = who.page.url
    story.turn("officer", url).go(url).reads("Adopted on")


def commitment(story: Story) -> None:
    """The donor commits one tranche with one milestone; the partner turns its key."""
    who = story.area("officer", "Money").follow("Draft a commitment")
    who.write({"Title": "Norvia, first year", "Donor": NORVIA, "Under which agreement": "Memorandum with Norvia"})
    who.write({"Total": "200000", "Currency": "EUR"})
    who.page.locator("input[name=certainty][value=firm]").check()
    who.press("Save and go on to tranches")
    band = who.band("Add a tranche")
    who.write({"Year": str(TODAY.year), "Amount": "200000"}, within=band)
    who.write({"First possible day": day(0), "Planned day": day(60), "Last possible day": day(400)}, within=band)
    who.press("Add the tranche", within=band)
    details = who.page.locator("details", has_text="Add a milestone").first
    details.evaluate("e => e.open = true")
    who.write(
        {"Number": "1.1", "What is reached": "Duty rota staffed", "Money that it earns": "200000"}, within=details
    )
    who.press("Add the milestone", within=details).press("Propose the commitment")
    url = who.page.url
    story.turn("coordinator", url).go(url).reads("Adopted on")
    who = story.area("coordinator", "Money").follow("Tranche 1")
    story.facts["tranche"] = who.page.url
    who.reads("Why tranche 1 is not released", "No one can release this tranche alone")
    who.follow("Duty rota staffed")
    story.facts["milestone"] = who.page.url


def protocol(story: Story) -> None:
    """How it is verified, locked by both sides."""
    who = story.by("coordinator").go(story.facts["milestone"]).follow("Propose a protocol")
    who.write({"What exactly is counted?": "Posts of the rota filled under contract", "Unit": "posts"})
    who.write({"Value at the start": "2", "Value to be reached": "8", "Source": "Contracts", "Who verifies": TARN})
    who.write({"How it is verified": "Visit and look at the originals"})
    who.choose("Paid in proportion?", "Yes").press("Propose this protocol")
    url = who.page.url
    story.turn("officer", url).go(url).reads("Adopted on")


def evidence(story: Story) -> None:
    """The partner claims with a file, the verifier looks, both accept."""
    file = story.folder / "contracts.csv"
    file.write_text("post,contract\n" + "".join(f"{n},yes\n" for n in range(8)))
    who = story.by("coordinator").go(story.facts["milestone"]).follow("Submit evidence")
    who.write({"Value reached": "8", "What the evidence shows": "Eight contracts"})
    who.attach("A new file", file).write({"What the file shows": "Contracts of eight duty officers"})
    who.press("Submit and show it to them")
    who = story.by("verifier").go(story.facts["milestone"]).follow("Contracts of eight duty officers")
    who.go(story.facts["milestone"]).follow("Verify")
    who.choose("Does the evidence hold by the procedure?", "Yes")
    who.write({"Value verified": "8", "What was done, and what was found": "Eight people met."})
    who.press("Record the result")
    story.turn("coordinator", story.facts["milestone"])
    story.turn("officer", story.facts["milestone"]).go(story.facts["milestone"]).reads("EUR 200,000 is earned so far")


def money(story: Story) -> None:
    """Released by both keys, paid by one side, received by the other."""
    tranche = story.facts["tranche"]
    story.by("officer").go(tranche).reads("Tranche 1 can be released")
    story.turn("officer", tranche)
    story.by("officer").go(tranche)
    assert story.by("officer").heading == "Tranche 1 can be released"
    story.turn("coordinator", tranche).go(tranche).reads("Tranche 1 is released")
    payer = story.by("officer").go(tranche).follow("Record a payment")
    payer.write({"Amount": "200000", "Paid on": day(0), "Reference": "ND-1"}).press("Record the payment")
    payee = story.by("coordinator").go(tranche).reads("Not confirmed by the payee.").follow("Confirm or dispute")
    payee.write({"Amount that arrived": "200000", "On": day(0)}).press("Record it")
    story.by("officer").go(tranche).reads("EUR 200,000 arrived on")


def handover(story: Story) -> None:
    """A function, its plan, evidence of its own procedures, and the first step down."""
    who = story.area("coordinator", "Handover").follow("Enter a function")
    who.write({"Title": "Incident response", "Organisation that owns it": MINISTRY}).press("Propose it")
    url = who.page.url
    story.turn("officer", url).go(url).reads("Adopted on")
    who = story.area("coordinator", "Handover").follow("Incident response")
    function = who.page.url
    who.follow("Plan the handover").write({"Date of handover": day(900), "Who brings about the next step": MINISTRY})
    who.press("Propose the plan")
    url = who.page.url
    story.turn("officer", url).go(url).reads("Adopted on")
    who.go(function)
    who.follow("Record evidence", within=who.page.locator("li", has_text="Own procedures").last)
    who.choose("Is it met?", "yes").write({"What shows it": "Duty handbook, second edition"}).press(
        "Record the evidence"
    )
    donor = story.by("officer").go(function)
    donor.open(donor.page.locator("li", has_text="Duty handbook").get_by_role("link"))
    donor.press("Accept this evidence")
    who.go(function).follow("Step to: Joint").write({"Why now": "The desk works by its own handbook."})
    who.press("Propose the step")
    url = who.page.url
    who.reads("it waits for keys")
    story.turn("officer", url).go(url).reads("Adopted on")
    who.go(function).reads("Joint", "The desk works by its own handbook.")


STEPS: list[Callable[[Story], None]] = [
    organisations, seats, founding, needs, priorities, plan, consent,
    agreement, commitment, protocol, evidence, money, handover,
]  # fmt: skip


@pytest.mark.browser
@pytest.mark.database
def test_a_programme_from_an_empty_installation_to_a_released_tranche_and_a_first_step_down(tmp_path: Path) -> None:
    with browser() as running, served("tests.browser.prepare", json.dumps(PREPARED)) as here:
        story = Story(running, here.url, tmp_path, dict(here.told))
        for step in STEPS:
            step(story)
