"""The exchange of threat information: agreements of three parties and of two, objects, readings, what came back.

All objects are invented: addresses are of the ranges kept for documentation, names end in example.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from trellis.core import clock, ids
from trellis.exchange import acts, compose, selectors
from trellis.exchange import services as exchange
from trellis.exchange.schemas import CollectionView, Query, SharingAgree
from trellis.governance import services as governance
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast

LEADS = {"cert": "cert:cert-lead", "centre": "centre:cert-lead", "lindaria": "lindaria:cert-lead"}
CLAUSES = {
    "purpose": "To detect and answer attacks on essential services of the coast. Not for any other use, and not as"
    " evidence in court without asking the producer.",
    "retention": "A recipient keeps an object for two years after it was last changed, then deletes it.",
    "onward": "To those whom the recipient serves, under the label of the object. To anybody else only after the"
    " producer has said yes.",
    "security": "Encrypted on its way and where it lies; read by named staff with a second factor.",
    "exit": "A party leaves at any time. What was shared with it is deleted within thirty days, and it says so.",
}
# By number: day, who, kind, label, hours from detection to sharing (None: not known), what is said.
Object = tuple[int, str, str, str, float | None, dict[str, Any]]
OBJECTS: list[Object] = [
    (80, "cert", "malware", "AMBER", 90, {
        "name": "Harbour Locker", "is_family": False, "malware_types": ["ransomware"],
        "description": "Locked the mail server of a port operator."}),
    (82, "cert", "indicator", "AMBER", None, {
        "name": "Control server of Harbour Locker", "pattern": "[ipv4-addr:value = '192.0.2.44']"}),
    (110, "centre", "indicator", "GREEN", None, {
        "name": "False invoices: sending domain", "pattern": "[domain-name:value = 'invoices.port-authority.example']"}),
    (140, "centre", "campaign", "GREEN", 60, {
        "name": "Slack Tide", "description": "False invoices to ministries along the coast."}),
    (190, "lindaria", "indicator", "AMBER", None, {
        "name": "Mail server of the invoice campaign", "pattern": "[ipv4-addr:value = '198.51.100.23']"}),
    (195, "lindaria", "vulnerability", "CLEAR", None, {
        "name": "Old mail gateways accept any sender",
        "description": "Fixed by the maker in release 4.2. Update before the next quarter."}),
    (230, "cert", "observed-data", "AMBER", 36, {"number_observed": 14}),
    (300, "cert", "malware", "GREEN", 30, {
        "name": "Reef Loader", "is_family": True, "malware_types": ["downloader"],
        "description": "Brought in by attachments of Slack Tide."}),
    (302, "cert", "indicator", "GREEN", None, {
        "name": "Download address of Reef Loader", "pattern": "[url:value = 'http://203.0.113.9/reef']"}),
    (380, "cert", "malware", "AMBER", 14, {
        "name": "Reef Loader, second build", "is_family": False, "malware_types": ["downloader"]}),
    (430, "centre", "campaign", "GREEN", 20, {"name": "Spring Tide", "description": "Slack Tide with new domains."}),
    (500, "cert", "malware", "AMBER", 8, {
        "name": "Quay Stealer", "is_family": False, "malware_types": ["spyware"],
        "description": "Copies sessions of web mail."}),
    (502, "cert", "indicator", "AMBER", None, {
        "name": "Quay Stealer reports here", "pattern": "[domain-name:value = 'quay.metrics.example']"}),
]  # fmt: skip
# Sightings, notes and what belongs together: day, who, what, the number above that it is about.
REMARKS = [
    (84, "cert", "indicates", 1, 0),
    (130, "lindaria", "sighting", 1, 40.0),
    (150, "centre", "indicates", 2, 3),
    (236, "centre", "sighting", 4, 22.0),
    (304, "cert", "indicates", 8, 7),
    (310, "lindaria", "note", 7, "Seen in two ministries. The update of March stops it."),
    (436, "cert", "sighting", 10, 9.0),
]
# Who reads the collection and when, and what they say afterwards: (number, hours later, useful, note).
READINGS: list[tuple[int, str, list[tuple[int, str, str]]]] = [
    (86, "lindaria", [(1, "yes", "Blocked at the border of the government network.")]),
    (95, "centre", [(1, "partly", "Known to us, the address was new."), (0, "yes", "")]),
    (112, "cert", [(2, "yes", "Two mailboxes had it.")]),
    (145, "cert", [(3, "unknown", "")]),
    (200, "centre", [(4, "no", "The address had been given up by then.")]),
    (203, "cert", [(4, "yes", ""), (5, "yes", "Passed on to the hospitals.")]),
    (303, "lindaria", [(7, "yes", "Found on three machines."), (8, "yes", "")]),
    (306, "centre", [(7, "partly", "")]),
    (440, "cert", [(10, "yes", "")]),
    (504, "centre", [(11, "yes", "In use here as well.")]),
]


@dataclass
class Story:
    """What the events hand on to each other."""

    cast: Cast
    collection: CollectionView | None = None
    agreement: UUID = field(default_factory=ids.new)
    drill: UUID = field(default_factory=ids.new)
    subjects: dict[int, UUID] = field(default_factory=dict)
    stix: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    polled: dict[str, int] = field(default_factory=dict)

    def agree(self, names: tuple[str, ...], agreement: UUID, version: int, **said: Any) -> None:
        """Proposed by the first, signed by the others."""
        payload = SharingAgree(
            agreement=agreement,
            version=version,
            parties=tuple(self.cast.org(name) for name in names),
            **{**CLAUSES, **said},
        )
        here = self.cast.programme
        decision: Any = exchange.sharing_agree(self.cast.viewer(LEADS[names[0]]), here, payload)
        for name in names[1:]:
            governance.key_turn(self.cast.viewer(LEADS[name]), decision.pk)

    def open_collection(self) -> None:
        """The collection for detection."""
        self.collection = exchange.collection_create(
            self.cast.viewer(LEADS["cert"]), self.cast.programme, "Coastal detection", "detection",
            "What the CERTs of the coast have seen, and how to find it.",
        )  # fmt: skip

    def share(self, who: str, thing: compose.Thing, number: int | None = None) -> None:
        """Shares one object."""
        assert self.collection
        row = acts.share(self.cast.viewer(LEADS[who]), self.cast.programme, self.collection.id, thing)
        if number is not None:
            self.subjects[number], self.stix[number] = row.subject, row.stix_id
            self.labels[number] = row.label

    def poll(self) -> None:
        """Every machine reads what came in since it read last."""
        assert self.collection
        for who in LEADS.values():
            viewer = self.cast.viewer(who)
            page = selectors.page(viewer, self.collection, Query(limit=1000, added_after=self.polled.get(who)))
            if page.items:
                self.polled[who] = page.items[-1].added

    def read(self, who: str, said: list[tuple[int, str, str]]) -> None:
        """A machine reads the collection; its people say what was of use."""
        assert self.collection
        viewer = self.cast.viewer(LEADS[who])
        page = selectors.page(viewer, self.collection, Query(limit=1000))
        keys = {item.stix_id: item.key for item in page.items}
        for number, useful, note in said:
            exchange.acknowledge(viewer, keys[self.stix[number]], useful, note)


def happen(cast: Cast, calendar: Calendar) -> None:
    """Puts the agreements, the objects and what came back into the calendar."""
    story = Story(cast)
    _agreements(story, calendar)
    calendar.on(78, "A collection for detection is made", story.open_collection)
    for number, one in enumerate(OBJECTS):
        name = one[5].get("name", "Scans of mail servers")
        calendar.on(one[0], f"Shared: {name}", _sharing(story, number, one))
        calendar.on(one[0] + 1, "The machines of the CERTs read what is new", story.poll)
    for day, who, what, about, said in REMARKS:
        calendar.on(day, f"Shared: a {what} about object {about + 1}", _remark(story, who, what, about, said))
    for day, who, answers in READINGS:
        calendar.on(day, f"{who} reads what is shared", _reading(story, who, answers))


def _agreements(story: Story, calendar: Calendar) -> None:
    three = ("cert", "centre", "lindaria")
    term = {"starts_on": calendar.date(75), "ends_on": calendar.date(1100)}
    said = {"title": "Sharing among the CERTs of the coast", "purposes": ("detection", "incident-response")}

    def amend() -> None:
        retention = "A recipient keeps an object for one year after it was last changed, then deletes it."
        change = "Retention is shortened from two years to one, as the data protection authorities asked."
        story.agree(three, story.agreement, 2, **said, **term, retention=retention, change=change)

    def drill() -> None:
        dates = {"starts_on": calendar.date(395), "ends_on": calendar.date(900)}
        pair = {"title": "Objects of exercise Ebb Tide", "purposes": ("exercise",), "ceiling": "AMBER+STRICT"}
        story.agree(("cert", "lindaria"), story.drill, 1, **pair, **dates)
        exchange.collection_create(
            story.cast.viewer(LEADS["cert"]), story.cast.programme, "Exercise Ebb Tide", "exercise",
            "Invented objects of the joint exercise.",
        )  # fmt: skip

    def rehearse() -> None:
        made = next(one for one in _collections(story, "cert") if one.purpose == "exercise")
        said = {"name": "Exercise: tide gauge that calls home", "pattern": "[ipv4-addr:value = '192.0.2.200']"}
        thing = compose.made("indicator", "AMBER+STRICT", **said, pattern_type="stix", valid_from=clock.now())
        acts.share(story.cast.viewer(LEADS["cert"]), story.cast.programme, made.id, thing)
        selectors.page(story.cast.viewer(LEADS["lindaria"]), made, Query())

    def leave() -> None:
        exchange.sharing_leave(
            story.cast.viewer(LEADS["lindaria"]), story.cast.programme, story.drill,
            "The exercise is over; nothing is shared for it any more.",
        )  # fmt: skip

    calendar.on(74, "Three CERTs agree on sharing", lambda: story.agree(three, story.agreement, 1, **said, **term))
    calendar.on(320, "The agreement on sharing is amended: one year of retention", amend)
    calendar.on(394, "The CERT and Lindaria agree on sharing for an exercise", drill)
    calendar.on(400, "An object of the exercise is shared and read", rehearse)
    calendar.on(450, "Lindaria leaves the agreement on the exercise", leave)


def _collections(story: Story, who: str) -> list[CollectionView]:
    return selectors.collections(story.cast.viewer(LEADS[who]), story.cast.programme)


def _sharing(story: Story, number: int, one: Object) -> Callable[[], None]:
    _day, who, kind, label, hours, said = one

    def event() -> None:
        more: dict[str, Any] = {}
        seen = clock.now() - timedelta(hours=hours) if hours is not None else None
        if kind == "indicator":
            more = {"pattern_type": "stix", "valid_from": clock.now()}
        elif kind == "observed-data":
            ref = "ipv4-addr--0b0f6f5b-5b4f-5a2b-8d62-0d7f5c6b9e10"
            more = {"first_observed": seen, "last_observed": clock.now(), "object_refs": [ref]}
        elif seen is not None:
            more = {"first_seen": seen}
        story.share(who, compose.made(kind, label, **said, **more), number)

    return event


def _remark(story: Story, who: str, what: str, about: int, said: Any) -> Callable[[], None]:
    def event() -> None:
        ref, label = story.stix[about], story.labels[about]
        if what == "sighting":
            seen = clock.now() - timedelta(hours=said)
            thing = compose.made(
                "sighting", label, sighting_of_ref=ref, first_seen=seen, last_seen=clock.now(), count=3
            )
        elif what == "note":
            thing = compose.made("note", label, content=said, object_refs=[ref])
        else:
            label = compose.strictest([label, story.labels[said]])
            thing = compose.relationship(ref, what, story.stix[said], label)
        story.share(who, thing)

    return event


def _reading(story: Story, who: str, said: list[tuple[int, str, str]]) -> Callable[[], None]:
    return lambda: story.read(who, said)
