"""The staff's morning page."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "practice.dashboard"
    label = "dashboard"
