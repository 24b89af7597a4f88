"""Addresses of the alerts on the desk."""

from django.urls import path

from practice.crisis import desk

app_name = "alerts"
urlpatterns = [
    path("", desk.list_alerts, name="list"),
    path("<uuid:pk>/", desk.one, name="one"),
    path("<uuid:pk>/acknowledge/", desk.acknowledge, name="acknowledge"),
]
