"""Hunting, hygiene, exposure, alerts, planted events and known exploited weaknesses: records, pages and figures."""
