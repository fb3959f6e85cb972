"""``python -m offline.plugins.random ENGINE-ADDRESS``."""

from offline.plugins.main import run
from offline.plugins.random.provider import RandomProvider

run(RandomProvider())
