"""The crisis room as Django knows it."""

from django.apps import AppConfig


class CrisisConfig(AppConfig):
    name = "practice.crisis"
    label = "crisis"
    verbose_name = "Crisis"
    default_auto_field = "django.db.models.BigAutoField"
