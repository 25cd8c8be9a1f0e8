"""Addresses of law."""

from django.urls import path

from trellis.law import views

app_name = "law"
urlpatterns = [
    path("questions/", views.questions, name="questions"),
    path("questions/open/", views.question_open, name="question-open"),
    path("questions/<uuid:question>/", views.question, name="question"),
]
