"""Courses, mentorships and secondments: who took part, and what was learned."""
