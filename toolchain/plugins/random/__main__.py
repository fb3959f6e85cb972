"""``python -m toolchain.plugins.random ENGINE-ADDRESS``."""

from toolchain.plugins.main import run
from toolchain.plugins.random.provider import RandomProvider

run(RandomProvider())
