"""Rare corrections. Whatever a rule must decide is read-only here: the desk does it, with a row for every change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from booking.models import (
    Appointment,
    AppointmentChange,
    Client,
    DateOverride,
    Holiday,
    Intake,
    Participant,
    SessionType,
    TimeOff,
    WorkingHours,
)


class ReadOnly(admin.ModelAdmin):
    """To be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SessionType)
class SessionTypeAdmin(admin.ModelAdmin):
    list_display = ("name", "minutes", "mode", "price_text", "from_match", "is_active", "position")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # appointments name it; it is made inactive instead


@admin.register(WorkingHours)
class WorkingHoursAdmin(admin.ModelAdmin):
    list_display = ("clinician", "weekday", "opens", "closes", "valid_from", "valid_until")
    list_filter = ("clinician",)


@admin.register(DateOverride)
class DateOverrideAdmin(admin.ModelAdmin):
    list_display = ("clinician", "day", "opens", "closes", "adds")
    list_filter = ("clinician",)


@admin.register(TimeOff)
class TimeOffAdmin(admin.ModelAdmin):
    list_display = ("clinician", "starts_at", "ends_at")
    list_filter = ("clinician",)


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):
    list_display = ("day", "name")


class ChangeInline(admin.TabularInline):
    """What happened to it; the reasons are read on the desk."""

    model = AppointmentChange
    fields = readonly_fields = ("at", "by", "actor", "what", "from_starts_at", "to_starts_at")
    extra = 0
    can_delete = False


@admin.register(Appointment)
class AppointmentAdmin(ReadOnly):
    list_display = ("starts_at", "clinician", "session_type", "state", "version")
    list_filter = ("state", "clinician")
    list_select_related = ("clinician", "session_type")
    exclude = ("visitor",)
    inlines = (ChangeInline,)


class ParticipantInline(admin.TabularInline):
    model = Participant
    extra = 0
    raw_id_fields = ("contact",)


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin):
    list_display = ("id", "state", "clinician", "created_at", "closed_at")
    list_select_related = ("clinician",)
    raw_id_fields = ("contact",)
    inlines = (ParticipantInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Intake)
class IntakeAdmin(ReadOnly):
    list_display = ("id", "status", "state", "urgency", "created_at")
    list_filter = ("status",)
    exclude = ("answers",)
