from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "trellis.operations"
    label = "operations"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.operations import before_after, doors, kinds, loading, packs
        from trellis.operations.practice import kinds as practice

        _ = kinds, before_after, practice  # register
        ports.navigation.add(doors.navigation)
        ports.programme_steps.add(doors.programme_steps)
        packs.fill()
        ports.importers["incident"] = loading.IMPORTER
