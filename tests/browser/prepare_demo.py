"""The demonstration, as `trellis demo` makes it. Prints the ids that tests open, as JSON."""

import io
import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.web.settings")


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("demo", stdout=io.StringIO())

    from trellis.assessment.models import Assessment
    from trellis.catalogue.models import Function
    from trellis.funding.models import Commitment, Milestone, Tranche
    from trellis.governance.models import Decision
    from trellis.parties.models import Arrangement

    held = Arrangement.objects.get(title="Sefwi Cyber Resilience").stream
    first = Commitment.objects.filter(stream=held).order_by("seq").first()
    assert first
    found = {
        "programme": held,
        "second": Arrangement.objects.get(title="Ports of Lindaria").stream,
        "assessment": Assessment.objects.filter(stream=held).values_list("subject", flat=True)[0],
        "tranche": Tranche.objects.filter(stream=held, commitment=first.subject, number=2).values_list(
            "subject", flat=True
        )[0],
        "milestone": Milestone.objects.filter(stream=held, number="2.2").values_list("subject", flat=True)[0],
        "function": Function.objects.filter(stream=held, title="Incident response").values_list("subject", flat=True)[
            0
        ],
        "decision": Decision.objects.filter(stream=held, kind="plan.adopt").values_list("pk", flat=True)[0],
    }
    print(json.dumps({name: str(value) for name, value in found.items()}))


if __name__ == "__main__":
    main()
