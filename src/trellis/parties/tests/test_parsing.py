"""People and organisations from a table: all or nothing, names in any script, every problem named."""

import csv
from pathlib import Path

import pytest

from trellis.core import tabular
from trellis.core.tabular import ImportRefused, read
from trellis.parties import parsing

DATA = Path(__file__).parents[5] / "shared" / "data"
HEAD = "organisation,short,group,country,name,email,role,language"


def parties(*lines: str, head: str = HEAD, **options: object) -> parsing.PartyImport:
    return parsing.parties(read("\n".join((head, *lines)).encode()), **options)


def problems(*lines: str, **options: object) -> list[str]:
    found = parties(*lines, **options)
    assert found.report.problems
    with pytest.raises(ImportRefused):
        found.ready()
    return [str(problem) for problem in found.report.problems]


def test_organisations_and_people_are_read() -> None:
    organisations, people = parties(
        "Ministry of Digital Affairs,MDA,government,ke,Amina Otieno,Amina@MDA.example,Administrator,en",
        "ministry of digital affairs,,,,Jean Mbeki,jean@mda.example,,French",
        "African Union,AU,international,,,,,",
    ).ready()
    assert organisations == (
        parsing.OrganisationDraft(2, "Ministry of Digital Affairs", "MDA", "government", "KE"),
        parsing.OrganisationDraft(4, "African Union", "AU", "international", ""),
    )
    name = "Ministry of Digital Affairs"
    assert people == (
        parsing.PersonDraft(2, name, "Amina Otieno", "amina@mda.example", "administrator", "en"),
        parsing.PersonDraft(3, name, "Jean Mbeki", "jean@mda.example", "staff", "fr"),
    )


def test_right_to_left_names_are_kept() -> None:
    organisations, people = parties(
        "وزارة الاتصالات,,government,JO,\u200fعلي بن يوسف,ali@moc.example,staff,ar",
    ).ready()
    assert organisations[0].name == organisations[0].short == "وزارة الاتصالات"
    assert (people[0].name, people[0].language) == ("\u200fعلي بن يوسف", "ar")


def test_names_that_turn_round_what_follows_are_refused() -> None:
    assert "changes the direction of reading" in problems("Org\u202e,,academia,FR,,,,")[0]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "Org,,church,FR,,,,",
            "Line 2, Stakeholder group: “church” is not one of the choices. Expected government,",
        ),
        ("Org,,academia,XX,,,,", "Line 2, Country: “XX” is not a country code."),
        ("Org,,academia,France,,,,", "“France” is not a country code"),
        ("Org,,,FR,,,,", "needs its stakeholder group"),
        (",,academia,FR,A,a@b.example,,", "Line 2, Organisation: The cell is empty."),
        ("Org,,academia,FR,Ann,ann(at)b.example,,", "is not an e-mail address"),
        ("Org,,academia,FR,Ann,,,", "needs an e-mail address"),
        ("Org,,academia,FR,,ann@b.example,,", "A person needs a name"),
        ("Org,,academia,FR,,,staff,", "row of a person"),
        ("Org,,academia,FR,Ann,ann@b.example,boss,", "“boss” is not one of the choices"),
        ("Org,,academia,FR,Ann,ann@b.example,,tlh", "“tlh” is not one of the choices"),
        ("Org," + "x" * 41 + ",academia,FR,,,,", "41 characters"),
    ],
)
def test_a_bad_cell_stops_the_import_and_says_why(line: str, says: str) -> None:
    assert says in problems(line, "Good,,academia,FR,,,,")[0]


def test_the_same_person_twice_or_with_an_account_is_refused() -> None:
    lines = ("Org,,academia,FR,Ann,ann@b.example,,", "Org,,,,Ann,ANN@b.example,,")
    assert problems(*lines) == ["Line 3, E-mail address: “ann@b.example” stands already in line 2."]
    assert "has an account already" in problems(lines[0], known_emails=["Ann@B.example"])[0]


def test_rows_of_one_organisation_may_not_differ() -> None:
    found = problems("Org,O,academia,FR,,,,", "Org,O,government,FR,,,,", "Org,,,BE,,,,")
    assert [line.split(":")[0] for line in found] == ["Line 3, Stakeholder group", "Line 4, Country"]


def test_people_join_organisations_that_are_registered() -> None:
    organisations, people = parties("ORG,,,,Ann,ann@b.example,,", known_organisations=["Org"]).ready()
    assert organisations == ()
    assert people[0].organisation == "Org"


def test_formula_like_names_stay_text() -> None:
    organisations, _people = parties('"=HYPERLINK(""x"")",,academia,FR,,,,').ready()
    assert organisations[0].name == '=HYPERLINK("x")'
    assert tabular.safe_cell(organisations[0].name).startswith("'=")


def test_columns_may_be_mapped_or_called_otherwise() -> None:
    found = parties(
        "Org,academia,Ann,ann@b.example",
        head="Einrichtung,Stakeholder group,Person name,E-mail",
        mapping={"Einrichtung": "organisation"},
    )
    assert found.ready()[1][0].name == "Ann"


def test_the_template_reads_as_an_empty_import() -> None:
    for kind in ("csv", "xlsx"):
        assert parsing.parties(read(parsing.template(kind))).ready() == ((), ())


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared real data are not on this machine")
def test_countries_are_those_of_iso_3166() -> None:
    with (DATA / "country-codes" / "country-codes.csv").open(encoding="utf-8") as file:
        assert parsing.countries() == {row["ISO3166-1-Alpha-2"] for row in csv.DictReader(file)}
