"""What people call the articles of schemas/product-updates.avsc, and products to find by it.

Three names for each article: the tutorial's own four words, two questions, and what general dictionaries have as
synonym, slang or regional word. They were written down before either model had seen them, and none of those that
fail was replaced. No name is the article's own, as the products have it.
"""

from __future__ import annotations

import json
import random
from typing import Any

from localcloud.dataplane.connect.datagen.random_generator import RandomGenerator
from workshop.clone import PROJECT

NAMES = {
    "shorts": ("cutoffs", "trunks", "bermudas"),
    "pants": ("slacks", "trousers", "britches"),
    "shirt": ("tee", "blouse", "polo top"),
    "socks": ("footies", "stockings", "hosiery"),
    "shoes": ("kicks", "sneakers", "loafers"),
    "belt": ("waistband", "cinch", "something to hold my jeans up"),
    "jacket": ("windbreaker", "parka", "blazer"),
    "sweater": ("jumper", "pullover", "cardigan"),
    "gloves": ("mittens", "mitts", "something to keep my hands warm"),
    "sandals": ("flip-flops", "thongs", "huaraches"),
    "boots": ("wellies", "galoshes", "clodhoppers"),
    "hat": ("lid", "beanie", "fedora"),
}
QUERIES = [(article, name) for article, names in NAMES.items() for name in names]


def products(count: int, seed: int = 14) -> list[dict[str, Any]]:
    """Return generated products, with the text that sql/insert-into-product-vector.sql makes of each."""
    schema = json.loads((PROJECT / "schemas" / "product-updates.avsc").read_text())
    generator = RandomGenerator(schema, random.Random(seed))
    made = [generator.generate() for _ in range(count)]
    for one in made:
        words = ("size", "ageGroup", "gender", "season", "fashionType", "brandName", "baseColor", "articleType")
        one["content"] = (
            " ".join(one[word] for word in words)
            + f" , price: {one['price']} , store number: {one['store_id']} , product id: {one['product_id']}"
        )
    return made
