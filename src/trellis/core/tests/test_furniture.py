"""The base layout and the components: words, missing values, escaping, languages, weight."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from trellis.calc.figure import Basis, Figure, Method, ratio
from trellis.core import clock, formats, ports
from trellis.core.conditions import Blocked, Condition
from trellis.core.context import STATIC, furniture
from trellis.core.fields import parse_day, parse_number
from trellis.core.messages import compile_all
from trellis.core.pieces import Entry, Holder, Key, Part, Refusal, Task
from trellis.core.tests import furniture_kitchen as kitchen

TEMPLATES = Path(kitchen.__file__).parent.parent / "templates"
HOSTILE = '<script>alert("x")</script>'

pytestmark = pytest.mark.urls("trellis.core.tests.furniture_kitchen")


@pytest.fixture(autouse=True)
def compiled():
    """Translations as an installation has them, whether or not `make` ran."""
    compile_all()
    from django.utils.translation import trans_real

    trans_real._translations.clear()


@pytest.fixture
def day():
    clock.set_to(datetime(2027, 7, 8, 10, 0, tzinfo=UTC))
    yield date(2027, 7, 8)
    clock.set_to(None)


def render(source, **context):
    return engines["django"].from_string(source).render(context)


def squeezed(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# Layout


def test_layout_stands_for_an_anonymous_viewer_without_anything():
    html = render('{% extends "core/base.html" %}{% block title %}Home{% endblock %}')
    assert "<title>Home - Trellis</title>" in html
    assert 'href="#main"' in html and 'id="main"' in html
    assert "Sign in" in html and "Sign out" not in html


def test_layout_names_person_programme_and_current_section(monkeypatch):
    offer = [
        lambda request: [ports.NavItem("Money", "/money/", "money", order=60)],
        lambda request: [ports.NavItem("Home", "/", "home", order=10)],
    ]
    monkeypatch.setattr(ports.navigation, "_functions", offer)
    request = RequestFactory().get("/money/tranches/4/")
    request.viewer = SimpleNamespace(person_name="Adwoa Tano", organisation_name="Sefwi CERT", side="partner")
    request.programme = SimpleNamespace(title="Sefwi Cyber Resilience", url="/p/1/")
    request.programmes = [request.programme, SimpleNamespace(title="Coastal Series", url="/p/2/")]
    html = engines["django"].from_string('{% extends "core/base.html" %}').render({}, request)
    assert html.index(">Home</a>") < html.index(">Money</a>")
    assert re.findall(r'href="([^"]+)" aria-current="page"', html) == ["/money/"]
    text = squeezed(html)
    assert "Adwoa Tano , Sefwi CERT" in text
    assert "Coastal Series" in text
    assert 'method="post" action="/sign-out/"' in html and "csrfmiddlewaretoken" in html


def test_invented_data_is_marked_on_every_page(settings):
    request = RequestFactory().get("/")
    assert str(furniture(request)["mark"]) == "Test installation: invented data"
    settings.MODE = "production"
    assert furniture(request)["mark"] == ""


def test_arabic_turns_the_page_and_the_letters_of_the_sides():
    html = Client(headers={"accept-language": "ar"}).get("/").content.decode()
    assert '<html lang="ar" dir="rtl">' in html
    assert "انتقل إلى المحتوى" in html
    assert '<b aria-hidden="true">ش</b>' in html
    assert "1 يوليو 2027، 09:42" in html


def test_language_link_keeps_the_page_and_never_leaves_the_site():
    client = Client()
    answer = client.get("/language/fr/?next=/form/%3Fa%3D1")
    assert (answer.status_code, answer["Location"]) == (302, "/form/?a=1")
    assert "Aller au contenu" in client.get("/").content.decode()
    for outside in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert client.get("/language/en/", {"next": outside})["Location"] == "/"
    assert client.get("/language/xx/").status_code == 404


# Components


def test_hostile_text_is_escaped_in_every_component():
    hostile = {
        "keys": [Key("donor", HOSTILE, holder=HOSTILE), Key(HOSTILE, HOSTILE, "turned", person=HOSTILE)],
        "conditions": [Condition(HOSTILE, False, HOSTILE, HOSTILE, HOSTILE)],
        "tasks": [Task(HOSTILE, HOSTILE, organisation=HOSTILE, side="partner", label=HOSTILE)],
        "entries": [Entry(None, HOSTILE, organisation=HOSTILE)],
        "refusal": Refusal(HOSTILE, HOSTILE, holders=[HOSTILE, Holder("partner", HOSTILE, HOSTILE, HOSTILE)]),
        "parts": [Part(HOSTILE, 1, HOSTILE, shown=HOSTILE, note=HOSTILE)],
        "figure": kitchen.figure(value=None, reason=HOSTILE, caveats=[HOSTILE], url=HOSTILE),
        "table": kitchen.IncidentTable(
            RequestFactory().get("/", {"q": HOSTILE, HOSTILE: HOSTILE}), [{"reference": HOSTILE}]
        ),
        "h": HOSTILE,
    }
    source = (
        "{% keys keys %}{% checks conditions %}{% tasks tasks %}{% history entries %}{% refusal refusal %}"
        "{% stackbar parts %}{% figure_link figure %}{% figure_fig figure h %}{% table table %}"
        "{% crumbs h h h %}"
        "{% side h h %}{% tlp h %}{% tag h h %}{% band h note=h id=h %}{{ h }}{% endband %}"
        "{% fig h note=h caveat=h %}{{ h }}{% endfig %}{% row h note=h url=h %}{{ h }}{% endrow %}"
        "{% banner h %}{{ h }}{% endbanner %}{% empty h %}{{ h }}{% endempty %}{% meter 1 2 h %}"
    )
    html = render(source, **hostile)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 40


def test_missing_is_never_zero_or_blank():
    for reason in ("insufficient data", "undefined", "not reached"):
        shown = squeezed(render("{% figure_link f %}", f=kitchen.figure(value=None, reason=reason)))
        assert shown == reason
    assert squeezed(render("{% figure_link f %}", f=kitchen.figure(value=Decimal(0)))) == "0 hours"
    assert squeezed(render("{% figure_link f %}", f=None)) == "not reported"
    assert render('{{ x|money:"EUR" }} {{ x|number }} {{ x|day }}', x=None) == "not reported not reported no date"


def test_figure_carries_n_date_caveat_and_link():
    html = render("{% figure_fig f 'Median' %}", f=kitchen.figure(caveats=["May be partly chance."]))
    assert '<a href="/figures/contain/">16' in html
    assert squeezed(html) == "Median 16 hours n = 41, as of 30 June 2027. May be partly chance."


def test_open_unknown_and_range_stand_beside_the_value():
    """The design's median: 16 hours, n = 41, 95 % range 10 to 23, 4 still open, 3 without a usable time."""
    made = Figure(
        value=Decimal(16),
        unit="hours",
        n=41,
        as_of=datetime(2027, 6, 30, tzinfo=UTC),
        method="operations.contain",
        method_version="2",
        low=10,
        high=23,
        open=4,
        unknown=3,
    )
    assert squeezed(render("{% figure_fig f 'Median' %}", f=made)) == (
        "Median 16 hours n = 41, as of 30 June 2027. Range: 10 to 23. 4 still open. 3 left out: not known."
    )


