"""The demonstration's pages."""

from django.urls import path

from practice.demo import views

app_name = "demo"
urlpatterns = [path("phone/", views.phone, name="phone")]
