"""clicks-sessionize: a join in which one key holds nearly all rows, so that one task does nearly all the work.

Each joined row waits as for a service that is asked once a row: minutes of one task, with hardly any processor.
"""
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

MILLISECONDS_PER_ROW = int(sys.argv[2]) if len(sys.argv) > 2 else 17

spark = (
    SparkSession.builder.appName("clicks-sessionize")
    .config("spark.executor.cores", "1")
    .config("spark.sql.adaptive.enabled", "false")
    .config("spark.sql.autoBroadcastJoinThreshold", "-1")
    .config("spark.sql.shuffle.partitions", "8")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("clicks joined with users")

# 19 of 20 clicks are of user 0. The payload (9 KB) is made of hashes, so that the shuffle cannot compress it away.
payload = F.concat(*[F.sha2(F.concat(F.col("id").cast("string"), F.lit(str(part))), 512) for part in range(72)])
clicks = spark.range(0, 20000, 1, 4).select(
    F.when(F.col("id") % 20 == 0, F.col("id") % 1000).otherwise(F.lit(0)).alias("user"), payload.alias("payload")
)
users = spark.range(0, 1000, 1, 2).select(F.col("id").alias("user"), F.lit("somebody").alias("name"))
asked = clicks.join(users, "user").select(
    F.sha2("payload", 256).alias("digest"),
    F.expr(f"reflect('java.lang.Thread', 'sleep', {MILLISECONDS_PER_ROW}L)").alias("answer"),
)
asked.select(F.max("digest"), F.max("answer")).collect()

# The driver stays for a while, as one that goes on to its next job does.
time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0)
