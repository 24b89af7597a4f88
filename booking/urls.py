"""The diary's public pages."""

from django.urls import path

from booking.views import appointments

app_name = "booking"
urlpatterns = [
    path("a/<str:token>/", appointments.manage, name="manage"),
    path("a/<str:token>/move/", appointments.move, name="move"),
    path("a/<str:token>/cancel/", appointments.cancel, name="cancel"),
]
