"""Looking things up. What is here is changed by rules and on the desk, never by hand; words and numbers stay closed."""

from django.contrib import admin
from django.http import HttpRequest

from practice.messaging.models import Consent, Contact, InboundText, Message, OptOut, Receipt


class ReadOnly(admin.ModelAdmin):
    """Rows can be found and read; nothing is added, changed or taken away."""

    def get_exclude(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return tuple(sorted(self.model.Privacy.personal))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Contact)
class ContactAdmin(ReadOnly):
    list_display = ("pk", "language", "time_zone", "wants_texts", "wants_mail", "created_at")


@admin.register(Consent)
class ConsentAdmin(ReadOnly):
    list_display = ("contact", "channel", "version", "source", "given_at", "withdrawn_at")
    list_filter = ("channel", "source")


@admin.register(OptOut)
class OptOutAdmin(ReadOnly):
    list_display = ("pk", "channel", "source", "opted_out_at", "ended_at")
    list_filter = ("source",)


class ReceiptInline(admin.TabularInline):
    model = Receipt
    extra = 0
    can_delete = False
    readonly_fields = fields = ("received_at", "status", "code")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(ReadOnly):
    list_display = ("pk", "channel", "topic", "status", "reason", "send_at", "settled_at")
    list_filter = ("status", "channel", "priority")
    search_fields = ("=topic", "=key")
    inlines = (ReceiptInline,)


@admin.register(InboundText)
class InboundTextAdmin(ReadOnly):
    list_display = ("pk", "answer", "needs_reading", "raised_alert", "received_at", "read_at")
    list_filter = ("answer", "needs_reading")
