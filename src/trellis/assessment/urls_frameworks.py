"""Addresses of the library of frameworks: `frameworks/`."""

from django.urls import path, re_path

from trellis.assessment import views_frameworks

app_name = "frameworks"
urlpatterns = [
    path("", views_frameworks.index, name="index"),
    re_path(r"^template\.(?P<kind>csv|xlsx)$", views_frameworks.template, name="template"),
    re_path(r"^(?P<hash>[0-9a-f]{64})/$", views_frameworks.framework, name="framework"),
    re_path(r"^(?P<hash>[0-9a-f]{64})\.(?P<kind>csv|xlsx)$", views_frameworks.download, name="download"),
]
