"""The index of words: what a word is, that it finds what reading everything would find, and that it stays right."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from tests.world import World
from trellis.core import clock
from trellis.core.labels import Label
from trellis.operations.models import Incident
from trellis.operations.tables import incident_table
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, lookup, records, search, services, wording
from trellis.sharing.models import Access, RecordWords
from trellis.sharing.records import data_kinds
from trellis.sharing.tests.test_ways import VIEWERS, grants

VOCABULARY = (
    "énergie",
    "Energy",
    "energetic",
    "mail-server",
    "MAIL",
    "الهجوم",
    "هجوم",
    "Straße",
    "ab",
    "abc",
    "port_7",
)
QUESTIONS = ("energ", "énergie", "mail", "server mail", "هجوم", "strasse", "ab", "port", "7", "nowhere", "a", "--", "")


def fill(world: World, chance: random.Random) -> None:
    """Incidents of three owners with a few words each; some corrected, retracted, redacted, said by others."""
    subjects = {}
    for who, count in (("cert:cert-lead", 20), ("ministry:coordinator", 14), ("lindaria:programme-officer", 9)):
        actor = world.viewer(who).actor
        rows = [
            Incident(
                reference=f"{chance.choice('aBcD')}{who[:2]}-{n:02}",
                title=" ".join(chance.sample(VOCABULARY, 2)),
                summary=chance.choice(VOCABULARY),
                sector=chance.choice(["", "ports", "energy"]),
                severity=chance.choice(["low", "high"]),
                detected=clock.now() - timedelta(hours=chance.choice([1, 2, 3, 50])),
                label=chance.choice(list(Label)),
                said_by=chance.choice([None, None, world.org("norvia")]),
            )
            for n in range(count)
        ]
        records.write(actor, rows)
        for row in rows[::4]:
            title = " ".join(chance.sample(VOCABULARY, 2))
            records.correct(row, actor, "Again", title=title, retracted=chance.random() < 0.3)
        records.redact(Incident, [rows[1].pk, rows[2].pk], actor, "Asked for")
        subjects[who.split(":")[0]] = rows
    grants(world, chance, subjects)


def has(row: Incident, question: str) -> bool:
    """The rule of a search, read from the row itself."""
    said = wording.words(f"{row.reference} {row.title} {row.summary} {row.sector}")
    wanted = wording.words(question)
    return bool(wanted) and all(any(w == a or (len(a) > 2 and w.startswith(a)) for w in said) for a in wanted)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Énergie, ENERGIE; énergie", ["energie", "energie", "energie"]),
        ("I-0000012/a_b", ["i", "0000012", "a", "b"]),
        ("الهجوم على المـرفأ", ["هجوم", "علي", "مرفا"]),
        ("Straße Čapek Ação", ["strasse", "capek", "acao"]),
        ("x" * 70, ["x" * 60]),
        ("% _ ' \" * -- \x00 § ™", ["tm"]),
        ("ACME™ №5", ["acmetm", "no5"]),
        ("securi\u00adty हिन्दी", ["security", "हनद"]),
    ],
)
def test_words_are_letters_and_digits_without_accents_and_case(text: str, found: list[str]) -> None:
    assert wording.words(text) == found


@pytest.mark.parametrize("rare", [0, 3, 10_000])
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak), pytest.param(3, marks=pytest.mark.soak)])
def test_own_01_words_find_what_reading_everything_would_find_and_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int, rare: int
) -> None:
    monkeypatch.setattr(lookup, "RARE", rare)
    monkeypatch.setattr(lookup, "SPARSE", 2)
    fill(world, random.Random(seed))
    redacted = set(Incident.records.privileged().exclude(redacted_at=None).values_list("pk", flat=True))
    seen = 0
    for who in VIEWERS:
        plain = [row for row in gate.visible(Incident, world.viewer(who)) if row.pk not in redacted]
        for question in QUESTIONS:
            for high in (False, True):
                rows = gate.visible(Incident, world.viewer(who)).worded(question)
                rows = rows.filter(severity="high") if high else rows
                right = [row for row in plain if has(row, question) and (not high or row.severity == "high")]
                right.sort(key=lambda row: (row.detected, row.pk), reverse=True)
                expected = [row.pk for row in right]
                assert [row.pk for row in rows.order_by("-detected", "-pk")] == expected, (who, question)
                assert [row.pk for row in rows.page("detected", True, 0, 5)] == expected[:5], (who, question)
                assert [row.pk for row in rows.page("detected", True, 3, 9)] == expected[3:9], (who, question)
                by_number = [row.pk for row in rows.order_by("reference", "pk")]
                halves = [*rows.page("reference", False, 0, 4), *rows.page("reference", False, 4, 99)]
                assert [row.pk for row in halves] == by_number, (who, question)
                assert rows.count_to(1000) == len(expected) and rows.count_to(2) == min(2, len(expected))
                newest = list(rows.newest(4))
                times = sorted((row.recorded_at for row in right), reverse=True)
                assert {row.pk for row in newest} <= set(expected), (who, question)
                assert [row.recorded_at for row in newest] == times[:4], (who, question)
                seen += len(expected)
    assert seen > 100


def test_every_letter_there_is_can_be_found(world: World) -> None:
    """What a word is, is ours to say: no engine cuts one apart or leaves one out."""
    viewer = world.viewer("cert:cert-lead")
    every = [chr(code) for code in range(0x20, 0x110000) if not 0xD800 <= code <= 0xDFFF]
    odd = sorted({word for letter in every for word in wording.words(letter)} - set("abcdefghijklmnopqrstuvwxyz"))
    assert len(odd) > 100_000
    rows = []
    for start in range(0, len(odd), 40_000):
        rows.append(Incident(reference=f"L-{start}", title="x", summary=" ".join(odd[start : start + 40_000])))
        rows[-1].detected = clock.now()
    records.write(viewer.actor, rows)
    for start in range(0, len(odd), 2999):
        question = f"{odd[start]}"
        found = {row.reference for row in gate.visible(Incident, viewer).worded(question)}
        assert f"L-{start // 40_000 * 40_000}" in found, (question, hex(ord(question[0])))
    for letter in odd[::997]:
        gate.visible(Incident, viewer).worded(f"a{letter}b").count_to(3)


def test_own_01_an_outsider_finds_no_word(world: World) -> None:
    fill(world, random.Random(5))
    assert not search.search(world.viewer("outsider"), "energy")
    rows = gate.visible(Incident, world.viewer("outsider")).worded("energy")
    assert not list(rows) and not list(rows.page("detected", True, 0, 9)) and rows.count_to(9) == 0


def test_what_a_page_of_words_hands_out_is_noted_and_nothing_else(world: World) -> None:
    fill(world, random.Random(4))
    Access.objects.all().delete()
    viewer: Viewer = world.viewer("norvia")
    page = list(gate.visible(Incident, viewer).worded("energ").page("detected", True, 0, 3))
    newest = list(gate.visible(Incident, viewer).worded("mail").newest(2))
    foreign = {row.pk for row in (*page, *newest) if row.said_by != viewer.organisation}
    assert foreign == {pk for access in Access.objects.all() for pk in gate.unpack(access)}


def test_the_index_made_again_is_the_index_that_was_kept(world: World) -> None:
    fill(world, random.Random(6))
    kept = set(RecordWords.objects.values_list("record", "words"))
    redacted = set(Incident.records.privileged().exclude(redacted_at=None).values_list("pk", flat=True))
    assert wording.made_again(data_kinds()) == len(kept) + len([pk for pk in redacted if standing(pk)])
    assert {pair for pair in RecordWords.objects.values_list("record", "words") if pair[0] not in redacted} == kept
    assert kept


def standing(pk: Any) -> bool:
    return bool(Incident.records.privileged().as_of(None).filter(pk=pk).exists())


def test_no_word_of_what_was_redacted_stays_in_the_index(world: World) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's index holds no words beside its table")
    actor = world.viewer("cert:cert-lead").actor
    rows = [Incident(reference=f"R-{n}", title="Zeppelin", detected=clock.now()) for n in range(20)]
    records.write(actor, rows)
    assert b"zeppelin" in index_bytes()
    records.redact(Incident, [row.pk for row in rows], actor, "Asked for")
    assert b"zeppelin" not in index_bytes()


def index_bytes() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT block FROM sharing_words_data")
        return b"".join(bytes(block) for (block,) in cursor.fetchall())


def test_the_command_makes_the_index_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    records.write(
        world.viewer("cert:cert-lead").actor, [Incident(reference="A", title="Zeppelin", detected=clock.now())]
    )
    RecordWords.objects.all().delete()
    call_command("words")
    assert capsys.readouterr().out == f"The words of {RecordWords.objects.count()} records are indexed.\n"
    assert search.search(world.viewer("cert:cert-lead"), "zeppelin")


@pytest.mark.database
def test_what_was_rolled_back_is_not_found(world: World) -> None:
    viewer = world.viewer("cert:cert-lead")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        records.write(viewer.actor, [Incident(reference="A", title="Zeppelin", detected=clock.now())])
        assert gate.visible(Incident, viewer).worded("zeppelin").count_to(5) == 1
        raise ZeroDivisionError
    assert gate.visible(Incident, viewer).worded("zeppelin").count_to(5) == 0


def test_a_table_of_words_says_more_than_a_thousand(world: World, rf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "CAP", 3)
    fill(world, random.Random(7))
    rows = gate.visible(Incident, world.viewer("cert:cert-lead"))
    table = incident_table(rf.get("/", {"q": "mail"}), rows, {})
    assert table.cap == 3 and not table.counted and len(table.page_rows) > 3
    assert incident_table(rf.get("/", {"q": "zeppelin"}), rows, {}).counted
    assert incident_table(rf.get("/"), rows, {}).cap == 10_000
    sector = incident_table(rf.get("/", {"sector": "PORT"}), rows, {})
    assert sector.page_rows and all(row.sector == "ports" for row in sector.page_rows)
    # No further than is counted: the page asked for beyond it is the last of those.
    assert incident_table(rf.get("/", {"q": "mail", "page": "40000"}), rows, {}).page == 1


def test_the_newest_are_found_where_hardly_any_proposal_is_for_the_viewer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "ROUNDS", 1)
    actor = world.viewer("cert:cert-lead").actor
    rows = [Incident(reference=f"N-{n}", title="Zeppelin", detected=clock.now()) for n in range(40)]
    records.write(actor, rows)
    services.grant(
        actor,
        "operations.incident",
        "organisation",
        organisation=world.org("norvia"),
        about=rows[0].subject,
        purpose="To follow",
        ceiling="AMBER",
    )
    found = gate.visible(Incident, world.viewer("norvia")).worded("zeppelin").newest(5)
    assert [row.pk for row in found] == [rows[0].pk]


def test_of_an_endless_text_the_beginning_is_found(world: World) -> None:
    text = " ".join(f"word{n}" for n in range(80_000))
    actor = world.viewer("cert:cert-lead").actor
    records.write(actor, [Incident(reference="E-1", title="Long", summary=text, detected=clock.now())])
    rows = gate.visible(Incident, world.viewer("cert:cert-lead"))
    assert rows.worded("word99").count_to(2) == 1 and rows.worded("word79999").count_to(2) == 0
