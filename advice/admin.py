"""The admin, for looking. Writing, signing and publishing happen on the desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from advice.models import Letter, Passage, Picture, Post, Review, Revision, Topic


class ReadOnly(admin.ModelAdmin):
    """Rows that only rules change."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "position")


@admin.register(Post)
class PostAdmin(ReadOnly):
    list_display = ("slug", "language", "kind", "state", "published_at")
    list_filter = ("state", "kind", "language")
    search_fields = ("slug",)
    raw_id_fields = ("head", "shown", "review", "letter", "translation_of")


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    list_display = ("title", "post", "number", "author", "created_at")
    list_select_related = ("post", "author")


@admin.register(Review)
class ReviewAdmin(ReadOnly):
    list_display = ("revision", "state", "submitted_by", "decided_by", "next_review_due")
    list_select_related = ("revision", "submitted_by", "decided_by")
    list_filter = ("state",)


@admin.register(Passage)
class PassageAdmin(ReadOnly):
    list_display = ("key", "post", "kind", "position")
    list_select_related = ("post",)
    exclude = ("vector",)


@admin.register(Picture)
class PictureAdmin(ReadOnly):
    list_display = ("file", "width", "height", "added_at", "added_by")
    list_select_related = ("added_by",)
    exclude = ("data",)


@admin.register(Letter)
class LetterAdmin(ReadOnly):
    """Whether and when, never what: the words are read on the desk alone."""

    list_display = ("uuid", "state", "age_band", "urgency", "received_at")
    list_filter = ("state",)
    exclude = sorted(Letter.Privacy.personal)
