"""REG-03: regional CERTs and the verified contact directory."""

from datetime import timedelta

import pytest

from tests.world import START, World
from trellis.core import clock, figures
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.governance.kinds import ParameterSet
from trellis.regional import doors, selectors, services
from trellis.regional.models import Cert, Contact
from trellis.regional.tests.cast import KEY, client, contact, later, team
from trellis.sharing import figures as shown


def test_reg_03_a_regional_cert_says_mandate_members_services_and_maturity(world: World) -> None:
    row = team(world, maturity="basic", maturity_by="self", maturity_on=START.date())
    found = selectors.cert(world.viewer("ministry"), world.programme, row.subject)
    assert (found.mandate, found.members) == (row.mandate, ["National CERT", "CERT of Lindaria"])
    assert found.services == ["6.1", "6.5", "9.3"], "in the framework's order"
    assert found.maturity == "basic"
    page = client(world, "ministry").get(f"/p/{world.programme}/regional/certs/{row.subject}/").content.decode()
    for words in ("Information security incident coordination", "self-declared", "no verified contact"):
        assert words in page


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"),
        ({"services": ["4.9"]}, "services"),
        ({"maturity": "expert"}, "maturity"),
        ({"maturity": "basic", "maturity_on": START.date()}, "maturity_by"),
        ({"maturity": "basic", "maturity_by": "peer"}, "maturity_on"),
        ({"established_on": START.date() + timedelta(days=1)}, "established_on"),
    ],
)
def test_reg_03_a_record_that_does_not_hold_is_refused_by_field(world: World, more: dict, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        team(world, **more)
    assert field in invalid.value.fields
    assert not Cert.records.privileged().exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"channel": "email", "address": "nobody"}, "address"),
        ({"address": "ring us"}, "address"),
        ({"fingerprint": "0123"}, "fingerprint"),
        ({"member": ""}, "member"),
    ],
)
def test_reg_03_a_contact_that_does_not_hold_is_refused_by_field(world: World, more: dict, field: str) -> None:
    row = team(world)
    with pytest.raises(Invalid) as invalid:
        contact(world, row.subject, **more)
    assert set(invalid.value.fields) == {field}


def test_reg_03_a_contact_unverified_past_the_limit_is_stale_and_flagged(world: World) -> None:
    row = team(world)
    made = contact(world, row.subject, fingerprint=KEY, hours="24/7")
    viewer, here = world.viewer("ministry"), world.programme
    assert selectors.contact(viewer, here, made.subject).state == "new"
    later(days=180)
    assert selectors.contact(viewer, here, made.subject).state == "new"
    later(seconds=1)
    found = selectors.contact(viewer, here, made.subject)
    assert found.stale
    page = client(world, "ministry").get(f"/p/{here}/regional/contacts/").content.decode()
    assert "1 contact is stale" in page and ">stale<" in page
    mine = [item.title for item in doors.work_items(world.viewer("cert"))]
    assert mine == ["Verify: National CERT, Telephone"], "the contact's own organisation is asked"
    services.contact_verify(world.viewer("cert:cert-lead"), here, made.subject)
    again = selectors.contact(viewer, here, made.subject)
    assert (again.state, again.verified_by, again.own) == ("verified", world.org("cert"), True)
    assert not doors.work_items(world.viewer("cert"))
    later(days=180, seconds=1)
    assert selectors.contact(viewer, here, made.subject).stale


def test_reg_03_the_limit_is_a_parameter(world: World) -> None:
    made = contact(world, team(world).subject)
    said = ParameterSet(name="regional.contact-limit", value="30", reason="Desks change faster here.")
    world.decide("ministry:co-chair", "parameter.set", said, "norvia:co-chair", procedure="written")
    later(days=31)
    assert selectors.contact(world.viewer("ministry"), world.programme, made.subject).stale


