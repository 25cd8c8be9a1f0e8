"""Addresses of measurement."""

from django.urls import path

from trellis.measurement import views, views_dictionary, views_joins

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
    path("policies/", views_joins.policies, name="policies"),
    path("policies/new/", views_joins.policy_new, name="policy-new"),
    path("policies/<uuid:policy>/", views_joins.policy, name="policy"),
    path("policies/<uuid:policy>/retract/", views_joins.policy_retract, name="policy-retract"),
    path("cooperation/", views_joins.cooperation, name="cooperation"),
    path("cooperation/new/", views_joins.pair_new, name="pair-new"),
    path("cooperation/share/", views_joins.joins_share, name="joins-share"),
    path("cooperation/<uuid:pair>/", views_joins.pair, name="pair"),
    path("cooperation/<uuid:pair>/retract/", views_joins.pair_retract, name="pair-retract"),
    path("detection/", views_joins.detection, name="detection"),
    path("dictionary/", views_dictionary.dictionary, name="dictionary"),
    path("dictionary/draft/", views_dictionary.draft, name="dictionary-draft"),
    path("dictionary/draft/indicator/", views_dictionary.draft_indicator, name="draft-indicator-new"),
    path(
        "dictionary/draft/indicator/<uuid:indicator>/",
        views_dictionary.draft_indicator,
        name="draft-indicator",
    ),
]
