"""The stores that the vectors are copied into: what may be written under ``confluent-rag:sinks``."""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from components.config.rule import Rule

KEY = "confluent-rag:sinks"
LOCAL = "local"
_WORD = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"
_COLUMN = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"
_HOST = r"^(local|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+|[A-Za-z0-9.-]+:\d{1,5})$"
_NO_BACKSLASH = Rule(allowed="a secret without \\")
_NAME = Rule(allowed="1 to 63 letters, digits, _ and -, starting with a letter or digit", example="products")

Word = Annotated[str, Field(pattern=_WORD), _NAME]
Secret = Annotated[SecretStr, Field(min_length=1), _NO_BACKSLASH]
SecretUnlessLocal = Annotated[SecretStr, _NO_BACKSLASH]
User = Annotated[str, Field(min_length=1), Rule(allowed="the name of a user of the store", example="admin")]


class Sink(BaseModel):
    """What every entry has. ``topics``: tables of the stack; without it, those that get vectors.

    ``place``: what no other sink may write into. ``searchable``: whether Confluent's Flink can search it.

    Of a store that the local cloud has a server of, ``address`` names the setting that may be ``local``, ``secret`` the
    one that is not needed then; ``scheme``: of the address.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )
    kind: ClassVar[str]
    searchable: ClassVar[bool] = False
    address: ClassVar[str] = ""
    scheme: ClassVar[str] = ""
    secret: ClassVar[str] = ""

    name: Annotated[str, Rule(allowed="1 to 20 of a-z, 0-9 and -, starting with a letter", example="store")] = Field(
        "", pattern=r"^([a-z][a-z0-9-]{0,19})?$"
    )
    id: Annotated[str, Rule(allowed="a column of the table", example="product_id")] = Field(
        "product_id", pattern=_COLUMN
    )
    topics: Annotated[tuple[str, ...], Rule(allowed="a list of tables", example="[product_vector]")] = ()

    @property
    def label(self) -> str:
        """Name of the sink in the stack."""
        return self.name or self.kind

    @property
    def place(self) -> tuple[str, ...]:
        """Where it writes."""
        raise NotImplementedError

    @property
    def shown(self) -> dict[str, Any]:
        """The entry's own keys as they are written, without its secrets."""
        secret = {name for name, value in self if isinstance(value, SecretStr)}
        return self.model_dump(mode="json", by_alias=True, exclude={"name", "topics"} | secret)

    @property
    def is_local(self) -> bool:
        """Whether its address is to be that of the local cloud's own server."""
        return bool(self.address) and getattr(self, self.address) == LOCAL

    def local(self, host: str, username: str, password: SecretStr) -> Self:
        """Return this sink with address (``127.0.0.1:19017``) and login of the local cloud's own server."""
        found = {self.address: self.scheme + host, "username": username, self.secret: password}
        return self.model_copy(update={name: found[name] for name in found if name in type(self).model_fields})


class MongoDb(Sink):
    """MongoDB Atlas, or a MongoDB server of one's own (``host`` with a port)."""

    kind = "mongodb"
    searchable = True
    address, secret = "host", "password"
    host: Annotated[
        str,
        Rule(
            allowed="the bare host of an Atlas cluster, host:port of a server, or local",
            example="shop.abc12.mongodb.net",
        ),
    ] = Field(pattern=_HOST)
    username: User = "admin"
    password: SecretUnlessLocal = SecretStr("")
    database: Word = "store"
    collection: Word = "products"
    index: Word = "vector_index"

    @property
    def place(self) -> tuple[str, ...]:
        """Where it writes."""
        return self.host.lower(), self.database, self.collection

    @property
    def endpoint(self) -> str:
        """Connection string without user and password, as Confluent forms it: ``+srv`` unless there is a port."""
        return f"mongodb{'' if ':' in self.host else '+srv'}://{self.host}/"


