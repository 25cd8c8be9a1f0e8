"""Reads that hold for one page: what was asked once in a scope is not asked again.

A page asks for its programme, parties and parameters from many places. Inside a scope the first answer stands, so the
page is of one moment too. Whatever writes makes the scope forget; outside a scope everything is read afresh.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

P = ParamSpec("P")
T = TypeVar("T")

_scope: ContextVar[dict[Any, Any] | None] = ContextVar("reading", default=None)


@contextmanager
def scope() -> Iterator[None]:
    """Opens a scope; inside another it is the same one."""
    if _scope.get() is not None:
        yield
        return
    token = _scope.set({})
    try:
        yield
    finally:
        _scope.reset(token)


def siblings(streams: Sequence[UUID]) -> None:
    """Says that all of these arrangements will be asked about: a read of one of them is then made for all."""
    kept = _scope.get()
    if kept is not None:
        kept[siblings] = tuple(streams)


def siblings_of(stream: UUID) -> tuple[UUID, ...]:
    """The arrangements that are read together with this one, itself among them."""
    found: tuple[UUID, ...] = (_scope.get() or {}).get(siblings, ())
    return found if stream in found else (stream,)


def forget() -> None:
    """Called by whatever writes: later reads are fresh."""
    kept = _scope.get()
    if kept:
        kept.clear()


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """A read whose answer stands for the rest of the scope. Lists and mappings are handed out as copies."""

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        kept = _scope.get()
        if kept is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in kept:
            kept[key] = function(*args, **kwargs)
        found = kept[key]
        return found.copy() if isinstance(found, list | dict) else found  # type: ignore[return-value]  # of its type

    return asked


def together(function: Callable[..., Mapping[UUID, T]]) -> Callable[..., T]:
    """Makes a read of many arrangements, which answers for each of them, one of a single arrangement.

    Inside a scope it is made once for all siblings.
    """

    @wraps(function)
    def asked(stream: UUID, *rest: Any) -> T:
        kept = _scope.get()
        if kept is None:
            return function((stream,), *rest)[stream]
        key = (function, stream, rest)
        if key not in kept:
            found = function(siblings_of(stream), *rest)
            kept.update({(function, one, rest): held for one, held in found.items()})
        held = kept[key]
        return held.copy() if isinstance(held, list | dict) else held  # type: ignore[return-value]  # of its type

    return asked


def by_id(function: Callable[[Sequence[UUID]], Mapping[UUID, T]]) -> Callable[[Iterable[UUID]], dict[UUID, T]]:
    """Makes a read of things by their ids one that asks, inside a scope, only for those that it does not know yet."""

    @wraps(function)
    def asked(ids: Iterable[UUID]) -> dict[UUID, T]:
        wanted = sorted({one for one in ids if one is not None})
        kept = _scope.get()
        if kept is None:
            return dict(function(wanted))
        known: dict[UUID, T | None] = kept.setdefault(function, {})
        if new := [one for one in wanted if one not in known]:
            known.update({**dict.fromkeys(new), **function(new)})
        return {one: held for one in wanted if (held := known[one]) is not None}

    return asked
