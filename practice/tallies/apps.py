"""Counts of what happens, without a word of what was said."""

from django.apps import AppConfig


class TalliesConfig(AppConfig):
    name = "practice.tallies"
    label = "tallies"
