CREATE TABLE queries (
  query STRING
) WITH (
  'value.format' = 'json-registry'
);