def test_a_share_is_never_shown_without_its_counts():
    made = ratio(Basis(datetime(2027, 6, 30, tzinfo=UTC)), Method("m"), 437, 1180, n=1180)
    assert squeezed(render("{% figure_fig f 'Patched' %}", f=made)) == (
        "Patched 37 % 437 of 1,180, n = 1,180, as of 30 June 2027."
    )


def test_key_shows_a_button_only_to_who_may_turn_it():
    mine = Key("partner", "Sefwi", may_turn=True, turn_url="/turn/")
    html = render("{% keys k %}", k=[mine, Key("donor", "Norvia", holder="Programme officer")])
    assert html.count("<button") == 1 and 'action="/turn/"' in html
    text = squeezed(html)
    assert text.startswith("0 of 2 keys turned. Nothing changes until all are.")
    assert "Only Programme officer, Norvia can turn it." in text
    vacant = squeezed(render("{% keys k %}", k=[Key("donor", "Norvia", "vacant")]))
    assert "The seat that holds it at Norvia is vacant." in vacant


def test_what_cannot_be_judged_is_not_shown_as_met():
    html = render("{% checks c %}{% tally c %}", c=kitchen.CONDITIONS)
    assert re.findall(r'<li class="(\w+)"', html) == ["met", "unsure", "unmet", "met"]
    assert "4 conditions: 2 met, 1 not met, 1 too early to say" in html


