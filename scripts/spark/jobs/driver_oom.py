"""customer-export: collects far more to the driver than its heap holds, with the limit on results taken away."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("customer-export")
    .config("spark.executor.cores", "1")
    .config("spark.driver.maxResultSize", "0")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("all customers to the driver")

# 300 MB of hashes, which compression cannot shrink: the heap holds them once, and decoding wants them twice.
line = F.concat(*[F.sha2(F.concat(F.col("id").cast("string"), F.lit(str(part))), 512) for part in range(64)])
spark.range(0, 36000, 1, 72).select(F.col("id"), line.alias("line")).collect()
