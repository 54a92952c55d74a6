"""The preprocessors under the names that nbgrader_config.py has for them."""

from .pages.preprocessors import Clean, HideTests, SafeToRead

__all__ = ["Clean", "HideTests", "SafeToRead"]
