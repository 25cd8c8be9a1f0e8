"""Addresses of the TAXII server."""

from django.urls import path, register_converter

from trellis.exchange.taxii import views


class Rest:
    """All that is left of a path, of whatever characters."""

    regex = "(?s:.+)"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(Rest, "rest")

app_name = "taxii"
COLLECTION = "<uuid:root>/collections/<str:collection>/"
OBJECT = COLLECTION + "objects/<str:object>/"

urlpatterns = [
    path("", views.discovery, name="discovery"),
    path("<uuid:root>/", views.root, name="root"),
    path("<uuid:root>/status/<uuid:status>/", views.status, name="status"),
    path("<uuid:root>/collections/", views.collections, name="collections"),
    path(COLLECTION, views.collection, name="collection"),
    path(COLLECTION + "manifest/", views.manifest, name="manifest"),
    path(COLLECTION + "objects/", views.objects, name="objects"),
    path(OBJECT, views.object_, name="object"),
    path(OBJECT + "versions/", views.versions, name="versions"),
    # Anything else is answered in TAXII's form too, and never redirected.
    path("<rest:rest>", views.elsewhere, name="elsewhere"),
]
