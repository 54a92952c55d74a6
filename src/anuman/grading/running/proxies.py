"""The learner's names in the trusted process: calls go to the sandbox, plain data comes back.

No dunder is ever forwarded: `==`, `len`, `float` or NumPy's protocols asked of a learner's object
would let it answer anything. A result that is no plain data stays an object that only compares
equal to itself; its attributes can be read where the teacher's cells name its class.
"""

import inspect
from collections.abc import Iterator
from typing import Any, Protocol

MOST_PULLED = 100_000  # items taken from an iterator
ITERATORS = {"builtins", "itertools"}  # modules of those that can do no more than give items
HOW = "See anuman.grading.test_helpers for what tests can do about it."


class Link(Protocol):
    """What a stand-in asks of the way into the learner's process."""

    generation: int  # of the process: one more each time it is replaced
    named: set[str]  # every name in the teacher's cells so far
    attributes: set[tuple[str, str]]  # every name.attribute in them

    def names(self, names: list[str]) -> dict[str, Any]: ...

    def call(self, function: "Learners", args: tuple, kwargs: dict) -> Any: ...

    def request(self, operation: str, *arguments: Any) -> Any: ...


class LearnerProcessEnded(RuntimeError):
    """The learner's code ended its own process, or stopped answering."""


class NotCarried(TypeError):
    """Something that cannot cross from the learner's process; the message is for the test's author."""


class NotHere:
    """A value of the learner's that cannot travel: whatever is asked of it raises NotCarried."""

    def __init__(self, name: str):
        self.__dict__.update(_name=name)

    def __getattr__(self, _name: str) -> Any:
        self._refuse()

    def _refuse(self, *_args, **_kwargs):
        raise NotCarried(f"{self._name} is too large to be brought here, or no plain data. {HOW}")

    __call__ = __eq__ = __bool__ = __len__ = __getitem__ = __contains__ = __iter__ = __str__ = (
        _refuse
    )
    __add__ = __sub__ = __mul__ = __truediv__ = __lt__ = __le__ = __gt__ = __ge__ = __neg__ = (
        _refuse
    )
    __hash__ = object.__hash__


class Module:
    """A module that the learner imported; only its name is of use."""

    def __init__(self, name: str):
        self.name = name


class Learners:
    """What all proxies share: where the object is and what it is called."""

    def __init__(self, link: Link, handle: int, name: str, classes: list[str], signature: Any):
        fields = {
            "_link": link,
            "_handle": handle,
            "_name": name,
            "_classes": classes,
            "_generation": link.generation,
            "_bound": None,
        }
        for field, value in fields.items():
            object.__setattr__(self, field, value)

    def _current_handle(self) -> int:
        """The handle in the process of now; a function is looked up again by its name."""
        if self._generation != self._link.generation:
            again = self._link.names([self._bound]).get(self._bound) if self._bound else None
            if not isinstance(again, type(self)):
                raise LearnerProcessEnded(
                    f"{self._name} was lost with the process that it lived in"
                )
            object.__setattr__(self, "_handle", again._handle)
            object.__setattr__(self, "_generation", again._generation)
        return self._handle

    def _is_open(self) -> bool:
        return not self._link.named.isdisjoint(one for one in self._classes if one != "object")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(
                f"{name} of a learner's {self._classes[:1]} is not asked for. {HOW}"
            )
        if not self._is_open():
            raise AttributeError(
                f"the learner's code gave an object of class {self._classes[0]}, not plain data; "
                f"its attribute {name!r} is read only where the teacher's cells name that class. {HOW}"
            )
        return self._link.request("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") or not self._is_open():
            raise AttributeError(f"{name!r} of a learner's object cannot be set here. {HOW}")
        self._link.request("set", self, name, value)

    def __repr__(self) -> str:
        return f"<learner's {self._name}>"


class LearnersFunction(Learners):
    """A function, method or other callable."""

    runs_elsewhere = True  # for a test's author: what it returns and raises must not be shown

    def __init__(self, link, handle, name, classes, signature):
        super().__init__(link, handle, name, classes, signature)
        object.__setattr__(self, "__name__", name)
        object.__setattr__(self, "__qualname__", name)
        parameters = _parameters(signature)
        if parameters is not None:
            object.__setattr__(self, "__signature__", parameters)

    def __call__(self, *args, **kwargs):
        return self._link.call(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        value = super().__getattr__(name)
        written = (self._bound, name) in self._link.attributes
        if isinstance(value, Learners) and not (written or super()._is_open()):
            # A function in the place of an array would have methods that answer what the test wants.
            raise AttributeError(
                f"the attribute {name!r} of a function that the learner's code gave is no plain data; "
                f"it is read only where the teacher's cells write it behind the function's name. {HOW}"
            )
        return value

    def _is_open(self) -> bool:
        return True  # attributes that a function was given, as a counter of its calls


class LearnersClass(LearnersFunction):
    """A class: calling it makes an object in the learner's process."""

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, Learners) and self._name in instance._classes

    def __subclasscheck__(self, subclass: Any) -> bool:
        return isinstance(subclass, LearnersClass) and self._name in subclass._classes


class LearnersObject(Learners):
    """Any other object."""

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: Any) -> bool:
        if self is not other and isinstance(other, LearnersObject):
            self._refused()
        return self is other

    __hash__ = object.__hash__

    def __str__(self) -> str:
        if self._is_open():
            self._refused()
        return repr(self)

    def _refused(self, *_args):
        raise NotCarried(
            f"==, str(), len(), [] and operators of a learner's {self._classes[0]} are not forwarded: "
            f"they could answer anything. {HOW}"
        )

    __len__ = __getitem__ = __contains__ = __iter__ = __add__ = __sub__ = __mul__ = _refused
    __truediv__ = __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __matmul__ = _refused
    __enter__ = __exit__ = __await__ = _refused


class LearnersIterator(Learners):
    """A generator or another iterator: items are pulled as they are asked for, up to a bound."""

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        state = object.__getattribute__(self, "__dict__")
        if state.get("_left", MOST_PULLED) <= 0:
            raise NotCarried(f"more than {MOST_PULLED} items of an iterator. {HOW}")
        items = self._link.request("next", self)
        if type(items) is not list:
            raise LearnerProcessEnded("it does not answer sensibly")
        if not items:
            raise StopIteration
        state["_left"] = state.get("_left", MOST_PULLED) - 1
        return items[0]


def _parameters(described: Any) -> inspect.Signature | None:
    """The signature that the learner's process described; None if there is none or it is nonsense."""
    if type(described) is not list:
        return None
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    inspect._ParameterKind(kind),
                    default=default if has else inspect.Parameter.empty,
                )
                for name, kind, has, default in described
            ]
        )
    except (TypeError, ValueError):
        return None
