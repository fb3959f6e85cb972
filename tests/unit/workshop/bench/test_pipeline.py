"""What the pipeline's measurement makes of its samples, and its workers of their job."""

from __future__ import annotations

import json

from workshop.bench.pipeline import products
from workshop.bench.worker import Job


def test_every_record_is_a_product_of_its_own() -> None:
    samples = [b"\0\0\0\0\7" + json.dumps({"product_id": 3, "size": size}).encode() for size in "SM"]
    made = list(products(samples, range(10, 13)))
    assert {value[:5] for value in made} == {b"\0\0\0\0\7"}
    assert [json.loads(value[5:]) for value in made] == [
        {"size": "S", "product_id": 10},
        {"size": "M", "product_id": 11},
        {"size": "S", "product_id": 12},
    ]


def test_workers_share_the_partitions() -> None:
    job = Job(
        settings={},
        source="a",
        sink="b",
        places={0: 5, 1: 0, 2: 7},
        schema=1,
        is_transactional=True,
        is_fast_json=True,
    )
    assert [part.places for part in job.parts(2)] == [{0: 5, 2: 7}, {1: 0}]
