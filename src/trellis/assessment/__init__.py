"""Frameworks, ratings, gaps and priorities: what a state can do today, and where its needs lie."""
