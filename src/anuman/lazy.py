"""Packages that load a module when one of its names is first asked for (PEP 562)."""

import sys
from importlib import import_module
from types import ModuleType


class _Lazy(ModuleType):
    """A package; `_where` says in which of its modules each of its public names stands."""

    def __getattr__(self, name: str) -> object:
        module = self.__dict__["_where"].get(name)
        if module is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{self.__name__}.{module}"), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        # Python binds each loaded submodule here: one that is called like a public name must not hide it.
        if not (isinstance(value, ModuleType) and name in self.__dict__.get("_where", ())):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self.__dict__["_where"]})


def public(package: str, modules: dict[str, str]) -> list[str]:
    """Make a package lazy. modules: name of a module -> its public names, apart by spaces; gives all names."""
    where = {name: module for module, names in modules.items() for name in names.split()}
    this = sys.modules[package]
    this._where = where
    this.__class__ = _Lazy
    return sorted(where)
