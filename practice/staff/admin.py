"""Rare corrections by the owner; daily work happens on the desk."""

from allauth.account.admin import EmailAddress
from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin  # noqa: F401 - what is to be taken out must be there first
from django.contrib.auth.models import Group

from practice.staff.models import AuditEntry, Clinician, Licence, Reviewer, Rota, User

# The admin's own sign-in takes a password alone; everybody goes through the door that asks for the second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Second factors and sign-in addresses are changed by their owner alone; roles are flags, not groups.
admin.site.unregister([EmailAddress, Authenticator, Group])


class LicenceInline(admin.TabularInline):
    model = Licence
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("name", "email", "is_owner", "is_front_desk", "is_editor", "is_on_call", "is_active")
    exclude = ("password", "user_permissions", "groups", "first_name", "last_name")


@admin.register(Clinician)
class ClinicianAdmin(admin.ModelAdmin):
    list_display = ("name", "credentials", "time_zone", "accepts_new_clients", "is_active")
    inlines = (LicenceInline,)


@admin.register(Reviewer)
class ReviewerAdmin(admin.ModelAdmin):
    list_display = ("name", "credentials", "licence_state", "licence_expires_on")


@admin.register(Rota)
class RotaAdmin(admin.ModelAdmin):
    """Who is on call when. As long as nobody is, nobody is paged."""

    list_display = ("user", "starts_at", "ends_at")


@admin.register(AuditEntry)
class AuditAdmin(admin.ModelAdmin):
    list_display = ("at", "actor", "action", "subject")
    search_fields = ("subject",)

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
