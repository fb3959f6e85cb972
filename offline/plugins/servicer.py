"""The engine's calls (``pulumirpc.ResourceProvider``), answered from a table of resources and functions."""

# ruff: noqa: N802 - the protocol names these methods

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2

from offline.plugins.call import Call, Cancellation
from offline.plugins.errors import PluginError
from offline.plugins.protos import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc
from offline.plugins.resource import DETAIL, PHASE
from offline.plugins.responses import ErrorReporting, described, diff_of, failures_of, outputs_of
from offline.plugins.schema import with_defaults, with_secrets
from offline.plugins.wire import Secret, Values, read_struct, write_struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offline.plugins.diffs import Diff
    from offline.plugins.provider import Provider
    from offline.plugins.resource import Resource

_ENGINES_OWN = {"version", "pluginDownloadURL", "pluginChecksums", "parameterization"}


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Implements the engine's protocol for a :class:`Provider`.

    The engine sends secret inputs as plain values, and marks outputs of the same name itself (``acceptSecrets`` is
    false). Outputs that are always secret are marked here.
    """

    def __init__(self, provider: Provider, engine_address: str) -> None:
        self._provider = provider
        self._cancellation = Cancellation()
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine_address)) if engine_address else None

    def end(self, engine_gone: bool) -> None:  # noqa: FBT001 - a callback
        """Make running calls return. ``engine_gone``: the engine has died, so nobody receives their responses."""
        self._cancellation.cancel(engine_gone=engine_gone)

    def Handshake(self, _request: Any, _context: Any) -> Any:
        """Return this provider's capabilities: none beyond the default."""
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        """Return the version."""
        return plugin_pb2.PluginInfo(version=self._provider.version)

    def GetSchema(self, _request: Any, _context: Any) -> Any:
        """Return no schema: it is only needed to generate an SDK, and the SDKs are installed packages."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    def Cancel(self, _request: Any, _context: Any) -> Any:
        """Interrupt all waits; calls return what they have created so far."""
        self._cancellation.cancel()
        return empty_pb2.Empty()

    # Configuration

    def CheckConfig(self, request: Any, _context: Any) -> Any:
        """Validate the provider's inputs."""
        config = read_struct(request.news)
        inputs = {key: Secret(v) if key in self._provider.secret_config() else v for key, v in config.items()}
        failures = failures_of(self._provider.check_config(_own(config)))
        return provider_pb2.CheckResponse(inputs=write_struct(inputs), failures=failures)

    def DiffConfig(self, request: Any, _context: Any) -> Any:
        """Compare the provider's inputs; no change to them replaces resources."""
        old, new = read_struct(request.old_inputs), read_struct(request.news)
        names = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        some = provider_pb2.DiffResponse.DIFF_SOME if names else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some, diffs=names)

    def Configure(self, request: Any, context: Any) -> Any:
        """Apply the provider's inputs."""
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
            self._not_bundled(context, "function", request.tok, self._provider.functions)
        else:
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
        failures = failures_of(resource.check(inputs))
        return provider_pb2.CheckResponse(inputs=write_struct(with_secrets(inputs, resource.fields)), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        """Compare an object with new inputs."""
        resource = self._resource(request.urn, context)
        return diff_of(_diff(resource, request))

    def Create(self, request: Any, context: Any) -> Any:
        """Create an object, or preview its outputs."""
        resource = self._resource(request.urn, context)
        inputs = read_struct(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=outputs_of(resource, resource.preview_create(inputs)))
        call = self._call(request.urn, request.timeout)
        with ErrorReporting(context, f"creating {described(resource, inputs)}", resource, inputs):
            resource_id, outputs = resource.create(call, inputs)
        return provider_pb2.CreateResponse(id=resource_id, properties=outputs_of(resource, outputs))

    def Read(self, request: Any, context: Any) -> Any:
        """Return an object's present state; an empty response if it no longer exists."""
        resource = self._resource(request.urn, context)
        state, inputs = read_struct(request.properties), read_struct(request.inputs)
        resource_id = request.id
        with ErrorReporting(context, f"reading {described(resource, state)} {resource_id}", resource, inputs):
            if not state:
                resource_id, state = resource.imported(resource_id)
            outputs = resource.read(self._call(request.urn, request.timeout), resource_id, state)
        if outputs is None:
            return provider_pb2.ReadResponse()
        if PHASE in outputs:
            said = f"{described(resource, outputs)} is {outputs[PHASE]}: {outputs.get(DETAIL)}"
            self._log(request.urn, f"{said}; the next up replaces it", engine_pb2.WARNING, ephemeral=False)
        return provider_pb2.ReadResponse(
            id=resource_id,
            properties=outputs_of(resource, outputs),
            inputs=write_struct(with_secrets(resource.current_inputs(inputs, outputs), resource.fields)),
        )

    def Update(self, request: Any, context: Any) -> Any:
        """Update an object, or preview its outputs."""
        resource = self._resource(request.urn, context)
        old, new = read_struct(request.olds), read_struct(request.news)
        diff = _diff(resource, request)
        with ErrorReporting(context, f"updating {described(resource, new)}", resource, new):
            if request.preview:
                outputs = resource.preview_update(old, new, diff)
            else:
                call = self._call(request.urn, request.timeout)
                outputs = resource.update(call, request.id, old, new, diff)
        return provider_pb2.UpdateResponse(properties=outputs_of(resource, outputs))

    def Delete(self, request: Any, context: Any) -> Any:
        """Delete an object."""
        resource = self._resource(request.urn, context)
        state = read_struct(request.properties)
        with ErrorReporting(context, f"deleting {described(resource, state)}", resource, {}):
            resource.delete(self._call(request.urn, request.timeout), request.id, state)
        return empty_pb2.Empty()

    # Helpers

    def _log(self, urn: str, message: str, severity: Any, *, ephemeral: bool) -> None:
        if self._engine is None:
            return
        entry = engine_pb2.LogRequest(severity=severity, message=message, urn=urn, ephemeral=ephemeral)
        try:
            self._engine.Log(entry)
        except grpc.RpcError:
            return  # the engine is ending: its user sees no messages any more

    def _call(self, urn: str, timeout: float = 0) -> Call:
        return Call(
            self._cancellation,
            timeout,
            note=lambda message: self._log(urn, message, engine_pb2.INFO, ephemeral=True),
        )

    def _resource(self, urn: str, context: Any) -> Resource:
        token = urn.split("::")[2].rpartition("$")[2]
        if token not in self._provider.resources:
            self._not_bundled(context, "resource", token, self._provider.resources)
        return self._provider.resources[token]

    def _not_bundled(self, context: Any, what: str, token: str, known: Mapping[str, Any]) -> None:
        names = ", ".join(sorted(_short(name) for name in known))
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"the bundled {token.partition(':')[0]} provider has no {what} {_short(token)}, only {names}; "
            "the official one, which pulumi plugin install gets, has all",
        )


def _diff(resource: Resource, request: Any) -> Diff:
    old, new = read_struct(request.olds), read_struct(request.news)
    for path in request.ignoreChanges:
        key = path.split(".")[0].split("[")[0]
        if key in old:
            new[key] = old[key]
    return resource.diff(old, read_struct(request.old_inputs), new)


def _own(config: Values) -> Values:
    return {key: value for key, value in config.items() if key not in _ENGINES_OWN and not key.startswith("__")}


def _short(token: str) -> str:
    return token.rsplit(":", 1)[-1]


def _autoname(urn: str, seed: bytes) -> str:
    digits = random.Random(seed or None).getrandbits(28)  # noqa: S311 - a name, not a secret
    return f"{urn.rsplit('::', 1)[-1]}-{digits:07x}"
