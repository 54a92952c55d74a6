"""Chips, models, published measurements and the articles' claims: one place for each number."""

from .chips import Chip, chip, chips
from .errors import CatalogError, MissingValue, UnknownName
from .measurements import Measurement, measurements
from .models import Model, model, models
from .seeds import Article, Claim, article, articles, claim, claims
from .sources import BASIS, KNOWN, Quantity, Source, source
from .statements import statement, statements

__all__ = [
    "BASIS",
    "KNOWN",
    "Article",
    "CatalogError",
    "Chip",
    "Claim",
    "Measurement",
    "MissingValue",
    "Model",
    "Quantity",
    "Source",
    "UnknownName",
    "article",
    "articles",
    "chip",
    "chips",
    "claim",
    "claims",
    "measurements",
    "model",
    "models",
    "source",
    "statement",
    "statements",
]
