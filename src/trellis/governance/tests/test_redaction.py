"""Redaction: words go, everything else stays, and replay and verify still hold."""

import pytest
from django.db import DatabaseError, transaction

from tests.world import World
from trellis.core import ledger, streams
from trellis.core.conditions import Hidden, Invalid, Refused
from trellis.core.models import Entry
from trellis.governance import redaction, selectors
from trellis.governance import services as governance
from trellis.governance.kinds import ParameterSet
from trellis.governance.models import Decision, Outcome, Parameter
from trellis.governance.tests.test_decisions import KEYS
from trellis.governance.tests.test_replay import replayed

SECRET = "Ama Owusu of 12 Hill Street asked for it"


@pytest.fixture
def decided(world: World) -> Decision:
    payload = ParameterSet(name="review.grace", value="21", reason=SECRET)
    return world.decide(KEYS[0], "parameter.set", payload, KEYS[1])


def everything(world: World) -> str:
    """All that the database says about the stream."""
    said = "".join(f"{e.body}{e.payload.body}" for e in ledger.entries(world.programme))
    return said + "".join(Parameter.objects.values_list("reason", flat=True))


def test_the_text_goes_everywhere_and_the_decision_stands(world: World, decided: Decision) -> None:
    redaction.redact_payload(
        world.viewer("ministry"), world.programme, decided.seq, ["content.reason"], "Personal data"
    )
    assert SECRET not in everything(world)
    assert governance.content(decided) == ParameterSet(name="review.grace", value="21", reason="")
    assert Parameter.objects.current().get().value == "21"
    assert selectors.contents([decided])[decided.pk].value == "21"
    assert "Personal data" in everything(world)


def test_replay_and_verify_still_hold(world: World, decided: Decision) -> None:
    world.decide(KEYS[0], "parameter.set", ParameterSet(name="review.grace", value="28", reason="Later"), KEYS[1])
    redaction.redact_payload(
        world.viewer("ministry"), world.programme, decided.seq, ["content.reason"], "Personal data"
    )
    verdict = streams.verify_live(world.programme)
    assert verdict.holds and verdict.redacted == 1
    before, after = replayed(world)
    assert before == after


def test_a_second_redaction_takes_the_first_ones_rest(world: World) -> None:
    payload = ParameterSet(name="review.grace", value="21", reason=SECRET)
    decision = world.decide(KEYS[0], "parameter.set", payload)
    governance.reject(world.viewer(KEYS[1]), decision.pk, f"No: {SECRET}")
    end = Outcome.objects.get(decision=decision)
    redaction.redact_payload(world.viewer("norvia"), world.programme, end.seq, ["reason"], "Personal data")
    assert Outcome.objects.get(decision=decision).reason == ""
    assert SECRET in everything(world), "the proposal still says it"
    redaction.redact_payload(
        world.viewer("ministry"), world.programme, decision.seq, ["content.reason"], "Personal data"
    )
    redaction.redact_payload(world.viewer("ministry"), world.programme, decision.seq, ["content.value"], "Wrong")
    assert SECRET not in everything(world)
    verdict = streams.verify_live(world.programme)
    assert verdict.holds and verdict.redacted == 3, verdict.problems


def test_dissent_can_be_redacted_by_who_said_it(world: World, decided: Decision) -> None:
    governance.dissent(world.viewer("lindaria:programme-officer"), decided.pk, SECRET)
    seq = decided.dissents.get().seq
    with pytest.raises(Refused):
        redaction.redact_payload(world.viewer("ministry"), world.programme, seq, ["text"], "Personal data")
    redaction.redact_payload(world.viewer("lindaria"), world.programme, seq, ["text"], "Personal data")
    assert decided.dissents.get().text == ""
    assert streams.verify_live(world.programme).holds


def test_only_texts_can_go_and_only_by_an_administrator(world: World, decided: Decision) -> None:
    here = world.programme
    for paths in (["content.nothing"], ["kind"], [], ["decision"]):
        with pytest.raises(Invalid):
            redaction.redact_payload(world.viewer("ministry"), here, decided.seq, paths, "Why")
    with pytest.raises(Invalid):
        redaction.redact_payload(world.viewer("ministry"), here, decided.seq, ["content.reason"], " ")
    with pytest.raises(Invalid):
        redaction.redact_payload(world.viewer("evaluator"), here, 0, ["founding.title"], "Why")  # it signed last
    with pytest.raises(Refused):
        redaction.redact_payload(world.viewer(KEYS[0]), here, decided.seq, ["content.reason"], "Why")
    with pytest.raises(Hidden):
        redaction.redact_payload(world.viewer("outsider"), here, decided.seq, ["content.reason"], "Why")


def test_the_database_lets_texts_go_and_nothing_else(world: World, decided: Decision) -> None:
    rows = Parameter.objects.filter(decision=decided.pk)
    for change in (
        {"reason": "Other"},
        {"reason": "Other", "content_hash": "0" * 64},
        {"seq": 99, "content_hash": "0" * 64},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


def test_a_restored_database_forgets_again(world: World, decided: Decision) -> None:
    with transaction.atomic():
        redaction.redact_payload(world.viewer("ministry"), world.programme, decided.seq, ["content.reason"], "Why")
        kept = list(redaction.listed())
        transaction.set_rollback(True)
    assert SECRET in everything(world)
    assert SECRET not in "".join(kept)
    assert redaction.reapply(kept) == 1 and redaction.reapply(kept) == 0
    assert SECRET not in everything(world)
    assert Entry.objects.filter(kind="redaction").count() == 1
    assert streams.verify_live(world.programme).holds
