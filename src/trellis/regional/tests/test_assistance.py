"""REG-09: assistance asked for, offered, agreed, arrived and closed, with clocks from each step."""

from datetime import date, timedelta

import pytest

from tests.world import START, World
from trellis.calc.regional import MIX_DIFFERS, NO_CAUSE
from trellis.core import clock, figures, ids
from trellis.core.conditions import Blocked, Conflict, Hidden, Invalid, Refused
from trellis.exchange import services as services_of_exchange
from trellis.exchange.schemas import CLAUSES, SharingAgree
from trellis.governance import replay
from trellis.governance import services as governance
from trellis.governance.models import Decision, Outcome
from trellis.regional import assistance, doors, pacts, selectors, services
from trellis.regional.models import Help, Move, Request
from trellis.regional.tests.cast import asked, client, helped, later, offered, with_desk
from trellis.sharing import figures as shown

CLOCKS = ("offer", "accept", "arrive", "close", "response")


def value(world: World, clock_: str, **params: object) -> object:
    return figures.figure(figures.ask(f"regional.{clock_}", {"programme": world.programme, **params}))


def test_reg_09_the_whole_way_leaves_a_clock_for_each_step(world: World) -> None:
    with_desk(world)
    row = helped(world, 9)
    later(hours=20)
    services.request_close(world.viewer("cert:cert-lead"), world.programme, row.subject, outcome="helped")
    view = selectors.request(world.viewer("cert"), world.programme, row.subject)
    assert view.state == "closed" and view.offers[0].state == "agreed"
    found = {name: value(world, name).value for name in CLOCKS}
    assert found == {"offer": 3.0, "accept": 3.0, "arrive": 3.0, "close": 20.0, "response": 9.0}


def test_reg_09_steps_are_records_of_who_takes_them_and_agreeing_needs_both_keys(world: World) -> None:
    desk = with_desk(world)
    row = asked(world)
    offer = offered(world, row, desk)
    assert (row.owner, offer.owner) == (world.org("cert"), world.org("centre"))
    decision = assistance.open_agreement(world.programme, offer.subject)
    assert decision and not Help.objects.exists(), "the offerer's key alone agrees on nothing"
    services.offer_accept(world.viewer("cert:cert-lead"), world.programme, offer.subject)
    help_ = Help.objects.get()
    assert (help_.subject, help_.offer_hash, help_.decision) == (offer.subject, offer.content_hash, decision.pk)
    assert {slot.organisation for slot in decision.slots.all()} == {world.org("cert"), world.org("centre")}
    services.arrival_record(world.viewer(desk), world.programme, offer.subject)
    assert Move.records.privileged().get().owner == world.org("centre")


def test_reg_09_without_the_key_the_offer_waits_for_it(world: World) -> None:
    desk = with_desk(world)
    offer = offered(world, asked(world), "centre:trainer")
    assert assistance.open_agreement(world.programme, offer.subject) is None
    decision = services.offer_accept(world.viewer("cert:cert-lead"), world.programme, offer.subject)
    assert not Help.objects.exists()
    with pytest.raises(Refused):
        governance.key_turn(world.viewer("centre:trainer"), decision.pk)
    governance.key_turn(world.viewer(desk), decision.pk)
    assert Help.objects.get().helper == world.org("centre")


def test_reg_09_accepting_without_the_right_says_who_holds_it(world: World) -> None:
    desk = with_desk(world)
    offer = offered(world, asked(world), desk)
    with pytest.raises(Refused) as refused:
        services.offer_accept(world.viewer("cert"), world.programme, offer.subject)
    assert any("cert-lead of cert" in holder for holder in refused.value.holders)
    with pytest.raises(Refused):
        services.offer_accept(world.viewer(desk), world.programme, offer.subject)


def test_reg_09_declining_is_free(world: World) -> None:
    """No reason is taken, and nothing that anybody computes is another number afterwards."""
    desk = with_desk(world)
    helped(world, 9)
    row = asked(world)
    offered(world, row, desk)
    later(hours=5)
    at = clock.now()

    def everything() -> dict[str, object]:
        found = {}
        for name in CLOCKS:
            for severity in ("", "high"):
                ask = figures.ask(f"regional.{name}", {"programme": world.programme, "severity": severity}, None, at)
                found[name, severity] = figures.figure(ask).to_dict()
        change = figures.figure(figures.ask("regional.change", {"programme": world.programme}, None, at))
        return {**found, "change": change.to_dict()}

    before = everything()
    made = services.request_decline(world.viewer("lindaria"), world.programme, row.subject)
    clock.set_to(at)
    assert everything() == before
    scope = figures.kind_named("regional.response").scope(
        figures.ask("regional.response", {"programme": world.programme})
    )
    assert world.org("lindaria") not in scope, "who only declined is asked for no consent"
    assert (made.note, made.outcome, made.why) == ("", "", "")
    with pytest.raises(TypeError):
        services.request_decline(world.viewer("centre"), world.programme, row.subject, reason="busy")  # type: ignore[call-arg]
    with pytest.raises(Conflict):
        services.request_decline(world.viewer("lindaria"), world.programme, row.subject)
    offered(world, row, "lindaria:programme-officer")  # whoever declined may still help