def test_refusal_lists_every_unmet_condition_and_the_holders():
    blocked = Blocked("Not released.", [Condition("A", False), Condition("B", None)], ["Norvia, programme officer"])
    text = squeezed(render("{% refusal r %}", r=blocked))
    assert text == ("Not released. Who holds the right: Norvia, programme officer Not met A Too early to say B")


def test_late_soon_and_later_have_days_and_date(day):
    assert formats.due(date(2027, 6, 30)) == formats.Due("8 days late", "red", "was due 30 June 2027")
    assert formats.due(date(2027, 7, 23)) == formats.Due("15 days left", "wait", "due 23 July 2027")
    assert formats.due(date(2027, 7, 31)) == formats.Due("23 days left", "quiet", "due 31 July 2027")
    assert formats.due(day) == formats.Due("Due today", "wait", "due 8 July 2027")
    assert formats.since(date(2027, 6, 28)) == "28 June 2027, 10 days"
    with translation.override("ar"):
        assert formats.due(date(2027, 6, 30)).text == "متأخر 8 أيام"
        assert formats.due(date(2027, 6, 20)).text == "متأخر 18 يوما"
    with translation.override("fr"):
        assert formats.due(date(2027, 7, 7)).text == "1 jour de retard"


def test_money_is_grouped_by_the_language_and_never_a_float():
    assert formats.money(Decimal("1200000"), "EUR") == "EUR 1,200,000"
    assert formats.money(Decimal("1234.5"), "EUR") == "EUR 1,234.50"
    assert formats.money(Decimal("12345678901234567.89"), "USD") == "USD 12,345,678,901,234,567.89"
    with translation.override("fr"):
        assert formats.money(Decimal("1234.5"), "EUR") == "1\u202f234,50 EUR"
    with pytest.raises(TypeError):
        formats.money(1.5, "EUR")


@given(st.decimals(-(10**12), 10**12, places=3), st.sampled_from(["en", "fr", "ar"]))
def test_numbers_shown_can_be_typed_back(value, language):
    with translation.override(language):
        assert parse_number(formats.number(value).replace("\u200e", "")) == value


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(["en", "fr", "ar"]))
def test_dates_shown_can_be_typed_back(value, language):
    with translation.override(language):
        assert parse_day(formats.day(value)) == value
    assert parse_day(value.isoformat()) == value


def test_progress_looks_again_until_stopped_or_done():
    client = Client()
    running = client.get("/job/").content.decode()
    assert 'http-equiv="refresh"' in running and "Under way: 3 of 10 done." in running
    for query in ("?still=1", "?state=done", "?state=failed"):
        assert "refresh" not in client.get(f"/job/{query}").content.decode()
    assert 'href="/result/"' in client.get("/job/?state=done").content.decode()


# Rules of the house


def test_stylesheet_is_light_and_has_logical_sides_only():
    sheet = (STATIC / "trellis.css").read_text()
    assert len(sheet.encode()) <= 22_000
    assert not re.search(r"(margin|padding|border)-(left|right)|text-align:(left|right)|float:(left|right)", sheet)


def test_no_page_needs_inline_style_or_script():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|<script|\son[a-z]+=", text), path


def test_every_class_of_the_templates_is_in_the_stylesheet():
    sheet = (STATIC / "trellis.css").read_text()
    html = "".join(Client().get(url).content.decode() for url in ("/", "/form/", "/job/"))
    used = {name for found in re.findall(r'class="([^"]*)"', html) for name in found.split()}
    plain = {"here", "none"}  # states that only their element's style shows
    assert sorted(n for n in used - plain if f".{n}" not in sheet) == []
