"""visits-stream: a stream whose state was partly deleted between two runs."""
import glob
import os
import sys
import tempfile

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("visits-stream")
    .config("spark.executor.cores", "1")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
root = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
source, checkpoint, target = (os.path.join(root, name) for name in ("in", "checkpoint", "out"))


def run():
    visits = spark.readStream.schema("id LONG").json(source)
    counts = visits.groupBy((F.col("id") % 7).alias("page")).count()
    query = (
        counts.writeStream.format("memory").queryName("visits").outputMode("complete")
        .option("checkpointLocation", checkpoint).trigger(availableNow=True).start()
    )
    query.awaitTermination()


spark.range(0, 50, 1, 1).write.mode("append").json(source)
run()
# What a clean-up by age does that knows nothing of Spark.
for file in glob.glob(os.path.join(checkpoint, "state", "0", "*", "*.delta")):
    os.remove(file)
spark.catalog.dropTempView("visits")
spark.range(50, 100, 1, 1).write.mode("append").json(source)
run()
