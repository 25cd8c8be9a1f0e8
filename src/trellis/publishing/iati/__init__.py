"""IATI 2.03: activities as dataclasses, written to XML, and checked against schema and ruleset."""
