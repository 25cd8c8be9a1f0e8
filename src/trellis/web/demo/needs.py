"""Needs: an assessment with answers of nine organisations, one contested rating, gaps, and the partner's priorities."""

from functools import partial
from uuid import UUID

from trellis.assessment import frameworks
from trellis.assessment import services as assessment
from trellis.assessment.schemas import Invited, RankedPriority, ScopeItem
from trellis.core import ids
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast

INVITED = {
    "ministry": "government", "justice": "government", "cert": "government", "regulator": "government",
    "police": "law-enforcement", "university": "academia", "bank": "private-sector", "telecom": "private-sector",
    "society": "civil-society",
}  # fmt: skip

# factor: (target, {organisation: (stage, confidence, evidence)})
Said = tuple[int, str, str]
ANSWERS: dict[str, tuple[int, dict[str, Said]]] = {
    "1.1": (4, {
        "ministry": (2, "high", "Draft strategy of March, with comments of six ministries"),
        "society": (2, "medium", "Invited to one of two hearings"),
        "university": (2, "medium", ""),
    }),
    "1.2": (4, {
        "cert": (2, "high", "Duty rota, ticket log of the last year"),
        "bank": (2, "medium", "Two incidents reported, one answered"),
        "telecom": (2, "high", "Joint call log"),
        "police": (1, "medium", "Referrals by telephone only"),
    }),
    "1.3": (3, {
        "regulator": (2, "medium", "List of operators, not yet reviewed"),
        "bank": (4, "medium", "Own continuity plan, tested yearly"),
        "telecom": (1, "low", ""),
    }),
    "1.4": (2, {"ministry": (1, "low", "")}),
    "2.2": (3, {"bank": (3, "medium", "Survey of customers"), "society": (2, "medium", "Complaints received")}),
    "2.3": (3, {"society": (1, "high", "Street survey, 412 answers"), "regulator": (2, "medium", "")}),
    "2.4": (3, {"police": (2, "medium", "Web form, 61 reports in a year"), "society": (2, "low", "")}),
    "3.1": (3, {"ministry": (2, "medium", "One campaign in 2024"), "university": (2, "medium", "")}),
    "3.2": (3, {"university": (2, "high", "Course list of the faculty")}),
    "3.3": (4, {
        "university": (1, "high", "No course with a practical part"),
        "cert": (2, "high", "Training log"),
        "police": (1, "high", "Personnel file: 4 of 38 trained"),
    }),
    "4.1": (3, {"justice": (2, "high", "Act of 2019, regulations missing")}),
    "4.2": (3, {"justice": (2, "medium", ""), "society": (1, "medium", "Opinion on the data protection bill")}),
    "4.3": (4, {
        "police": (1, "high", "One workstation, no laboratory"),
        "justice": (2, "medium", "Nine prosecutors trained, none since"),
        "telecom": (2, "low", ""),
    }),
    "4.4": (3, {"police": (2, "medium", "Requests through one contact point"), "justice": (2, "medium", "")}),
    "5.2": (3, {"telecom": (3, "high", "Audit report"), "bank": (3, "high", "Audit report")}),
    "5.4": (3, {"telecom": (2, "medium", "Outage log"), "regulator": (2, "medium", "")}),
    "5.6": (2, {"cert": (1, "high", "No policy published")}),
}  # fmt: skip

DONOR = "donor-suggested"
PRIORITIES = [
    ("Incidents in essential services are contained within a day", ["1.2", "1.3"]),
    ("The police can examine digital evidence that courts accept", ["4.3", "4.4"]),
    ("Sefwi trains its own responders", ["3.3", "3.2"]),
    ("Rules for data protection and lawful access are in force", ["4.1", "4.2"]),
]


def happen(cast: Cast, calendar: Calendar) -> None:
    """Puts the assessment and the ranking into the calendar."""
    framework = frameworks.national("en")
    state: dict[str, UUID] = {"assessment": ids.new()}

    def open_() -> None:
        assessment.assessment_open(
            cast.viewer("ministry:coordinator"),
            cast.programme,
            framework=frameworks.content_hash(framework),
            title="National needs assessment",
            lead=cast.org("ministry"),
            items=[ScopeItem(code=code, target=target) for code, (target, _said) in ANSWERS.items()],
            invited=[Invited(organisation=cast.org(key), group=group) for key, group in INVITED.items()],
            domains={name: list(codes) for name, codes in domains().items()},
            due=calendar.date(60),
            assessment=state["assessment"],
        )

    def answers(key: str) -> None:
        for code, (_target, said) in ANSWERS.items():
            if key in said:
                stage, confidence, evidence = said[key]
                assessment.rating_give(
                    cast.viewer(key), state["assessment"], code, stage, confidence, evidence_text=evidence
                )

    def close() -> None:
        assessment.assessment_close(cast.viewer("ministry:coordinator"), state["assessment"])

    def rank() -> None:
        suggestion = assessment.priority_suggest(
            cast.viewer("norvia:programme-officer"),
            cast.programme,
            "A single reporting point for the public",
            "Reports reach the police and the CERT by different ways; one form could serve both.",
        )
        listed = [
            RankedPriority(id=ids.new(), title=title, assessment=state["assessment"], gaps=gaps)
            for title, gaps in PRIORITIES
        ]
        listed.append(
            RankedPriority(
                id=ids.new(),
                title="A single reporting point for the public",
                origin=DONOR,
                suggested_by=cast.org("norvia"),
                assessment=state["assessment"],
                gaps=["2.4"],
                note=str(suggestion.text),
            )
        )
        assessment.priorities_rank(cast.viewer("ministry:coordinator"), cast.programme, listed)

    calendar.on(8, "The national coordinator opens the needs assessment", open_)
    for n, key in enumerate(INVITED):
        calendar.on(15 + 3 * n, f"{cast.organisations[key].name} answers", partial(answers, key))
    calendar.on(48, "The assessment is closed, with one rating contested", close)
    calendar.on(52, "The partner ranks its priorities; a donor's suggestion stands fifth", rank)


def domains() -> dict[str, tuple[str, ...]]:
    """The three mandatory domains in the national framework (NA-05)."""
    return {name: tuple(codes) for name, codes in frameworks.MANDATORY_DOMAINS.items()}
