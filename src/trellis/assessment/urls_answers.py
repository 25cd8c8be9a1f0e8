"""Addresses for who is asked, in the programme or not: `answers/`."""

from django.urls import path

from trellis.assessment import views_answers

app_name = "answers"
urlpatterns = [
    path("", views_answers.index, name="index"),
    path("<uuid:assessment>/", views_answers.assessment, name="assessment"),
    path("<uuid:assessment>/<path:code>/", views_answers.answer, name="answer"),
]
