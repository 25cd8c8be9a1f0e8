"""Organisations, people, seats, keys, arrangements and sides: who is here and what they may turn."""
