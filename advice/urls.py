"""The column's public pages."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from advice.feeds import NewestPosts, NewestPostsAsJson
from advice.sitemaps import SITEMAPS
from advice.views import about, asking, reading, writing
from advice.views import notices as notice_pages
from advice.views import subscribing as newsletter_pages
from advice.views.caching import kept_by_caches

app_name = "advice"
urlpatterns = [
    path("", reading.home, name="home"),
    path("ask/", asking.ask, name="ask"),
    path("ask/helpful/", asking.rate, name="chat_rate"),
    path("ask/delete/", asking.delete, name="chat_delete"),
    path("ask/carry/", asking.carry, name="chat_carry"),
    path("ask/person/", asking.person, name="chat_person"),
    path("advice/", reading.post_list, name="list"),
    path("advice/archive/", reading.archive, name="archive"),
    path("advice/feed/", kept_by_caches(NewestPosts()), name="feed"),
    path("advice/feed.json", kept_by_caches(NewestPostsAsJson()), name="feed_json"),
    path("advice/notices/", notice_pages.notices, name="notices"),
    path("advice/policy/", about.policy, name="policy"),
    path("advice/reviewers/", about.reviewers, name="reviewers"),
    path("advice/pictures/<str:file>", reading.picture, name="picture"),
    path("advice/topics/<slug:slug>/", reading.topic, name="topic"),
    path("advice/write/", writing.letter, name="letter"),
    path("letters/<str:token>/", writing.letter_fate, name="letter_fate"),
    path("sitemap.xml", kept_by_caches(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", about.robots, name="robots"),
    path("advice/<slug:slug>/", reading.post, name="post"),
    path("advice/<slug:slug>/event.ics", notice_pages.calendar, name="event"),
    path("newsletter/", newsletter_pages.newsletter, name="newsletter"),
    path("newsletter/confirm/<str:token>/", newsletter_pages.confirm, name="newsletter_confirm"),
    path("newsletter/<str:key>/", newsletter_pages.choices, name="newsletter_choices"),
    path("newsletter/<str:key>/leave/", newsletter_pages.leave, name="newsletter_leave"),
]
