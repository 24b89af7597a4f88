"""The crisis room as Django knows it."""

from django.apps import AppConfig
from django.core import checks


class CrisisConfig(AppConfig):
    name = "practice.crisis"
    label = "crisis"
    verbose_name = "Crisis"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from practice.crisis import accepting, verifying

        checks.register(verifying.warn, deploy=True)
        checks.register(accepting.warn, deploy=True)
