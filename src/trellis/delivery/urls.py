"""Addresses of delivery, inside a programme."""

from django.urls import path

from trellis.delivery import views, views_import

app_name = "delivery"
urlpatterns = [
    path("", views.courses, name="courses"),
    path("new/", views.course_new, name="course-new"),
    path("template/<slug:kind>/", views_import.scores_template, name="scores-template"),
    path("<uuid:course>/", views.course, name="course"),
    path("<uuid:course>/correct/", views.course_correct, name="course-correct"),
    path("<uuid:course>/retract/", views.course_retract, name="course-retract"),
    path("<uuid:course>/participant/", views.participant, name="participant"),
    path("<uuid:course>/import/", views_import.scores_new, name="scores-new"),
    path("<uuid:course>/import/<uuid:report>/", views_import.scores, name="scores"),
    path("<uuid:course>/import/<uuid:report>/write/", views_import.scores_write, name="scores-write"),
    path("<uuid:course>/import/<uuid:report>/csv/", views_import.scores_csv, name="scores-csv"),
]
