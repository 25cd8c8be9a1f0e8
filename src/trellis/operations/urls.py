"""Addresses of operations."""

from django.urls import path

from trellis.operations import views, views_figures, views_import

app_name = "operations"
urlpatterns = [
    path("", views.incidents, name="incidents"),
    path("new/", views.incident_new, name="incident-new"),
    path("figures/", views_figures.figures, name="figures"),
    path("compare/", views_figures.compare, name="compare"),
    path("import/", views_import.import_new, name="import-new"),
    path("import/template/<slug:kind>/", views_import.import_template, name="import-template"),
    path("import/<uuid:report>/", views_import.import_report, name="import"),
    path("import/<uuid:report>/write/", views_import.import_write, name="import-write"),
    path("import/<uuid:report>/csv/", views_import.import_csv, name="import-csv"),
    path("<uuid:incident>/", views.incident, name="incident"),
    path("<uuid:incident>/correct/", views.incident_correct, name="incident-correct"),
    path("<uuid:incident>/retract/", views.incident_retract, name="incident-retract"),
    path("<uuid:incident>/history/", views.history, name="history"),
]
