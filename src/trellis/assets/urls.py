"""Addresses of security tests: one's own, and under a programme the counts of its parties."""

from django.urls import path

from trellis.assets import views, views_findings, views_tests

app_name = "assets"
PROGRAMME = "p/<uuid:programme>/security-tests/"
OWN = "security-tests/"
TEST, FINDING = OWN + "<uuid:test>/", OWN + "findings/<uuid:finding>/"
PAPER = OWN + "authorisations/<uuid:authorisation>/"
urlpatterns = [
    path(PROGRAMME, views.counts, name="counts"),
    path(PROGRAMME + "share/", views.share, name="share"),
    path(OWN, views.tests, name="tests"),
    path(OWN + "new/", views_tests.test_new, name="test-new"),
    path(OWN + "findings/", views.findings, name="findings"),
    path(OWN + "findings/template/<slug:kind>/", views_findings.findings_template, name="findings-template"),
    path(FINDING, views_findings.finding, name="finding"),
    path(FINDING + "correct/", views_findings.finding_correct, name="finding-correct"),
    path(FINDING + "fix/", views_findings.finding_fix, name="finding-fix"),
    path(FINDING + "retract/", views_findings.finding_retract, name="finding-retract"),
    path(PAPER, views_tests.authorisation, name="authorisation"),
    path(PAPER + "withdraw/", views_tests.authorisation_withdraw, name="authorisation-withdraw"),
    path(TEST, views_tests.test, name="test"),
    path(TEST + "correct/", views_tests.test_correct, name="test-correct"),
    path(TEST + "begin/", views_tests.test_begin, name="test-begin"),
    path(TEST + "end/", views_tests.test_end, name="test-end"),
    path(TEST + "reported/", views_tests.test_reported, name="test-reported"),
    path(TEST + "retract/", views_tests.test_retract, name="test-retract"),
    path(TEST + "authorise/", views_tests.authorisation_new, name="authorisation-new"),
    path(TEST + "findings/new/", views_findings.finding_new, name="finding-new"),
    path(TEST + "findings/import/", views_findings.findings_import, name="findings-import"),
]
