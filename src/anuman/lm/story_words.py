"""The words and sentences of the course's stories, in English and in Hindi.

In a sentence {A} and {B} are people and {A:he/she} the form that fits the person (male/female). {n},
{k} and {m} are numbers, {n:thing} is the thing in the number's form, {n:was/were} a form by number,
and {n:था/थे/थी/थीं} one by gender and number (male one, male many, female one, female many).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thing:
    """One, many, and the grammatical gender where the language has one."""

    one: str
    many: str
    female: bool = False


@dataclass(frozen=True)
class Words:
    """One language's vocabulary and sentences.

    more, fewer: events after which A has m = n + k or m = n - k things.
    choices: what fills a field such as {place}; every occurrence in a story is drawn anew.
    """

    boys: tuple[str, ...]
    girls: tuple[str, ...]
    things: tuple[Thing, ...]
    choices: dict[str, tuple[str, ...]]
    openings: tuple[str, ...]
    had: tuple[str, ...]
    fewer: tuple[str, ...]
    more: tuple[str, ...]
    endings: tuple[str, ...]


ENGLISH = Words(
    boys=("Ben", "Tom", "Sam", "Leo", "Ravi", "Kabir", "Arjun", "Joseph"),
    girls=("Anu", "Lily", "Mia", "Zoya", "Meera", "Sara", "Nina", "Tara"),
    things=(
        Thing("hat", "hats"), Thing("ball", "balls"), Thing("kite", "kites"),
        Thing("book", "books"), Thing("mango", "mangoes"), Thing("flower", "flowers"),
        Thing("coin", "coins"), Thing("toy", "toys"), Thing("shell", "shells"),
        Thing("apple", "apples"), Thing("pencil", "pencils"), Thing("cake", "cakes"),
    ),
    choices={
        "place": ("park", "river", "market", "school", "garden", "fair", "hill", "beach"),
        "weather": ("sunny", "rainy", "cold", "windy"),
        "kind": ("new", "big", "small", "nice"),
        "pet": ("dog", "cat", "bird", "goat"),
        "parent": ("mother", "father", "sister", "brother"),
    },
    openings=(
        "One day {A} and {B} went to the {place}.",
        "It was a {weather} day. {A} was at the {place} with {A:his/her} friend {B}.",
        "{A} was playing near the {place}. {B} came to play too.",
        "{A} had a {kind} {pet}. One day {A} met {B} at the {place}.",
        "{A} liked the {place}. {A:He/She} went there with {B} and {A:his/her} {parent}.",
    ),
    had=(
        "{A} had {n} {n:thing}.",
        "{A} had {n} {kind} {n:thing}.",
    ),
    fewer=(
        "{B} asked for {k}. {A} gave {k} to {B} and had {m} left.",
        '{A} gave {B} {k} {k:thing}. "Thank you, {A}!" said {B}. Now {A} had {m} {m:thing}.',
        "{A} lost {k} near the {place} and had only {m} left.",
        "{A} put {k} in a {kind} box for {B}. {A} had {m} {m:thing} left.",
    ),
    more=(
        "{A} found {k} more near the {place}. Now {A} had {m} {m:thing}.",
        "{B} gave {A} {k} more. Now {A} had {m} {m:thing}.",
        "{A:His/Her} {parent} came with {k} more {k:thing}, so {A} had {m}.",
    ),
    endings=(
        "{B} smiled and said that it was a good day.",
        "{A} was happy and went home with {B}.",
        "They played until it was dark.",
        "{A} told {A:his/her} {parent} about it.",
        "{B} and {A} were very happy.",
        '"You are a good friend, {B}," said {A}.',
    ),
)  # fmt: skip

HINDI = Words(
    boys=("रवि", "राजू", "मोहन", "कबीर", "अमन", "सलीम", "जोसेफ", "दीपक"),
    girls=("अनु", "मीना", "लीला", "नेहा", "गीता", "आयशा", "सारा", "तारा"),
    things=(
        Thing("टोपी", "टोपियाँ", True), Thing("गेंद", "गेंदें", True),
        Thing("पतंग", "पतंगें", True), Thing("किताब", "किताबें", True),
        Thing("पेंसिल", "पेंसिलें", True), Thing("मिठाई", "मिठाइयाँ", True),
        Thing("आम", "आम"), Thing("फूल", "फूल"), Thing("लड्डू", "लड्डू"),
        Thing("केला", "केले"), Thing("सिक्का", "सिक्के"), Thing("खिलौना", "खिलौने"),
    ),
    choices={
        "in_place": ("मेले में", "बाग में", "बाजार में", "नदी के पास", "पार्क में", "स्कूल में"),
        "weather": ("धूप", "ठंड", "बारिश", "हवा"),
        "parent": ("माँ", "दादी", "नानी", "मौसी"),
    },
    openings=(
        "एक दिन {A} को {B} {in_place} {B:मिला/मिली}।",
        "{A} {in_place} खेल {A:रहा था/रही थी}। {B} भी खेलने {B:आया/आई}।",
        "उस दिन बहुत {weather} थी। {A} अपनी {parent} और {B} के साथ {in_place} {A:था/थी}।",
        "{A} और {B} की दोस्ती पक्की थी। एक दिन {A} {in_place} {A:बैठा था/बैठी थी}।",
    ),
    had=(
        "{A} के पास {n} {n:thing} {n:था/थे/थी/थीं}।",
        "{A} के पास {n} {n:नया/नए/नई/नई} {n:thing} {n:था/थे/थी/थीं}।",
        "{A} के पास {n} {n:बड़ा/बड़े/बड़ी/बड़ी} {n:thing} {n:था/थे/थी/थीं}।",
    ),
    fewer=(
        "{B} ने {k} {k:माँगा/माँगे/माँगी/माँगीं}। {A} ने {B} को {k} {k:दिया/दिए/दी/दीं}। "
        "अब {A} के पास {m} {m:बचा/बचे/बची/बचीं}।",
        "{A} ने {B} को {k} {k:thing} {k:दिया/दिए/दी/दीं}। {B} ने कहा, “धन्यवाद, {A}!” "
        "अब {A} के पास {m} {m:thing} {m:था/थे/थी/थीं}।",
        "{in_place} {k} {k:thing} {k:खो गया/खो गए/खो गई/खो गईं}। {A} को दुख हुआ। "
        "अब {A} के पास {m} {m:बचा/बचे/बची/बचीं}।",
    ),
    more=(
        "{A} को {in_place} {k} {k:thing} और {k:मिला/मिले/मिली/मिलीं}। "
        "अब {A} के पास {m} {m:thing} {m:था/थे/थी/थीं}।",
        "{B} ने {A} को {k} {k:thing} और {k:दिया/दिए/दी/दीं}। "
        "अब {A} के पास {m} {m:thing} {m:था/थे/थी/थीं}।",
        "{A} की {parent} {k} {k:thing} और लाईं। अब {A} के पास {m} {m:thing} {m:था/थे/थी/थीं}।",
    ),
    endings=(
        "{B} ने हँसकर कहा, “आज का दिन अच्छा था।”",
        "{A} बहुत खुश {A:हुआ/हुई} और {B} के साथ घर {A:गया/गई}।",
        "खेल शाम तक चलता रहा।",
        "{A} ने अपनी {parent} को सब बताया।",
        "{A} ने कहा, “तुम {B:अच्छे/अच्छी} दोस्त हो, {B}!”",
    ),
)  # fmt: skip

WORDS = {"en": ENGLISH, "hi": HINDI}
