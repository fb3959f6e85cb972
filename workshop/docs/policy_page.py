"""``docs/policy.md``, made of the policies themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from guardrails.pack import LEVEL, POLICIES

if TYPE_CHECKING:
    from pulumi_policy import Policy

_INTRODUCTION = """# Policies

Written by `./pulumiw docs` from `policy/guardrails/`; a test compares them.

`policy/` is a [CrossGuard](https://www.pulumi.com/docs/iac/crossguard/) policy pack: rules that the engine holds every
resource against before it makes it. They know nothing of this program, only of what it declares, so they also hold
for the next change to it.

```sh
./pulumiw preview --policy-pack policy
./pulumiw up --policy-pack policy --policy-pack-config policy.json
```

A `mandatory` policy stops `preview` and `up`, an `advisory` one warns.

| Policy | Level | What it demands | Configuration, with defaults |
| --- | --- | --- | --- |
"""

_NOTES = """
## Configuration

A JSON file, by policy; a value of the wrong type is refused before anything is looked at. `productionStacks` belongs to
each policy that has it: write it for each. A policy's level may be set too (`mandatory`, `advisory`, `disabled`), or
that of all of them (`"all": "advisory"`).

```json
{
  "cfu-ceiling": {"maximum": 50},
  "allowed-regions": {"regions": ["AWS/us-east-1", "AWS/eu-*"]},
  "one-region": "advisory"
}
```

## What is decided here

- **Production** is a stack whose name says so, or one named after the cloud and region it serves (`aws-us-east-1`), as
  this project's regional stacks are. `dev` is not. So a regional stack sets `confluent-rag:protect: true`.
- **The development profile**: a Basic cluster has no roles per topic, so its accounts are CloudClusterAdmin of it. That
  is allowed on a Basic cluster that the same stack makes, outside production, and nowhere else: the engine tells which
  cluster a binding's `crnPattern` is made of, even before there is a CRN.
- **A wildcard** is a bare `*`. A prefix (`subject=product-updates-*`, `transactional-id=_confluent-flink_*`) names what
  cannot be named one by one before it exists.
- **A credential** is told by the name of a setting (`...password`, `...api.key`, `...secret`) or by its shape (keys
  with a provider's prefix, private keys, passwords in URLs, JSON web tokens). What is found is not quoted.

A value that depends on a resource still to be made (a CRN, in a first `preview`) is judged in `up`, before the resource
it is for is made. `one-region` and `cluster-admin-on-basic-only` look at the stack as a whole, in `preview` and at the
end of `up`: `up --skip-preview` would tell of them too late.

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
