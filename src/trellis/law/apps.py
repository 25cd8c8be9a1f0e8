from django.apps import AppConfig


class LawConfig(AppConfig):
    name = "trellis.law"
    label = "law"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.law import doors, kinds  # noqa: F401 - registers

        ports.navigation.add(doors.navigation)
        ports.work_items.add(doors.work_items)
        ports.stage_conditions.add(doors.stage_conditions)
        ports.pack_sections.add(doors.pack_section)
