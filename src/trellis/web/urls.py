"""Root of all addresses; each area brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from trellis.core.languages import choose
from trellis.web.api import api

PROGRAMME = "p/<uuid:programme>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
    path("language/<slug:code>/", choose, name="language"),
    path("", include("trellis.parties.urls")),
    path("", include("trellis.governance.urls_house")),
    path(PROGRAMME, include("trellis.governance.urls")),
    path("", include("trellis.sharing.urls")),
    path(PROGRAMME + "law/", include("trellis.law.urls")),
    path(PROGRAMME + "needs/", include("trellis.assessment.urls")),
    path("frameworks/", include("trellis.assessment.urls_frameworks")),
    path("answers/", include("trellis.assessment.urls_answers")),
    path(PROGRAMME + "plan/", include("trellis.planning.urls")),
    path(PROGRAMME + "agreements/", include("trellis.agreements.urls")),
    path("", include("trellis.assets.urls")),
    path(PROGRAMME + "money/", include("trellis.funding.urls")),
    path(PROGRAMME + "results/", include("trellis.measurement.urls")),
    path(PROGRAMME + "handover/", include("trellis.handover.urls")),
    path("incidents/", include("trellis.operations.urls")),
    path("operations/", include("trellis.operations.practice.urls")),
    path(PROGRAMME + "delivery/", include("trellis.delivery.urls")),
    path(PROGRAMME + "regional/", include("trellis.regional.urls")),
    path(PROGRAMME + "publication/", include("trellis.publishing.urls_programme")),
    path("public/", include("trellis.publishing.urls")),
    path(PROGRAMME + "exchange/", include("trellis.exchange.urls")),
    path("taxii2/", include("trellis.exchange.taxii.urls")),
]
