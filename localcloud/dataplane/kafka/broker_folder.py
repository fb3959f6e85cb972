"""The folder of one broker: its ports, its properties, the API keys that may log in."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from localcloud import ports as numbers
from localcloud import private_file
from localcloud.dataplane.interface import DataPlaneError
from localcloud.ports import HOST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localcloud.dataplane.interface import ApiKeyGrant

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=CLIENT://{host}:{client},INTERNAL://{host}:{internal},CONTROLLER://{host}:{controller}
advertised.listeners=CLIENT://{host}:{client},INTERNAL://{host}:{internal}
listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,INTERNAL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=INTERNAL
log.dirs={data}

# Authentication: the classes of localcloud/kafka.
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
principal.builder.class=rag.kafka.ApiKeyPrincipals
listener.name.client.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required;
listener.name.client.plain.sasl.server.callback.handler.class=rag.kafka.ApiKeyCallback
listener.name.internal.plain.sasl.jaas.config=rag.kafka.TokenLogin required;
listener.name.internal.plain.sasl.server.callback.handler.class=rag.kafka.TokenCallback
listener.name.controller.plain.sasl.jaas.config=rag.kafka.TokenLogin required;
listener.name.controller.plain.sasl.server.callback.handler.class=rag.kafka.TokenCallback
# A revoked key is refused at the next login; this is the longest time until an open connection must log in again.
listener.name.client.connections.max.reauth.ms=60000

# Authorization: the ACLs that the control plane pushes; the default is to refuse. The data plane is the superuser.
authorizer.class.name=rag.kafka.Authorizer
super.users=User:admin
allow.everyone.if.no.acl.found=false

# One broker: one replica of everything. A killed broker can register again when its session times out (default 9 s).
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# There is no replica to recover from after a power cut: records are synced every second, not whenever the kernel does.
log.flush.scheduler.interval.ms=1000

# As on Confluent Cloud.
auto.create.topics.enable=false
num.partitions=6
message.max.bytes=2097164
transaction.max.timeout.ms=900000

# One developer's machine. An idle controller writes a record that changes nothing, twice a second by default: for
# metrics of how far other controllers lag, and for a third of an idle broker's CPU time.
metadata.max.idle.interval.ms=10000
group.initial.rebalance.delay.ms=0
num.network.threads=1
num.io.threads=2
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=67108864
"""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """The three listeners of a broker, chosen once so that its bootstrap endpoint never changes."""

    client: int
    internal: int
    controller: int


@dataclass(frozen=True, kw_only=True)
class KafkaInternal:
    """How the data plane itself reaches a broker: any user name (= the principal to act as) with this password."""

    bootstrap: str
    token: str = field(repr=False)


class BrokerFolder:
    """``state/kafka/LKC``: everything a broker keeps."""

    def __init__(self, path: Path) -> None:
        """Name the folder, which need not exist yet."""
        self.path = path
        self.properties = path / "broker.properties"
        self.api_keys = path / "api-keys.json"

    def prepare(self) -> Ports:
        """Create missing files and return the ports."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        ports = self.ports() or self._choose_ports()
        data = str(self.data).replace("\\", "\\\\")
        if "," in data:
            raise DataPlaneError(f"Kafka cannot keep its data in {data}: use a state folder without a comma.")
        self.properties.write_text(_PROPERTIES.format(host=HOST, data=data, **asdict(ports)))
        self.properties.chmod(0o600)
        if not self.api_keys.exists():
            self.write_api_keys([])
        return ports

    @property
    def data(self) -> Path:
        """Folder of the broker's topics, one folder a partition."""
        return self.path.absolute() / "data"

    @property
    def has_topics(self) -> bool:
        """Whether there is a topic, by its folder; Kafka's own metadata is none."""
        return any(not folder.name.startswith("__cluster") for folder in self.data.glob("*-[0-9]*"))

    def ports(self) -> Ports | None:
        """Return the ports chosen earlier, if any; :class:`DataPlaneError` if the file cannot be read."""
        file = self.path / "ports.json"
        try:
            return Ports(**{name: int(port) for name, port in json.loads(file.read_text()).items()})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, AttributeError):
            raise DataPlaneError(
                f"{file} does not hold a broker's ports: put it back, or start over with `./pulumiw cloud reset`."
            ) from None

    def write_api_keys(self, grants: Sequence[ApiKeyGrant]) -> None:
        """Replace the API keys atomically: ``rag.kafka.ApiKeys`` reads either the old or the new file."""
        keys = {grant.key: {"secret_sha256": grant.secret_sha256, "principal": grant.principal} for grant in grants}
        private_file.write(self.api_keys, json.dumps(keys))

    def _choose_ports(self) -> Ports:
        others = (BrokerFolder(folder).ports() for folder in self.path.parent.iterdir())
        taken = {port for ports in others if ports for port in asdict(ports).values()}
        try:
            client, internal, controller = numbers.free_ports(3, numbers.OF_BROKERS, taken)
        except numbers.NoFreePortError as error:
            raise DataPlaneError(str(error)) from None
        ports = Ports(client=client, internal=internal, controller=controller)
        private_file.write(self.path / "ports.json", json.dumps(asdict(ports)))
        return ports


def taken_port(ports: Ports) -> int | None:
    """Return the first of these ports that another program listens on."""
    return next((port for port in asdict(ports).values() if not numbers.is_free(port)), None)
