"""Funding: commitments, tranches, milestones, their evidence, and money released on both keys."""
