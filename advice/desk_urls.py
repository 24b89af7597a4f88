"""The column on the desk."""

from django.urls import URLPattern

app_name = "column"
urlpatterns: list[URLPattern] = []
