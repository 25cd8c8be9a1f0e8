from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "trellis.exchange"
    label = "exchange"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.exchange import doors, figures, kinds, misp, packs

        _ = kinds, figures  # register
        ports.navigation.add(doors.navigation)
        ports.programme_steps.add(doors.programme_steps)
        ports.work_items.add(doors.work_items)
        ports.pack_sections.add(packs.pack_section)
        ports.importers["misp"] = misp.IMPORTER
