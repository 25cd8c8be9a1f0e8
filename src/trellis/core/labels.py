"""TLP 2.0 labels and their order (D21)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Label(models.TextChoices):
    """Who may be shown a thing at most; unlabelled means AMBER."""

    CLEAR = "CLEAR", _("Anyone")
    GREEN = "GREEN", _("The community, not the public")
    AMBER = "AMBER", _("Your organisation and those it serves, if they need it")
    AMBER_STRICT = "AMBER+STRICT", _("Your organisation only")
    RED = "RED", _("Only the people you name")

    @property
    def rank(self) -> int:
        """0 for CLEAR up to 4 for RED."""
        return RANKS[self.value]


RANKS = {"CLEAR": 0, "GREEN": 1, "AMBER": 2, "AMBER+STRICT": 3, "RED": 4}


def up_to(ceiling: str) -> list[str]:
    """The labels that are no stricter than `ceiling`."""
    return [label for label, rank in RANKS.items() if rank <= RANKS[ceiling]]
