"""A delegation that ends in a second: `python -m tests.browser.delegate ADMINISTRATOR ROLE`. Waits until it is over."""

import json
import os
import sys
import time
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.web.settings")


def main() -> None:
    import django

    django.setup()
    from trellis.core import clock
    from trellis.parties import selectors, services
    from trellis.parties.models import Person, Seat

    email, role = sys.argv[1:]
    viewer = selectors.viewer_of(Person.objects.get(email=email))
    seat = Seat.objects.get(organisation=viewer.organisation, role=role)
    now = clock.now()
    services.seat_delegate(viewer, seat.pk, viewer.person, now - timedelta(minutes=1), now + timedelta(seconds=1))
    time.sleep(1.5)
    print(json.dumps({"seat": str(seat.pk)}))


if __name__ == "__main__":
    main()
