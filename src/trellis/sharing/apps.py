from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "trellis.sharing"
    label = "sharing"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.sharing import doors, kinds  # noqa: F401 - registers
        from trellis.sharing.verify import verify_records

        ports.verifiers.add(verify_records)
        ports.navigation.add(doors.navigation)
