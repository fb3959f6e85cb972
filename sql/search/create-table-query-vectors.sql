CREATE TABLE query_vectors (
  query STRING,
  vector ARRAY<FLOAT>
) WITH (
  'value.format' = 'json-registry'
);
