"""Which Accept and Content-Type headers pass, before anything else is looked at."""

import pytest

from trellis.exchange.taxii import media

TAKES = [
    "",
    "*/*",
    "application/*",
    "application/taxii+json",
    "application/taxii+json;version=2.1",
    "application/taxii+json; version=2.1",
    'Application/TAXII+JSON; Version="2.1"',
    "text/html, application/taxii+json;version=2.1;q=0.3",
    "application/taxii+json;version=2.0, application/taxii+json;version=2.1",
    "application/taxii+json;q=0, */*;q=0.1",
]
REFUSES = [
    "application/json",
    "text/html",
    "application/taxii+json;version=2.0",
    "application/taxii+json;version=3",
    "application/vnd.oasis.taxii+json; version=2.0",
    "application/taxii+json;q=0",
    "application/taxii+json;q=x",
    "application/taxii+json;q=nan",
    ";;;,,,",
    "application/stix+json;version=2.1",
]


@pytest.mark.parametrize("header", TAKES)
def test_reg_04_an_accept_header_that_takes_taxii_passes(header: str) -> None:
    assert media.acceptable(header)


@pytest.mark.parametrize("header", REFUSES)
def test_reg_04_an_accept_header_that_takes_only_other_things_does_not(header: str) -> None:
    assert not media.acceptable(header)


@pytest.mark.parametrize("header", ["application/taxii+json", "application/taxii+json; version=2.1; charset=utf-8"])
def test_reg_04_a_body_of_taxii_is_read(header: str) -> None:
    assert media.taken(header)


@pytest.mark.parametrize("header", ["", "application/json", "application/taxii+json;version=2.0", "*/*"])
def test_reg_04_no_other_body_is(header: str) -> None:
    assert not media.taken(header)
