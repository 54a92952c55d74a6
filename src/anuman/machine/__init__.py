"""Measures the learner's own computer: memory staircase, matrix products, roofline; one BLAS thread.

NumPy is imported only when something is measured: a kept measurement can be shown without it.
"""

from collections.abc import Callable

from anuman.machine import host, threads
from anuman.machine.record import Machine, MachineFileError, Step, SweepPoint, load, save
from anuman.machine.rounds import Cancelled
from anuman.machine.trust import WARNINGS

__all__ = [
    "WARNINGS",
    "Cancelled",
    "Machine",
    "MachineFileError",
    "Step",
    "SweepPoint",
    "load",
    "measure",
    "measure_products",
    "measured_here",
    "save",
]


def measure(
    seconds: float = 6.0,
    progress: Callable[[float, str], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Machine:
    """Measure this computer in about `seconds` s; nothing is saved.

    progress(fraction, label) is called with 0 <= fraction <= 1 and an English label.
    cancelled() is asked between any two points; when true, Cancelled is raised.
    Raises MemoryError when too little memory is free.
    """
    if not 0 < seconds <= 600:
        raise ValueError(f"seconds is {seconds!r}: give a number above 0 and at most 600")
    threads.prepare()
    from anuman.machine import measuring

    return measuring.measure(
        seconds, progress or (lambda fraction, label: None), cancelled or (lambda: False)
    )


def measure_products(
    seconds: float = 4.0, progress: Callable[[float], object] = lambda fraction: None
) -> object:
    """Measure products with weights inside and outside of the caches for about `seconds` s: Products.

    Raises MemoryError when too little memory is free.
    """
    threads.prepare()
    from anuman.machine import products

    return products.measure_products(seconds, progress)


def measured_here(machine: Machine) -> bool:
    """Whether `machine` names the processor of this computer (home folders can be shared by several)."""
    return machine.name == host.processor()
