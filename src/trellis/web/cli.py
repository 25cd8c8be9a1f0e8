"""The command `trellis`: Django's management commands under the product's own name."""

import os
import sys


def main() -> None:
    """Runs `trellis COMMAND …`; `trellis help` lists the commands."""
    if sys.argv[1:2] == ["sign"]:
        # Works on a machine that holds a key and nothing else: no settings, no database.
        from trellis.web.sign import main as sign

        sys.exit(sign(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.web.settings")
    if sys.argv[1:2] == ["demo"]:
        # The demonstration keeps its own database beside, never in a real installation's.
        os.environ.setdefault("TRELLIS_MODE", "demo")
        os.environ.setdefault("TRELLIS_HOME", ".demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["trellis", *sys.argv[1:]])


if __name__ == "__main__":
    main()
