"""The column: letters, review, posts, answers."""

from django.apps import AppConfig


class AdviceConfig(AppConfig):
    name = "advice"
