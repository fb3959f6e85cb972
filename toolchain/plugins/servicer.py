"""The engine's calls (``pulumirpc.ResourceProvider``), answered from a table of resources and functions."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Protocol

import grpc
from google.protobuf import empty_pb2

from toolchain.plugins.call import Call, Cancellation
from toolchain.plugins.diffs import Diff, Kind
from toolchain.plugins.errors import IncompleteError, PluginError
from toolchain.plugins.protos import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)
from toolchain.plugins.schema import Failure, with_defaults, with_secrets
from toolchain.plugins.wire import UNKNOWN, Secret, Values, is_unknown, read_struct, write_struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from google.protobuf import struct_pb2

    from toolchain.plugins.resource import Resource


class Provider(Protocol):
    """A provider: its configuration, its resources and its functions."""

    version: str

    @property
    def resources(self) -> Mapping[str, Resource]:
        """The resources by type token."""

    @property
    def functions(self) -> Mapping[str, Callable[[Call, Values], Values]]:
        """The functions by token: arguments in, result out."""

    def check_config(self, config: Values) -> Iterator[Failure]:
        """Yield what is wrong with the configuration."""

    def secret_config(self) -> tuple[str, ...]:
        """Return the names of the configuration's secrets."""

    def configure(self, config: Values, cancellation: Cancellation) -> None:
        """Take the configuration; raises :class:`PluginError`."""


