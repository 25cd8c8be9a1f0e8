from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "trellis.operations"
    label = "operations"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.operations import doors, kinds, loading

        _ = kinds  # registers
        ports.navigation.add(doors.navigation)
        ports.programme_steps.add(doors.programme_steps)
        ports.pack_sections.add(doors.pack_section)
        ports.importers["incident"] = loading.IMPORTER
