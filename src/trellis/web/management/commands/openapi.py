"""`trellis openapi`: the description of the API, as docs/openapi.json keeps it."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from trellis.web.api import api


class Command(BaseCommand):
    help = "Prints the OpenAPI 3.1 description of the API."

    def handle(self, *args: Any, **options: Any) -> None:
        with override("en"):
            self.stdout.write(json.dumps(api.get_openapi_schema(path_prefix="/api/"), indent=1, default=str))
