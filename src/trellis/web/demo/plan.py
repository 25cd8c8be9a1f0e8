"""The plan: strategic direction, objectives and activities in three strands, consent, and the agreements signed on it."""

from decimal import Decimal
from uuid import UUID

from trellis.agreements import services as agreements
from trellis.agreements.schemas import STRANDS, AgreementSign
from trellis.assessment import selectors as assessments
from trellis.core import ids
from trellis.governance import services as governance
from trellis.planning import services as planning
from trellis.planning.schemas import ActivitySaid, DirectionObjectiveSaid, PlanAdopt, PlanObjectiveSaid
from trellis.sharing import services as sharing
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast

# key: title, strand, kind, objective, gaps, lead, first day, last day, thousand EUR, donor, legal basis
Row = tuple[str, str, str, int, list[str], str, int, int, int, str, str]
ACTIVITIES: dict[str, Row] = {
    "duty": ("Round-the-clock duty at the national CERT", "long-term-capacity", "mentoring", 0, ["1.2"], "cert", 100, 900, 900, "norvia", "Cybersecurity Act 2019, section 7"),
    "responders": ("First responder course", "technical-training", "training", 2, ["3.3", "1.2"], "centre", 130, 600, 420, "norvia", "Cybersecurity Act 2019, section 12"),
    "operators": ("Register and duties of critical operators", "policy", "advisory", 0, ["1.3"], "ministry", 110, 500, 180, "lindaria", "Communications Act, part IV"),
    "forensics": ("Digital evidence laboratory of the police", "long-term-capacity", "equipment", 1, ["4.3"], "justice", 160, 900, 760, "norvia", "Evidence Act, schedule 3"),
    "prosecutors": ("Prosecutors and judges: electronic evidence", "technical-training", "training", 1, ["4.3", "4.4"], "justice", 200, 650, 240, "lindaria", "Judicial Training Order 2022"),
    "dataprotection": ("Data protection rules and supervisory authority", "policy", "advisory", 3, ["4.1", "4.2"], "justice", 120, 700, 150, "lindaria", "Constitution, article 18"),
    "curriculum": ("Practical curriculum at the University of Sefwi", "long-term-capacity", "mentoring", 2, ["3.2", "3.3"], "ministry", 180, 900, 310, "norvia", "Higher Education Act, section 4"),
    "exercise": ("Yearly exercise with operators of ports and power", "technical-training", "exercise", 0, ["1.3", "1.2"], "cert", 260, 880, 140, "lindaria", ""),
}  # fmt: skip
OBJECTIVES = [
    ("Essential services contain incidents within a day", ["SDG 9.1"], ["ports", "energy"]),
    ("Electronic evidence stands in court", ["SDG 16.3"], ["justice"]),
    ("Sefwi trains its own people", ["SDG 4.4"], ["education"]),
    ("Rights are protected online", ["SDG 16.10"], ["justice", "telecoms"]),
]
CLAUSES = {
    "deliverables": "The activities of the joint plan that lie in the scope, each with the results named there.",
    "milestones": "As locked for each tranche, each with a verification protocol and an independent verifier.",
    "exit_strategy": "Each function has a handover plan; donor person-days fall with every step; the last year is advice only.",
    "scope": "The three strands of the plan. Anything else needs an amendment.",
    "obligations": "The donor pays within thirty days of a release. The partner staffs and funds the posts that it names.",
    "consent_basis": "The Cabinet decision of the partner, which it may withdraw; what was earned before stays payable.",
}


