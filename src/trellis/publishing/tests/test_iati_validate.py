"""The official schema tests: every file must be judged as its folder says."""

from pathlib import Path

import pytest
from lxml import etree

from trellis.publishing.iati.validate import SchemaError, check_schema, load_schemas
from trellis.publishing.tests.official import IATI

TESTS = IATI / "schema-tests" / "tests"
FILES = sorted(path for path in TESTS.rglob("*") if path.is_file())
REGISTRY = "{http://iatiregistry.org/ns/record#}"

needs_schemas = pytest.mark.skipif(
    not (IATI / "schemas").is_dir(), reason="the official schemas are not on this machine"
)


@pytest.fixture(scope="module")
def schemas():
    return load_schemas(IATI / "schemas")


@needs_schemas
@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_schema_tests(path: Path, schemas) -> None:
    document = path.read_bytes()
    if "registry-tests" in path.parts and "should-pass" in path.parts:
        assert etree.fromstring(document).tag == f"{REGISTRY}registry-record"
        pytest.skip("a record of the registry, which neither the activity nor the organisation schema describes")
    findings = check_schema(document, schemas)
    assert (findings == ()) is ("should-pass" in path.parts), findings


@needs_schemas
@pytest.mark.skipif(not FILES, reason="the official schema tests are not on this machine")
def test_all_schema_tests_are_here() -> None:
    assert len(FILES) == 344


@needs_schemas
def test_findings_say_where(schemas) -> None:
    (finding, *_rest) = check_schema(b'<iati-activities version="2.03">\n<wrong/></iati-activities>', schemas)
    assert (finding.line, finding.severity) == (2, "critical")
    assert "wrong" in finding.message and "iati-activity" in finding.message


def test_not_xml_and_not_iati() -> None:
    from trellis.publishing.iati.validate import Schemas

    (finding,) = check_schema(b"<a>\n<b>", Schemas({}))
    assert (finding.rule, finding.line) == ("xml", 2)
    (finding,) = check_schema(b"<html/>", Schemas({}))
    assert "html" in finding.message and "iati-activities" in finding.message


def test_a_folder_without_schemas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"iati-activities-schema\.xsd"):
        load_schemas(tmp_path)
    for name in ("iati-activities-schema.xsd", "iati-organisations-schema.xsd"):
        (tmp_path / name).write_text("<not-a-schema/>")
    with pytest.raises(SchemaError, match="cannot be used"):
        load_schemas(tmp_path)
