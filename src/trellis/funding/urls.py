"""Addresses of funding."""

from django.urls import path

from trellis.funding import draft_views, milestone_views, views

app_name = "funding"
urlpatterns = [
    path("", views.commitments, name="commitments"),
    path("drafts/new/", draft_views.draft_new, name="draft-new"),
    path("drafts/<uuid:draft>/", draft_views.draft, name="draft"),
    path("drafts/<uuid:draft>/propose/", draft_views.draft_propose, name="draft-propose"),
    path("drafts/<uuid:draft>/delete/", draft_views.draft_delete, name="draft-delete"),
    path("commitments/<uuid:commitment>/", views.commitment, name="commitment"),
    path("tranches/<uuid:tranche>/", views.tranche, name="tranche"),
    path("tranches/<uuid:tranche>/release/", views.tranche_release, name="tranche-release"),
    path("releases/<uuid:release>/pay/", views.payment_sent, name="payment-sent"),
    path("payments/<uuid:payment>/receipt/", views.payment_receipt, name="payment-receipt"),
    path("milestones/<uuid:milestone>/", milestone_views.milestone, name="milestone"),
    path("milestones/<uuid:milestone>/lock/", milestone_views.milestone_lock, name="milestone-lock"),
    path("milestones/<uuid:milestone>/claim/", milestone_views.claim, name="claim"),
    path("milestones/<uuid:milestone>/accept/", milestone_views.milestone_accept, name="milestone-accept"),
    path("claims/<uuid:claim>/verify/", milestone_views.claim_verify, name="claim-verify"),
]