def test_reg_03_verifying_is_an_act_of_its_own_organisation_or_of_who_reached_it(world: World) -> None:
    made = contact(world, team(world).subject)
    assert made.organisation == world.org("cert"), "linked by its name"
    later(hours=1)
    with pytest.raises(Invalid) as invalid:
        services.contact_verify(world.viewer("ministry"), world.programme, made.subject)
    assert set(invalid.value.fields) == {"note"}, "who is not its own organisation says how it was reached"
    done = services.contact_verify(
        world.viewer("ministry"), world.programme, made.subject, note="Rang; the duty officer answered."
    )
    assert (done.way, done.owner, done.recorded_by) == ("reached", world.org("ministry"), world.people["ministry"].pk)
    for at, who in ((clock.now() + timedelta(hours=1), "future"), (START - timedelta(days=1), "before")):
        with pytest.raises(Invalid) as invalid:
            services.contact_verify(world.viewer("cert"), world.programme, made.subject, at=at)
        assert set(invalid.value.fields) == {"at"}, who


def test_reg_03_a_new_address_or_key_is_unverified_and_new_hours_are_not(world: World) -> None:
    made = contact(world, team(world).subject)
    here, centre = world.programme, world.viewer("centre")
    later(hours=1)
    services.contact_verify(world.viewer("cert"), here, made.subject)
    later(hours=1)
    services.contact_correct(centre, here, made.subject, "Longer hours", hours="24/7")
    assert selectors.contact(centre, here, made.subject).state == "verified"
    services.contact_correct(centre, here, made.subject, "New key", fingerprint=KEY)
    view = selectors.contact(centre, here, made.subject)
    assert (view.state, view.verified_at) == ("new", None)
    with pytest.raises(Conflict):
        services.contact_verify(world.viewer("cert"), here, made.subject, seen=made.pk)


def test_reg_03_only_the_owner_corrects(world: World) -> None:
    row = team(world)
    made = contact(world, row.subject)
    with pytest.raises(Refused) as refused:
        services.contact_correct(world.viewer("ministry"), world.programme, made.subject, "x", hours="never")
    assert refused.value.holders == ["Coastal Cyber Centre"]
    with pytest.raises(Refused):
        services.cert_correct(world.viewer("ministry"), world.programme, row.subject, "x", name="Ours")
    services.contact_retract(world.viewer("centre"), world.programme, made.subject, "The desk was closed.")
    assert not selectors.contacts(world.viewer("centre"), world.programme)


def test_reg_03_an_outsider_finds_nothing_and_amber_stays_inside(world: World) -> None:
    row = team(world)
    made = contact(world, row.subject, label="AMBER")
    for who in ("outsider",):
        with pytest.raises(Hidden):
            selectors.contacts(world.viewer(who), world.programme)
    assert not selectors.contacts(world.viewer("ministry"), world.programme)
    with pytest.raises(Hidden):
        services.contact_verify(world.viewer("ministry"), world.programme, made.subject, note="x")


def test_reg_03_the_directory_figure_counts_the_same_as_the_pages(world: World) -> None:
    row = team(world)
    made = contact(world, row.subject)
    contact(world, row.subject, member="CERT of Lindaria", channel="email", address="desk@cert.example")
    later(hours=1)
    services.contact_verify(world.viewer("cert"), world.programme, made.subject)
    found = figures.figure(figures.ask("regional.directory", {"programme": world.programme}))
    assert (str(found.value), found.n, found.parts["new"]) == ("0.5", 2, 1)
    assert shown.shown(world.viewer("ministry"), "regional.directory", {"programme": world.programme}).withheld_by
    for who in ("centre", "cert"):
        assert services.figures_share(world.viewer(who), world.programme, "directory") == 2
        assert services.figures_share(world.viewer(who), world.programme, "directory") == 0
    assert not shown.shown(world.viewer("ministry"), "regional.directory", {"programme": world.programme}).withheld_by


FILE = """member,duty,channel,address,fingerprint,hours,languages
National CERT,Duty desk,phone,+233 30 000 0000,,24/7,English
CERT of Lindaria,Duty desk,email,desk@cert.example,{key},Monday to Friday,French
"""


