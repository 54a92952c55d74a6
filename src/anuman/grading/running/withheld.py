"""Modules that a learner's process has not: what the exercises ask the learner to write.

The walls hide their files; this says so in words instead of "no such module". A checker's place is
taken by a stand-in, because setup cells import it and learners call it in their own cells.
"""

import importlib.abc
import importlib.machinery
import sys
import types

OWN_WORK = (
    "write this yourself: this is the task. {name} is not there while your work is graded.\n"
    "यह ख़ुद लिखिए: यही आपका काम है। जाँच के समय {name} उपलब्ध नहीं होता।"
)
TEACHERS = (
    "{name}() is your teacher's: it runs apart from your code while your work is graded.\n"
    "{name}() आपके शिक्षक का है: जाँच के समय वह आपके कोड से अलग चलता है।"
)


class _StandIn(types.ModuleType):
    """A module every name of which is a function that says why it does nothing."""

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)

        def stand_in(*args, **kwargs):
            print(TEACHERS.format(name=name))

        stand_in.__name__ = name
        return stand_in


class Withhold(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the withheld modules before anybody else does."""

    def __init__(self, refused: list[str], stand_ins: list[str]):
        self._refused, self._stand_ins = refused, stand_ins

    def install(self) -> None:
        """From now on, in this process."""
        sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        if name in self._stand_ins:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        for one in (*self._refused, *self._stand_ins):
            if name == one or name.startswith(one + "."):
                raise ModuleNotFoundError(OWN_WORK.format(name=name), name=name)
        return None

    def create_module(self, spec):
        return _StandIn(spec.name)

    def exec_module(self, module):
        pass
