"""Kafka clusters: one KRaft broker process each."""

from __future__ import annotations

import logging
import re
import shutil
import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from localcloud.dataplane.interface import DataPlaneError, InvalidError, NotFoundError
from localcloud.dataplane.java.class_data_archive import Archive
from localcloud.dataplane.java.jars import JavaModule, classpath
from localcloud.dataplane.java.runtime import java
from localcloud.dataplane.kafka.acls import AclAdmin
from localcloud.dataplane.kafka.admin import TopicAdmin
from localcloud.dataplane.kafka.broker_folder import BrokerFolder, KafkaInternal, Ports, taken_port
from localcloud.dataplane.kafka.reader import TopicReader
from localcloud.dataplane.kafka.record_count import RecordCounter
from localcloud.dataplane.kafka.writer import RecordWriter
from localcloud.ports import HOST, is_answered

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from localcloud.dataplane.interface import AclRule, ApiKeyGrant, KafkaRecord, NewRecord, TopicInfo
    from localcloud.dataplane.process.processes import ProcessHost

START_SECONDS = 60.0
RESTART_AFTER_SECONDS = 10.0
STOP_SECONDS = 30.0  # the very first stop also writes the class-data archive
_LOG = logging.getLogger(__name__)
_CLUSTER_ID = re.compile(r"lkc-[a-z0-9]+")
_JVM = ["-Xms32m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.disableJmx=true"]


