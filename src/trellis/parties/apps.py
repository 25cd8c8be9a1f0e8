from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "trellis.parties"
    label = "parties"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.parties import doors

        ports.navigation.add(doors.navigation)
        ports.importers["people"] = doors.PEOPLE
