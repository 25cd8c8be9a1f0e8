"""Payments as records, the states of a tranche after release, and D2 through services and figures."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.world import World
from trellis.core import clock, figures, ports
from trellis.core.conditions import Hidden, Invalid, Refused
from trellis.funding import selectors, services
from trellis.funding.figures import as_of_today
from trellis.funding.models import Release
from trellis.funding.tests.scene import COORDINATOR, OFFICER, D, Scene, scene, tranche
from trellis.law import services as law
from trellis.sharing import figures as shown


def pay(s: Scene, amount: int = 1_000_000, day: date | None = None, place: int = 0, who: str = OFFICER):
    release = Release.objects.filter(tranche=s.commitment.tranches[place].id).latest("at")
    return services.payment_sent(
        s.viewer(who), s.world.programme, release.subject, amount=D(amount), paid_on=day or clock.today()
    )


def receive(s: Scene, payment: object, amount: int, who: str = COORDINATOR, **more: object) -> object:
    return services.payment_receipt(
        s.viewer(who),
        s.world.programme,
        payment.subject,
        amount=D(amount),
        received_on=clock.today(),
        **more,  # type: ignore[attr-defined]
    )


def state(s: Scene, place: int = 0) -> str:
    return selectors.tranche(s.viewer("cert"), s.world.programme, s.commitment.tranches[place].id).state


def test_states_from_release_to_receipt_with_a_dispute(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    s.release()
    assert state(s) == "released"
    payment = pay(s)
    assert state(s) == "sent"
    receive(s, payment, 0, disputed=True, reason="Nothing has arrived.")
    assert state(s) == "disputed"
    receive(s, payment, 1_000_000)
    assert state(s) == "received"


def test_only_payer_and_payee_record_payments(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    s.release()
    for who in (COORDINATOR, "lindaria:programme-officer", "norvia:co-chair"):
        with pytest.raises(Refused) as refused:
            pay(s, who=who)
        assert any("programme-officer of norvia" in h for h in refused.value.holders)
    with pytest.raises(Hidden):
        pay(s, who="outsider")
    payment = pay(s)
    for who in (OFFICER, "cert:cert-lead"):
        with pytest.raises(Refused) as refused:
            receive(s, payment, 1_000_000, who)
        assert any("coordinator of ministry" in h for h in refused.value.holders)
    with pytest.raises(Hidden):
        receive(s, payment, 1_000_000, "outsider")


def test_a_release_is_never_overpaid_and_a_dispute_says_why(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    s.release()
    payment = pay(s, 700_000)
    with pytest.raises(Invalid) as wrong:
        pay(s, 300_001)
    assert "300000" in wrong.value.fields["amount"]
    with pytest.raises(Invalid):
        receive(s, payment, 0, disputed=True)
    with pytest.raises(Invalid):
        receive(s, payment, 500_000)
    services.payment_retract(s.viewer(OFFICER), payment.subject, "Typed twice")
    assert pay(s).amount == D(1_000_000)


def test_payments_are_shown_to_every_party(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    s.release()
    receive(s, pay(s), 1_000_000)
    for who in ("lindaria", "centre", "evaluator", "cert"):
        found = selectors.payments(s.viewer(who), world.programme, s.tranche.id)
        assert [(p.sent.amount, p.received) for p in found] == [(D(1_000_000), D(1_000_000))]
    with pytest.raises(Hidden):
        selectors.payments(s.viewer("outsider"), world.programme, s.tranche.id)


def d2(world: World) -> Scene:
    """D2's case: three of 100 due in 2026; one paid in time, one releasable and paid next year, one unmet."""
    s = scene(world, [tranche(n, 100, year=2026, earliest=date(2026, 1, 1), due=date(2026, 6, 30),
                              long_stop=date(2027, 12, 31)) for n in (1, 2, 3)])  # fmt: skip
    for place in (0, 1):
        s.earn(s.milestone(tranche=place))
        s.release(place=place)
    receive(s, pay(s, 100), 100)
    clock.set_to(datetime(2027, 2, 1, 9, tzinfo=UTC))
    receive(s, pay(s, 100, place=1), 100)
    return s


def predictability(world: World, view: str, who: str = "cert") -> shown.Shown:
    said = {"programme": world.programme, "donor": world.org("norvia"), "year": 2026, "view": view}
    return shown.shown(world.viewer(who), "funding.predictability", said, None, as_of_today(world.programme))


def test_d2_worked_values_through_services(world: World) -> None:
    d2(world)
    p1, p2 = predictability(world, "partner").figure, predictability(world, "donor").figure
    assert isinstance(p1.value, Decimal) and round(p1.value, 3) == D("0.333") and p1.n == 3
    assert p2.value == D("0.5") and p2.n == 2
    assert p1.parts["held_for_milestones"] == D(100)


