"""clicks-to-lake: a stream whose batches take longer than its trigger allows, and more comes in than goes out.

The first argument says for how many seconds.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("clicks-to-lake")
    .config("spark.executor.cores", "1")
    .config("spark.sql.streaming.metricsEnabled", "true")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)

# A rate source never says that it is behind, but its batches do: each waits for every row as for a slow service.
clicks = spark.readStream.format("rate").option("rowsPerSecond", 100).option("numPartitions", 2).load()
slow = clicks.select(F.col("value"), F.expr("reflect('java.lang.Thread', 'sleep', 30L)").alias("answer"))
query = slow.writeStream.queryName("clicks").format("noop").trigger(processingTime="1 second").start()
query.awaitTermination(float(sys.argv[1]) if len(sys.argv) > 1 else 600)
query.stop()
