"""sessions-stream: counts per user without a watermark, so that its state holds every user who ever came.

The first argument says for how many seconds.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("sessions-stream")
    .config("spark.executor.cores", "1")
    .config("spark.sql.streaming.metricsEnabled", "true")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
sessions = spark.readStream.format("rate").option("rowsPerSecond", 2000).option("numPartitions", 2).load()
counts = sessions.groupBy(F.sha2(F.col("value").cast("string"), 256).alias("user")).count()
query = counts.writeStream.queryName("sessions").format("noop").outputMode("update").trigger(processingTime="2 seconds").start()
query.awaitTermination(float(sys.argv[1]) if len(sys.argv) > 1 else 600)
query.stop()
