"""Addresses of the alerts and the crisis lines on the desk."""

from django.urls import path

from practice.crisis import desk

app_name = "alerts"
urlpatterns = [
    path("", desk.list_alerts, name="list"),
    path("lines/", desk.list_lines, name="lines"),
    path("lines/<slug:line>/verify/", desk.verify_line, name="verify_line"),
    path("lines/<slug:line>/take-out/", desk.take_out_line, name="take_out_line"),
    path("regions/<slug:region>/", desk.switch_region, name="switch_region"),
    path("<uuid:pk>/", desk.one, name="one"),
    path("<uuid:pk>/acknowledge/", desk.acknowledge, name="acknowledge"),
    path("<uuid:pk>/conclude/", desk.conclude, name="conclude"),
]
