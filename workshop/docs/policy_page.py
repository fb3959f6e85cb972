"""``docs/policy.md``, generated from the policy pack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from guardrails.pack import LEVEL, POLICIES

if TYPE_CHECKING:
    from pulumi_policy import Policy

_INTRODUCTION = """# Policies

Written by `./pulumiw docs` from `policy/guardrails/`; a test compares them.

`policy/` is a [CrossGuard](https://www.pulumi.com/docs/iac/crossguard/) policy pack: rules that the engine checks for
every resource before it creates it. They depend on no code of this program, only on the resources that it declares,
so they also hold for the next change to it.

```sh
./pulumiw preview --policy-pack policy
./pulumiw up --policy-pack policy --policy-pack-config policy.json
```

A `mandatory` policy stops `preview` and `up`, an `advisory` one warns.

| Policy | Level | Rule | Configuration, with defaults |
| --- | --- | --- | --- |
"""

_NOTES = """
## Configuration

The configuration is a JSON file with one key per policy. A value of the wrong type is refused before any resource is
checked. `productionStacks` is not shared: set it for each policy that has it. A policy's level may be set, too
(`mandatory`, `advisory`, `disabled`), or the level of all policies (`"all": "advisory"`).

```json
{
  "cfu-ceiling": {"maximum": 50},
  "allowed-regions": {"regions": ["AWS/us-east-1", "AWS/eu-*"]},
  "one-region": "advisory"
}
```

## Definitions

- **Production** is a stack with `prod` in its name, or one named after a cloud and region (`aws-us-east-1`), like this
  project's regional stacks. `dev` is not production. So a regional stack sets `confluent-rag:protect: true`.
- **The development profile**: a Basic cluster has no roles per topic, so its accounts are CloudClusterAdmin. That is
  allowed outside production, on a Basic cluster that the same stack creates. The policy finds that cluster by the
  engine's dependencies of `crnPattern`, since a first `preview` does not know the CRN.
- **A wildcard** is a bare `*`. A prefix (`subject=product-updates-*`, `transactional-id=_confluent-flink_*`) is
  allowed: such subjects and ids cannot be named one by one before they exist.
- **A credential** is recognized by the name of its setting (`...password`, `...api.key`, `...secret`) or by its shape
  (keys with a provider's prefix, private keys, passwords in URLs, JSON web tokens). No message quotes it.

A value that depends on a new resource (a CRN, in a first `preview`) is unknown in the `preview`. It is checked in `up`,
before its resource is created. `one-region`, `cluster-admin-on-basic-only` and `own-account-per-sink` check the stack
as a whole, in `preview` and at the end of `up`. So do not use `up --skip-preview`: they would report too late.

## Where it runs

`pulumi` and `./pulumiw` run the pack in the program's virtual environment (`.local/toolchain/venv`), with the official
language host or the bundled one. The pack imports nothing from this project: to publish it alone, name an environment
of its own in `policy/PulumiPolicy.yaml` (`virtualenv: venv`), and `pulumi policy publish` takes `policy/` as it is.
Publishing needs a Pulumi Cloud organization, and has not been tried from here.
"""


def _configuration(policy: Policy) -> str:
    options = policy.config_schema.properties if policy.config_schema else {}
    return "<br>".join(
        f"`{key}`: {option['description']} `{json.dumps(option['default'])}`" for key, option in options.items()
    )


def render() -> str:
    """Return the page."""
    rows = []
    for policy in POLICIES:
        level = (policy.enforcement_level or LEVEL).value
        rows.append(f"| `{policy.name}` | {level} | {policy.description} | {_configuration(policy)} |\n")
    return _INTRODUCTION + "".join(rows) + _NOTES
