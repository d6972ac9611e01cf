"""clicks-sessionize: a join in which one key holds nearly all rows, so that one task does nearly all the work."""
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("clicks-sessionize")
    .config("spark.executor.cores", "1")
    .config("spark.sql.adaptive.enabled", "false")
    .config("spark.sql.autoBroadcastJoinThreshold", "-1")
    .config("spark.sql.shuffle.partitions", "8")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("clicks joined with users")

# 19 of 20 clicks are of user 0. The payload is random, so that the shuffle cannot compress the skew away.
clicks = spark.range(0, 1200000, 1, 4).select(
    F.when(F.col("id") % 20 == 0, F.col("id") % 1000).otherwise(F.lit(0)).alias("user"),
    F.sha2(F.col("id").cast("string"), 512).alias("payload"),
)
users = spark.range(0, 1000, 1, 2).select(F.col("id").alias("user"), F.sha2(F.col("id").cast("string"), 256).alias("name"))
joined = clicks.join(users, "user").select(
    # Some work per row, so that the time follows the bytes.
    F.sha2(F.concat("payload", "name"), 512).alias("a")
)
joined.select(F.max(F.sha2(F.sha2(F.sha2("a", 512), 512), 512))).collect()
# The driver stays for a while, as one that goes on to its next job does.
time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0)
