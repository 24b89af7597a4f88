"""The look of the house: components, form rendering, error pages."""

from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "practice.look"
    label = "look"