def test_d2_a_tranche_held_for_a_milestone_is_no_donor_lateness(world: World) -> None:
    scene(world)
    clock.set_to(datetime(2027, 2, 1, 9, tzinfo=UTC))
    assert predictability(world, "partner").figure.value == 0
    assert predictability(world, "donor").figure.reason == "no data"


def test_d2_a_rights_question_delays_the_day_from_which_the_donor_is_late(world: World) -> None:
    s = scene(world)
    question, _ = law.question_open(
        s.viewer("norvia:rights-officer"), world.programme, title="Access", text="Risk.", about=s.tranche.id
    )
    s.earn(s.milestone())
    clock.set_to(datetime(2026, 7, 10, 9, tzinfo=UTC))
    assert predictability(world, "donor").figure.reason == "no data"
    closing = law.question_close(s.viewer("norvia:rights-officer"), world.programme, question, "Agreed.")
    from trellis.governance import services as governance

    governance.key_turn(s.viewer("ministry:rights-officer"), closing.pk)
    assert predictability(world, "partner").figure.parts["held_for_milestones"] == D(1_000_000)
    # Free only after the planned day, so it was never releasable by then.
    assert predictability(world, "donor").figure.reason == "no data"


def test_d2_and_x_01_only_the_earned_part_counts_for_the_donor(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone(), 60)
    s.release()
    receive(s, pay(s, 600_000), 600_000)
    clock.set_to(datetime(2027, 2, 1, 9, tzinfo=UTC))
    assert predictability(world, "partner").figure.value == D("0.6")
    assert predictability(world, "donor").figure.value == D(1)


def test_d2_as_of_gives_the_same_figure_again(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    clock.set_to(datetime(2026, 7, 1, 9, tzinfo=UTC))
    then = clock.now()
    said = {"programme": world.programme, "donor": world.org("norvia"), "year": 2026, "view": "donor"}
    before = figures.figure(figures.ask("funding.predictability", said, None, then))
    assert before.value == 0
    clock.advance(days=1)
    s.release()
    receive(s, pay(s), 1_000_000)
    figures.FigureCache.objects.all().delete()
    assert figures.figure(figures.ask("funding.predictability", said, None, then)).value == 0
    assert predictability(world, "donor").figure.value == D(1)


def test_d2_an_unconfirmed_payment_counts_and_is_said(world: World) -> None:
    s = scene(world)
    s.earn(s.milestone())
    s.release()
    pay(s)
    clock.set_to(datetime(2026, 8, 1, 9, tzinfo=UTC))
    question = figures.ask(
        "funding.predictability", {"programme": world.programme, "donor": world.org("norvia"), "year": 2026},
        None, clock.now(),
    )  # fmt: skip
    made = figures.figure(question)
    assert made.value == D(1) and "1 payments are not confirmed by the payee" in made.caveats


def test_figures_are_for_parties_only(world: World) -> None:
    d2(world)
    for who in ("lindaria", "centre", "ministry"):
        assert predictability(world, "partner", who).figure.value is not None
    hidden = predictability(world, "partner", "outsider")
    assert hidden.figure.reason == "consent missing" and hidden.figure.value is None


def test_released_sums(world: World) -> None:
    d2(world)
    made = shown.shown(world.viewer("cert"), "funding.released", {"programme": world.programme}).figure
    assert made.value == D(200) and made.n == 2 and made.unit == "EUR"
    period = (date(2027, 1, 1), date(2027, 12, 31))
    late = shown.shown(world.viewer("cert"), "funding.released", {"programme": world.programme}, period).figure
    assert late.value == 0 and late.n == 0


def test_pack_steps_and_work_list(world: World) -> None:
    s = scene(world)
    titles = {who: [i.title for p in ports.work_items for i in p(s.viewer(who))] for who in ("cert", COORDINATOR)}
    assert "Submit evidence for milestone 1.1" in titles["cert"]
    s.earn(s.milestone())
    assert "Release tranche 1" in [i.title for p in ports.work_items for i in p(s.viewer(OFFICER))]
    s.release()
    assert "Record the payment of tranche 1" in [i.title for p in ports.work_items for i in p(s.viewer(OFFICER))]
    then = clock.now()
    pay(s)
    assert "Confirm or dispute the payment of tranche 1" in [
        i.title for p in ports.work_items for i in p(s.viewer(COORDINATOR))
    ]
    sections = {
        x.key: x
        for p in ports.pack_sections
        for x in [p(world.programme, (date(2026, 1, 1), date(2026, 3, 31)), then)]
        if x
    }
    row = sections["tranches"].content["tranches"][0]
    assert row["state"] in ("released", "sent") and row["released"] == "1000000.0000" and row["reasons"] == []
    words = [step.words for p in ports.programme_steps for step in p(world.programme) if step.title == "Money"]
    assert words == ["0 of 1 tranches received"]
    assert [i for p in ports.work_items for i in p(s.viewer("outsider"))] == []
