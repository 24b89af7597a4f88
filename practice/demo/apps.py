"""The demonstration: sample data, the one-process server, the phone on the page."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "practice.demo"
    label = "demo"
