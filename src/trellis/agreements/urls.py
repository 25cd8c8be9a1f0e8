"""Addresses of agreements."""

from django.urls import path

from trellis.agreements import views

app_name = "agreements"
urlpatterns = [
    path("", views.agreements, name="agreements"),
    path("drafts/new/", views.draft_edit, name="draft-new"),
    path("drafts/<uuid:draft>/", views.draft_edit, name="draft"),
    path("drafts/<uuid:draft>/propose/", views.draft_propose, name="draft-propose"),
    path("drafts/<uuid:draft>/delete/", views.draft_delete, name="draft-delete"),
    path("<uuid:agreement>/", views.agreement, name="agreement"),
    path("<uuid:agreement>/amend/", views.draft_amend, name="amend"),
    path("<uuid:agreement>/v<int:version>/", views.text, name="text"),
]
