"""Tables: filters, order, pages and downloads of lists and of the database."""

import csv
import io

import openpyxl
import pytest
from django.contrib.auth.models import Group
from django.test import RequestFactory

from trellis.core import tables
from trellis.core.table_shape import draw
from trellis.core.tables import Column, Search, Table
from trellis.core.tests.furniture_kitchen import IncidentTable, rows


def table(query="", n=41, **options):
    return IncidentTable(RequestFactory().get(f"/{query}"), rows(n), **options)


def body(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


def references(found):
    return [row["reference"] for row in found.page_rows]


def test_a_list_is_filtered_ordered_and_paged_by_the_query_string():
    assert references(table("?sort=reference")) == [f"SC-{i:05}" for i in range(5)]
    assert references(table("?sort=-reference&page=9")) == ["SC-00000"]
    assert references(table("?q=sc-0004&sort=reference")) == ["SC-00040"]
    assert {row["severity"] for row in table("?severity=low").page_rows} == {"low"}


def test_missing_values_come_last_in_both_directions():
    for sort in ("hours", "-hours"):
        values = [row["hours"] for row in table(f"?sort={sort}").filtered]
        assert values[-6:] == [None] * 6


@pytest.mark.parametrize("query", ["?sort=secret", "?page=abc", "?page=-4", "?page=99999999999", "?severity=zzz"])
def test_nonsense_in_the_query_string_is_ignored(query):
    assert references(table(query)) == references(table())


def test_pages_beyond_the_end_show_the_last_one():
    found = table("?page=800")
    assert found.page == 9 and len(found.page_rows) == 1


def test_links_keep_the_rest_of_the_query_string():
    drawn = draw(table("?severity=low&page=2&other=1&sort=reference"))
    assert drawn["heads"][0]["url"] == "?severity=low&other=1&sort=-reference"
    assert drawn["heads"][0]["state"] == "ascending"
    assert "severity=low" in drawn["pages"]["next"] and "page=3" in drawn["pages"]["next"]
    assert ("other", "1") in drawn["kept"] and ("sort", "reference") in drawn["kept"]


def test_two_tables_of_one_page_do_not_disturb_each_other():
    query = "?a-sort=reference&b-sort=-reference"
    assert references(table(query, prefix="a-"))[0] == "SC-00000"
    assert references(table(query, prefix="b-"))[0] == "SC-00040"


def test_csv_holds_all_filtered_rows_and_no_formula():
    class Hostile(Table):
        columns = [Column("name", "Name"), Column("n", "N", kind="num")]

    given = [{"name": "=1+1", "n": None}, {"name": "@x", "n": 0}]
    found = Hostile(RequestFactory().get("/?format=csv"), given).response_or_none()
    assert found["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in found["Content-Disposition"]
    assert list(csv.reader(io.StringIO(body(found)))) == [["name", "n"], ["'=1+1", ""], ["'@x", "0"]]

    all_rows = list(csv.DictReader(io.StringIO(body(table("?format=csv&page=3&severity=low").response_or_none()))))
    assert len(all_rows) == 13 and {row["severity"] for row in all_rows} == {"low"}
    assert all_rows[0]["cost"].endswith(" EUR")


def test_xlsx_holds_the_same_rows():
    response = table("?format=xlsx&severity=high&sort=reference").response_or_none()
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    values = list(sheet.values)
    assert values[0][0] == "reference" and len(values) == 15
    assert values[1][0] == "SC-00000"


def test_page_and_no_download_without_format():
    assert table().response_or_none() is None
    assert table("?format=exe").response_or_none() is None


def test_empty_tables_say_what_would_be_here():
    from django.template import engines

    template = engines["django"].from_string("{% table table %}")
    assert "No incident is recorded." in template.render({"table": table(n=0)})
    assert "Nothing fits this filter." in template.render({"table": table("?q=nothing")})


class GroupTable(Table):
    columns = [Column("name", "Name", sort="name"), Column("pk", "Id", sort="id", kind="num")]
    filters = [Search("Name", ["name"])]
    default_sort = "name"
    page_size = 50


@pytest.fixture
def many(db):
    Group.objects.bulk_create([Group(name=f"g{i:06}") for i in range(10_100)], batch_size=400)
    return Group.objects.all()


def test_ten_thousand_rows_are_read_by_the_page_and_counted_to_the_cap(many, django_assert_num_queries):
    request = RequestFactory().get("/?page=3")
    with django_assert_num_queries(2) as seen:
        drawn = draw(GroupTable(request, many))
    assert len(drawn["rows"]) == 50 and drawn["rows"][0].startswith('<th scope="row">g000100</th>')
    assert drawn["pages"]["said"] == "101 to 150 of more than 10,000"
    assert all(f"LIMIT {limit}" in query["sql"] for query, limit in zip(seen, (10_001, 51), strict=True))
    assert drawn["pages"]["next"] == "?page=4"
    assert drawn["downloads"][0]["text"] == "Download all rows, CSV"


def test_rows_beyond_the_cap_can_still_be_reached_and_downloaded(many):
    last = GroupTable(RequestFactory().get("/?page=202"), many)
    assert [group.name for group in last.page_rows][-1] == "g010099" and draw(last)["pages"]["next"] == ""
    text = body(GroupTable(RequestFactory().get("/?format=csv"), many).response_or_none())
    assert text.count("\r\n") == 10_101


def test_search_in_the_database_is_exact_about_its_count(many):
    found = GroupTable(RequestFactory().get("/?q=G0050"), many)
    assert found.count == 100 and found.counted
    assert draw(found)["pages"]["said"] == "1 to 50 of 100"
    assert tables.CAP == 10_000
