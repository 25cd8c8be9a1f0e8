"""An empty installation, as `trellis init` makes it, and nothing else.

    python -m tests.browser.prepare '{"name": …}'

Prints what the command told, as JSON: the code of the first invitation, and the operator's first password.
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

    said = json.loads(sys.argv[1])
    out = io.StringIO()
    call_command("init", stdout=out, **said)
    code = re.search(r"open /invitation/ and enter\n\s+(\S+)", out.getvalue())
    password = re.search(r"signs in with this password, to be changed at once:\n\s+(\S+)", out.getvalue())
    assert code and password, out.getvalue()
    print(json.dumps({"code": code[1], "password": password[1]}))


if __name__ == "__main__":
    main()
