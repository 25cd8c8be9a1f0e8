"""An installation with the region of scene.py and two collections: `python -m trellis.exchange.taxii.tests.prepare`.

Prints programme, collections and tokens as JSON.
"""

import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.web.settings")


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.world import build
    from trellis.exchange import services
    from trellis.exchange.taxii.tests.scene import scene

    call_command("migrate", verbosity=0)
    made = scene(build())
    lead = made.world.viewer("ministry:cert-lead")
    second = services.collection_create(lead, made.world.programme, "Pulled", "detection", "")
    said = {
        "programme": str(made.world.programme),
        "collection": str(made.collection.id),
        "second": str(second.id),
        "tokens": {name: caller.token for name, caller in made.callers.items()},
    }
    print(json.dumps(said))  # noqa: T201


if __name__ == "__main__":
    main()
