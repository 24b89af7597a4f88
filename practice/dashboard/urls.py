"""The desk's own pages."""

from django.urls import path

from practice.dashboard import crisis, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("crisis/words/", crisis.words, name="crisis_words"),
    path("crisis/accept/", crisis.accept, name="crisis_accept"),
]
