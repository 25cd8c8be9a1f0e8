"""How many queries and how much processor each page of a region takes: asked in one process, where both can be seen."""

import json
import os
import statistics
import sys
import time


def main() -> None:
    """Prints queries and milliseconds of processor by name of page, as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.web.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from trellis.parties.models import Person

    told = json.loads(sys.argv[1])
    found = {}
    for name, (who, path) in told["pages"].items():
        client = Client()
        client.force_login(Person.objects.get(email=told["people"][who]))
        path = path.format(programme=told["programme"])
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
            count = len(seen)
        taken = []
        for _ in range(5):
            start = time.process_time()
            client.get(path)
            taken.append((time.process_time() - start) * 1000)
        found[name] = [count, statistics.median(taken)]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
