"""The column's public pages."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from advice.feeds import NewestPosts
from advice.sitemaps import SITEMAPS
from advice.views import about, asking, reading, writing

app_name = "advice"
urlpatterns = [
    path("", reading.home, name="home"),
    path("ask/", asking.ask, name="ask"),
    path("advice/", reading.post_list, name="list"),
    path("advice/feed/", NewestPosts(), name="feed"),
    path("advice/policy/", about.policy, name="policy"),
    path("advice/reviewers/", about.reviewers, name="reviewers"),
    path("advice/topics/<slug:slug>/", reading.topic, name="topic"),
    path("advice/write/", writing.letter, name="letter"),
    path("letters/<str:token>/", writing.letter_fate, name="letter_fate"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", about.robots, name="robots"),
    path("advice/<slug:slug>/", reading.post, name="post"),
]
