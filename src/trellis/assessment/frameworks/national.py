"""The built-in national framework: five dimensions, 23 factors, five stages (text in national.json)."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from trellis.assessment.frameworks.model import Framework, Item, Stage, built

LANGUAGES = ("en", "fr")

MANDATORY_DOMAINS: dict[str, tuple[str, ...]] = {
    "incident-response": ("1.2",),
    "cybercrime-policing": ("4.3",),
    "critical-infrastructure-protection": ("1.3",),
}
"""NA-05: the domains that every assessment must rate, and the national framework's factors for each."""


@cache
def national(language: str = "en") -> Framework:
    """The national framework in a language of `LANGUAGES`; codes are the same in each.

    Raises KeyError for another language.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    data: dict[str, Any] = json.loads(files(__package__).joinpath("national.json").read_text("utf-8"))
    items: list[Item] = []
    for dimension in data["dimensions"]:
        items.append(Item(dimension["code"], dimension[language]))
        for factor in dimension["factors"]:
            items.append(Item(factor["code"], factor[language], dimension["code"]))
            items.extend(Item(one["code"], one[language], factor["code"], one["stage"]) for one in factor["indicators"])
    return built(
        Framework(
            id=data["id"],
            title=data["title"][language],
            version=data["version"],
            source=data["source"][language],
            licence=data["licence"],
            language=language,
            stages=tuple(Stage(stage["number"], stage[language]) for stage in data["stages"]),
            items=tuple(items),
        )
    )
