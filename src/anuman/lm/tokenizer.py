"""Byte-level byte-pair encoding: text -> bytes -> the learned merges, the earliest learned first.

Text is cut into pieces (a word with its space, a number, signs, white space); a merge never crosses
two pieces. Every piece starts as its UTF-8 bytes, and the pair of neighbours that was learned first is
joined until no known pair is left. Any text can be written; no token is ever "unknown".
"""

import codecs
import heapq
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from anuman.lm.errors import LmError, PromptError, WeightFileError

Pair = tuple[bytes, bytes]
Piece = tuple[bytes, ...]


@lru_cache(maxsize=1)
def _characters() -> tuple[str, str]:
    """All numbers and all combining marks of Unicode: `re` has no classes for them."""
    kinds = {"N": "", "M": ""}
    for c in map(chr, range(0x20000)):
        kind = unicodedata.category(c)[0]
        if kind in kinds:
            kinds[kind] += c
    return kinds["N"], kinds["M"]


@lru_cache(maxsize=2)
def _patterns(marks: bool) -> tuple[re.Pattern, re.Pattern]:
    """A single digit, and what a piece may be."""
    number, mark = _characters()
    letter = rf"(?:[^\W_{number}]|[{mark}])" if marks else rf"[^\W_{number}]"
    other = rf"(?:_|[^\w\s{mark}])" if marks else r"(?:_|[^\w\s])"
    ending = "'(?:s|t|re|ve|m|ll|d)"
    piece = rf"{ending}| ?{letter}+| ?[{number}]+| ?{other}+|\s+(?!\S)|\s+"
    return re.compile(f"([{number}])"), re.compile(piece)


def pieces(text: str, marks: bool = False) -> list[str]:
    """Cut text where no merge may cross; joined again they give the text. Every digit stands alone.

    marks: whether combining marks belong to the word. GPT-2's rule, which most models follow, lets
    every vowel sign of Devanagari end it.
    """
    digit, piece = _patterns(marks)
    return [found for part in digit.split(text) for found in piece.findall(part)]


