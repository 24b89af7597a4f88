"""Makes the template tags known to Django."""

from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "practice.look"
    label = "look"
