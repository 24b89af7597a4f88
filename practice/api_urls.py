"""The JSON door: each room brings its own part; names live in the one namespace "api"."""

from advice.api import urlpatterns as advice_urls
from booking.api import urlpatterns as booking_urls

urlpatterns = [*advice_urls, *booking_urls]
