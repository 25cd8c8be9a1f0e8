"""Addresses of the exchange's pages; those of its TAXII server are in `taxii.urls`."""

from django.urls import path

from trellis.exchange import views, views_agreements, views_log, views_objects, views_share, views_sources

app_name = "exchange"
urlpatterns = [
    path("", views.home, name="home"),
    path("agreements/", views_agreements.agreements, name="agreements"),
    path("agreements/new/", views_agreements.agreement_propose, name="agreement-new"),
    path("agreements/<uuid:agreement>/", views_agreements.agreement, name="agreement"),
    path("agreements/<uuid:agreement>/amend/", views_agreements.agreement_propose, name="agreement-amend"),
    path("agreements/<uuid:agreement>/leave/", views_agreements.agreement_leave, name="agreement-leave"),
    path("collections/new/", views.collection_new, name="collection-new"),
    path("collections/<uuid:collection>/", views.collection, name="collection"),
    path("collections/<uuid:collection>/close/", views.collection_close, name="collection-close"),
    path("collections/<uuid:collection>/share/", views_share.share, name="share"),
    path("collections/<uuid:collection>/share/misp/", views_share.share_misp, name="share-misp"),
    path("collections/<uuid:collection>/share/<slug:kind>/", views_share.share_kind, name="share-kind"),
    path("objects/<uuid:object>/", views_objects.object_, name="object"),
    path("objects/<uuid:object>/relate/", views_objects.object_relate, name="object-relate"),
    path("objects/<uuid:object>/mark/", views_objects.object_mark, name="object-mark"),
    path("objects/<uuid:object>/withdraw/", views_objects.object_withdraw, name="object-withdraw"),
    path("objects/<uuid:object>/acknowledge/", views_objects.object_acknowledge, name="object-acknowledge"),
    path("withdrawals/", views.withdrawals, name="withdrawals"),
    path("log/", views_log.log, name="log"),
    path("log/share/", views_log.log_share, name="log-share"),
    path("sources/", views_sources.sources, name="sources"),
    path("sources/new/", views_sources.source_new, name="source-new"),
    path("sources/<uuid:source>/", views_sources.source, name="source"),
    path("sources/<uuid:source>/read/", views_sources.source_read, name="source-read"),
    path("sources/<uuid:source>/secret/", views_sources.source_secret, name="source-secret"),
    path("sources/<uuid:source>/pause/", views_sources.source_pause, name="source-pause"),
    path("sources/<uuid:source>/resume/", views_sources.source_resume, name="source-resume"),
    path("sources/<uuid:source>/remove/", views_sources.source_remove, name="source-remove"),
]
