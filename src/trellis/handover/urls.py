"""Addresses of handover."""

from django.urls import path

from trellis.handover import views, views_acts

app_name = "handover"
urlpatterns = [
    path("", views.functions, name="functions"),
    path("functions/enter/", views_acts.function_enter, name="function-enter"),
    path("functions/<uuid:function>/", views.function, name="function"),
    path("functions/<uuid:function>/change/", views_acts.function_enter, name="function-change"),
    path("functions/<uuid:function>/plan/", views_acts.plan, name="plan"),
    path("functions/<uuid:function>/choice/", views_acts.choice, name="choice"),
    path("functions/<uuid:function>/step/", views_acts.step, name="step"),
    path(
        "functions/<uuid:function>/evidence/<slug:criterion>/",
        views_acts.evidence_record,
        name="evidence-record",
    ),
    path("functions/<uuid:function>/presence/", views_acts.presence_record, name="presence-record"),
    path("evidence/<uuid:evidence>/", views.evidence, name="evidence"),
]
