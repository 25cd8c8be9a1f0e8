"""Our engine against the official test cases of the ruleset specification."""

import json
from datetime import UTC, datetime

import pytest

from trellis.publishing.iati.ruleset import check, codes, load
from trellis.publishing.iati.subject import RulesetError
from trellis.publishing.iati.xml import NotXML
from trellis.publishing.tests.official import IATI

META = IATI / "rulesets" / "meta_tests"
NOW = datetime(2027, 7, 8, 12, tzinfo=UTC)

needs_meta = pytest.mark.skipif(not META.is_dir(), reason="the official meta tests are not on this machine")

# ruleset: (documents that hold, documents that do not). Names ending in good and bad are the project's own.
# `unique_title_description` with `title_description` is left out: the project marks it as broken (its ruleset
# misspells a path), and no reading of the specification finds two equal texts there.
VERDICTS = {
    "at_least_one": (
        "at_least_one_ref at_least_one_narrative at_least_one_no_element_good",
        "at_least_one_bad",
    ),
    "between_dates": ("between_dates_good", "between_dates_bad"),
    "condition": ("empty_activity activity_status_2", "activity_status_3"),
    "date_now": ("date_now_good", "date_now_bad"),
    "date_order": ("empty_activity date_good", "date_bad"),
    "dependent_title_description": ("empty_activity title_description", "title description"),
    "empty": ("empty empty_activity", ""),
    "forloop": ("forloop_good", "forloop_bad"),
    "if_then": ("if_then_good", "if_then_bad"),
    "no_more_than_one_title": ("title empty_activity", "title_twice"),
    "no_paths": ("empty", "empty_activity"),
    "one_or_all": (
        "one_or_all_lang_good one_or_all_lang_good_all one_or_all_sector_good one_or_all_sector_all_good"
        " one_or_all_currency_good one_or_all_currency_all_good",
        "one_or_all_lang_bad one_or_all_lang_bad_all one_or_all_sector_bad one_or_all_sector_all_bad"
        " one_or_all_currency_bad one_or_all_currency_all_bad",
    ),
    "one_or_all_org": ("one_or_all_org_currency_good", "one_or_all_org_currency_bad"),
    "only_one_of": (
        "only_one_of_activity_good only_one_of_transaction_good",
        "only_one_of_activity_bad only_one_of_transaction_bad",
    ),
    "period_time": ("period_time_good", "period_time_bad"),
    "range": ("range_good", "range_bad"),
    "recipient_country": ("recipient_country_good", "recipient_country_bad"),
    "recipient_region_budget": ("recipient_region_budget_good", "recipient_region_budget_bad"),
    "regex_matches": ("regex_good", "regex_bad"),
    "regex_no_matches": ("regex_bad", "regex_good"),
    "result_indicator_baseline_selector_with_conditions": (
        "results_indicator_baseline_value_good results_indicator_baseline_value_not_relevant",
        "results_indicator_baseline_value_bad",
    ),
    "result_indicator_period_actual_selector_with_conditions": (
        "results_indicator_period_actual_value_good results_indicator_period_actual_value_not_relevant",
        "results_indicator_period_actual_value_bad",
    ),
    "result_indicator_period_target_selector_with_conditions": (
        "results_indicator_period_target_value_good results_indicator_period_target_value_not_relevant",
        "results_indicator_period_target_value_bad",
    ),
    "results_references": ("results_refs_good", "results_refs_bad"),
    "sector_percentage_sum": ("sector_percentage_sum_good", "sector_percentage_sum_bad"),
    "starts_with": ("identifiers", "identifiers_bad"),
    "sum": ("sum_good", "sum_bad"),
    "sum_two": ("sum_two_good", "sum_two_bad"),
    "time_limit": ("time_limit_good", "time_limit_bad"),
    "title_exists": ("empty title", "empty_activity"),
    "title_text_exists": ("title_text", "title"),
    "total_expenditure": ("total_expenditure_good", "total_expenditure_bad"),
    "unique": ("unique_good", "unique_bad"),
    "unique_title_description": ("title_description_content", ""),
}
CASES = [
    (ruleset, document, verdict)
    for ruleset, documents in VERDICTS.items()
    for verdict, names in zip((True, False), documents, strict=True)
    for document in names.split()
]


@needs_meta
@pytest.mark.parametrize(("ruleset", "document", "holds"), CASES)
def test_meta_tests(ruleset: str, document: str, holds: bool) -> None:
    report = check((META / f"{document}.xml").read_bytes(), load((META / f"{ruleset}.json").read_bytes()), now=NOW)
    assert (not report.findings) is holds, report.findings
    assert report.unchecked == ()


@needs_meta
def test_meta_tests_are_all_here() -> None:
    assert {path.stem for path in META.glob("*.json")} == set(VERDICTS)
    assert {path.stem for path in META.glob("*.xml")} == {document for _, document, _ in CASES}


def rules(context: str, rule: str, **case: object) -> bytes:
    return json.dumps({context: {rule: {"cases": [case]}}}).encode()


def run(xml: str, ruleset: bytes, **sets: frozenset[str]):
    return check(xml.encode(), load(ruleset), now=NOW, id_sets={k.replace("_", "-"): v for k, v in sets.items()})


