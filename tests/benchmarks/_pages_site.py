"""The site under its own middleware, with two views beside it to compare the column's pages to."""

from importlib import import_module

from django.conf import settings
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from practice.wsgi import application as application

ITEMS = [{"title": f"Item {number}", "text": "A sentence about it.", "url": f"/{number}/"} for number in range(10)]
TEMPLATE = (
    "<ul>{% for item in items %}<li><a href='{{ item.url }}'>{{ item.title }}</a> {{ item.text }}</li>{% endfor %}</ul>"
)


def constant(request):
    return HttpResponse("The same words each time.")


def ten_items(request):
    return HttpResponse(_template().render({"items": ITEMS}, request))


def _template(made=[]):  # noqa: B006 - compiled once
    if not made:
        made.append(engines["django"].from_string(TEMPLATE))
    return made[0]


urlpatterns = [
    path("bench/constant/", constant),
    path("bench/items/", ten_items),
    *import_module("practice.urls").urlpatterns,
]
settings.ROOT_URLCONF, settings.DEBUG = __name__, False  # a site that debugs keeps every query
