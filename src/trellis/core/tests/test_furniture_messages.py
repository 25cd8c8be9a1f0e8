"""The translation tool: what it gathers, keeps, refuses."""

import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog, Message

from trellis.core import messages

SHELL = ["Skip to content", "Sign out", "Menu", "Error:", "Choose one", "not reported", "Not met"]


def test_strings_of_python_and_templates_are_gathered(tmp_path):
    python = tmp_path / "a.py"
    python.write_text('_("One")\nngettext("%(n)s cat", "%(n)s cats", n)\npgettext_lazy("side letter", "P")\n')
    assert list(messages.from_python(python)) == [
        (None, "One"),
        (None, ("%(n)s cat", "%(n)s cats")),
        ("side letter", "P"),
    ]
    page = tmp_path / "a.html"
    page.write_text(
        """{% translate "It's (here)" %}{% translate "Main" context "navigation" %}{% fig _("Median") %}"""
        "{% blocktranslate trimmed count n=n %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}"
    )
    assert list(messages.from_template(page)) == [
        (None, "It's (here)"),
        ("navigation", "Main"),
        (None, "Median"),
        (None, ("%(n)s row", "%(n)s rows")),
    ]


def test_merging_keeps_translations_and_drops_what_is_gone(tmp_path):
    old = Catalog(locale="fr")
    old.add("Save", "Enregistrer")
    old.add("Gone", "Parti")
    new = messages.merged(old, [(None, "Save"), (None, "New %(n)s")], "fr")
    assert new.get("Save").string == "Enregistrer" and new.get("Gone") is None
    first, second = tmp_path / "a.po", tmp_path / "b.po"
    messages.write(new, first)
    messages.write(messages.merged(new, [(None, "Save"), (None, "New %(n)s")], "fr"), second)
    assert first.read_text() == second.read_text()
    assert "Date" not in first.read_text() and "Babel" not in first.read_text()


@pytest.mark.parametrize(
    ("source", "translation", "holds"),
    [
        ("%(n)s of %(m)s", "%(m)s, dont %(n)s", True),
        ("%(n)s of %(m)s", "%(n)s", False),
        ("%(n)s", "%(nombre)s", False),
        ("%(n)s", "%(n)d", False),
        ("95 % range", "fourchette de 95 %", True),
        (("%(n)s day", "%(n)s days"), ("un jour", "%(n)s jours"), True),
        (("%(n)s day", "%(n)s days"), ("%(x)s jour", "%(n)s jours"), False),
    ],
)
def test_placeholders_have_to_match(source, translation, holds):
    assert (messages.broken(Message(source, translation)) == "") is holds


def test_the_shell_is_there_in_french_and_arabic():
    for language in messages.LANGUAGES:
        catalog = messages.load(language)
        assert [text for text in SHELL if not catalog.get(text) or not catalog.get(text).string] == []


def test_no_translation_has_broken_placeholders():
    assert [fault for fault in messages.check() if "not translated" not in fault] == []


def test_compiling_needs_no_settings(tmp_path):
    code = (
        "import sys; sys.argv=['m']; from trellis.core import messages as m;"
        " made = m.compile_all(); assert len(made) == 2, made; assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "src", "PATH": ""})