class Servicer(provider_pb2_grpc.ResourceProviderServicer):  # type: ignore[misc] # generated, untyped
    """Speaks the engine's protocol for a :class:`Provider`.

    Secret inputs come in the clear and the engine marks the outputs of the same name itself (``acceptSecrets`` is
    false); what is secret by its nature is marked here.
    """

    def __init__(self, provider: Provider, engine_address: str) -> None:
        self._provider = provider
        self._cancellation = Cancellation()
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine_address)) if engine_address else None

    def end(self) -> None:
        """Make calls under way return; nobody is left to hear what they say."""
        self._cancellation.cancel(engine_gone=True)

    # Life

    def Handshake(self, _request: Any, _context: Any) -> Any:
        """Say what this provider understands."""
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        """Return the version."""
        return plugin_pb2.PluginInfo(version=self._provider.version)

    def GetSchema(self, _request: Any, _context: Any) -> Any:
        """Return no schema: the SDK packages are the schema's."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    def Cancel(self, _request: Any, _context: Any) -> Any:
        """End all waits; what was made so far is handed back."""
        self._cancellation.cancel()
        return empty_pb2.Empty()

    # Configuration

    def CheckConfig(self, request: Any, _context: Any) -> Any:
        """Validate the provider's inputs."""
        config = read_struct(request.news)
        inputs = {key: Secret(v) if key in self._provider.secret_config() else v for key, v in config.items()}
        failures = _failures(self._provider.check_config(_own(config)))
        return provider_pb2.CheckResponse(inputs=write_struct(inputs), failures=failures)

    def DiffConfig(self, request: Any, _context: Any) -> Any:
        """Compare the provider's inputs: no change to them makes new objects."""
        old, new = read_struct(request.old_inputs), read_struct(request.news)
        names = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        some = provider_pb2.DiffResponse.DIFF_SOME if names else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some, diffs=names)

    def Configure(self, request: Any, context: Any) -> Any:
        """Take the provider's inputs."""
        try:
            self._provider.configure(_own(read_struct(request.args)), self._cancellation)
        except PluginError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    # Functions

    def Invoke(self, request: Any, context: Any) -> Any:
        """Call a function."""
        function = self._provider.functions.get(request.tok)
        if function is None:
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED, _not_bundled("function", request.tok, self._provider.functions)
            )
            raise AssertionError
        try:
            result = function(self._call(""), read_struct(request.args))
        except PluginError as error:
            context.abort(grpc.StatusCode.UNKNOWN, f"{_short(request.tok)}: {error}")
        return provider_pb2.InvokeResponse(**{"return": write_struct(result)})

    # Resources

    def Check(self, request: Any, context: Any) -> Any:
        """Validate and complete a resource's inputs."""
        resource = self._resource(request.urn, context)
        inputs = with_defaults(read_struct(request.news), resource.fields)
        if resource.autonamed and inputs.get(resource.autonamed) is None:
            before = read_struct(request.olds).get(resource.autonamed)
            inputs[resource.autonamed] = before or _autoname(request.urn, request.randomSeed)
        failures = _failures(resource.check(inputs))
        return provider_pb2.CheckResponse(inputs=write_struct(with_secrets(inputs, resource.fields)), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        """Compare an object with new inputs."""
        resource = self._resource(request.urn, context)
        diff = self._diff(resource, request)
        return _diff_response(diff)

    def Create(self, request: Any, context: Any) -> Any:
        """Make an object, or say what it would be."""
        resource = self._resource(request.urn, context)
        inputs = read_struct(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=self._outputs(resource, resource.planned(inputs)))
        with _Reporting(self, context, f"creating {_called(resource, inputs)}", resource, inputs):
            resource_id, outputs = resource.create(self._call(request.urn, request.timeout), inputs)
        return provider_pb2.CreateResponse(id=resource_id, properties=self._outputs(resource, outputs))

    def Read(self, request: Any, context: Any) -> Any:
        """Return an object as it is now; nothing if it is gone."""
        resource = self._resource(request.urn, context)
        state, inputs = read_struct(request.properties), read_struct(request.inputs)
        resource_id = request.id
        with _Reporting(self, context, f"reading {_called(resource, state) or request.id}", resource, inputs):
            if not state:
                resource_id, state = resource.imported(resource_id)
            outputs = resource.read(self._call(request.urn, request.timeout), resource_id, state)
            if outputs is None:
                return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=resource_id,
            properties=self._outputs(resource, outputs),
            inputs=write_struct(with_secrets(resource.inputs_now(inputs, outputs), resource.fields)),
        )

    def Update(self, request: Any, context: Any) -> Any:
        """Change an object in place, or say what it would be."""
        resource = self._resource(request.urn, context)
        old, new = read_struct(request.olds), read_struct(request.news)
        diff = self._diff(resource, request)
        with _Reporting(self, context, f"updating {_called(resource, new)}", resource, new):
            if request.preview:
                outputs = resource.planned_update(old, new, diff)
            else:
                outputs = resource.update(self._call(request.urn, request.timeout), request.id, old, new, diff)
        return provider_pb2.UpdateResponse(properties=self._outputs(resource, outputs))

    def Delete(self, request: Any, context: Any) -> Any:
        """Delete an object."""
        resource = self._resource(request.urn, context)
        state = read_struct(request.properties)
        with _Reporting(self, context, f"deleting {_called(resource, state)}", resource, {}):
            resource.remove(self._call(request.urn, request.timeout), request.id, state)
        return empty_pb2.Empty()

    # Helpers

    def warn(self, urn: str, message: str) -> None:
        """Show a warning on a resource."""
        self._log(urn, message, engine_pb2.WARNING, ephemeral=False)

    def _log(self, urn: str, message: str, severity: Any, *, ephemeral: bool) -> None:
        if self._engine is None:
            return
        entry = engine_pb2.LogRequest(severity=severity, message=message, urn=urn, ephemeral=ephemeral)
        try:
            self._engine.Log(entry)
        except grpc.RpcError:
            return  # an engine that is going away has no screen to show it on

    def _call(self, urn: str, timeout: float = 0) -> Call:
        return Call(
            self._cancellation,
            timeout,
            note=lambda message: self._log(urn, message, engine_pb2.INFO, ephemeral=True),
        )

    def _resource(self, urn: str, context: Any) -> Resource:
        token = urn.split("::")[2].split("$")[-1]
        resource = self._provider.resources.get(token)
        if resource is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, _not_bundled("resource", token, self._provider.resources))
            raise AssertionError
        return resource

    def _diff(self, resource: Resource, request: Any) -> Diff:
        old, new = read_struct(request.olds), read_struct(request.news)
        for path in request.ignoreChanges:
            key = path.split(".")[0].split("[")[0]
            if key in old:
                new[key] = old[key]
        return resource.diff(old, read_struct(request.old_inputs), new)

    def _outputs(self, resource: Resource, outputs: Values) -> struct_pb2.Struct:
        marked = with_secrets(outputs, resource.fields)
        for key in resource.secrets:
            if marked.get(key) is not None and marked[key] is not UNKNOWN:
                marked[key] = Secret(marked[key])
        return write_struct(marked)


