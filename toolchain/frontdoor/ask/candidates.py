"""How many vectors an approximate search looks at."""

from __future__ import annotations

# MongoDB Atlas: at least 20 times the limit for good recall, at most 10,000, as Elasticsearch, too.
_EACH, _FEWEST, _MOST = 20, 200, 10_000


def candidates_for(count: int) -> int:
    """Return how many candidates a search for the ``count`` nearest chooses from."""
    return min(max(_EACH * count, _FEWEST), _MOST)
