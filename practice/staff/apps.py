"""The people of the practice and what they may do."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "practice.staff"
    label = "staff"
