"""Counts by name and day, for what must be counted but not kept."""

from practice.tallies import counting as counting
