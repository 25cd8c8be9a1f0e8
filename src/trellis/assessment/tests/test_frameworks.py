"""Frameworks: the built-in one, real published ones, our own table, faults and the rule of stages."""

import itertools
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.assessment import frameworks
from trellis.assessment.frameworks import Framework, FrameworkError, Item, Stage, stage_reached
from trellis.core import tabular

DATA = Path(__file__).parents[5] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared real data are not on this machine")

FACTORS = {
    "D1": "1.1 1.2 1.3 1.4",
    "D2": "2.1 2.2 2.3 2.4 2.5",
    "D3": "3.1 3.2 3.3 3.4",
    "D4": "4.1 4.2 4.3 4.4",
    "D5": "5.1 5.2 5.3 5.4 5.5 5.6",
}


def small(**changes: object) -> Framework:
    framework = Framework(
        "small",
        "Small",
        "1",
        "here",
        "CC0",
        "en",
        (Stage(1, "One"), Stage(2, "Two"), Stage(3, "Three")),
        (
            Item("A", "Area"),
            Item("A1", "Factor", "A"),
            Item("A1-1a", "First", "A1", 1),
            Item("A1-1b", "Second", "A1", 1),
            Item("A1-3a", "Third", "A1", 3, "A longer\ntext"),
        ),
    )
    return replace(framework, **changes)


# --- the national framework --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", frameworks.LANGUAGES)
def test_the_national_framework_has_five_dimensions_and_23_factors(language: str) -> None:
    framework = frameworks.national(language)
    assert {root.code: " ".join(f.code for f in framework.children(root.code)) for root in framework.roots} == FACTORS
    assert len(framework.rated) == 23
    assert [stage.number for stage in framework.stages] == [1, 2, 3, 4, 5]


def test_every_factor_has_a_statement_for_every_stage_in_both_languages() -> None:
    english, french = frameworks.national("en"), frameworks.national("fr")
    assert [(i.code, i.parent, i.stage) for i in english.items] == [(i.code, i.parent, i.stage) for i in french.items]
    for factor in english.rated:
        stages = [item.stage for item in english.indicators(factor.code)]
        assert set(stages) == {1, 2, 3, 4, 5}
        assert all(1 <= stages.count(number) <= 2 for number in range(1, 6))
    for framework in (english, french):
        statements = [item.title for item in framework.items if item.stage]
        assert len(set(statements)) == len(statements)
        assert all(len(text) <= 160 and text.endswith(".") for text in statements)
    assert not {i.title for i in english.items if i.stage} & {i.title for i in french.items}


def test_na_05_mandatory_domains_are_factors_of_the_framework() -> None:
    titles = {code: item.title for code, item in frameworks.national().by_code.items()}
    named = {domain: [titles[code] for code in codes] for domain, codes in frameworks.MANDATORY_DOMAINS.items()}
    assert named == {
        "incident-response": ["Incident Response and Crisis Management"],
        "cybercrime-policing": ["Capability and Capacity"],
        "critical-infrastructure-protection": ["Critical Infrastructure Protection"],
    }


# --- stages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "stage", "unmet", "unanswered"),
    [
        ({}, None, (), ("A1-1a", "A1-1b", "A1-3a")),
        ({"A1-1a": True, "A1-1b": True, "A1-3a": True}, 3, (), ()),
        ({"A1-1a": True, "A1-1b": True, "A1-3a": False}, 1, ("A1-3a",), ()),
        ({"A1-1a": True, "A1-1b": False, "A1-3a": True}, 0, ("A1-1b",), ()),
        ({"A1-1a": True, "A1-1b": None, "A1-3a": True}, 0, ("A1-1b",), ("A1-1b",)),
    ],
)
def test_a_stage_counts_only_when_all_below_it_are_met(answers, stage, unmet, unanswered) -> None:
    reached = stage_reached(small(), "A1", answers)
    assert (reached.stage, reached.unmet, reached.unanswered) == (stage, unmet, unanswered)


@given(st.sets(st.sampled_from([i.code for i in frameworks.national().indicators("1.2")])), st.data())
def test_one_more_yes_never_lowers_the_stage(met: set[str], data: st.DataObject) -> None:
    framework = frameworks.national()
    codes = [item.code for item in framework.indicators("1.2")]
    before = stage_reached(framework, "1.2", dict.fromkeys(codes, False) | dict.fromkeys(met, True)).stage
    more = met | {data.draw(st.sampled_from(codes))}
    after = stage_reached(framework, "1.2", dict.fromkeys(codes, False) | dict.fromkeys(more, True)).stage
    assert 0 <= before <= after <= 5
    assert (before == 5) == (set(codes) == met)


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        stage_reached(small(), "Z9", {})


