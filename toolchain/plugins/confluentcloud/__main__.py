"""``python -m toolchain.plugins.confluentcloud ENGINE-ADDRESS``."""

from toolchain.plugins.confluentcloud.provider import ConfluentCloud
from toolchain.plugins.main import run

run(ConfluentCloud())
