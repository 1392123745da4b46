"""Generated authors of the demo posts: names, handles, descriptions and followers by language, fixed by the seed.

`LANGUAGE_WEIGHTS` says how often each language occurs.
"""

from __future__ import annotations

import random
from typing import Any

AUTHOR_COUNT = 480
AUTHOR_NAMES = {
    "en": ("Ada Ida Finn Maya Owen Priya Theo Nora Sam Wren Jude Tess", "Marsh Okafor Lindqvist Reed Bell Hart Quill"),
    "de": ("Jonas Lena Mila Emil Greta Anton Frieda", "Brandt Vogel Sommer Kühn Lindner"),
    "fr": ("Camille Hugo Inès Louis Manon Théo", "Moreau Lefèvre Girard Bonnet"),
    "es": ("Lucía Mateo Valeria Diego Carmen", "Ríos Navarro Ibarra Fuentes"),
    "pt": ("Inês Tiago Beatriz Rui", "Sousa Almeida Teixeira"),
    "it": ("Giulia Marco Elena Sandro", "Ferri Colombo Marin"),
    "ru": ("Анна Лев Мария Илья", "Соколова Орлов Зимина"),
    "ja": ("蒼 陽菜 湊 結衣 健太", "森 小林 川口 星野"),
    "ko": ("서연 민준 지우 하준", "김 박 윤"),
    "zh": ("晓雨 子涵 明 静", "林 陈 周"),
    "ar": ("ليلى كريم نور سامي", "حداد منصور الخوري"),
    "he": ("נועה איתי מאיה", "לוי ברק גולן"),
    "th": ("มะลิ ธน ฟ้า", "ศรีสุข วงศ์ดี"),
    "hi": ("आरव मीरा कबीर", "शर्मा मेहता राव"),
    "tr": ("Elif Deniz Kerem", "Yıldız Aksoy"),
}
LANGUAGE_WEIGHTS = {
    "en": 22,
    "ja": 9,
    "de": 7,
    "es": 7,
    "fr": 6,
    "pt": 4,
    "ar": 4,
    "ko": 4,
    "it": 3,
    "zh": 3,
    "ru": 3,
    "hi": 2,
}
WORDS = (
    "harbour",
    "comet",
    "fern",
    "otter",
    "signal",
    "maple",
    "tidal",
    "ember",
    "pixel",
    "lantern",
    "heron",
    "orbit",
    "pebble",
    "copper",
    "willow",
    "static",
)
BIOS = (
    "Made up, like everyone here. Likes {0} and {1}.",
    "{0}, {1}, long trains. Does not exist.",
    "Mostly {0}. Sometimes {1}. Generated from a seed.",
    "I only live in this demonstration; ask me about {0}.",
)


def authors(seed: int, topics: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return canonical authors by the language they write in."""
    dice = random.Random(f"people {seed}")
    languages = list(AUTHOR_NAMES)
    weights = [LANGUAGE_WEIGHTS.get(language, 1) for language in languages]
    found: dict[str, list[dict[str, Any]]] = {language: [] for language in languages}
    for number in range(AUTHOR_COUNT):
        language = languages[number] if number < len(languages) else dice.choices(languages, weights)[0]
        first, last = (dice.choice(part.split()) for part in AUTHOR_NAMES[language])
        name = f"{last}{first}" if language in ("ja", "ko", "zh") else f"{first} {last}"
        handle = f"{dice.choice(WORDS)}_{dice.choice(WORDS)}{number}"
        found[language].append(
            {
                "id": f"p{number}",
                "handle": handle,
                "name": name,
                "bio": dice.choice(BIOS).format(*dice.sample(topics, 2)),
                "followers": int(dice.lognormvariate(6.2, 1.9)) + 3,
                "verified": dice.random() < 0.04,
            }
        )
    return found
