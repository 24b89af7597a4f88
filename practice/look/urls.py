"""The style guide's address."""

from django.urls import path

from practice.look import views

app_name = "look"
urlpatterns = [path("", views.style_guide, name="style_guide")]