def test_reg_09_declining_an_offer_takes_no_reason_and_ends_its_proposal(world: World) -> None:
    desk = with_desk(world)
    offer = offered(world, asked(world), desk)
    decision = assistance.open_agreement(world.programme, offer.subject)
    services.offer_decline(world.viewer("cert:cert-lead"), world.programme, offer.subject)
    assert decision and Outcome.objects.get(decision=decision).state == "rejected"
    with pytest.raises(Blocked) as blocked:
        services.offer_accept(world.viewer("cert:cert-lead"), world.programme, offer.subject)
    assert [c.name for c in blocked.value.conditions] == ["The offer stands"]


def test_reg_09_an_offer_withdrawn_or_over_cannot_be_accepted(world: World) -> None:
    desk = with_desk(world)
    offer = offered(world, asked(world), desk)
    with pytest.raises(Conflict):
        offered(world, Request.records.privileged().get(), desk)
    services.offer_withdraw(world.viewer(desk), world.programme, offer.subject)
    with pytest.raises(Blocked):
        services.offer_accept(world.viewer("cert:cert-lead"), world.programme, offer.subject)
    second = offered(world, Request.records.privileged().get(), desk, valid_until=clock.now() + timedelta(hours=2))
    later(hours=3)
    with pytest.raises(Blocked) as blocked:
        services.offer_accept(world.viewer("cert:cert-lead"), world.programme, second.subject)
    assert blocked.value.conditions[0].note
    assert not Help.objects.exists()


def test_reg_09_nothing_arrives_before_it_is_agreed_and_nothing_after_closing(world: World) -> None:
    desk = with_desk(world)
    row = asked(world)
    offer = offered(world, row, desk)
    with pytest.raises(Blocked):
        services.arrival_record(world.viewer("cert"), world.programme, offer.subject)
    services.request_close(world.viewer("cert"), world.programme, row.subject, outcome="not-needed")
    with pytest.raises(Blocked) as blocked:
        services.offer_accept(world.viewer("cert:cert-lead"), world.programme, offer.subject)
    assert [c.name for c in blocked.value.conditions] == ["The request is open"]
    for act in (
        lambda: services.request_decline(world.viewer("lindaria"), world.programme, row.subject),
        lambda: services.request_close(world.viewer("cert"), world.programme, row.subject, outcome="helped"),
    ):
        with pytest.raises(Conflict):
            act()
    found = value(world, "response")
    assert (found.n, found.open, found.reason) == (1, 1, "not reached"), "censored at the closing, not dropped"


def test_reg_09_a_request_is_read_by_those_asked_alone(world: World) -> None:
    with_desk(world)
    row = asked(world, "centre")
    assert selectors.request(world.viewer("centre"), world.programme, row.subject).row.title
    for who in ("ministry", "norvia", "lindaria", "outsider"):
        with pytest.raises(Hidden):
            selectors.request(world.viewer(who), world.programme, row.subject)
    with pytest.raises(Hidden):
        services.request_decline(world.viewer("lindaria"), world.programme, row.subject)