def test_finding_says_what_was_expected_and_where() -> None:
    report = run(
        '<iati-activities><iati-activity>\n<budget><period-start iso-date="2027-01-01"/>\n'
        '<period-end iso-date="2026-01-01"/></budget></iati-activity></iati-activities>',
        rules(
            "//budget",
            "date_order",
            less="period-start/@iso-date",
            more="period-end/@iso-date",
            ruleInfo={"id": "8.6.3", "severity": "error", "category": "iati", "message": "Start before end."},
        ),
    )
    (finding,) = report.findings
    assert (finding.rule, finding.id, finding.severity, finding.line) == ("date_order", "8.6.3", "error", 2)
    assert finding.xpath == "/iati-activities/iati-activity/budget/period-start/@iso-date"
    assert "2027-01-01" in finding.message and "2026-01-01" in finding.message
    assert finding.guidance == "Start before end."
    assert not report.valid


def test_both_spellings_of_the_specification() -> None:
    for name in ("no_more_than_one", "noMoreThanOne"):
        report = run("<a><t/><t/></a>", rules("/a", name, paths=["t"]))
        assert [finding.rule for finding in report.findings] == ["no_more_than_one"]


def test_budgets_are_judged_each_with_its_own_end() -> None:
    xml = (
        '<a><b><s d="2020-01-01"/><e d="2020-12-31"/></b><b><s d="2021-01-01"/><e d="2021-12-31"/></b>'
        '<b><s d="2022-01-01"/><e d="2023-12-31"/></b></a>'
    )
    report = run(xml, rules("/a", "time_limit", start="b/s/@d", end="b/e/@d"))
    assert [finding.xpath for finding in report.findings] == ["/a/b[3]/e/@d"]


@pytest.mark.parametrize(("end", "holds"), [("2021-02-28", True), ("2021-03-01", True), ("2021-03-02", False)])
def test_a_year_from_a_leap_day(end: str, holds: bool) -> None:
    report = run(f'<a s="2020-02-29" e="{end}"/>', rules("/a", "time_limit", start="@s", end="@e"))
    assert (not report.findings) is holds


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("2027-07-08", True),
        ("2027-07-09", False),
        ("2027-07-08T11:59:59", True),
        ("2027-07-08T12:00:01Z", False),
        ("2027-07-08T13:00:00+02:00", True),
        ("not a date", True),  # the schema says so, not this rule
    ],
)
def test_not_in_the_future(value: str, holds: bool) -> None:
    assert (not run(f'<a d="{value}"/>', rules("/a", "date_now", date="@d")).findings) is holds
    assert (not run(f'<a d="{value}"/>', rules("/a", "date_order", less="@d", more="NOW")).findings) is holds


def test_sum_ignores_nothing_strict_sum_does_not() -> None:
    assert not run("<a/>", rules("/a", "sum", paths=["b/@p"], sum=100)).findings
    assert run("<a/>", rules("/a", "strict_sum", paths=["b/@p"], sum=100)).findings


def test_decimal_sums_are_exact() -> None:
    xml = "<a>" + '<b p="33.3"/>' * 3 + '<b p="0.1"/></a>'
    assert not run(xml, rules("/a", "strict_sum", paths=["b/@p"], sum=100)).findings


def test_a_value_from_the_document_never_becomes_part_of_a_path() -> None:
    xml = """<a><s v="x' or '1'='1" p="40"/><s v="y" p="100"/></a>"""
    loop = {"strict_sum": {"cases": [{"paths": ["s[@v = '$1']/@p"], "sum": 100}]}}
    report = run(xml, rules("/a", "loop", foreach="s/@v", do=loop, subs=["paths"]))
    assert len(report.findings) == 1 and "found 40" in report.findings[0].message


def test_prefixes_of_organisation_identifiers() -> None:
    rule = rules("/a", "startswith", paths=["@ref"], prefix=["ORG-ID-PREFIX"], idCondition="NOT_EXISTING_ORG_ID")
    assert run('<a ref="GB-CHC-1"/>', rule).unchecked
    assert not run('<a ref="GB-CHC-1"/>', rule, ORG_ID_PREFIX=frozenset({"GB-CHC"})).findings
    assert run('<a ref="QQ-1"/>', rule, ORG_ID_PREFIX=frozenset({"GB-CHC"})).findings
    known = {"ORG_ID_PREFIX": frozenset({"GB-CHC"}), "ORG_ID": frozenset({"QQ-1"})}
    assert not run('<a ref="QQ-1"/>', rule, **known).findings


@pytest.mark.parametrize(
    "source",
    [
        b"[]",
        b"{",
        b'{"//a": {"unheard_of": {"cases": []}}}',
        b'{"//a": {"unheard_of": {"cases": [{}]}}}',
        b'{"//a": {"sum": {"cases": [{"paths": []}]}}}',
        b'{"//a": {"sum": []}}',
    ],
)
def test_a_broken_ruleset_is_refused(source: bytes) -> None:
    with pytest.raises(RulesetError):
        load(source)


def test_a_broken_path_is_refused_when_used() -> None:
    with pytest.raises(RulesetError):
        run("<a/>", rules("/a", "atleast_one", paths=["b["]))
    with pytest.raises(RulesetError):
        run("<a/>", rules("/a", "atleast_one", paths=["count(b)"]))
    with pytest.raises(RulesetError):
        run("<a/>", rules("/a", "one_or_all", one="b", all="colour"))


def test_entities_and_broken_documents() -> None:
    with pytest.raises(NotXML):
        run("<a>", b"{}")
    bomb = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><t>&x;</t></a>'
    assert not run(bomb, rules("/a", "regex_no_matches", paths=["t"], regex="root")).findings


def test_codes_of_a_codelist() -> None:
    listing = b"<codelist><codelist-item><code> GB-CHC</code></codelist-item><code/></codelist>"
    assert codes(listing) == {"GB-CHC"}