class Tokenizer:
    """A vocabulary with its merges.

    vocabulary: bytes of every token by id (for special tokens: their name in UTF-8).
    merges: pairs of byte strings, the first learned first.
    special: name -> id of tokens that stand for no text, such as the end of a text.
    unknown: id for a byte that the vocabulary lacks; without one such a text is refused.
    marks: as in `pieces`.
    """

    def __init__(
        self,
        vocabulary: Sequence[bytes],
        merges: Sequence[Pair],
        special: dict[str, int],
        unknown: int | None = None,
        marks: bool = False,
    ):
        self.vocabulary, self.merges, self.special = list(vocabulary), list(merges), dict(special)
        self.unknown, self.marks = unknown, marks
        self._ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        reserved = set(self.special.values())
        self._ids = {t: i for i, t in enumerate(self.vocabulary) if i not in reserved}
        self._special = re.compile(
            "(" + "|".join(re.escape(name) for name in self.special) + ")" if special else r"(?!)()"
        )
        self._encode_piece = lru_cache(maxsize=50_000)(self._encode_piece)
        for left, right in self.merges:
            if left + right not in self._ids:
                raise WeightFileError(f"the merge {left!r} + {right!r} has no token")

    @classmethod
    def from_merges(
        cls, merges: Sequence[Pair], special: Sequence[str] = (), marks: bool = False
    ) -> "Tokenizer":
        """Ids 0..255 are the bytes, then one a merge in order, then the special tokens."""
        text = [bytes([b]) for b in range(256)] + [left + right for left, right in merges]
        vocabulary = text + [name.encode() for name in special]
        ids = {name: len(text) + i for i, name in enumerate(special)}
        return cls(vocabulary, merges, ids, marks=marks)

    @classmethod
    def from_dict(cls, data: dict) -> "Tokenizer":
        """From what as_dict gave. Raises WeightFileError for anything else."""
        try:
            merges = [(a.encode("latin-1"), b.encode("latin-1")) for a, b in data["merges"]]
            return cls.from_merges(merges, list(data["special"]), bool(data.get("marks")))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise WeightFileError(f"the vocabulary is not as expected: {error!r}") from None

    def as_dict(self) -> dict:
        """Merges and special tokens as plain data, for the header of a file; bytes as Latin-1 text."""
        merges = [[a.decode("latin-1"), b.decode("latin-1")] for a, b in self.merges]
        return {"merges": merges, "special": list(self.special), "marks": self.marks}

    def __len__(self) -> int:
        return len(self.vocabulary)

    def encode(self, text: str, special: bool = False) -> list[int]:
        """Token ids of a text; with `special` the names of special tokens in it count as those.

        Raises PromptError for text that is not valid Unicode.
        """
        if not isinstance(text, str):
            raise PromptError(
                f"a prompt is a text (str), this is {type(text).__name__}; bytes need "
                'bytes.decode("utf-8") first'
            )
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise PromptError(
                f"the text is not valid UTF-8 at character {error.start + 1} "
                f"({text[error.start]!r}); give it in UTF-8"
            ) from None
        parts = self._special.split(text) if special else [text]
        ids = []
        for number, part in enumerate(parts):
            if number % 2:
                ids.append(self.special[part])
            else:
                for piece in pieces(part, self.marks):
                    ids += self._encode_piece(piece)
        return ids

    def _encode_piece(self, piece: str) -> tuple[int, ...]:
        tokens = merged(piece.encode("utf-8"), self._ranks)
        try:
            return tuple(
                self._ids[t] if self.unknown is None else self._ids.get(t, self.unknown)
                for t in tokens
            )
        except KeyError as error:
            raise PromptError(
                f"the vocabulary has no token for the byte {error.args[0]!r}"
            ) from None

    def bytes_of(self, token: int) -> bytes:
        """The bytes that a token stands for. Raises LmError for an id that does not exist."""
        if not 0 <= token < len(self.vocabulary):
            raise LmError(f"there is no token {token}; ids go from 0 to {len(self) - 1}")
        return self.vocabulary[token]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of these tokens; bytes that are no whole character show as U+FFFD."""
        return b"".join(map(self.bytes_of, ids)).decode("utf-8", "replace")

    def decoder(self) -> "Decoder":
        """For text that arrives token by token."""
        return Decoder(self)


class Decoder:
    """Turns tokens into text one by one: a character comes out when its last byte is there."""

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")

    def add(self, token: int) -> str:
        """The characters that this token completes."""
        return self._utf8.decode(self._tokenizer.bytes_of(token))

    def end(self) -> str:
        """What was left unfinished, as U+FFFD."""
        return self._utf8.decode(b"", final=True)


def merged(piece: bytes, ranks: dict[Pair, int]) -> Piece:
    """Join the neighbours of lowest rank, the leftmost first, until no pair has a rank.

    Every pair waits in a heap; a join changes two pairs, so a piece of n bytes takes n log n steps.
    """
    tokens, end = [piece[i : i + 1] for i in range(len(piece))], len(piece)
    before, after = list(range(-1, end - 1)), list(range(1, end + 1))
    heap: list[tuple[int, int]] = []

    def wait(left: int, right: int) -> None:
        rank = ranks.get((tokens[left], tokens[right])) if left >= 0 and right < end else None
        if rank is not None:
            heapq.heappush(heap, (rank, left))

    for i in range(end):
        wait(i, i + 1)
    while heap:
        rank, i = heapq.heappop(heap)
        j = after[i]
        if j == end or ranks.get((tokens[i], tokens[j])) != rank:
            continue  # another join took one of the two meanwhile
        tokens[i], tokens[j] = tokens[i] + tokens[j], b""
        after[i] = after[j]
        if after[j] < end:
            before[after[j]] = i
        wait(before[i], i)
        wait(i, after[i])
    return tuple(token for token in tokens if token)


def joined(tokens: Piece, pair: Pair) -> Piece:
    """Replace every occurrence of the pair, from left to right, by one token."""
    new, i = [], 0
    while i < len(tokens):
        if tokens[i : i + 2] == pair:
            new.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            new.append(tokens[i])
            i += 1
    return tuple(new)
