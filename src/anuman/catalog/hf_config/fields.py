"""Fields of a config.json, checked one by one; what is missing, contradictory or absurd is named."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Twenty times the largest of any published model: beyond it a number is a slip, not a size.
MOST = {
    "layers": 4_000,
    "heads": 20_000,
    "width": 1_000_000,
    "vocab": 20_000_000,
    "experts": 100_000,
    "tokens": 1_000_000_000,
}


class ConfigError(ValueError):
    """A config.json that describes no model; `field` names where."""

    def __init__(self, field: str, message: str):
        super().__init__(f"{field}: {message}")
        self.field = field


class UnknownArchitecture(ConfigError):
    """A config.json of a kind of model that nobody taught this reader."""


@dataclass
class Fields:
    """The fields of one config, and in `assumed` what was filled in where they are silent.

    Every getter takes the names under which a quantity may stand, the first that is there counting.
    """

    raw: Mapping
    assumed: list[str] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        return any(self.raw.get(name) is not None for name in names)

    def assume(self, name: str, value, why: str):
        """`value`, and a note that it was filled in."""
        self.assumed.append(f"{name} = {value} ({why})")
        return value

    def whole(self, *names: str, kind: str, least: int = 1) -> int:
        """A whole number from `least` to MOST[kind]. Raises ConfigError when it is missing."""
        number = self.whole_or_none(*names, kind=kind, least=least)
        if number is None:
            raise ConfigError(names[0], "missing; this architecture's config must give it")
        return number

    def whole_or_none(self, *names: str, kind: str, least: int = 1) -> int | None:
        """The same, None where the config is silent."""
        name = next((name for name in names if self.has(name)), None)
        if name is None:
            return None
        value = self.raw[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise ConfigError(name, f"{value!r} is not a whole number")
        if not least <= value <= MOST[kind]:
            raise ConfigError(name, f"{value!r} is not between {least} and {MOST[kind]}")
        return int(value)

    def flag(self, name: str, default: bool) -> bool:
        """True or false. Raises ConfigError for anything else."""
        value = self.raw.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise ConfigError(name, f"{value!r} is neither true nor false")
        return value

    def listed(self, name: str, length: int | None = None) -> list | None:
        """A list, of this length if given; None where the config is silent."""
        value = self.raw.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise ConfigError(name, f"{value!r} is not a list")
        if length is not None and len(value) != length:
            raise ConfigError(
                name, f"lists {len(value)} layers, num_hidden_layers says {length}: which is it?"
            )
        return value
