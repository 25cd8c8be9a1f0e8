"""Addresses of sharing: names without a namespace that every page may link to, `sharing:` for the rest."""

from django.urls import include, path

from trellis.sharing import (
    views_access,
    views_consent,
    views_evidence,
    views_figures,
    views_grants,
    views_search,
)

CONSENTS = "p/<uuid:programme>/consents/"

inside = [
    path("sharing/", views_grants.grants, name="grants"),
    path("sharing/make/", views_grants.grant_make, name="grant-make"),
    path("sharing/<uuid:grant>/", views_grants.grant, name="grant"),
    path("access/readings/<uuid:reading>/", views_access.reading, name="reading"),
    path("access/records/<str:kind>/<uuid:subject>/", views_access.record, name="record"),
    path("evidence/", views_evidence.evidence_list, name="evidence-list"),
    path("evidence/add/", views_evidence.evidence_add, name="evidence-add"),
    path("evidence/<uuid:evidence>/", views_evidence.evidence, name="evidence"),
    path("evidence/<uuid:evidence>/download/", views_evidence.evidence_download, name="evidence-download"),
    path(CONSENTS, views_consent.consents, name="consents"),
    path(CONSENTS + "ask/", views_consent.consent_ask, name="consent-ask"),
    path(CONSENTS + "give/", views_consent.consent_give, name="consent-give"),
    path(CONSENTS + "<uuid:consent>/", views_consent.consent, name="consent"),
    path(CONSENTS + "requests/<uuid:consent>/", views_consent.consent_request, name="consent-request"),
]

urlpatterns = [
    path("access/", views_access.access, name="access"),
    path("search/", views_search.search, name="search"),
    path("figures/<str:kind>/", views_figures.figure, name="figure"),
    path("accessibility/", views_search.accessibility, name="accessibility"),
    path("", include((inside, "sharing"))),
]
