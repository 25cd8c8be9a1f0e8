"""Addresses of hunting, hygiene, exposure, alerts, planted events and known exploited weaknesses."""

from django.urls import path

from trellis.operations.practice import views, views_kev
from trellis.operations.practice.books import BOOKS

app_name = "practice"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("kev/catalogue/", views_kev.kev_catalogue, name="kev-catalogue"),
    path("kev/catalogue/load/", views_kev.kev_load, name="kev-load"),
    path("kev/catalogue/unused/", views_kev.kev_unused, name="kev-unused"),
]
for _book in BOOKS:
    _given = {"book": _book}
    urlpatterns += [
        path(f"{_book.key}/", views.listing, _given, name=f"{_book.noun}-list"),
        path(f"{_book.key}/new/", views.record_new, _given, name=f"{_book.noun}-new"),
        path(f"{_book.key}/<uuid:record>/", views.record_one, _given, name=_book.noun),
        path(f"{_book.key}/<uuid:record>/correct/", views.record_correct, _given, name=f"{_book.noun}-correct"),
        path(f"{_book.key}/<uuid:record>/retract/", views.record_retract, _given, name=f"{_book.noun}-retract"),
    ]
