from django.apps import AppConfig
from django.conf import settings


class WebConfig(AppConfig):
    name = "trellis.web"
    label = "web"

    def ready(self) -> None:
        if settings.MODE == "demo":
            from trellis.parties import personas
            from trellis.web.demo.cast import PASSWORD

            personas.show([], PASSWORD)
