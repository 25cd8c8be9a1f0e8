"""Who takes part: organisations, people, seats, the two programmes. All of it is invented."""

from dataclasses import dataclass, field
from uuid import UUID

from trellis.core import ids
from trellis.governance import founding
from trellis.parties import selectors as parties
from trellis.parties import services as accounts
from trellis.parties.models import Organisation
from trellis.parties.schemas import Viewer

PASSWORD = "trellis-demo-2026"  # noqa: S105 - shown on the sign-in page of the demonstration

# key: name, short name, group, country, [(role of the seat or None, name, language)]; the first is administrator.
Member = tuple[str | None, str, str]
ORGANISATIONS: dict[str, tuple[str, str, str, str, list[Member]]] = {
    "ministry": (
        "Ministry of Digital Affairs of Sefwi", "MDA", "government", "",
        [
            (None, "Esi Darko", "en"),
            ("coordinator", "Adwoa Tano", "en"),
            ("co-chair", "Kofi Mensah-Boye", "en"),
        ],
    ),
    "justice": (
        "Ministry of Justice of Sefwi", "MoJ", "government", "",
        [(None, "Yaw Antobam", "en"), ("rights-officer", "Abena Sarfoa", "en")],
    ),
    "cert": (
        "Sefwi CERT", "SCERT", "government", "",
        [(None, "Nana Kyei", "en"), ("cert-lead", "Kwame Essien", "en")],
    ),
    "police": ("Sefwi National Police, Cyber Unit", "SNP", "law-enforcement", "", [(None, "Akosua Prah", "en")]),
    "regulator": ("Sefwi Communications Authority", "SCA", "government", "", [(None, "Ibrahim Danso", "en")]),
    "university": ("University of Sefwi", "UoS", "academia", "", [(None, "Efua Quansah", "fr")]),
    "bank": ("Sefwi Commerce Bank", "SCB", "private-sector", "", [(None, "Kojo Amankwah", "en")]),
    "telecom": ("Volta Telecom", "VTel", "private-sector", "", [(None, "Mariam Iddrisu", "en")]),
    "society": ("Digital Rights Sefwi", "DRS", "civil-society", "", [(None, "Selom Agbeko", "fr")]),
    "norvia": (
        "Norvia Development Agency", "Norvia", "international", "",
        [
            (None, "Sigrid Moen", "en"),
            ("programme-officer", "Ingrid Halse", "en"),
            ("co-chair", "Anders Vik", "en"),
            ("rights-officer", "Liv Strand", "en"),
        ],
    ),
    "lindaria": (
        "Digital Agency of Lindaria", "Lindaria", "government", "",
        [
            (None, "Paulo Meirinho", "fr"),
            ("programme-officer", "Teresa Lobo", "fr"),
            ("coordinator", "Rui Caldas", "fr"),
            ("co-chair", "Ana Serrano", "fr"),
            ("cert-lead", "Duarte Pinho", "fr"),
        ],
    ),
    "centre": (
        "Coastal Cyber Centre", "CCC", "international", "",
        [(None, "Fatou Keita", "fr"), ("trainer", "Moussa Camara", "fr"), ("cert-lead", "Aminata Sow", "fr")],
    ),
    "evaluator": (
        "Tarn Evaluation", "Tarn", "academia", "",
        [(None, "Goran Tarn", "en"), ("verifier", "Mirela Tarn", "en")],
    ),
}  # fmt: skip
SIDES = {
    "ministry": "partner", "justice": "partner", "cert": "partner",
    "norvia": "donor", "lindaria": "donor", "centre": "regional", "evaluator": "independent",
}  # fmt: skip
# In the second programme Lindaria, a donor in the first, is the partner.
SECOND = {"lindaria": "partner", "norvia": "donor"}


@dataclass
class Cast:
    """Organisations, people and seats by name, and the programmes."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    seats: dict[str, UUID] = field(default_factory=dict)
    programme: UUID = field(default_factory=ids.new)
    second: UUID = field(default_factory=ids.new)

    def org(self, key: str) -> UUID:
        """The id of an organisation."""
        return self.organisations[key].pk

    def viewer(self, who: str) -> Viewer:
        """`ministry` is its administrator, `ministry:coordinator` the holder of that seat."""
        return parties.viewer_by_id(self.people[who])


def email(name: str, key: str) -> str:
    """An address in a domain that can never exist."""
    plain = name.lower().replace(" ", ".").replace("-", "")
    return f"{plain}@{key}.example"


def gather() -> Cast:
    """Registers organisations, people and seats."""
    cast = Cast()
    for key, (name, short, group, country, members) in ORGANISATIONS.items():
        organisation = accounts.organisation_open(name, short, group, country)
        cast.organisations[key] = organisation
        for role, person_name, language in members:
            person = accounts.person_add(
                organisation,
                name=person_name,
                email=email(person_name, key),
                role="staff" if role else "administrator",
                language=language,
                password=PASSWORD,
            )
            cast.people[f"{key}:{role}" if role else key] = person.pk
            if role:
                seat = accounts.seat_open(cast.viewer(key), organisation.pk, role)
                accounts.seat_fill(cast.viewer(key), seat.pk, person.pk)
                cast.seats[f"{key}:{role}"] = seat.pk
    return cast


def found(cast: Cast) -> None:
    """Both programmes: drafted by one party, signed by all."""
    cast.programme = _found(
        cast,
        "ministry",
        SIDES,
        "Sefwi Cyber Resilience",
        "Sefwi answers, investigates and prevents incidents in its essential services by its own means.",
        ("en", "fr"),
        skip=("lindaria:coordinator", "lindaria:co-chair"),
    )
    cast.second = _found(
        cast,
        "lindaria",
        SECOND,
        "Ports of Lindaria",
        "The ports of Lindaria detect and contain incidents together.",
        ("fr", "en"),
        skip=("lindaria:programme-officer",),
    )


def _found(
    cast: Cast,
    by: str,
    sides: dict[str, str],
    title: str,
    purpose: str,
    languages: tuple[str, ...],
    skip: tuple[str, ...],
) -> UUID:
    seats = [seat for name, seat in cast.seats.items() if name.split(":")[0] in sides and name not in skip]
    row = founding.draft(
        cast.viewer(by),
        title=title,
        purpose=purpose,
        sides={cast.org(key): side for key, side in sides.items()},
        seats=seats,
        languages=languages,
        quorum=2,
    )
    for key in sides:
        founding.sign(cast.viewer(key), row.pk)
    return row.pk
