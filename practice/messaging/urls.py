"""Public addresses about texts; they stand at the root, under /es/ in Spanish."""

from django.urls import path

from practice.messaging import views

app_name = "messaging"
urlpatterns = [
    path("crisis/text/", views.text_lines, name="text_lines"),
    path("crisis/call/", views.call_me, name="call_me"),
    path("texts/", views.opt_in, name="opt_in"),
    path("texts/<str:token>/", views.preferences, name="preferences"),
]
