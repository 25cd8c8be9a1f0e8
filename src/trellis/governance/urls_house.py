"""Addresses of governance outside a programme."""

from django.urls import path

from trellis.governance import views_founding, views_home, views_ledger

urlpatterns = [
    path("", views_home.work_list, name="home"),
    path("programmes/", views_home.programmes, name="programmes"),
    path("foundings/draft/", views_founding.found, name="found"),
    path("foundings/<uuid:founding>/", views_founding.founding, name="founding"),
    path("foundings/<uuid:founding>/sign/", views_founding.sign, name="founding-sign"),
    path("foundings/<uuid:founding>/abandon/", views_founding.abandon, name="founding-abandon"),
    path("ledger/", views_ledger.ledger, name="ledger"),
    path("ledger/<uuid:stream>/verify/", views_ledger.verify, name="ledger-verify"),
    path("ledger/<uuid:stream>/export/", views_ledger.export, name="ledger-export"),
    path("ledger/<uuid:stream>/checkpoint/", views_ledger.checkpoint_take, name="checkpoint-take"),
    path("ledger/checkpoints/<uuid:checkpoint>/", views_ledger.checkpoint, name="checkpoint"),
]
