"""Texts on the desk."""

from django.urls import path

from practice.messaging import desk

app_name = "texts"
urlpatterns = [
    path("", desk.list_texts, name="list"),
    path("figures/", desk.figures, name="figures"),
    path("find/", desk.find, name="find"),
    path("stops/", desk.stops, name="stops"),
    path("with/<int:pk>/", desk.conversation, name="conversation"),
    path("with/<int:pk>/read/", desk.read, name="read"),
    path("with/<int:pk>/stop/", desk.stop, name="stop"),
    path("with/<int:pk>/agree/", desk.agree, name="agree"),
    path("<uuid:pk>/", desk.one, name="one"),
    path("<uuid:pk>/resend/", desk.resend, name="resend"),
    path("<uuid:pk>/seen/", desk.seen, name="seen"),
]
