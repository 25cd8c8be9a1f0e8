from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "trellis.governance"
    label = "governance"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.governance import doors, kinds, kinds_committee, kinds_parties  # noqa: F401 - registers
        from trellis.governance.replay import verify_tables

        ports.verifiers.add(verify_tables)
        ports.navigation.add(doors.navigation)
        ports.work_items.add(doors.work_items)
        ports.programme_steps.add(doors.steps)
        ports.pack_sections.add(doors.pack_section)