class Elasticsearch(Sink):
    """Elasticsearch 8 or 9, by an API key."""

    kind = "elasticsearch"
    address, scheme, secret = "url", "http://", "api_key"
    url: Annotated[
        str, Rule(allowed="an https:// URL without a user name, or local", example="https://shop.es.example:443")
    ] = Field(pattern=r"^(local|https://[^\s/@]+(/[^\s@]*)?)$")
    api_key: SecretUnlessLocal = SecretStr("")
    version: Annotated[str, Rule(allowed="one of V8, V9", choices=("V8", "V9"))] = Field("V9", pattern="^V[89]$")
    index: Word = "products"

    @property
    def place(self) -> tuple[str, ...]:
        """Where it writes."""
        return self.url.rstrip("/").lower(), self.index


class Couchbase(Sink):
    """Couchbase Capella, or a server of one's own. ``collection``: ``scope.collection``."""

    kind = "couchbase"
    nodes: Annotated[str, Rule(allowed="a connection string", example="couchbases://cb.abc12.cloud.couchbase.com")] = (
        Field(pattern=r"^(couchbases?://)?[A-Za-z0-9.:,-]+$")
    )
    username: User
    password: Secret
    bucket: Word
    collection: Annotated[str, Rule(allowed="scope.collection", example="_default._default")] = Field(
        "_default._default", pattern=r"^[A-Za-z0-9_%-]+\.[A-Za-z0-9_%-]+$"
    )

    @property
    def place(self) -> tuple[str, ...]:
        """Where it writes."""
        return self.nodes.lower(), self.bucket, self.collection


class Neo4j(Sink):
    """Neo4j Aura, or a server of one's own. ``node``: the label of the nodes that are made."""

    kind = "neo4j"
    address, scheme, secret = "uri", "neo4j://", "password"
    uri: Annotated[
        str, Rule(allowed="a neo4j+s:// or neo4j:// URI, or local", example="neo4j+s://abc12.databases.neo4j.io")
    ] = Field(pattern=r"^(local|(neo4j|bolt)(\+s)?://[^\s/@]+)$")
    username: User = "neo4j"
    password: SecretUnlessLocal = SecretStr("")
    database: Word = "neo4j"
    node: Annotated[str, Rule(allowed="a label of letters, digits and _", example="Product")] = Field(
        "Product", pattern=_COLUMN
    )

    @property
    def place(self) -> tuple[str, ...]:
        """Where it writes."""
        return self.uri.lower(), self.database, self.node


class Pinecone(Sink):
    """Pinecone, through a preview connector that is made to embed text itself."""

    kind = "pinecone"
    project: Word
    environment: Word
    api_key: Secret
    index: Word
    namespace: Annotated[str, Rule(allowed="a namespace of letters, digits, _ and -", example="shop")] = Field(
        "", pattern=r"^[A-Za-z0-9_-]*$"
    )

    @property
    def place(self) -> tuple[str, ...]:
        """Where it writes."""
        return self.project, self.environment, self.index, self.namespace


class CustomSink(Sink):
    """A store without a managed connector: ``archive`` is the connector's own, named with its digest."""

    archive: Annotated[
        str, Rule(allowed="the path of the connector's .zip or .jar, from the project's folder", example="qdrant.zip")
    ] = Field(pattern=r"\.(zip|jar)$")
    sha256: Annotated[str, Rule(allowed="the archive's SHA-256, 64 hex digits", example="0" * 64)] = Field(
        pattern=r"^[0-9a-fA-F]{64}$"
    )