def happen(cast: Cast, calendar: Calendar) -> dict[str, UUID]:
    """Puts direction, plan, consent and agreements into the calendar. Returns ids by name, known beforehand."""
    names = {key: ids.new() for key in [*ACTIVITIES, "mou-norvia", "mou-lindaria"]}
    goals = [ids.new() for _ in OBJECTIVES]
    state: dict[str, UUID] = {}

    def direction() -> None:
        planning.direction_set(
            cast.viewer("ministry:coordinator"),
            cast.programme,
            title="National cyber strategy of Sefwi",
            text="Adopted by Cabinet. Incidents in essential services come first, then evidence, people and rights.",
            objectives=[
                DirectionObjectiveSaid(id=goal, title=title, goals=said, sectors=sectors)
                for goal, (title, said, sectors) in zip(goals, OBJECTIVES, strict=True)
            ],
        )

    def plan() -> None:
        closed = assessments.latest_closed(cast.programme)
        assert closed
        objectives = [ids.new() for _ in OBJECTIVES]
        payload = PlanAdopt(
            title="Joint plan",
            assessment=closed.id,
            objectives=[
                PlanObjectiveSaid(id=id_, title=title, serves=goal)
                for id_, goal, (title, _goals, _sectors) in zip(objectives, goals, OBJECTIVES, strict=True)
            ],
            activities=[_activity(cast, calendar, names[key], objectives, row) for key, row in ACTIVITIES.items()],
        )
        state["plan"] = planning.plan_adopt(cast.viewer("ministry:coordinator"), cast.programme, payload).pk

    def key(who: str, what: str) -> None:
        governance.key_turn(cast.viewer(who), state[what])

    def consent() -> None:
        sharing.consent_give(
            cast.viewer("ministry").actor,
            cast.programme,
            "programme",
            "Cabinet consents to the programme within the scope of the agreements.",
            starts_on=calendar.date(70),
            ends_on=calendar.date(1800),
        )
        sharing.consent_give(
            cast.viewer("ministry").actor,
            cast.programme,
            "activity",
            "Activities of the joint plan may start, each under its lead organisation.",
            starts_on=calendar.date(70),
            ends_on=calendar.date(1800),
        )

    def agree(donor: str) -> None:
        what = f"mou-{donor}"
        payload = AgreementSign(
            agreement=names[what],
            version=1,
            title=f"Memorandum of understanding with {cast.organisations[donor].name}",
            languages=("en", "fr"),
            starts_on=calendar.date(75),
            ends_on=calendar.date(1800),
            donors=(cast.org(donor),),
            strands=tuple(STRANDS),
            currency="EUR",
            ceiling=Decimal(3_000_000 if donor == "norvia" else 1_200_000),
            **CLAUSES,  # type: ignore[arg-type]
        )
        decision = agreements.agreement_sign(cast.viewer("ministry:coordinator"), cast.programme, payload)
        governance.key_turn(cast.viewer(f"{donor}:programme-officer"), decision.pk)

    calendar.on(54, "The partner sets its strategic direction", direction)
    calendar.on(60, "The partner proposes the joint plan", plan)
    calendar.on(63, "Norvia turns its key on the plan", lambda: key("norvia:programme-officer", "plan"))
    calendar.on(66, "Lindaria turns its key: the plan is adopted", lambda: key("lindaria:programme-officer", "plan"))
    calendar.on(70, "The partner consents to the programme", consent)
    calendar.on(75, "The partner and Norvia sign their agreement", lambda: agree("norvia"))
    calendar.on(78, "The partner and Lindaria sign their agreement", lambda: agree("lindaria"))
    return names


def _activity(cast: Cast, calendar: Calendar, id_: UUID, objectives: list[UUID], row: Row) -> ActivitySaid:
    title, strand, kind, objective, gaps, lead, start, end, thousands, donor, basis = row
    return ActivitySaid(
        id=id_,
        title=title,
        strand=strand,
        kind=kind,
        objective=objectives[objective],
        gaps=gaps,
        lead=cast.org(lead),
        start=calendar.date(start),
        end=calendar.date(end),
        amount=Decimal(thousands * 1000),
        currency="EUR",
        funded_by=cast.org(donor),
        initiated_by=cast.org("ministry"),
        context_note="Works with the staff and lines that there are; no system that the state could not pay for alone.",
        legal_basis=basis,
        plan_objective=OBJECTIVES[objective][0],
    )
