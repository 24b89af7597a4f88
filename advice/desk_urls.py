"""The column on the desk."""

from django.urls import path

from advice import desk, desk_chats, desk_details, desk_letters, desk_news, desk_reviews

app_name = "column"
urlpatterns = [
    path("letters/", desk_letters.letters, name="letters"),
    path("letters/<uuid:uuid>/", desk_letters.letter, name="letter"),
    path("letters/<uuid:uuid>/claim/", desk_letters.claim, name="claim_letter"),
    path("letters/<uuid:uuid>/put-back/", desk_letters.put_back, name="put_letter_back"),
    path("letters/<uuid:uuid>/decline/", desk_letters.decline, name="decline_letter"),
    path("letters/<uuid:uuid>/rewrite/", desk_letters.rewrite, name="rewrite_letter"),
    path("letters/<uuid:uuid>/join/", desk_letters.join, name="join_letter"),
    path("letters/<uuid:uuid>/part/", desk_letters.part, name="part_letter"),
    path("posts/<uuid:uuid>/show-letter/", desk_letters.show, name="show_letter"),
    path("chats/", desk_chats.requests, name="requests"),
    path("chats/<uuid:uuid>/", desk_chats.request, name="request"),
    path("gaps/", desk_chats.gaps, name="gaps"),
    path("gaps/draft/", desk_chats.draft, name="draft_gap"),
    path("posts/", desk.posts, name="posts"),
    path("posts/new/", desk.new_post, name="new_post"),
    path("notices/new/", desk_news.new_notice, name="new_notice"),
    path("resources/", desk_news.resources, name="resources"),
    path("resources/<int:pk>/", desk_news.act_on_resource, name="act_on_resource"),
    path("subscribers/", desk_news.subscribers, name="subscribers"),
    path("posts/preview/", desk_reviews.preview, name="preview"),
    path("posts/<uuid:uuid>/", desk.post, name="post"),
    path("posts/<uuid:uuid>/compare/", desk_reviews.compare, name="compare"),
    path("posts/<uuid:uuid>/remark/", desk_reviews.remark, name="remark"),
    path("posts/<uuid:uuid>/plan/", desk_reviews.plan, name="plan"),
    path("remarks/<int:pk>/resolve/", desk_reviews.resolve, name="resolve"),
    path("plans/<int:pk>/call-off/", desk_reviews.call_off, name="call_off"),
    path("posts/<uuid:uuid>/edit/", desk.edit_post, name="edit_post"),
    path("posts/<uuid:uuid>/details/", desk_details.details, name="details"),
    path("posts/<uuid:uuid>/act/", desk.act, name="act"),
]
