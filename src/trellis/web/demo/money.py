"""Money: two commitments, milestones locked, one tranche paid, one held, one partly earned, one overdue."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from trellis.core import clock, ids
from trellis.funding import selectors as funding
from trellis.funding import services as money
from trellis.funding.schemas import CommitmentMake, MilestoneLock, MilestonePlan, TranchePlan
from trellis.governance import services as governance
from trellis.law import services as law
from trellis.web.demo.calendar import Calendar
from trellis.web.demo.cast import Cast
from trellis.web.demo.files import kept

D = Decimal
# milestone: title, thousand EUR, definition, unit, baseline, threshold, scalable
MILESTONES: dict[str, tuple[str, int, str, str, int, int, bool]] = {
    "1.1": ("Duty rota staffed", 200, "Posts of the duty rota filled under contract", "posts", 2, 8, True),
    "1.2": ("First responder course running", 150, "People who pass the practical test", "people", 0, 20, True),
    "2.1": ("The CERT answers around the clock", 400, "Days in a row on which every call was answered", "days", 0, 90, False),
    "2.2": ("Sixty first responders", 300, "People who pass the practical test", "people", 20, 60, True),
    "3.1": ("Evidence laboratory accredited", 700, "Accreditation granted", "certificates", 0, 1, False),
    "L1.1": ("Register of critical operators published", 180, "Operators registered", "operators", 0, 25, True),
    "L2.1": ("Data protection rules in force", 220, "Regulations in force", "regulations", 0, 3, True),
}  # fmt: skip
# donor: (title, [(tranche, first day, due day, last day, [milestones])])
COMMITMENTS: dict[str, tuple[str, list[tuple[int, int, int, int, list[str]]]]] = {
    "norvia": (
        "Norvia, three years",
        [(1, 120, 250, 560, ["1.1", "1.2"]), (2, 300, 470, 800, ["2.1", "2.2"]), (3, 600, 800, 1100, ["3.1"])],
    ),
    "lindaria": ("Lindaria, two years", [(1, 150, 330, 620, ["L1.1"]), (2, 400, 600, 900, ["L2.1"])]),
}


def happen(cast: Cast, calendar: Calendar, names: dict[str, UUID]) -> dict[str, UUID]:
    """Puts commitments, claims, verifications, acceptances, releases and payments into the calendar."""
    known = {key: ids.new() for key in [*MILESTONES, "norvia", "lindaria", "N1", "N2", "N3", "L1", "L2"]}
    coordinator = "ministry:coordinator"
    state: dict[str, Any] = {}

    def commit(donor: str) -> None:
        payload = commitment(cast, calendar, known, names, donor)
        decision = money.commitment_make(cast.viewer(f"{donor}:programme-officer"), cast.programme, payload)
        governance.key_turn(cast.viewer(coordinator), decision.pk)

    def lock(key: str) -> None:
        title, _thousands, definition, unit, baseline, threshold, scalable = MILESTONES[key]
        payload = MilestoneLock(
            milestone=known[key],
            version=1,
            definition=f"{title}. {definition}.",
            unit=unit,
            baseline=D(baseline),
            threshold=D(threshold),
            source="Records of the organisation that leads the activity",
            verifier=cast.org("evaluator"),
            procedure="Visit, look at the originals, check a sample of ten against other sources",
            scalable=scalable,
        )
        decision = money.milestone_lock(cast.viewer(coordinator), cast.programme, payload)
        governance.key_turn(cast.viewer(f"{donor_of(key)}:programme-officer"), decision.pk)

    def claim(key: str, who: str, value: int, title: str) -> None:
        evidence = kept(cast.viewer(who).actor, title, f"milestone-{key}.csv", f"milestone,value\n{key},{value}\n")
        state[key] = money.claim_submit(
            cast.viewer(who), cast.programme, known[key], value=D(value), statement=title, evidence=[evidence.subject]
        )

    def verify(key: str, value: int, report: str, passed: bool = True) -> None:
        money.verification_record(
            cast.viewer("evaluator:verifier"),
            cast.programme,
            state[key].subject,
            passed=passed,
            value=D(value),
            report=report,
        )

    def accept(key: str, *who: str) -> None:
        for name in who:
            money.milestone_accept(cast.viewer(name), cast.programme, known[key])

    def release(key: str, *who: str) -> None:
        for name in who:
            money.tranche_release(cast.viewer(name), cast.programme, known[key])

    def pay(key: str, donor: str, reference: str) -> None:
        tranche = funding.tranche(cast.viewer(coordinator), cast.programme, known[key])
        last = funding.releases(known[key])[-1]
        state[f"paid {key}"] = money.payment_sent(
            cast.viewer(f"{donor}:programme-officer"),
            cast.programme,
            last.subject,
            amount=tranche.released - tranche.sent,
            paid_on=clock.today(),
            reference=reference,
        )

    def receive(key: str) -> None:
        sent = state[f"paid {key}"]
        money.payment_receipt(
            cast.viewer(coordinator), cast.programme, sent.subject, amount=sent.amount, received_on=clock.today()
        )

    def question() -> None:
        state["question"], _decision = law.question_open(
            cast.viewer("justice:rights-officer"),
            cast.programme,
            title="Lawful access to evidence on seized telephones",
            text="The laboratory would open telephones before a court has ordered it. Two safeguards are to be agreed.",
        )

    def settle() -> None:
        decision = law.question_close(
            cast.viewer("justice:rights-officer"),
            cast.programme,
            state["question"],
            "A court order before any telephone is opened; a log of every access, audited each quarter.",
        )
        governance.key_turn(cast.viewer("norvia:rights-officer"), decision.pk)
        for seat in ("lindaria:rights-officer",):
            if seat in cast.people:
                governance.key_turn(cast.viewer(seat), decision.pk)

    on: Callable[[int, str, Callable[[], object]], None] = calendar.on
    on(85, "Norvia commits three tranches", lambda: commit("norvia"))
    on(90, "Lindaria commits two tranches", lambda: commit("lindaria"))
    for n, key in enumerate(MILESTONES):
        on(95 + n, f"The protocol of milestone {key} is locked by both sides", partial(lock, key))
    on(
        205,
        "The CERT claims milestone 1.1",
        lambda: claim("1.1", "cert:cert-lead", 8, "Contracts of eight duty officers"),
    )
    on(214, "The verifier confirms it", lambda: verify("1.1", 8, "Eight contracts seen, eight people met."))
    on(220, "Both sides accept milestone 1.1", lambda: accept("1.1", coordinator, "norvia:programme-officer"))
    on(
        222,
        "The CERT claims milestone 1.2",
        lambda: claim("1.2", "cert:cert-lead", 20, "Results of the first two courses"),
    )
    on(
        231,
        "The verifier confirms twenty",
        lambda: verify("1.2", 20, "Twenty results checked against the attendance lists."),
    )
    on(236, "Both sides accept milestone 1.2", lambda: accept("1.2", coordinator, "norvia:programme-officer"))
    on(
        240,
        "Tranche 1 of Norvia is released by both keys",
        lambda: release("N1", "norvia:programme-officer", coordinator),
    )
    on(249, "Norvia pays tranche 1", lambda: pay("N1", "norvia", "ND-2041"))
    on(255, "The partner confirms that it arrived", lambda: receive("N1"))
    on(
        300,
        "The ministry claims fifteen of twenty-five operators",
        lambda: claim("L1.1", coordinator, 15, "Register as of today"),
    )
    on(
        312,
        "The verifier confirms fifteen",
        lambda: verify("L1.1", 15, "Fifteen entries complete; the rest lack a contact."),
    )
    on(318, "Both sides accept what was reached", lambda: accept("L1.1", coordinator, "lindaria:programme-officer"))
    on(
        324,
        "Lindaria releases sixty per cent of its tranche",
        lambda: release("L1", "lindaria:programme-officer", coordinator),
    )
    on(352, "Lindaria pays, three weeks late", lambda: pay("L1", "lindaria", "LX-77"))
    on(360, "The partner confirms that it arrived", lambda: receive("L1"))
    on(380, "The Ministry of Justice opens a rights question, which blocks releases", question)
    on(431, "Both rights officers close it with two safeguards", settle)
    on(
        460,
        "The CERT claims milestone 2.1: the days were interrupted twice",
        lambda: claim("2.1", "cert:cert-lead", 61, "Call log of the duty desk"),
    )
    on(
        470,
        "The verifier finds that ninety days in a row were not reached",
        lambda: verify("2.1", 61, "61 days in a row; two nights without answer.", passed=False),
    )
    on(480, "The CERT claims milestone 2.2", lambda: claim("2.2", "cert:cert-lead", 52, "Results of five courses"))
    on(492, "The verifier confirms fifty-two", lambda: verify("2.2", 52, "Fifty-two results checked."))
    on(500, "The partner accepts milestone 2.2; the donor's key is still open", lambda: accept("2.2", coordinator))
    return known


def donor_of(key: str) -> str:
    """Whose milestone it is."""
    return "lindaria" if key.startswith("L") else "norvia"


def commitment(
    cast: Cast, calendar: Calendar, known: dict[str, UUID], names: dict[str, UUID], donor: str
) -> CommitmentMake:
    """The commitment of one donor."""
    title, rows = COMMITMENTS[donor]
    tranches = []
    for number, first, due, last, keys in rows:
        milestones = tuple(
            MilestonePlan(
                id=known[key],
                number=key.removeprefix("L"),
                title=MILESTONES[key][0],
                allocation=D(MILESTONES[key][1] * 1000),
            )
            for key in keys
        )
        tranches.append(
            TranchePlan(
                id=known[f"{donor[0].upper()}{number}"],
                number=number,
                year=calendar.date(due).year,
                amount=sum((m.allocation for m in milestones), D(0)),
                earliest=calendar.date(first),
                due=calendar.date(due),
                long_stop=calendar.date(last),
                milestones=milestones,
            )
        )
    return CommitmentMake(
        commitment=known[donor],
        title=title,
        donor=cast.org(donor),
        agreement=names[f"mou-{donor}"],
        currency="EUR",
        total=sum((t.amount for t in tranches), D(0)),
        certainty="firm" if donor == "norvia" else "indicative",
        tranches=tuple(tranches),
    )
