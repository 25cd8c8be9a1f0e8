"""X-08: IATI-shaped results, checked by the official schema and the official ruleset."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from trellis.publishing.iati.export import export
from trellis.publishing.iati.model import (
    Activity,
    ActivityDate,
    Conditions,
    DateType,
    Money,
    Narrative,
    Participation,
    ReportingOrg,
    Role,
    Transaction,
    TransactionType,
)
from trellis.publishing.iati.ruleset import check, codes, load
from trellis.publishing.iati.validate import check_schema, load_schemas
from trellis.publishing.tests.official import IATI
from trellis.publishing.tests.sample_iati import GENERATED, activity

STANDARD = IATI / "rulesets" / "rulesets" / "standard.json"
AGENCIES = IATI / "codelists" / "nonembedded" / "OrganisationRegistrationAgency.xml"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

needs_schemas = pytest.mark.skipif(
    not (IATI / "schemas").is_dir(), reason="the official schemas are not on this machine"
)
needs_ruleset = pytest.mark.skipif(not STANDARD.is_file(), reason="the official ruleset is not on this machine")


def smallest() -> Activity:
    return Activity(
        identifier="XM-DAC-99901-2",
        reporting=ReportingOrg("XM-DAC-99901", "10", (Narrative("Norvia"),)),
        title=(Narrative("Small"),),
        descriptions=((None, (Narrative("Small"),)),),
        status="1",
        dates=(ActivityDate(DateType.PLANNED_START, date(2028, 1, 1)),),
        participants=(Participation(Role.FUNDING, (Narrative("Norvia"),)),),
    )


def read(*activities: Activity) -> etree._Element:
    return etree.fromstring(export(activities, GENERATED))


@needs_schemas
@pytest.mark.parametrize("given", [activity(), smallest()], ids=["complete", "smallest"])
def test_sample_is_valid_by_the_official_schema(given: Activity) -> None:
    assert check_schema(export([given], GENERATED), load_schemas(IATI / "schemas")) == ()


@needs_ruleset
def test_sample_holds_by_the_official_ruleset() -> None:
    prefixes = codes(AGENCIES.read_bytes())
    report = check(
        export([activity()], GENERATED),
        load(STANDARD.read_bytes()),
        now=GENERATED,
        id_sets={"ORG-ID-PREFIX": prefixes},
    )
    assert report.findings == ()
    assert report.unchecked == ()


@needs_ruleset
@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"dates": ()}, "6.11.1"),
        ({"sectors": ()}, "6.2.2"),
        ({"currency": None}, "7.8.1"),
        ({"language": None}, "4.1.1"),
        ({"updated": datetime(2030, 1, 1, tzinfo=UTC)}, "11.1.1"),
        ({"identifier": "XM-DAC-99901"}, "1.1.3"),
        ({"identifier": "OTHER-1"}, "1.1.21"),
        ({"identifier": " XM-DAC-99901-1"}, "1.3.1"),
        ({"recipients": ()}, "3.7.1"),
        ({"sectors": activity().sectors[:1]}, "2.1.4"),
        ({"title": (Narrative(" "),)}, "4.3.1"),
        ({"budgets": (replace(activity().budgets[0], end=date(2028, 12, 31)),)}, "7.5.3"),
    ],
)
def test_official_ruleset_finds_what_is_wrong(changed: dict[str, object], rule: str) -> None:
    report = check(export([replace(activity(), **changed)], GENERATED), load(STANDARD.read_bytes()), now=GENERATED)
    assert rule in {finding.id for finding in report.findings}


def test_bytes_are_the_same_every_time() -> None:
    assert export([activity()], GENERATED) == export([activity()], GENERATED)
    head = export([], GENERATED)
    assert head.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert b'version="2.03" generated-datetime="2027-07-08T09:30:00Z"' in head


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        export([], GENERATED.replace(tzinfo=None))


def test_missing_is_left_out_never_zero() -> None:
    root = read(smallest())
    empty = [
        element.tag
        for element in root.iter()
        for name, value in element.attrib.items()
        if value in {"", "0", "None", "False"} and name != "version"
    ]
    assert empty == []
    assert {child.tag for child in root[0]} == {
        "iati-identifier", "reporting-org", "title", "description", "participating-org", "activity-status",
        "activity-date",
    }  # fmt: skip
    unknown = read(activity()).xpath("//period[period-start/@iso-date='2028-01-01']")[0]
    assert [target.get("value") for target in unknown.findall("target")] == ["12"]
    assert unknown.findall("actual") == []


def test_tranches_become_planned_disbursements_and_conditions() -> None:
    root = read(activity())
    planned = root.findall(".//planned-disbursement")
    assert [(p.find("period-start").get("iso-date"), p.findtext("value")) for p in planned] == [
        ("2027-09-01", "600000.50"),
        ("2028-03-01", "400000"),
    ]
    assert planned[0].find("period-end") is None
    assert planned[1].find("period-end").get("iso-date") == "2028-03-31"
    conditions = root.find(".//conditions")
    assert conditions.get("attached") == "1"
    said = [
        [(n.get(XML_LANG), n.text) for n in condition.findall("narrative")]
        for condition in conditions.findall("condition")
    ]
    assert said == [
        [(None, "Tranche 1: Team of five in post")],
        [(None, "Tranche 2: Half of the agencies drilled"), ("ar", "أجري التمرين")],
        [(None, "Tranche 2: Law in force"), ("fr", "Tranche 2: Loi en vigueur")],
    ]


def test_no_conditions_is_not_the_same_as_not_said() -> None:
    assert read(replace(smallest(), conditions=Conditions(()))).find(".//conditions").get("attached") == "0"
    assert read(smallest()).find(".//conditions") is None


def test_results_carry_baseline_target_and_actual() -> None:
    indicator = read(activity()).find(".//indicator")
    assert (indicator.get("ascending"), indicator.get("measure")) == ("0", "1")
    baseline = indicator.find("baseline")
    assert (baseline.get("value"), baseline.get("year")) == ("48", "2026")
    actual = indicator.find("period/actual")
    assert actual.get("value") == "30"
    assert (actual.find("dimension").get("name"), actual.find("dimension").get("value")) == (
        "sector",
        "energy",
    )
    assert actual.findtext("comment/narrative") == "8 incidents, 3 still open"
    assert indicator.find("period/target").get("value") == "24"


def test_transactions_have_their_codes_and_plain_numbers() -> None:
    root = read(activity())
    said = [
        (t.find("transaction-type").get("code"), t.findtext("value"), t.find("value").get("currency"))
        for t in root.iter("transaction")
    ]
    assert said == [("2", "1000000.50", None), ("3", "100000", "USD")]


@given(st.text(), st.decimals(allow_nan=False, allow_infinity=False))
def test_any_text_and_number_survives(text: str, amount: Decimal) -> None:
    paid = Transaction(
        TransactionType.DISBURSEMENT,
        date(2027, 1, 1),
        Money(amount, date(2027, 1, 1)),
        description=(Narrative("x" + text),),
    )
    root = read(replace(smallest(), transactions=(paid,)))
    assert Decimal(root.findtext(".//transaction/value")) == amount
    found = root.findtext(".//transaction/description/narrative")
    assert len(found.replace("\r\n", "\n")) <= len("x" + text)
    if text.isprintable():
        assert found == "x" + text


def test_what_is_not_a_number_is_refused() -> None:
    paid = Transaction(TransactionType.DISBURSEMENT, date(2027, 1, 1), Money(Decimal("NaN"), date(2027, 1, 1)))
    with pytest.raises(ValueError, match="finite"):
        read(replace(smallest(), transactions=(paid,)))