# --- faults ------------------------------------------------------------------------------------------------

ITEMS = small().items


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"items": ()}, "no items"),
        ({"items": (*ITEMS, Item("A1", "Again", "A"))}, "“A1” is used 2 times"),
        ({"items": (*ITEMS, Item("B", "Lost", "nowhere"))}, "“B” lies under “nowhere”"),
        ({"items": (*ITEMS, Item("B", "B", "C"), Item("C", "C", "B"))}, "lie under each other: B, C"),
        ({"items": (*ITEMS, Item("B", "B", "B"))}, "lie under each other: B"),
        ({"items": (*ITEMS, Item("B", "B", "A1", 9))}, "stage 9, which is not among the stages"),
        ({"items": (*ITEMS, Item("B", "B", "A1-1a"))}, "nothing can lie under it"),
        ({"items": (*ITEMS, Item("B", "B", None, 1))}, "must lie under another item"),
        ({"items": (*ITEMS, Item("B", " "))}, "no code or no title"),
        ({"id": "Not a slug"}, "The id"),
        ({"licence": ""}, "The licence is empty"),
        ({"stages": (Stage(2, "b"), Stage(1, "a"))}, "numbered upwards"),
    ],
)
def test_faults_are_all_named(changes: dict, says: str) -> None:
    with pytest.raises(FrameworkError) as caught:
        frameworks.built(small(**changes))
    assert any(says in problem for problem in caught.value.problems)


def test_several_faults_are_reported_together() -> None:
    items = (*ITEMS, Item("A", "Twice"), Item("X", "Lost", "none"))
    with pytest.raises(FrameworkError) as caught:
        frameworks.built(small(items=items, version=""))
    assert len(caught.value.problems) == 3


# --- hash --------------------------------------------------------------------------------------------------


def test_the_hash_pins_content_and_ignores_how_accents_are_encoded() -> None:
    first = frameworks.built(small(title="Café"))
    assert frameworks.content_hash(first) == frameworks.content_hash(frameworks.built(small(title="Cafe\u0301")))
    changed = [
        small(),
        small(version="2"),
        small(items=ITEMS[:-1]),
        small(items=(ITEMS[1], ITEMS[0], *ITEMS[2:])),
    ]
    hashes = [frameworks.content_hash(framework) for framework in changed]
    assert len(set(hashes)) == 4
    assert frameworks.from_dict(json.loads(frameworks.canonical(small()))) == small()
    with pytest.raises(FrameworkError):
        frameworks.from_dict({"id": "x"})


# --- our own table -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [frameworks.to_csv, frameworks.to_xlsx])
@pytest.mark.parametrize("make", [small, lambda: frameworks.national("fr")])
def test_what_is_written_as_a_table_is_read_back_with_the_same_hash(write, make) -> None:
    framework = make()
    again = frameworks.from_table(tabular.read(write(framework)))
    assert again == framework
    assert frameworks.content_hash(again) == frameworks.content_hash(framework)


ABOUT = {"id": "own", "title": "Own", "version": "1", "source": "us", "licence": "CC0", "language": "en"}


def test_a_plain_table_of_items_is_enough() -> None:
    data = b"code;title;parent;stage\nA;Area;;\nA1;Factor;A;\nA1-1;Done;A1;1\nA1-2;More;A1;2\n"
    framework = frameworks.from_table(tabular.read(data), ABOUT)
    assert [stage.title for stage in framework.stages] == ["Stage 1", "Stage 2"]
    assert [item.code for item in framework.rated] == ["A1"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("A,Area,,\nA,Again,,\n", "“A” is used 2 times"),
        ("A,Area,B,\nB,Other,A,\n", "lie under each other"),
        ("A,Area,,\nA1,Done,A,first\n", "Line 3, Stage: “first” is not a number."),
        ("A,,,\n", "Line 2, Title: The cell is empty."),
        ("", "no items"),
    ],
)
def test_faults_of_a_table_name_line_or_code(rows: str, says: str) -> None:
    with pytest.raises(FrameworkError) as caught:
        frameworks.from_table(tabular.read(f"code,title,parent,stage\n{rows}".encode()), ABOUT)
    assert says in str(caught.value)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_reads_as_a_framework_without_items(kind: str) -> None:
    with pytest.raises(FrameworkError, match="no items"):
        frameworks.from_table(tabular.read(frameworks.template(kind)), ABOUT)


