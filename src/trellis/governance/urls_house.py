"""Addresses of governance outside a programme."""

from django.urls import path

from trellis.governance import views_founding, views_home, views_joining, views_ledger, views_signing

urlpatterns = [
    path("", views_home.work_list, name="home"),
    path("programmes/", views_home.programmes, name="programmes"),
    path("foundings/draft/", views_founding.found, name="found"),
    path("foundings/<uuid:founding>/", views_founding.founding, name="founding"),
    path("foundings/<uuid:founding>/sign/", views_founding.sign, name="founding-sign"),
    path("foundings/<uuid:founding>/file/", views_signing.founding_file, name="founding-file"),
    path("decisions/sign/<uuid:unsigned>/", views_signing.sign, name="decision-sign"),
    path("decisions/sign/<uuid:unsigned>/file/", views_signing.file, name="decision-sign-file"),
    path("foundings/<uuid:founding>/abandon/", views_founding.abandon, name="founding-abandon"),
    path("joinings/<uuid:decision>/", views_joining.joining, name="joining"),
    path("joinings/<uuid:decision>/sign/", views_joining.sign, name="joining-sign"),
    path("joinings/<uuid:decision>/decline/", views_joining.decline, name="joining-decline"),
    path("ledger/", views_ledger.ledger, name="ledger"),
    path("ledger/<uuid:stream>/verify/", views_ledger.verify, name="ledger-verify"),
    path("ledger/<uuid:stream>/export/", views_ledger.export, name="ledger-export"),
    path("ledger/<uuid:stream>/checkpoint/", views_ledger.checkpoint_take, name="checkpoint-take"),
    path("ledger/checkpoints/<uuid:checkpoint>/", views_ledger.checkpoint, name="checkpoint"),
]
