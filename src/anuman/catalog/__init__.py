"""Chips, models, published measurements and the articles' claims: one place for each number."""

from .chips import Chip, chip, chips
from .efficiencies import Efficiency, efficiency
from .errors import CatalogError, MissingValue, UnknownName
from .measurements import Measurement, measurements
from .models import Model, model, models
from .seeds import Article, Claim, article, articles, claim, claims
from .sources import BASIS, KNOWN, Quantity, Source, source

__all__ = [
    "BASIS",
    "KNOWN",
    "Article",
    "CatalogError",
    "Chip",
    "Claim",
    "Efficiency",
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
    "efficiency",
    "measurements",
    "model",
    "models",
    "source",
]
