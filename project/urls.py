"""Where every address goes."""

from django.urls import include, path

from project.health import health

urlpatterns = [
    path("health", health, name="health"),
    path("account/", include("allauth.account.urls")),
    path("work/", include("requests_app.staff.urls")),
    path("administration/", include("requests_app.administration.urls")),
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
