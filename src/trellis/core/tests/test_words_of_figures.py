"""What a figure says is said in the reader's language: titles, units and caveats are gathered for translation."""

from django.utils.functional import Promise

from trellis.core import messages
from trellis.core.figures import figure_kinds

# Codes of currencies and signs are the same in every language.
SIGNS = {"", "%", "alpha", "money"}


def test_every_figure_kind_has_a_title_and_a_unit_that_can_be_translated():
    gathered = {text if isinstance(text, str) else text[0] for _context, text in messages.gather()}
    assert [kind.name for kind in figure_kinds() if not isinstance(kind.title, Promise)] == []
    assert {kind.unit for kind in figure_kinds()} - gathered - SIGNS == set()
