"""The column's public pages."""

from django.urls import URLPattern

app_name = "advice"
urlpatterns: list[URLPattern] = []
