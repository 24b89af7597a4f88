"""Twilio's addresses. A redirect to add a slash would turn its POST into a GET, so both spellings stand here."""

from django.urls import path

from practice.messaging import webhooks

app_name = "sms"
urlpatterns = [
    path("inbound", webhooks.inbound, name="inbound"),
    path("status/<str:message_id>", webhooks.status, name="status"),
    # The last spelling of a name is the one that addresses are made with.
    path("inbound/", webhooks.inbound, name="inbound"),
    path("status/<str:message_id>/", webhooks.status, name="status"),
]
