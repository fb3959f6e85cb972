CREATE TABLE product_vector (
  store_id INT,
  product_id INT,
  `count` INT,
  articleType STRING,
  size STRING,
  fashionType STRING,
  brandName STRING,
  baseColor STRING,
  gender STRING,
  ageGroup STRING,
  price DOUBLE,
  season STRING,
  content STRING,
  vector ARRAY<FLOAT>
) WITH (
  'value.format' = 'json-registry'
);
