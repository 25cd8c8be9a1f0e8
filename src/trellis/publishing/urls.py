"""Addresses of the public site."""

from django.urls import path

from trellis.publishing import views_public as views

app_name = "publishing"
urlpatterns = [
    path("", views.programmes, name="programmes"),
    path("<uuid:programme>/", views.programme, name="programme"),
    path("<uuid:programme>/<uuid:publication>/", views.programme, name="publication"),
    path("<uuid:programme>/<uuid:publication>/data.<slug:ending>", views.file, name="file"),
]
