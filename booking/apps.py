"""The diary: intake, matching, times, appointments, reminders."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _begin(**_sent: Any) -> None:
    from booking.intake import questioning

    questioning.begin()


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        post_migrate.connect(_begin, sender=self)
