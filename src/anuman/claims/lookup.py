"""The catalogue's values by name, with a record of how each value that was used is known."""

from anuman import catalog


class Lookup:
    """Reads values and notes in `seen` what was read and how it is known."""

    def __init__(self, seen: dict[str, str]):
        self.seen = seen

    def chip(self, name: str, field: str) -> float:
        """A chip's value: "bandwidth", "peak.fp8", …"""
        quantity = catalog.chip(name).quantity(field)
        self.seen[f"{name}: {field}"] = quantity.known
        return quantity.value

    def peak16(self, name: str) -> float:
        """A chip's dense 16-bit peak in FLOP/s."""
        return self.chip(name, f"peak.{catalog.chip(name).peak16}")

    def shape(self, name: str) -> catalog.Model:
        """A model."""
        model = catalog.model(name)
        self.seen[name] = model.known
        return model

    def model(self, name: str, field: str) -> float:
        """A model's number: "params", "layers", …"""
        return getattr(self.shape(name), field)

    def measured(self, id: str) -> float:
        """The value of a published measurement, in the row's unit."""
        measurement = catalog.measurement(id)
        self.seen[f"measurement {id}"] = measurement.known
        return measurement.value

    def workload(self, name: str, field: str) -> float:
        """A workload's value: "input.mean", "deadline", …"""
        quantity = catalog.workload(name).quantity(field)
        self.seen[f"{name}: {field}"] = quantity.known
        return quantity.value
