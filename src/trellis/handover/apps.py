from django.apps import AppConfig


class HandoverConfig(AppConfig):
    name = "trellis.handover"
    label = "handover"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.handover import doors, figures, kinds

        _ = kinds, figures  # register
        ports.navigation.add(doors.navigation)
        ports.work_items.add(doors.work_items)
        ports.programme_steps.add(doors.programme_steps)
        ports.stage_conditions.add(doors.stage_conditions)
        ports.pack_sections.add(doors.pack_section)
