"""X-08: a live programme as IATI, for parties and for the public, checked by the official schema and ruleset."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Hidden, Invalid, Refused
from trellis.publishing import identifiers, services
from trellis.publishing.iati.ruleset import check, codes, load
from trellis.publishing.iati.validate import check_schema, load_schemas
from trellis.publishing.tests.official import IATI
from trellis.publishing.tests.stage import Room, room

STANDARD = IATI / "rulesets" / "rulesets" / "standard.json"
AGENCIES = IATI / "codelists" / "nonembedded" / "OrganisationRegistrationAgency.xml"
needs_official = pytest.mark.skipif(
    not (STANDARD.is_file() and AGENCIES.is_file() and (IATI / "schemas").is_dir()),
    reason="the official IATI schemas and ruleset are not on this machine",
)


@pytest.fixture
def stage(world: World) -> Room:
    return room(world)


def found(document: bytes, path: str) -> list[str]:
    return [str(x) for x in etree.fromstring(document).xpath(path)]


@needs_official
def test_x_08_live_programme_is_valid_iati(stage: Room) -> None:
    prefixes = codes(AGENCIES.read_bytes())
    before = services.iati(stage.viewer("norvia"), stage.world.programme)
    stage.open()
    identifiers.identifier_set(stage.viewer("norvia"), "XM-DAC-99901", "10")
    clock.advance(minutes=1)
    public = services.iati_public(stage.publish())
    for document in (before, public):
        assert check_schema(document, load_schemas(IATI / "schemas")) == ()
        report = check(document, load(STANDARD.read_bytes()), now=clock.now(), id_sets={"ORG-ID-PREFIX": prefixes})
        assert report.findings == () and report.unchecked == ()
    assert found(public, "//reporting-org/@ref")[1] == "XM-DAC-99901"


def test_x_08_commitments_disbursements_results_conditions(stage: Room) -> None:
    stage.open()
    document = services.iati_public(stage.publish())
    assert found(document, "//transaction/transaction-type/@code") == ["2", "3"]
    assert found(document, "//transaction/value/text()") == ["1500000.00", "1000000.00"]
    assert found(document, "//planned-disbursement/value/text()") == ["1000000.00", "500000.00"]
    assert found(document, "//budget/value/text()") == ["1000000.00", "500000.00"]
    assert found(document, "//result//baseline/@value") == ["0.2", "48"]
    assert found(document, "//result//target/@value") == ["0.8", "24"]
    assert found(document, "//result//actual/@value") == ["0.7", "44"]
    assert len(found(document, "//conditions/condition/narrative/text()")) == 3
    assert found(document, "//sector/@code") == ["22040", "22040"]


def test_x_08_a_file_says_no_more_than_its_reader_may_see(stage: Room) -> None:
    here = stage.world.programme
    public = services.iati_public(stage.publish())
    assert found(public, "//transaction/transaction-type/@code") == ["2"] and found(public, "//result") == []
    donor = services.iati(stage.viewer("norvia"), here)
    assert found(donor, "//transaction/transaction-type/@code") == ["2", "3"] and found(donor, "//result") == []
    assert len(found(services.iati(stage.viewer("cert"), here), "//result//actual/@value")) == 1
    with pytest.raises(Hidden):
        services.iati(stage.viewer("outsider"), here)
    with pytest.raises(Invalid):
        services.iati(stage.viewer("cert"), here, datetime(2030, 1, 1, tzinfo=UTC))


def test_x_08_same_moment_same_file(stage: Room) -> None:
    at = clock.now()
    first = services.iati(stage.viewer("cert"), stage.world.programme, at)
    clock.advance(days=3)
    assert services.iati(stage.viewer("cert"), stage.world.programme, at) == first


def test_x_08_stand_in_identifiers_say_that_they_are(stage: Room) -> None:
    document = services.iati(stage.viewer("cert"), stage.world.programme)
    assert all(ref.startswith("XE-EXAMPLE-") for ref in found(document, "//reporting-org/@ref"))
    with pytest.raises(Refused):
        identifiers.identifier_set(stage.viewer("cert:cert-lead"), "XM-DAC-1-1", "10")
    with pytest.raises(Invalid):
        identifiers.identifier_set(stage.viewer("cert"), "no", "99")
