"""What a process keeps by owner, up to so many bytes; what was not asked for longest goes first."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, Protocol, TypeVar
from uuid import UUID

MOST = 256 * 1024 * 1024


class Sized(Protocol):
    """Something that knows its size."""

    @property
    def size(self) -> int:
        """Bytes, about."""


T = TypeVar("T", bound=Sized)


class Kept(Generic[T]):
    """Values by owner, safe between threads. The one put in last always stays."""

    def __init__(self) -> None:
        self._held: OrderedDict[UUID, T] = OrderedDict()
        self._lock = Lock()

    def get(self, owner: UUID) -> T | None:
        """What is kept of an owner."""
        with self._lock:
            return self._held.get(owner)

    def put(self, owner: UUID, value: T) -> T:
        """Keeps a value, and lets go of others where it becomes too much."""
        with self._lock:
            self._held[owner] = value
            self._held.move_to_end(owner)
            while len(self._held) > 1 and sum(one.size for one in self._held.values()) > MOST:
                self._held.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forgets all, as another process would not have it."""
        with self._lock:
            self._held.clear()
