"""Chips, models, workloads, published measurements and the articles' claims: one place for each number."""

from anuman import lazy

# Module -> its public names; each module is loaded when one of them is first asked for.
__all__ = lazy.public(
    __name__,
    {
        "audit": "recalled",
        "chips": "Chip Rack chip chips",
        "efficiencies": "Efficiency efficiency",
        "errors": "CatalogError MissingValue UnknownName",
        "measurements": "Measurement measurement measurements submissions",
        "models": "Model model models",
        "prices": "Rental TokenPrice price prices rentals rented_chips token_price token_prices",
        "seeds": "Article Claim Formula article articles claim claims",
        "sources": "BASIS KNOWN Quantity Source source",
        "statements": "statement statements",
        "terms": "Term glossary term",
        "workloads": "Lengths Workload workload workloads",
    },
)
