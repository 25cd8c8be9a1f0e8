from django.apps import AppConfig


class RegionalConfig(AppConfig):
    name = "trellis.regional"
    label = "regional"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.regional import doors, figures, kinds, loading, packs

        _ = kinds, figures  # register
        ports.navigation.add(doors.navigation)
        ports.work_items.add(doors.work_items)
        ports.programme_steps.add(doors.programme_steps)
        ports.pack_sections.add(packs.pack_section)
        ports.importers["contacts"] = loading.IMPORTER
