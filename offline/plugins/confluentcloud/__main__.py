"""``python -m offline.plugins.confluentcloud ENGINE-ADDRESS``."""

from offline.plugins.confluentcloud.provider import ConfluentCloud
from offline.plugins.main import run

run(ConfluentCloud())
