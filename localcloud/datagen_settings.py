"""The settings of ``DatagenSource``, beside those of its transforms."""

from __future__ import annotations

FIXED = {
    "schema.context.name": "default",
    "value.converter.allow.optional.map.keys": "false",
    "value.converter.auto.register.schemas": "true",
    "value.converter.connect.meta.data": "true",
    "value.converter.ignore.default.for.nullables": "false",
    "value.converter.reference.subject.name.strategy": "DefaultReferenceSubjectNameStrategy",
    "value.converter.replace.null.with.default": "true",
    "value.converter.schemas.enable": "false",
    "value.converter.value.subject.name.strategy": "TopicNameStrategy",
    "key.converter.key.subject.name.strategy": "TopicNameStrategy",
}
"""Settings that have no effect here, with the one value that is therefore right."""
KNOWN = {
    "name",
    "connector.class",
    "kafka.auth.mode",
    "kafka.service.account.id",
    "kafka.api.key",
    "kafka.api.secret",
    "kafka.topic",
    "output.data.format",
    "quickstart",
    "schema.string",
    "schema.keyfield",
    "max.interval",
    "iterations",
    "tasks.max",
    "transforms",
    "value.converter.decimal.format",
    "errors.tolerance",
    "auto.restart.on.user.error",
}
"""Settings that are read."""
