"""Links that let their holder act without an account."""

from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "practice.links"
    label = "links"
