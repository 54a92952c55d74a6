"""A model's shape from its own config.json, as the files on Hugging Face's Hub are written."""

from .fields import ConfigError, UnknownArchitecture
from .reader import Config, read_config, read_config_file

__all__ = ["Config", "ConfigError", "UnknownArchitecture", "read_config", "read_config_file"]