class Qdrant(CustomSink):
    """Qdrant Cloud, or a server of one's own; ``grpc_url``: default is port 6334 of the same host."""

    kind = "qdrant"
    address, scheme, secret = "url", "http://", "api_key"
    url: Annotated[
        str, Rule(allowed="the URL of Qdrant's REST API, or local", example="https://x.cloud.qdrant.io:6333")
    ] = Field(pattern=r"^(local|https?://[^\s/@:]+(:\d{1,5})?/?)$")
    grpc_url: Annotated[str, Rule(allowed="the URL of Qdrant's gRPC API", example="https://x.cloud.qdrant.io:6334")] = (
        Field("", pattern=r"^(https?://[^\s/@:]+:\d{1,5})?$")
    )
    api_key: SecretUnlessLocal = SecretStr("")
    collection: Word = "products"

    @property
    def place(self) -> tuple[str, ...]:
        """Where it writes."""
        return self.rest.lower(), self.collection

    def local(self, host: str, username: str, password: SecretStr) -> Self:
        """Return this sink with address and key of the local cloud's own server, which has both APIs at one port."""
        made = super().local(host, username, password)
        return made.model_copy(update={"grpc_url": made.url})

    @property
    def rest(self) -> str:
        """URL of the REST API, with its port."""
        url = self.url.rstrip("/")
        return url if url.count(":") > 1 or self.is_local else f"{url}:6333"

    @property
    def grpc(self) -> str:
        """URL of the gRPC API, with its port."""
        return self.grpc_url or f"{self.rest.rpartition(':')[0]}:6334"


class Milvus(CustomSink):
    """Milvus, or Zilliz Cloud. ``api_key``: the token, or ``user:password``."""

    kind = "milvus"
    address, scheme, secret = "endpoint", "http://", "api_key"
    endpoint: Annotated[
        str,
        Rule(
            allowed="the URL of Milvus's REST API, or local",
            example="https://in03-x.serverless.gcp.cloud.zilliz.com",
        ),
    ] = Field(pattern=r"^(local|https?://[^\s/@:]+(:\d{1,5})?/?)$")
    api_key: SecretUnlessLocal = SecretStr("")
    database: Word = "default"
    collection: Annotated[str, Rule(allowed="letters, digits and _", example="products")] = Field(
        "products", pattern=_COLUMN
    )

    @property
    def place(self) -> tuple[str, ...]:
        """Where it writes."""
        return self.endpoint.rstrip("/").lower(), self.database, self.collection


class SingleStore(CustomSink):
    """A database of SingleStore. ``host``: of its DDL endpoint."""

    kind = "singlestore"
    host: Annotated[str, Rule(allowed="host:port of a SingleStore endpoint", example="svc-x.singlestore.com:3306")] = (
        Field(pattern=r"^[A-Za-z0-9.-]+:\d{1,5}$")
    )
    username: User = "admin"
    password: Secret
    database: Word
    table: Annotated[str, Rule(allowed="letters, digits and _", example="products")] = Field(
        "products", pattern=_COLUMN
    )

    @property
    def place(self) -> tuple[str, ...]:
        """Where it writes."""
        return self.host.lower(), self.database, self.table


AnySink = MongoDb | Elasticsearch | Couchbase | Neo4j | Pinecone | Qdrant | Milvus | SingleStore
_KINDS = (MongoDb, Elasticsearch, Couchbase, Neo4j, Pinecone, Qdrant, Milvus, SingleStore)
KINDS: dict[str, type[AnySink]] = {one.kind: one for one in _KINDS}


def read_sinks(text: str, stack: str) -> tuple[tuple[AnySink, ...], list[str]]:
    """Read the entries of ``stack`` from JSON; return those that are right, and a sentence for each mistake."""
    try:
        entries = json.loads(text)
    except ValueError:
        entries = None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return (), [
            f"{KEY} in Pulumi.{stack}.yaml must be a list, each entry with a kind: write `- kind: mongodb` under it."
        ]
    sinks: list[AnySink] = []
    mistakes: list[str] = []
    for number, entry in enumerate(entries):
        place = f"{KEY}[{number}]"
        try:
            sinks.append(_kind_of(entry, place, stack).model_validate({k: v for k, v in entry.items() if k != "kind"}))
        except _KindError as error:
            mistakes.append(str(error))
        except ValidationError as error:
            keys = dict.fromkeys(str(one["loc"][0]) for one in error.errors(include_input=False, include_url=False))
            mistakes += [_sentence(key, entry, place, stack) for key in keys]
    return tuple(sinks), mistakes or list(_mistakes_of_all(sinks))


