CREATE TABLE mongodb_products (
  articleType STRING,
  vector ARRAY<FLOAT>
) WITH (
  'connector' = 'mongodb',
  'mongodb.connection' = 'mongodb-connection',
  'mongodb.database' = 'store',
  'mongodb.collection' = 'products',
  'mongodb.index' = 'vector_index',
  'mongodb.embedding_column' = 'vector',
  'mongodb.numCandidates' = '5'
);