def test_reg_09_only_who_was_asked_offers_and_only_who_asked_closes(world: World) -> None:
    desk = with_desk(world)
    row = asked(world, "lindaria", "centre")
    with pytest.raises(Refused):
        services.request_close(world.viewer("centre"), world.programme, row.subject, outcome="helped")
    with pytest.raises(Refused):
        services.offer_make(world.viewer("cert:cert-lead"), world.programme, row.subject, text="x")
    offer = offered(world, row, desk)
    with pytest.raises(Hidden):
        services.arrival_record(world.viewer("lindaria"), world.programme, offer.subject)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": ""}, "title"),
        ({"text": "The server at 203.0.113.9 is down"}, "text"),
        ({"need": "money"}, "need"),
        ({"severity": "huge"}, "severity"),
        ({"asked_of": []}, "asked_of"),
        ({"label": "RED"}, "label"),
        ({"asked_at": START + timedelta(days=1)}, "asked_at"),
    ],
)
def test_reg_09_x_09_a_request_that_does_not_hold_is_refused_by_field(world: World, more: dict, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        asked(world, **more)
    assert set(invalid.value.fields) == {field}
    assert not Request.records.privileged().exists()


def test_reg_09_a_wrong_time_is_corrected_by_who_recorded_it(world: World) -> None:
    desk = with_desk(world)
    row = helped(world, 9)
    arrived = Move.records.privileged().get()
    here = world.programme
    with pytest.raises(Refused):
        services.move_correct(world.viewer(desk), here, row.subject, arrived.subject, "x", at=clock.now())
    at = clock.now() - timedelta(hours=1)
    services.move_correct(world.viewer("cert"), here, row.subject, arrived.subject, "Read the log again", at=at)
    assert value(world, "response").value == 8.0
    services.request_correct(world.viewer("cert"), here, row.subject, "Worse than thought", severity="critical")
    assert value(world, "response", severity="critical").n == 1


def test_reg_09_what_the_asker_says_of_the_arrival_counts(world: World) -> None:
    desk = with_desk(world)
    offer = offered(world, asked(world), desk)
    services.offer_accept(world.viewer("cert:cert-lead"), world.programme, offer.subject)
    later(hours=2)
    services.arrival_record(world.viewer(desk), world.programme, offer.subject)
    assert value(world, "response").value == 2.0
    later(hours=3)
    services.arrival_record(world.viewer("cert"), world.programme, offer.subject)
    assert value(world, "response").value == 5.0
    with pytest.raises(Conflict):
        services.arrival_record(world.viewer("cert"), world.programme, offer.subject)


def test_reg_09_before_and_after_an_agreement_shows_n_censored_and_mix_and_claims_no_cause(world: World) -> None:
    desk = with_desk(world)
    helped(world, 30, severity="low")
    asked(world, "centre")  # still waiting when the agreement comes into force
    helped(world, 5, cross_border=False)  # inside the state: no part of it
    later(hours=24)
    said = {
        "agreement": ids.new(), "version": 1, "title": "Sharing among the coast's teams", "starts_on": START.date(),
        "parties": (world.org("cert"), world.org("centre")), "ends_on": date(2030, 12, 31),
        "purposes": ("incident-response",), **{name: f"Agreed on {name}." for name in CLAUSES},
    }  # fmt: skip
    services_of_exchange.sharing_agree(
        world.viewer("cert:cert-lead"), world.programme, SharingAgree.model_validate(said)
    )
    decision = Decision.objects.get(kind="sharing.agree")
    governance.key_turn(world.viewer(desk), decision.pk)
    in_force = pacts.pacts(world.programme)[0].in_force
    assert in_force > START + timedelta(days=1), "not before both had signed, whatever its text says"
    later(hours=24)
    for hours in (6, 12):
        helped(world, hours)
    found = value(world, "change", agreement=said["agreement"])
    parts = found.parts
    assert (parts["before_n"], parts["before_events"], parts["before_open"]) == (2, 1, 1)
    assert (parts["after_n"], parts["after_events"], parts["after_open"]) == (2, 2, 0)
    assert (parts["before_low"], parts["before_high"], parts["after_high"]) == (1, 1, 2)
    assert found.value < 0 and NO_CAUSE in found.caveats and MIX_DIFFERS in found.caveats
    for who in ("cert", "centre"):
        services.figures_share(world.viewer(who), world.programme, "assistance")
    page = client(world, "norvia").get(f"/p/{world.programme}/regional/assistance/times/").content.decode()
    for words in ("claims no cause", "Censored", "Low: 1", "High: 2", "Asked before", "Asked after"):
        assert words in page, words
    assert "because" not in page and "thanks to" not in page


def test_reg_09_help_agreed_is_rebuilt_from_the_ledger(world: World) -> None:
    with_desk(world)
    helped(world, 9)
    held = list(Help.objects.values())
    assert held
    assert list(replay.verify_tables(world.programme)) == []


def test_reg_09_work_waits_for_those_asked_and_then_for_the_asker(world: World) -> None:
    desk = with_desk(world)
    row = asked(world, "centre", "lindaria")
    assert [i.title for i in doors.work_items(world.viewer("lindaria"))] == ["Answer: Ransomware in two ports"]
    services.request_decline(world.viewer("lindaria"), world.programme, row.subject)
    assert not doors.work_items(world.viewer("lindaria"))
    offered(world, row, desk)
    assert not doors.work_items(world.viewer("centre"))
    assert [i.title for i in doors.work_items(world.viewer("cert"))] == ["Answer an offer: Ransomware in two ports"]


def test_reg_09_figures_wait_for_the_consent_of_those_whose_steps_they_count(world: World) -> None:
    with_desk(world)
    helped(world, 9)
    params = {"programme": world.programme}
    assert set(shown.shown(world.viewer("norvia"), "regional.response", params).withheld_by) == {
        world.org("cert"),
        world.org("centre"),
    }
    for who in ("cert", "centre"):
        services.figures_share(world.viewer(who), world.programme, "assistance")
    found = shown.shown(world.viewer("norvia"), "regional.response", params)
    assert (found.figure.value, found.withheld_by) == (9.0, ())


def test_reg_09_the_review_pack_has_the_clocks_once_all_that_they_count_is_open(world: World) -> None:
    from trellis.regional import packs

    with_desk(world)
    period = (date(2026, 1, 1), date(2026, 12, 31))
    services.figures_share(world.viewer("cert"), world.programme, "assistance")
    assert packs.pack_section(world.programme, period, clock.now()) is None  # nobody asked for anything yet
    helped(world, 9)
    assert packs.pack_section(world.programme, period, clock.now()) is None  # the centre has not opened its steps
    services.figures_share(world.viewer("centre"), world.programme, "assistance")
    made = packs.pack_section(world.programme, period, clock.now())
    assert made is not None
    clocks = {one["address"].partition("?")[0]: one for one in made.content["figures"]}
    response = clocks["regional.response"]
    assert (response["value"], response["n"], response["open"]) == ("9.0", 1, 0)
    assert clocks["regional.offer"]["value"] == "3.0" and clocks["regional.close"]["open"] == 1


def test_reg_09_pages_of_the_whole_way(world: World) -> None:
    desk = with_desk(world)
    cert, centre, base = client(world, "cert:cert-lead"), client(world, desk), f"/p/{world.programme}/regional"
    said = {
        "title": "Ransomware in two ports", "text": "Two analysts.", "need": "staff", "severity": "high",
        "cross_border": "yes", "asked_of": [str(world.org("centre"))], "label": "AMBER",
    }  # fmt: skip
    answer = cert.post(f"{base}/assistance/new/", said)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    url = answer["Location"]
    assert "Declining is free" in centre.get(url).content.decode()
    assert centre.get(f"{url}offer/").status_code == 200
    assert centre.post(f"{url}offer/", {"text": "Two analysts"}).status_code == 302
    offer = selectors.requests(world.viewer("cert"), world.programme)[0].offers[0].row.subject
    assert "Accept: turn our key" in cert.get(url).content.decode()
    decision = assistance.open_agreement(world.programme, offer)
    shown_page = client(world, "norvia").get(f"/p/{world.programme}/decisions/{decision.pk}/").content.decode()
    assert "read by these two" in shown_page and "Two analysts" not in shown_page, "what is offered stays in the record"
    assert cert.post(f"{base}/offers/{offer}/accept/").status_code == 302
    assert "Record the arrival" in cert.get(url).content.decode()
    assert cert.get(f"{base}/offers/{offer}/arrival/").status_code == 200
    assert cert.post(f"{base}/offers/{offer}/arrival/", {"note": ""}).status_code == 302
    assert cert.get(f"{url}close/").status_code == 200
    assert cert.post(f"{url}close/", {"outcome": "helped"}).status_code == 302
    for path in ("correct/", ""):
        assert cert.get(url + path).status_code == 200
    move = Move.records.privileged().filter(kind="arrived").get().subject
    assert cert.get(f"{url}steps/{move}/").status_code == 200
    for page in ("assistance/", "assistance/times/", ""):
        assert cert.get(f"{base}/{page}").status_code == 200, page
    assert cert.post(f"{base}/assistance/times/share/").status_code == 302
    assert "National CERT" in client(world, "norvia").get(f"{base}/").content.decode(), "every party knows who helps"


def test_reg_09_the_api_does_what_the_pages_do(world: World) -> None:
    desk = with_desk(world)
    cert, centre = client(world, "cert:cert-lead"), client(world, desk)
    base = f"/api/programmes/{world.programme}"
    said = {
        "title": "Ransomware", "text": "Two analysts.", "need": "staff", "cross_border": True,
        "asked_of": [str(world.org("centre")), str(world.org("lindaria"))],
    }  # fmt: skip
    made = cert.post(f"{base}/assistance", said, content_type="application/json")
    assert made.status_code == 201, made.content
    url = f"{base}/assistance/{made.json()['id']}"
    lindaria = client(world, "lindaria")
    assert [m["kind"] for m in lindaria.post(f"{url}/decline").json()["moves"]] == ["declined"]
    offered_ = centre.post(f"{url}/offers", {"text": "Two analysts"}, content_type="application/json").json()
    offer = offered_["offers"][0]["id"]
    assert cert.post(f"{base}/offers/{offer}/accept").status_code == 200
    done = cert.post(f"{base}/offers/{offer}/arrival", {}, content_type="application/json").json()
    assert done["state"] == "arrived"
    assert cert.post(f"{url}/close", {"outcome": "helped"}, content_type="application/json").json()["state"] == "closed"
    assert len(cert.get(f"{base}/assistance").json()) == 1
    assert cert.get(f"{base}/assistance/figure?figure=response").json()["figure"]["reason"] == "consent missing"
