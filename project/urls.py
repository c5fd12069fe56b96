"""Where every address goes."""

from allauth.account import views
from django.urls import include, path, re_path

from project.health import health

# Only what an invited person needs. The library's pages of mail addresses are left out: an
# address that nobody verified would open an account.
account_urls = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
urlpatterns = [
    path("health", health, name="health"),
    path("account/keys/", include("requests_app.api.key_urls")),
    path("account/", include(account_urls)),
    path("work/analytics/process/", include("analytics.dashboards.process_urls")),
    path("work/analytics/measures/", include("analytics.dashboards.measures_urls")),
    path("work/analytics/cost/", include("analytics.dashboards.cost_urls")),
    path("work/analytics/forecast/", include("analytics.dashboards.forecast_urls")),
    path("work/", include("requests_app.staff.urls")),
    path("administration/", include("requests_app.administration.urls")),
    path("api/analytics/", include("analytics.api.urls")),
    path("api/", include("requests_app.api.urls")),
    path("overview/", include("analytics.dashboards.urls")),
    path("logs/", include("analytics.imports.urls")),
    path("reports/", include("analytics.reports.urls")),
    path("proof/", include("audit.urls")),
    path("", include("requests_app.portal.urls")),
]
handler400 = "project.errors.bad_request"
handler403 = "project.errors.forbidden"
handler404 = "project.errors.missing"
handler429 = "project.errors.too_many"
handler500 = "project.errors.broken"
