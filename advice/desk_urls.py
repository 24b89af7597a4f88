"""The column on the desk."""

from django.urls import path

from advice import desk, desk_chats, desk_reviews

app_name = "column"
urlpatterns = [
    path("letters/", desk.letters, name="letters"),
    path("letters/<uuid:uuid>/", desk.letter, name="letter"),
    path("letters/<uuid:uuid>/claim/", desk.claim_letter, name="claim_letter"),
    path("letters/<uuid:uuid>/decline/", desk.decline_letter, name="decline_letter"),
    path("letters/<uuid:uuid>/draft/", desk.draft_letter, name="draft_letter"),
    path("chats/", desk_chats.requests, name="requests"),
    path("chats/<uuid:uuid>/", desk_chats.request, name="request"),
    path("gaps/", desk_chats.gaps, name="gaps"),
    path("gaps/draft/", desk_chats.draft, name="draft_gap"),
    path("posts/", desk.posts, name="posts"),
    path("posts/new/", desk.new_post, name="new_post"),
    path("posts/preview/", desk_reviews.preview, name="preview"),
    path("posts/<uuid:uuid>/", desk.post, name="post"),
    path("posts/<uuid:uuid>/compare/", desk_reviews.compare, name="compare"),
    path("posts/<uuid:uuid>/remark/", desk_reviews.remark, name="remark"),
    path("posts/<uuid:uuid>/plan/", desk_reviews.plan, name="plan"),
    path("remarks/<int:pk>/resolve/", desk_reviews.resolve, name="resolve"),
    path("plans/<int:pk>/call-off/", desk_reviews.call_off, name="call_off"),
    path("posts/<uuid:uuid>/edit/", desk.edit_post, name="edit_post"),
    path("posts/<uuid:uuid>/act/", desk.act, name="act"),
]
