"""The part of a list that a program asks for."""

FURTHEST = 10**9  # beyond it no database counts


def part(offset: int, limit: int, most: int) -> slice:
    """From `offset` on, at least one and at most `most`, whatever numbers were said."""
    first = min(max(offset, 0), FURTHEST)
    return slice(first, first + max(1, min(limit, most)))
