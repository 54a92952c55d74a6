"""Learning byte-pair merges: join the most frequent pair of neighbours, count again, repeat.

A text is cut into pieces first (see tokenizer.pieces); pairs are counted within pieces only, so a
merge never crosses two words.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

from anuman.lm.tokenizer import Pair, joined


def learn_merges(
    texts: Iterable[str], count: int, pieces: Callable[[str], list[str]]
) -> list[Pair]:
    """The `count` most useful merges of these texts, the first learned first.

    Of pairs that are equally frequent the one of lower bytes wins, so the result depends on the texts
    alone. Gives fewer when no pair is left. Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError(f"{count} merges: give 0 or more")
    frequency = Counter(piece for text in texts for piece in pieces(text))
    words = {piece: tuple(bytes([b]) for b in piece.encode("utf-8")) for piece in frequency}
    merges: list[Pair] = []
    while len(merges) < count:
        pairs: Counter[Pair] = Counter()
        for piece, tokens in words.items():
            for pair in pairwise(tokens):
                pairs[pair] += frequency[piece]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = {piece: joined(tokens, best) for piece, tokens in words.items()}
    return merges
