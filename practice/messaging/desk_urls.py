"""Texts on the desk."""

from django.urls import URLPattern

app_name = "texts"
urlpatterns: list[URLPattern] = []
