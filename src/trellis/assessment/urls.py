"""Addresses of needs in a programme: `p/<programme>/needs/`."""

from django.urls import path

from trellis.assessment import views, views_acts, views_priorities

app_name = "assessment"
urlpatterns = [
    path("", views.index, name="index"),
    path("gaps/", views.gaps, name="gaps"),
    path("open/", views_acts.open_, name="open"),
    path("priorities/", views_priorities.priorities, name="priorities"),
    path("priorities/rank/", views_priorities.rank, name="rank"),
    path("priorities/<uuid:priority>/", views_priorities.priority, name="priority"),
    path("<uuid:assessment>/", views.assessment, name="assessment"),
    path("<uuid:assessment>/map/", views.map, name="map"),
    path("<uuid:assessment>/compare/", views.compare, name="compare"),
    path("<uuid:assessment>/amend/", views_acts.amend, name="amend"),
    path("<uuid:assessment>/waive/", views_acts.waive, name="waive"),
    path("<uuid:assessment>/close/", views_acts.close, name="close"),
]
