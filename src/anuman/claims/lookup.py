"""The catalogue's values by name, with a record of how each value that was used is known."""

from anuman import catalog


class Lookup:
    """Reads values and notes in `seen` what was read and how it is known."""

    def __init__(self, seen: dict[str, str]):
        self.seen = seen

    def chip(self, name: str, field: str) -> float:
        """A chip's value: "bandwidth", "peak.fp8", …"""
        found = catalog.chip(name).quantity(field)
        self.seen[f"{name}: {field}"] = found.known
        return found.value

    def peak16(self, name: str) -> float:
        """A chip's dense 16-bit peak in FLOP/s."""
        return self.chip(name, f"peak.{catalog.chip(name).peak16}")

    def shape(self, name: str) -> catalog.Model:
        """A model."""
        found = catalog.model(name)
        self.seen[name] = found.known
        return found

    def model(self, name: str, field: str) -> float:
        """A model's number: "params", "layers", …"""
        return getattr(self.shape(name), field)

    def measured(self, id: str) -> float:
        """The value of a published measurement, in the row's unit."""
        found = catalog.measurement(id)
        self.seen[f"measurement {id}"] = found.known
        return found.value

    def workload(self, name: str, field: str) -> float:
        """A workload's value: "input.mean", "deadline", …"""
        found = catalog.workload(name).quantity(field)
        self.seen[f"{name}: {field}"] = found.known
        return found.value