def test_reg_03_contacts_come_by_file_after_a_dry_run_and_whole_or_not_at_all(world: World) -> None:
    row, centre = team(world), world.viewer("centre")
    good = FILE.format(key=KEY).encode()
    report = services.contacts_import(centre, world.programme, row.subject, good)
    assert report.ok and len(report.accepted) == 2 and not Contact.records.privileged().exists()
    bad = good + b"Nobody,,pigeon,here,,,\nNo address,,phone,none,12,,\n"
    report = services.contacts_import(centre, world.programme, row.subject, bad)
    assert [(p.row, p.field) for p in report.problems] == [(4, "channel"), (5, "address"), (5, "fingerprint")]
    with pytest.raises(Invalid):
        services.contacts_import(centre, world.programme, row.subject, bad, dry=False)
    assert not Contact.records.privileged().exists()
    services.contacts_import(centre, world.programme, row.subject, good, dry=False)
    held = selectors.contacts(world.viewer("ministry"), world.programme)
    assert [view.state for view in held] == ["new", "new"], "a file verifies nothing"
    again = services.contacts_import(centre, world.programme, row.subject, good, dry=False)
    assert len(again.remarks) == 2 and Contact.records.privileged().count() == 2


def test_reg_03_pages_import_export_and_verify(world: World) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    row = team(world)
    browser, base = client(world, "centre"), f"/p/{world.programme}/regional"
    for path in ("/", "/certs/new/", f"/certs/{row.subject}/correct/", "/contacts/template/"):
        assert browser.get(base + path).status_code == 200, path
    data = SimpleUploadedFile("contacts.csv", FILE.format(key=KEY).encode())
    url = f"{base}/certs/{row.subject}/contacts/import/"
    assert b"Nothing is stored yet" in browser.post(url, {"file": data, "label": "GREEN"}).content
    data.seek(0)
    assert browser.post(url, {"file": data, "label": "GREEN", "store": "on"}).status_code == 302
    export = b"".join(browser.get(f"{base}/contacts/?format=csv").streaming_content).decode()
    assert "desk@cert.example" in export and "never" not in export.split("\n")[0]
    made = Contact.records.privileged().get(channel="email")
    page = f"{base}/contacts/{made.subject}/"
    assert b"not verified yet" in browser.get(page).content
    answer = browser.post(page, {"note": "", "seen": made.pk})
    assert b"Say how you reached it" in answer.content
    assert browser.post(page, {"note": "Answered by the desk", "seen": made.pk}).status_code == 302
    assert b"Answered by the desk" in browser.get(page).content
    for path in ("correct", "retract"):
        assert browser.get(f"{page}{path}/").status_code == 200


def test_reg_03_the_api_does_what_the_pages_do(world: World) -> None:
    api, base = client(world, "centre"), f"/api/programmes/{world.programme}"
    made = api.post(
        f"{base}/regional-certs",
        {
            "name": "Coastal CERT",
            "mandate": "All states of the coast.",
            "services": ["6.5"],
            "members": ["National CERT"],
        },
        content_type="application/json",
    )
    assert made.status_code == 201
    cert = made.json()["id"]
    body = {"member": "National CERT", "channel": "phone", "address": "+233 30 000 0000"}
    found = api.post(f"{base}/regional-certs/{cert}/contacts", body, content_type="application/json").json()
    assert (found["state"], found["organisation"]) == ("new", str(world.org("cert")))
    said = {"note": "Rang the desk"}
    done = api.post(f"{base}/contacts/{found['id']}/verify", said, content_type="application/json").json()
    assert (done["state"], done["verified_by"]) == ("verified", str(world.org("centre")))
    assert len(api.get(f"{base}/contacts").json()) == 1
    figure = api.get(f"{base}/assistance/figure?figure=directory").json()["figure"]
    assert (figure["value"], figure["n"]) == ("1", 1)
