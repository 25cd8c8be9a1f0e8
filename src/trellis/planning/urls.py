"""Addresses of the plan in a programme: `p/<programme>/plan/`."""

from django.urls import path, re_path

from trellis.planning import views, views_drafts

app_name = "planning"
KIND = r"(?P<kind>csv|xlsx)"
urlpatterns = [
    path("", views.index, name="index"),
    re_path(rf"^activities\.{KIND}$", views.export, name="export"),
    re_path(rf"^template\.{KIND}$", views_drafts.template, name="template"),
    path("activities/<uuid:activity>/", views.activity, name="activity"),
    path("direction/", views.direction, name="direction"),
    path("direction/set/", views.direction_set, name="direction-set"),
    path("drafts/new/", views_drafts.draft_new, name="draft-new"),
    path("drafts/<uuid:draft>/", views_drafts.draft, name="draft"),
    path("drafts/<uuid:draft>/heading/", views_drafts.heading, name="heading"),
    path("drafts/<uuid:draft>/activity/", views_drafts.activity_edit, name="activity-new"),
    path("drafts/<uuid:draft>/activity/<uuid:activity>/", views_drafts.activity_edit, name="activity-edit"),
    path(
        "drafts/<uuid:draft>/activity/<uuid:activity>/remove/",
        views_drafts.activity_remove,
        name="activity-remove",
    ),
    path("drafts/<uuid:draft>/rebase/", views_drafts.draft_rebase, name="draft-rebase"),
    path("drafts/<uuid:draft>/delete/", views_drafts.draft_delete, name="draft-delete"),
    path("drafts/<uuid:draft>/propose/", views_drafts.draft_propose, name="draft-propose"),
    path("drafts/<uuid:draft>/import/", views_drafts.draft_import, name="draft-import"),
    re_path(
        rf"^drafts/(?P<draft>[0-9a-f-]{{36}})/activities\.{KIND}$",
        views_drafts.draft_export,
        name="draft-export",
    ),
]
