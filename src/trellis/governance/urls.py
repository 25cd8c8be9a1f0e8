"""Addresses of governance inside a programme."""

from django.urls import path

from trellis.governance import views_committee, views_decisions, views_home, views_matrix, views_parties

app_name = "governance"
urlpatterns = [
    path("", views_home.programme, name="programme"),
    path("stage/", views_home.stage, name="stage"),
    path("decisions/", views_decisions.decisions, name="decisions"),
    path("decisions/register/", views_decisions.register, name="register"),
    path("decisions/<uuid:decision>/", views_decisions.decision, name="decision"),
    path("decisions/<uuid:decision>/turn/", views_decisions.turn, name="turn"),
    path("decisions/<uuid:decision>/take-back/", views_decisions.take_back, name="take-back"),
    path("decisions/<uuid:decision>/adopt/", views_decisions.adopt, name="adopt"),
    path("decisions/<uuid:decision>/place/", views_decisions.place, name="place"),
    path("decisions/<uuid:decision>/reject/", views_decisions.reject, name="reject"),
    path("decisions/<uuid:decision>/withdraw/", views_decisions.withdraw, name="withdraw"),
    path("decisions/<uuid:decision>/dissent/", views_decisions.dissent, name="dissent"),
    path("decisions/<uuid:decision>/redact/", views_decisions.redact, name="redact"),
    path("matrix/", views_matrix.matrix, name="matrix"),
    path("matrix/<str:kind>/", views_matrix.right, name="right"),
    path("parameters/", views_matrix.parameters, name="parameters"),
    path("parameters/<str:name>/", views_matrix.parameter, name="parameter"),
    path("committee/", views_committee.committee, name="committee"),
    path("committee/meetings/record/", views_committee.meeting_record, name="meeting-record"),
    path("committee/meetings/<uuid:meeting>/", views_committee.meeting, name="meeting"),
    path("committee/meetings/<uuid:meeting>/correct/", views_committee.meeting_correct, name="meeting-correct"),
    path("parties/", views_parties.parties_page, name="parties"),
    path("parties/add/", views_parties.party_add, name="party-add"),
    path("parties/seats/", views_parties.seats_change, name="seats-change"),
    path("reviews/", views_committee.reviews, name="reviews"),
    path("reviews/<str:first>/", views_committee.review, name="review"),
]
