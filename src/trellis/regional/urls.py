"""Addresses of the regional area, inside a programme."""

from django.urls import path

from trellis.regional import views, views_assistance, views_times

app_name = "regional"
urlpatterns = [
    path("", views.home, name="home"),
    path("certs/new/", views.cert_new, name="cert-new"),
    path("certs/<uuid:cert>/", views.cert, name="cert"),
    path("certs/<uuid:cert>/correct/", views.cert_correct, name="cert-correct"),
    path("certs/<uuid:cert>/contacts/new/", views.contact_new, name="contact-new"),
    path("certs/<uuid:cert>/contacts/import/", views.contacts_import, name="contacts-import"),
    path("contacts/", views.contacts, name="contacts"),
    path("contacts/template/", views.contacts_template, name="contacts-template"),
    path("contacts/share/", views.directory_share, name="directory-share"),
    path("contacts/<uuid:contact>/", views.contact, name="contact"),
    path("contacts/<uuid:contact>/correct/", views.contact_correct, name="contact-correct"),
    path("contacts/<uuid:contact>/retract/", views.contact_retract, name="contact-retract"),
    path("assistance/", views_assistance.requests, name="requests"),
    path("assistance/new/", views_assistance.request_new, name="request-new"),
    path("assistance/times/", views_times.times, name="times"),
    path("assistance/times/share/", views_times.times_share, name="times-share"),
    path("assistance/<uuid:request_id>/", views_assistance.request_, name="request"),
    path("assistance/<uuid:request_id>/correct/", views_assistance.request_correct, name="request-correct"),
    path("assistance/<uuid:request_id>/offer/", views_assistance.offer_new, name="offer-new"),
    path("assistance/<uuid:request_id>/decline/", views_assistance.request_decline, name="request-decline"),
    path("assistance/<uuid:request_id>/close/", views_assistance.request_close, name="request-close"),
    path("assistance/<uuid:request_id>/steps/<uuid:move>/", views_assistance.move_correct, name="move-correct"),
    path("offers/<uuid:offer>/accept/", views_assistance.offer_accept, name="offer-accept"),
    path("offers/<uuid:offer>/decline/", views_assistance.offer_decline, name="offer-decline"),
    path("offers/<uuid:offer>/withdraw/", views_assistance.offer_withdraw, name="offer-withdraw"),
    path("offers/<uuid:offer>/arrival/", views_assistance.arrival, name="arrival"),
]