class BrokerPlane:
    """The :class:`~localcloud.dataplane.interface.KafkaPlane` over local broker processes.

    A broker that dies is started again at once. One that dies right after its start waits for the next call instead, so
    that a broken one is not restarted in an endless loop.
    """

    def __init__(self, state: Path, jars: Path, host: ProcessHost, internal_token: str) -> None:
        """Keep each cluster in ``state/kafka/LKC``; ``internal_token`` is the password of the INTERNAL listener."""
        self._folders, self._jars, self._host, self._token = state / "kafka", jars, host, internal_token
        self._admins: dict[str, TopicAdmin] = {}
        self._acls: dict[str, AclAdmin] = {}
        self._writers: dict[str, RecordWriter] = {}
        self._archives: dict[str, Archive] = {}
        self._counters: defaultdict[str, RecordCounter] = defaultdict(RecordCounter)
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)

    def start(self, cluster_id: str) -> str:
        """Start the broker unless it runs, wait until it answers, return the ``host:port`` of its CLIENT listener."""
        folder = self._folder(cluster_id)
        with self._locks[cluster_id]:
            try:
                ports = folder.prepare()
            except OSError as error:
                raise DataPlaneError(
                    f"Cluster {cluster_id} cannot be kept in {folder.path}: {error.strerror}."
                ) from error
            if not self._host.is_alive(_process(cluster_id)):
                self._spawn(cluster_id, folder, ports)
            return f"{HOST}:{ports.client}"

    def stop(self, cluster_id: str) -> None:
        """Stop the broker and keep its data."""
        self._folder(cluster_id)
        with self._locks[cluster_id]:
            self._admins.pop(cluster_id, None)
            self._counters.pop(cluster_id, None)
            self._writers.pop(cluster_id, None)
            self._host.stop(_process(cluster_id), STOP_SECONDS)
            archive = self._archives.pop(cluster_id, None)
            if archive is not None:
                archive.keep(trained=self._folder(cluster_id).has_topics)

    def delete(self, cluster_id: str) -> None:
        """Stop the broker and remove its data."""
        folder = self._folder(cluster_id)
        with self._locks[cluster_id]:
            self.stop(cluster_id)
            try:
                shutil.rmtree(folder.path)
            except FileNotFoundError:
                pass
            except OSError as error:
                raise DataPlaneError(f"The data of {cluster_id} cannot be removed: {error}.") from error

    def grant(self, cluster_id: str, keys: Sequence[ApiKeyGrant]) -> None:
        """Replace the API keys that may log in: effective at the next login, on open connections within a minute."""
        folder = self._folder(cluster_id)
        with self._locks[cluster_id]:
            folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.write_api_keys(keys)

    def authorize(self, cluster_id: str, rules: Collection[AclRule]) -> None:
        """Replace the access control list: effective when this returns, also on open connections."""
        self._running(cluster_id)
        self._acls[cluster_id].replace(rules)

    def internal(self, cluster_id: str) -> KafkaInternal:
        """Return address and password for the data plane's own clients; starts the broker if it has died."""
        return KafkaInternal(bootstrap=f"{HOST}:{self._running(cluster_id).internal}", token=self._token)

    def topics(self, cluster_id: str) -> list[TopicInfo]:
        """All topics but Kafka's internal ones, by name, without their configs."""
        return self._admin(cluster_id).topics()

    def topic(self, cluster_id: str, name: str) -> TopicInfo:
        """One topic, else :class:`NotFoundError`."""
        return self._admin(cluster_id).topic(name)

    def create_topic(self, cluster_id: str, topic: TopicInfo) -> None:
        """Create a topic and wait until it is visible; :class:`ConflictError` if it exists."""
        self._admin(cluster_id).create(topic)

    def alter_topic(
        self,
        cluster_id: str,
        name: str,
        *,
        partitions: int | None = None,
        configs: Mapping[str, str | None] | None = None,
    ) -> None:
        """Add partitions, set configs; a config of ``None`` goes back to its default."""
        self._admin(cluster_id).alter(name, partitions, configs or {})

    def delete_topic(self, cluster_id: str, name: str) -> None:
        """Delete a topic and wait until it is gone."""
        self._admin(cluster_id).delete(name)

    def high_watermarks(self, cluster_id: str, name: str) -> dict[int, int]:
        """Partition -> next offset to be written."""
        return self._admin(cluster_id).high_watermarks(name)

    def records(self, cluster_id: str) -> dict[str, dict[int, int]]:
        """Topic -> partition -> number of records that a consumer of committed ones would read; as end_offsets."""
        data, counter = self._folder(cluster_id).data, self._counters[cluster_id]
        committed = self._admin(cluster_id).committed()
        folders = {(topic, number): data / f"{topic}-{number}" for topic, all_ in committed.items() for number in all_}
        counted = {
            topic: {number: counter.count(folders[topic, number], *ends) for number, ends in partitions.items()}
            for topic, partitions in committed.items()
        }
        counter.retain(folders.values())
        return counted

    def end_offsets(self, cluster_id: str) -> dict[str, dict[int, int]]:
        """Topic -> partition -> next offset to be written, of all topics but Kafka's internal ones."""
        return self._admin(cluster_id).end_offsets()

    def lag(self, cluster_id: str, group: str) -> int | None:
        """Offsets that a consumer group has not read yet; ``None`` if it has read none."""
        return self._admin(cluster_id).lag(group)

    def reader(self, cluster_id: str, name: str, newest: int) -> TopicReader:
        """Open a reader that begins ``newest`` offsets before the end of each partition."""
        ends = self.high_watermarks(cluster_id, name)
        return TopicReader(self.internal(cluster_id), name, ends, newest)

    def write(self, cluster_id: str, name: str, record: NewRecord) -> KafkaRecord:
        """Write a record, return it as the broker has it; :class:`InvalidError` if it cannot be written."""
        internal = self.internal(cluster_id)
        with self._locks[cluster_id]:
            writer = self._writers.get(cluster_id)
            if writer is None:
                writer = self._writers[cluster_id] = RecordWriter(internal)
        return writer.write(name, record)

    def close(self) -> None:
        """Stop every broker."""
        brokers = [threading.Thread(target=self.stop, args=(cluster_id,)) for cluster_id in list(self._admins)]
        for broker in brokers:
            broker.start()
        for broker in brokers:
            broker.join()

    def _folder(self, cluster_id: str) -> BrokerFolder:
        if not _CLUSTER_ID.fullmatch(cluster_id):
            raise InvalidError(f"{cluster_id!r} is no Kafka cluster id: it must look like lkc-abc123.")
        return BrokerFolder(self._folders / cluster_id)

    def _running(self, cluster_id: str) -> Ports:
        ports = self._folder(cluster_id).ports()
        if ports is None:
            raise NotFoundError(f"Kafka cluster {cluster_id} does not exist.")
        self.start(cluster_id)
        return ports

    def _admin(self, cluster_id: str) -> TopicAdmin:
        self._running(cluster_id)
        return self._admins[cluster_id]

    def _spawn(self, cluster_id: str, folder: BrokerFolder, ports: Ports) -> None:
        port = taken_port(ports)
        if port is not None:
            raise DataPlaneError(
                f"Port {port} of Kafka cluster {cluster_id} is taken: end the program that listens there."
            )
        program, jars = java(), classpath(self._jars, JavaModule.KAFKA)
        name = _process(cluster_id)
        archive = self._archives[cluster_id] = Archive.of(self._jars / JavaModule.KAFKA, program, jars, name)
        argv = [program, *_JVM, *archive.options, "-cp", jars, "rag.kafka.Broker", str(folder.properties)]
        secrets = {"LOCALCLOUD_INTERNAL_TOKEN": self._token, "LOCALCLOUD_API_KEYS_FILE": str(folder.api_keys)}
        child = self._host.start(name, argv, env=secrets)
        admin = TopicAdmin(KafkaInternal(bootstrap=f"{HOST}:{ports.internal}", token=self._token))
        self._wait_until_ready(cluster_id, ports, admin)
        self._acls[cluster_id] = AclAdmin(admin.client)
        self._admins[cluster_id] = admin
        watch = threading.Thread(target=self._watch, args=(cluster_id, child, admin), name=f"watch-{name}", daemon=True)
        watch.start()

    def _watch(self, cluster_id: str, child: subprocess.Popen[bytes], admin: TopicAdmin) -> None:
        """Restart a broker that dies unasked: jobs and connectors use it without a call here that would notice."""
        began = time.monotonic()
        child.wait()
        if time.monotonic() - began < RESTART_AFTER_SECONDS:
            return
        with self._locks[cluster_id]:
            if self._admins.get(cluster_id) is not admin:
                return
            _LOG.warning("The broker of %s ended with status %s; it is started again.", cluster_id, child.returncode)
            try:
                self.start(cluster_id)
            except DataPlaneError as error:
                _LOG.error("%s", error)

    def _wait_until_ready(self, cluster_id: str, ports: Ports, admin: TopicAdmin) -> None:
        """Wait until the listeners are open (the broker has joined its cluster), then until it answers for metadata."""
        name, deadline = _process(cluster_id), time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self._host.is_alive(name):
                raise DataPlaneError(f"The broker of {cluster_id} ended at its start: {self._complaint(name)}")
            if is_answered(ports.client) and admin.wait_until_ready(5):
                return
            time.sleep(0.05)
        self._host.stop(name)
        raise DataPlaneError(
            f"The broker of {cluster_id} did not answer within {START_SECONDS:.0f} s: see {self._host.log(name)}."
        )

    def _complaint(self, name: str) -> str:
        """Return the line of the log with the cause, as a sentence for the user."""
        tail = self._host.log_tail(name, 200)
        if "No space left on device" in tail:
            return f"the disk is full ({self._folders}): make room and try again."
        errors = [
            line for line in tail.splitlines() if "ERROR" in line or "Exception" in line or line.startswith("Error")
        ]
        return f"{errors[0] if errors else 'it said nothing'} (see {self._host.log(name)})"


def _process(cluster_id: str) -> str:
    return f"kafka-{cluster_id}"