def local_mistakes(sinks: Sequence[AnySink], environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for each sink of the local cloud's store whose address ``environment`` does not have."""
    found = []
    for number, sink in enumerate(sinks):
        missing = [name for name in local_variables(sink.kind) if not environment.get(name)] if sink.is_local else []
        if missing:
            found.append(
                f"{KEY}[{number}] is local, but {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set:"
                ' run `eval "$(./pulumiw cloud env)"` first, use ./pulumiw, or write the address of your own server.'
            )
    return found


def with_local_stores(sinks: Sequence[AnySink], environment: Mapping[str, str]) -> tuple[AnySink, ...]:
    """Return the sinks, with address and user of the local cloud's store from ``environment`` where host is local."""
    return tuple(_with_local_store(sink, environment) if sink.is_local else sink for sink in sinks)


def _with_local_store(sink: AnySink, environment: Mapping[str, str]) -> AnySink:
    host, username, password = (environment[name] for name in local_variables(sink.kind))
    return sink.local(host, username, SecretStr(password))


def local_variables(kind: str) -> tuple[str, str, str]:
    """Return the variables with host, user and password of the local cloud's own server for that kind of store."""
    prefix = f"LOCAL_{kind.upper()}"
    return f"{prefix}_HOST", f"{prefix}_USERNAME", f"{prefix}_PASSWORD"


class _KindError(ValueError):
    """No such kind of sink; ``str()`` is a sentence."""


def _kind_of(entry: Mapping[str, Any], place: str, stack: str) -> type[AnySink]:
    kind = entry.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        return KINDS[kind]
    rule = Rule.one_of(list(KINDS))
    shown = "missing, and must be" if kind is None else f"{kind!r} but must be"
    example = rule.correction(kind, MongoDb.kind)
    raise _KindError(f"{place}.kind is {shown} {rule.allowed}: write `kind: {example}` in Pulumi.{stack}.yaml.")


def _sentence(key: str, entry: Mapping[str, Any], place: str, stack: str) -> str:
    model = KINDS[entry["kind"]]
    fields = {to_camel(name): info for name, info in model.model_fields.items()}
    if key not in fields:
        near = get_close_matches(key, fields, n=1)
        hint = f"write {near[0]} instead" if near else f"remove it; a sink of kind {model.kind} has {', '.join(fields)}"
        return f"{place}.{key} in Pulumi.{stack}.yaml is not a setting: {hint}."
    rule = next(item for item in fields[key].metadata if isinstance(item, Rule))
    is_secret = "SecretStr" in str(fields[key].annotation)
    if is_secret:
        why = f"must be {rule.allowed}" if entry.get(key) else "is missing"
        return f"{place}.{key} {why}: run `pulumi config set --secret --path '{place}.{key}'`."
    example = rule.correction(entry.get(key), fields[key].get_default() or "...")
    why = f"is {entry[key]!r} but must be" if key in entry else "is missing, and must be"
    return f"{place}.{key} {why} {rule.allowed}: write `{key}: {example}` in Pulumi.{stack}.yaml."


def _mistakes_of_all(sinks: Sequence[AnySink]) -> Iterator[str]:
    places: dict[tuple[str, ...], int] = {}
    names: dict[str, int] = {}
    for number, sink in enumerate(sinks):
        if sink.secret and not sink.is_local and not getattr(sink, sink.secret).get_secret_value():
            yield _sentence(to_camel(sink.secret), {"kind": sink.kind}, f"{KEY}[{number}]", "")
        first = places.setdefault((sink.kind, *sink.place), number)
        if first != number:
            yield (
                f"{KEY}[{number}] writes into {' '.join(sink.place)}, as {KEY}[{first}] does: give one of them another"
                " place, or remove it."
            )
        namesake = names.setdefault(sink.label, number)
        if first == number != namesake:
            yield f"{KEY}[{number}] is named {sink.label}, as {KEY}[{namesake}] is: add `name: {sink.label}-2` to it."
