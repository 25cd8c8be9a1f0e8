"""Incidents, hunts and hygiene of a state's own operations."""
