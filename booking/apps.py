"""The diary: intake, matching, times, appointments, reminders."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"
