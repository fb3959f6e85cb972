INSERT INTO product_vector (
  WITH product_content AS (
    SELECT
      *,
      concat_ws(' ',
        size,
        ageGroup,
        gender,
        season,
        fashionType,
        brandName,
        baseColor,
        articleType,
        ', price: ' || cast(price AS string),
        ', store number: ' || cast(store_id AS string),
        ', product id: ' || cast(product_id AS string)
      ) AS content
    FROM `product-updates`
  )
  SELECT
    store_id,
    product_id,
    `count`,
    articleType,
    size,
    fashionType,
    brandName,
    baseColor,
    gender,
    ageGroup,
    price,
    season,
    content,
    vector
  FROM product_content,
  LATERAL TABLE(ML_PREDICT('vector_embedding', content))
);
