INSERT INTO query_vectors (
  SELECT
    query,
    vector
  FROM queries,
  LATERAL TABLE(ML_PREDICT('vector_embedding', query))
);
