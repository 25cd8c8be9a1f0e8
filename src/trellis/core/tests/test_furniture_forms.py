"""Forms: what was typed stays, errors say what to do, fields give exact types."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from trellis.core.forms import (
    NOT_KNOWN,
    DayField,
    FileField,
    Form,
    KnownDateTimeField,
    MoneyField,
    NumberField,
    forms,
)
from trellis.core.tests.furniture_kitchen import RecordForm

pytestmark = pytest.mark.urls("trellis.core.tests.furniture_kitchen")

GOOD = {
    "title": "Mail server locked",
    "story": "Staff could not open mail.",
    "severity": "high",
    "sector": "ports",
    "started_unknown": "on",
    "contained_date": "2027-07-07",
    "contained_time": "22:15",
    "reported": "8 July 2027",
    "cost_amount": "1,200.50",
    "cost_currency": "USD",
    "label": "GREEN",
    "sure": "on",
}


class Small(Form):
    moment = KnownDateTimeField(label="Started", required=False)
    money = MoneyField(label="Cost", currencies=["EUR", "JPY"], required=False)
    share = NumberField(label="Share", required=False)
    day = DayField(label="Day", required=False)
    file = FileField(label="File", required=False, max_bytes=2000, endings=["csv"])


def cleaned(**data):
    form = Small(data)
    form.is_valid()
    return form


def test_a_good_form_gives_exact_types():
    form = RecordForm(GOOD)
    assert form.errors == {}
    assert form.cleaned_data["started"] is NOT_KNOWN
    assert form.cleaned_data["contained"] == datetime(2027, 7, 7, 22, 15, tzinfo=UTC)
    assert form.cleaned_data["cost"] == (Decimal("1200.50"), "USD")


def test_a_form_with_errors_keeps_what_was_typed_and_links_to_each_field():
    data = {
        **GOOD,
        "severity": "",
        "story": "",
        "cost_amount": "a lot",
        "reported": "soon",
        "contained_time": "x",
    }
    html = Client().post("/form/", data).content.decode()
    assert "<title>Error: Record an incident - Trellis</title>" in html
    assert html.count('class="errors"') == 1
    assert "5 answers need another look" in html
    assert 'value="Mail server locked"' in html and 'value="a lot"' in html and 'value="2027-07-07"' in html
    for anchor in ("id_story", "id_severity_0", "id_contained_0", "id_reported", "id_cost_0"):
        assert f'href="#{anchor}"' in html and f'id="{anchor}"' in html
    assert "How severe is it? Choose one" in html
    assert "Enter a date, such as 8 July 2027" in html
    assert 'id="id_story_error"' in html and 'aria-describedby="id_story_helptext id_story_error"' in html


def test_no_error_without_data():
    html = Client().get("/form/").content.decode()
    assert "<title>Record an incident - Trellis</title>" in html
    assert 'class="errors"' not in html and "wrong" not in html
    assert 'enctype="multipart/form-data"' in html and "csrfmiddlewaretoken" in html


def test_bands_hold_the_fields_in_order_and_the_rest_comes_last():
    bands = RecordForm().bands
    assert [str(heading) for heading, _note, _fields in bands] == ["What", "When", "Who may see it", ""]
    assert [f.name for f in bands[-1][2]] == ["cost", "file"]


def test_texts_of_the_author_win_over_the_standard_words():
    class Own(Form):
        a = forms.CharField(error_messages={"required": "Name the port"})
        b = forms.IntegerField(min_value=3)

    form = Own({"b": "2"})
    assert form.errors == {"a": ["Name the port"], "b": ["Enter 3 or more"]}


def test_a_moment_is_known_or_not_known_or_left_empty():
    assert cleaned().cleaned_data["moment"] is None
    assert cleaned(moment_unknown="on").cleaned_data["moment"] is NOT_KNOWN
    with timezone.override("Africa/Nairobi"):
        form = cleaned(moment_date="2027-07-07", moment_time="07:50")
    assert form.cleaned_data["moment"] == datetime(2027, 7, 7, 4, 50, tzinfo=UTC)
    assert "moment" in cleaned(moment_unknown="on", moment_date="2027-07-07").errors
    assert cleaned(moment_date="2027-07-07").errors["moment"] == ["Enter a time, such as 14:30"]
    assert cleaned(moment_time="07:50").errors["moment"] == ["Enter a date, such as 8 July 2027"]


def test_a_moment_is_shown_again_as_it_was():
    for initial, wanted in (
        (NOT_KNOWN, "checked"),
        (datetime(2027, 7, 7, 7, 50, tzinfo=UTC), 'value="07:50"'),
    ):
        assert wanted in str(Small(initial={"moment": initial})["moment"])


def test_money_takes_the_reader_s_language_and_the_currency_s_places():
    assert cleaned(money_amount="1,200,000.5", money_currency="EUR").cleaned_data["money"] == (
        Decimal("1200000.5"),
        "EUR",
    )
    with translation.override("fr"):
        form = cleaned(money_amount="1\u202f200,50", money_currency="EUR")
        assert form.cleaned_data["money"] == (Decimal("1200.50"), "EUR")
    with translation.override("ar"):
        form = cleaned(money_amount="١٢٠٠٫٥", money_currency="EUR")
        assert form.cleaned_data["money"] == (Decimal("1200.5"), "EUR")
    assert cleaned(money_amount="10.5", money_currency="JPY").errors["money"] == ["JPY has 0 decimal places"]
    assert "money" in cleaned(money_amount="-1", money_currency="EUR").errors
    assert "money" in cleaned(money_amount="1", money_currency="XXX").errors
    for wrong in ("1,2,3", "1e5", "NaN", "Infinity", "1.2.3", "12abc"):
        assert "money" in cleaned(money_amount=wrong, money_currency="EUR").errors, wrong


def test_a_number_is_a_decimal_not_a_float():
    assert cleaned(share="0.1").cleaned_data["share"] == Decimal("0.1")
    assert cleaned(share="0").cleaned_data["share"] == Decimal(0)
    assert cleaned(share="").cleaned_data["share"] is None


def test_a_date_with_a_month_in_figures_is_refused_because_readers_differ():
    assert "day" in cleaned(day="07/08/2027").errors
    assert "day" in cleaned(day="30 February 2027").errors
    with translation.override("fr"):
        assert cleaned(day="1er juillet 2027").cleaned_data["day"].isoformat() == "2027-07-01"


def test_a_file_too_large_or_of_another_kind_is_refused_with_the_limit():
    big = Small({}, {"file": SimpleUploadedFile("a.csv", b"x" * 3001)})
    assert big.errors["file"] == ["The file has 4 kB; at most 2 kB can be taken"]
    other = Small({}, {"file": SimpleUploadedFile("a.exe", b"x")})
    assert other.errors["file"] == ["Choose a file of one of these kinds: CSV"]
    assert Small().fields["file"].size_note == "At most 2 kB. Kinds: CSV."


def test_labels_are_offered_strictest_first_with_their_meaning():
    html = str(RecordForm()["label"])
    places = [html.index(f"TLP:{label}") for label in ("RED", "AMBER+STRICT", "GREEN", "CLEAR")]
    assert places == sorted(places)
    assert "The community, not the public" in html