class _Reporting:
    """Turns what a resource raises into the engine's errors: one line, on that resource."""

    def __init__(self, servicer: Servicer, context: Any, doing: str, resource: Resource, inputs: Values) -> None:
        self._servicer, self._context, self._doing = servicer, context, doing
        self._resource, self._inputs = resource, inputs

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, IncompleteError):
            self._context.abort_with_status(self._incomplete(error))
        if isinstance(error, PluginError):
            self._context.abort(grpc.StatusCode.UNKNOWN, f"{self._doing}: {error}")

    def _incomplete(self, error: IncompleteError) -> _Status:
        reason = f"{self._doing}: {error}"
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason)
        status.details.add().Pack(
            provider_pb2.ErrorResourceInitFailed(
                id=error.resource_id,
                properties=self._servicer._outputs(self._resource, error.outputs),  # noqa: SLF001 - the same room
                reasons=[reason],
                inputs=write_struct(with_secrets(self._inputs, self._resource.fields)),
            )
        )
        return _Status(reason, status)


class _Status(grpc.Status):  # type: ignore[misc] # grpc is untyped
    """A gRPC status with details."""

    def __init__(self, message: str, status: Any) -> None:
        self.code = grpc.StatusCode.UNKNOWN
        self.details = message
        self.trailing_metadata = (("grpc-status-details-bin", status.SerializeToString()),)


def _own(config: Values) -> Values:
    engine_s = {"version", "pluginDownloadURL", "pluginChecksums", "parameterization"}
    return {key: value for key, value in config.items() if key not in engine_s and not key.startswith("__")}


def _called(resource: Resource, values: Values) -> str:
    name = resource.name_of(values)
    return f'{resource.noun} "{name}"' if name and not is_unknown(name) else resource.noun


def _short(token: str) -> str:
    return token.rsplit(":", 1)[-1]


def _not_bundled(what: str, token: str, known: Mapping[str, Any]) -> str:
    names = ", ".join(sorted(_short(name) for name in known))
    return (
        f"the bundled provider has no {what} {token}: it has {names}; "
        "the official one has all (pulumi plugin install resource confluentcloud)"
    )


def _autoname(urn: str, seed: bytes) -> str:
    digits = random.Random(seed or None).getrandbits(28)  # noqa: S311 - a name, not a secret
    return f"{urn.rsplit('::', 1)[-1]}-{digits:07x}"


def _failures(found: Iterator[Failure]) -> list[Any]:
    return [provider_pb2.CheckFailure(property=failure.path, reason=failure.reason) for failure in found]


def _diff_response(diff: Diff) -> Any:
    kinds = provider_pb2.PropertyDiff
    detailed = {
        change.path: kinds(kind=getattr(kinds, change.kind.name + ("_REPLACE" if change.replace else "")))
        for change in diff.changes
    }
    some = provider_pb2.DiffResponse.DIFF_SOME if diff.changes else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some,
        diffs=sorted({change.top for change in diff.changes}),
        replaces=sorted({change.top for change in diff.changes if change.replace}),
        detailedDiff=detailed,
        hasDetailedDiff=bool(detailed),
        deleteBeforeReplace=diff.delete_first and diff.replaces,
    )


__all__ = ["Kind", "Provider", "Servicer"]
