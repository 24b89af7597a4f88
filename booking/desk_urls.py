"""The diary on the desk."""

from django.urls import path

from booking.desk import appointments, intakes

app_name = "diary"
urlpatterns = [
    path("intakes/", intakes.intakes, name="intakes"),
    path("intakes/<uuid:pk>/", intakes.intake, name="intake"),
    path("intakes/<uuid:pk>/claim/", intakes.claim, name="intake_claim"),
    path("intakes/<uuid:pk>/release/", intakes.release, name="intake_release"),
    path("intakes/<uuid:pk>/status/", intakes.status, name="intake_status"),
    path("intakes/<uuid:pk>/note/", intakes.note, name="intake_note"),
    path("appointments/", appointments.appointments, name="appointments"),
    path("appointments/<uuid:pk>/", appointments.appointment, name="appointment"),
    path("appointments/<uuid:pk>/do/", appointments.act, name="appointment_act"),
    path("appointments/<uuid:pk>/move/", appointments.move, name="move"),
]
