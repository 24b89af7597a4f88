"""Addresses of the crisis room for everyone."""

from django.urls import path

from practice.crisis import views

app_name = "crisis"
urlpatterns = [
    path("", views.lines_page, name="lines"),
    path("protocol/", views.protocol_page, name="protocol"),
]
