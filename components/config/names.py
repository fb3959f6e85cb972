"""Names that two stacks in one organization must not share."""

from dataclasses import dataclass
from typing import Self

import pulumi
import pulumi_random

from components.config.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Names:
    """``suffix`` ends every name that is unique in an organization."""

    suffix: pulumi.Output[str]
    environment: pulumi.Output[str]
    cluster: pulumi.Output[str]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take the names that are set; the suffix is drawn once per stack where it is not."""
        suffix = (
            pulumi.Output.from_input(settings.suffix)
            if settings.suffix
            else pulumi_random.RandomId("suffix", byte_length=3).hex
        )
        return cls(
            suffix=suffix,
            environment=pulumi.Output.concat("rag-", suffix),
            cluster=pulumi.Output.from_input(settings.cluster_name or pulumi.Output.concat("embeddings-", suffix)),
        )
