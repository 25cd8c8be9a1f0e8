"""An empty installation: `trellis init` and the operator's account, and nothing else.

    python -m tests.browser.prepare '{"name": …}'

Prints the code of the first invitation as JSON.
"""

import io
import json
import os
import re
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.web.settings")


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from trellis.parties.operator import operator_add

    said = json.loads(sys.argv[1])
    out = io.StringIO()
    call_command("init", stdout=out, **said["init"])
    found = re.search(r"open /invitation/ and enter\n\s+(\S+)", out.getvalue())
    assert found, out.getvalue()
    operator_add(**said["operator"])
    print(json.dumps({"code": found[1]}))


if __name__ == "__main__":
    main()
