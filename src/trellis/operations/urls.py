"""Addresses of operations."""

from django.urls import path

from trellis.operations import views, views_compare, views_figures, views_import, views_register

app_name = "operations"
urlpatterns = [
    path("", views.incidents, name="incidents"),
    path("new/", views.incident_new, name="incident-new"),
    path("quick/", views_register.incident_quick, name="incident-quick"),
    path("duplicates/", views_register.incident_duplicates, name="duplicates"),
    path("figures/", views_figures.figures, name="figures"),
    path("figures/groups/", views_compare.times_breakdown, name="breakdown"),
    path("before-after/", views_compare.before_after, name="before-after"),
    path("compare/", views_figures.compare, name="compare"),
    path("import/", views_import.import_new, name="import-new"),
    path("import/template/<slug:kind>/", views_import.import_template, name="import-template"),
    path("import/<uuid:report>/", views_import.import_report, name="import"),
    path("import/<uuid:report>/write/", views_import.import_write, name="import-write"),
    path("import/<uuid:report>/columns/", views_register.import_columns, name="import-columns"),
    path("import/<uuid:report>/csv/", views_import.import_csv, name="import-csv"),
    path("<uuid:incident>/", views.incident, name="incident"),
    path("<uuid:incident>/correct/", views.incident_correct, name="incident-correct"),
    path("<uuid:incident>/retract/", views.incident_retract, name="incident-retract"),
    path("<uuid:incident>/same/<uuid:other>/", views_register.incident_same, name="incident-same"),
    path("<uuid:incident>/same/<uuid:other>/undo/", views_register.incident_same_undo, name="incident-same-undo"),
    path("<uuid:incident>/history/", views.history, name="history"),
]
