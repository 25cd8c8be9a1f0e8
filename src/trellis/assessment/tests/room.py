"""A needs assessment for tests: police, university and bank join, and five items are asked about."""

from tests.world import PASSWORD, World
from trellis.assessment import frameworks, services
from trellis.assessment.schemas import Invited, ScopeItem
from trellis.core.conditions import Invalid
from trellis.governance import services as governance
from trellis.governance.kinds import MatrixSet
from trellis.governance.models import Decision
from trellis.parties import services as accounts

HASH = frameworks.content_hash(frameworks.national())
NCC = "ministry:coordinator"
GROUPS = {
    "ministry": "government",
    "police": "law-enforcement",
    "university": "academia",
    "bank": "private-sector",
}
ITEMS = [
    ScopeItem(code="1.2", target=4),
    ScopeItem(code="4.3", target=4),
    ScopeItem(code="1.3", target=3),
    ScopeItem(code="1.1", target=3),
    ScopeItem(code="3.1"),
]


def people(world: World) -> None:
    """Three organisations with an administrator each, no party to the programme."""
    for key, name in (
        ("police", "National Police"),
        ("university", "Sefwi University"),
        ("bank", "First Bank"),
    ):
        organisation = accounts.organisation_open(name, key.title(), GROUPS[key], "")
        world.organisations[key] = organisation
        world.people[key] = accounts.person_add(
            organisation,
            name=f"Admin {key}",
            email=f"{key}@example.org",
            role="administrator",
            language="en",
            password=PASSWORD,
        )


def opened(world: World, **changes: object) -> Decision:
    """An open assessment; its id is the decision's `about`."""
    if "police" not in world.organisations:
        people(world)
    asked = [Invited(organisation=world.org(key), group=group) for key, group in GROUPS.items()]
    given = {"title": "Needs 2026", "lead": world.org("ministry"), "items": ITEMS, "invited": asked}
    return services.assessment_open(
        world.viewer(NCC),
        world.programme,
        framework=HASH,
        **{**given, **changes},  # type: ignore[arg-type]
    )


def answer(world: World, assessment: object, who: str, stages: dict[str, int], confidence: str = "high") -> None:
    """Answers of one organisation, with evidence in words."""
    for code, stage in stages.items():
        services.rating_give(
            world.viewer(who),
            assessment,
            code,
            stage,
            confidence,
            evidence_text="Annual report",  # type: ignore[arg-type]
        )


def given_to_a_donor(world: World, kind: str) -> str:
    """What is said to who tries to give a right of the partner to a donor, proposing or adopting."""
    row = MatrixSet(
        kind=kind,
        joint=False,
        slots={"donor": "programme-officer"},
        proposers=["donor:programme-officer"],
        reason="faster",
    )
    try:
        decision = governance.propose(world.viewer("ministry:co-chair"), world.programme, "matrix.set", row)
    except Invalid as refused:
        return refused.message
    return "; ".join(c.name for c in governance.conditions(decision) if not c.met)


def closed(world: World) -> object:
    """A closed one: 1.2 at 2, 4.3 contested (4 and 1), 1.3 at 3 (reached), 1.1 at 1, 3.1 not assessed."""
    assessment = opened(world).about
    answer(world, assessment, "ministry", {"1.2": 3, "4.3": 4, "1.3": 3, "1.1": 1})
    answer(world, assessment, "police", {"1.2": 2, "4.3": 1}, "medium")
    answer(world, assessment, "university", {"1.3": 4}, "low")
    answer(world, assessment, "bank", {"1.2": 3}, "low")
    services.assessment_close(world.viewer(NCC), assessment)  # type: ignore[arg-type]
    return assessment
