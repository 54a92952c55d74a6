"""Chips, models, workloads, published measurements and the articles' claims: one place for each number."""

from .audit import recalled
from .chips import Chip, Rack, chip, chips
from .efficiencies import Efficiency, efficiency
from .errors import CatalogError, MissingValue, UnknownName
from .measurements import Measurement, measurement, measurements, submissions
from .models import Model, model, models
from .prices import (
    Rental,
    TokenPrice,
    price,
    prices,
    rentals,
    rented_chips,
    token_price,
    token_prices,
)
from .seeds import Article, Claim, Formula, article, articles, claim, claims
from .sources import BASIS, KNOWN, Quantity, Source, source
from .statements import statement, statements
from .terms import Term, glossary, term
from .workloads import Lengths, Workload, workload, workloads

__all__ = [
    "BASIS",
    "KNOWN",
    "Article",
    "CatalogError",
    "Chip",
    "Claim",
    "Efficiency",
    "Formula",
    "Lengths",
    "Measurement",
    "MissingValue",
    "Model",
    "Quantity",
    "Rack",
    "Rental",
    "Source",
    "Term",
    "TokenPrice",
    "UnknownName",
    "Workload",
    "article",
    "articles",
    "chip",
    "chips",
    "claim",
    "claims",
    "efficiency",
    "glossary",
    "measurement",
    "measurements",
    "model",
    "models",
    "price",
    "prices",
    "recalled",
    "rentals",
    "rented_chips",
    "source",
    "statement",
    "statements",
    "submissions",
    "term",
    "token_price",
    "token_prices",
    "workload",
    "workloads",
]
