"""Agreements: what both sides signed, clause by clause, in versions."""
