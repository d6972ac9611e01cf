"""events-compact: a shuffle that is larger than the disk of the workers."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("events-compact")
    .config("spark.executor.cores", "1")
    .config("spark.sql.adaptive.enabled", "false")
    .config("spark.sql.shuffle.partitions", "4")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("events by day")

payload = F.concat(*[F.sha2(F.concat(F.col("id").cast("string"), F.lit(str(part))), 512) for part in range(64)])
events = spark.range(0, 20000, 1, 4).select((F.col("id") % 4).alias("day"), payload.alias("payload"))
events.repartition(4, "day").select(F.max(F.length("payload"))).collect()