# --- published frameworks ----------------------------------------------------------------------------------


def cluster(name: str) -> bytes:
    return (DATA / name).read_bytes()


@needs_data
def test_cti_cmm_is_read_with_its_levels_as_stages() -> None:
    data = cluster("maturity/cti-cmm-1-3.json")
    framework = frameworks.from_misp(data)
    assert [(s.number, s.title) for s in framework.stages] == [
        (1, "Foundational"),
        (2, "Advanced"),
        (3, "Leading"),
    ]
    practices = [item for item in framework.items if item.stage]
    by_stage = [sum(item.stage == number for item in practices) for number in (1, 2, 3)]
    assert (len(practices), by_stage) == (199, [59, 72, 68])
    assert (len(framework.roots), len(framework.rated)) == (11, 28)
    assert (framework.licence, framework.version, framework.language) == ("CC BY-SA 4.0", "1.3", "en")
    asset = framework.by_code["ASSET-1.a"]
    assert (asset.parent, asset.stage, asset.text[:24]) == ("ASSET-1", 1, "CTI has access to availa")
    assert framework.by_code["ASSET-1"].title == "Asset Visibility"
    texts = {value["description"].strip() for value in json.loads(data)["values"]}
    assert {item.text for item in practices} == {unicodedata.normalize("NFC", t) for t in texts}
    assert frameworks.from_table(tabular.read(frameworks.to_xlsx(framework))) == framework


@needs_data
def test_csirt_services_hold_their_functions() -> None:
    framework = frameworks.from_misp(cluster("csirt-frameworks/first-csirt-services-framework.json"), licence="FIRST")
    assert (len(framework.items), len(framework.roots), framework.stages) == (97, 21, ())
    assert framework.licence == "FIRST"
    titles = [item.title for item in framework.children("service-monitoring-and-detection")]
    assert titles == [
        "Log and sensor management",
        "Detection use case management",
        "Contextual data management",
    ]


@needs_data
def test_the_sod_matrix_is_a_tree_of_phase_and_actor() -> None:
    framework = frameworks.from_misp(cluster("csirt-frameworks/sod-matrix.json"))
    assert [root.title for root in framework.roots] == [
        "Prior to incident crime",
        "During incident crime",
        "Post incident crime",
    ]
    sizes = {
        item.code: len(framework.children(item.code))
        for root in framework.roots
        for item in framework.children(root.code)
    }
    assert sizes["during-incident-crime.prosecutors"] == 44
    assert sum(sizes.values()) == 276


PRACTICE = {"value": "P", "meta": {"maturity_level": "L1", "practice_id": "P1", "domain": "D"}}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff\xfe{", "not JSON in UTF-8"),
        (b"[1]", "not a MISP galaxy cluster"),
        (b'{"name": "x", "values": []}', "not a MISP galaxy cluster"),
        (b'{"name": "x", "values": [{"uuid": "1"}]}', "not a MISP galaxy cluster"),
        (b"[" * 100_000, "not JSON"),
        (
            json.dumps({"name": "x", "values": [PRACTICE, {"value": "Q", "meta": {}}]}).encode(),
            "“Q” has no practice",
        ),
        (
            json.dumps(
                {
                    "name": "x",
                    "version": 1,
                    "source": "s",
                    "values": [
                        {"value": "a", "uuid": "u1", "related": [{"type": "part-of", "dest-uuid": "u2"}]},
                        {"value": "b", "uuid": "u2", "related": [{"type": "part-of", "dest-uuid": "u1"}]},
                    ],
                }
            ).encode(),
            "lie under each other: a, b",
        ),
    ],
)
def test_files_that_are_no_framework_are_refused_with_the_reason(data: bytes, says: str) -> None:
    with pytest.raises(FrameworkError) as caught:
        frameworks.from_misp(data)
    assert says in str(caught.value)


def test_values_of_one_name_fall_back_to_their_uuid() -> None:
    values = [{"value": "Same", "uuid": f"u-{number}"} for number in range(2)]
    framework = frameworks.from_misp({"name": "x", "version": 1, "source": "s", "values": values})
    assert [item.code for item in framework.items] == ["u-0", "u-1"]
    assert not list(itertools.chain.from_iterable(framework.children(item.code) for item in framework.items))
