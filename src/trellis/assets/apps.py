from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "trellis.assets"
    label = "assets"

    def ready(self) -> None:
        from trellis.assets import doors, figures, kinds, loading
        from trellis.core import ports

        _ = kinds, figures  # register
        ports.navigation.add(doors.navigation)
        ports.work_items.add(doors.work_items)
        ports.programme_steps.add(doors.programme_steps)
        ports.importers["findings"] = loading.IMPORTER
