"""Addresses of publishing inside a programme, for its parties."""

from django.urls import path

from trellis.publishing import views

app_name = "publication"
urlpatterns = [
    path("", views.publications, name="publications"),
    path("new/", views.propose, name="propose"),
    path("open/", views.figures_open, name="figures-open"),
    path("identifier/", views.identifier, name="identifier"),
    path("iati.xml", views.iati, name="iati"),
    path("reviews/<str:review>/pack.pdf", views.review_pack, name="review-pack"),
]
