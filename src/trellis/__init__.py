"""Trellis: the working room of a cyber-capacity partnership."""

__version__ = "0.1.0"
