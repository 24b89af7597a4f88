"""The desk's own pages."""

from django.urls import path

from practice.dashboard import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
]
