"""Every address of the house. Public pages stand under /es/ in Spanish too; desks and doors for machines do not."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from practice.dashboard import health
from practice.look.views import style_guide as style_guide_page
from practice.messaging import mail_webhooks
from practice.staff.doors import staff_only

style_guide = [path("", staff_only(style_guide_page), name="style_guide")]

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("sms/", include("practice.messaging.webhook_urls")),
    path("mail/bounced/", mail_webhooks.bounced, name="mail_bounced"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", require_safe(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="api_docs"),
    path("api/v1/", include(("practice.api_urls", "api"))),
    path("accounts/", include("allauth.urls")),
    path("desk/", include("practice.dashboard.urls")),
    path("desk/styleguide/", include((style_guide, "look"))),
    path("desk/alerts/", include("practice.crisis.desk_urls")),
    path("desk/texts/", include("practice.messaging.desk_urls")),
    path("desk/column/", include("advice.desk_urls")),
    path("desk/diary/", include("booking.desk_urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns += [path("demo/", include("practice.demo.urls"))]

urlpatterns += i18n_patterns(
    path("crisis/", include("practice.crisis.urls")),
    path("", include("advice.urls")),  # first, because most people come to read
    path("", include("practice.messaging.urls")),
    path("", include("booking.urls")),
    prefix_default_language=False,
)

handler400 = "practice.look.views.bad_request"
handler403 = "practice.look.views.forbidden"
handler404 = "practice.look.views.not_found"
handler500 = "practice.look.views.server_error"
