"""The diary's public pages."""

from django.urls import path

from booking.views import appointments, checking, coming, holds, intake, times

app_name = "booking"
urlpatterns = [
    path("find/", intake.find, name="find"),
    path("find/<str:token>/", intake.intake, name="intake"),
    path("find/<str:token>/matches/", intake.matches, name="matches"),
    path("find/<str:token>/sent/", intake.sent, name="sent"),
    path("find/<str:token>/times/", times.times, name="times"),
    path("find/<str:token>/hold/", holds.hold, name="hold"),
    path("find/<str:token>/details/", holds.details, name="details"),
    path("find/<str:token>/<slug:step>/", intake.intake_step, name="intake_step"),
    path("book/", times.book, name="book"),
    path("book/", times.book, name="start"),
    path("book/next/", times.next_times, name="next_times"),
    path("book/times/", times.times, name="times"),
    path("book/hold/", holds.hold, name="hold"),
    path("book/details/", holds.details, name="details"),
    path("screening/", checking.screening, name="screening"),
    path("screening/<slug:slug>/", checking.check, name="check"),
    path("a/<str:token>/", appointments.manage, name="manage"),
    path("a/<str:token>/all/", coming.coming, name="coming"),
    path("a/<str:token>/move/", appointments.move, name="move"),
    path("a/<str:token>/cancel/", appointments.cancel, name="cancel"),
]
