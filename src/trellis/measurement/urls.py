"""Addresses of measurement."""

from django.urls import path

from trellis.measurement import views, views_dictionary

app_name = "measurement"
urlpatterns = [
    path("", views.scorecard, name="scorecard"),
    path("history/", views.history, name="history"),
    path("indicators/<uuid:indicator>/", views.indicator, name="indicator"),
    path("indicators/<uuid:indicator>/record/", views.reading_record, name="reading-record"),
    path("readings/", views.readings, name="readings"),
    path("readings/import/", views.readings_import, name="readings-import"),
    path("readings/template/", views.readings_template, name="readings-template"),
    path("readings/<uuid:reading>/", views.reading, name="reading"),
    path("dictionary/", views_dictionary.dictionary, name="dictionary"),
    path("dictionary/draft/", views_dictionary.draft, name="dictionary-draft"),
    path("dictionary/draft/indicator/", views_dictionary.draft_indicator, name="draft-indicator-new"),
    path(
        "dictionary/draft/indicator/<uuid:indicator>/",
        views_dictionary.draft_indicator,
        name="draft-indicator",
    ),
]
