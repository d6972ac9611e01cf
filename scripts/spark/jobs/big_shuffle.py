"""warehouse-rollup: a healthy shuffle of some hundred megabytes, evenly spread."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("warehouse-rollup")
    .config("spark.executor.cores", "1")
    .config("spark.sql.adaptive.enabled", "false")
    .config("spark.sql.shuffle.partitions", "16")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("stock movements by item")
payload = F.concat(*[F.sha2(F.concat(F.col("id").cast("string"), F.lit(str(part))), 512) for part in range(16)])
moves = spark.range(0, 120000, 1, 16).select(F.col("id").alias("item"), payload.alias("payload"))
# Java compiles what the tasks do before anything is measured.
spark.range(0, 200, 1, 2).select(F.max(F.length(payload))).collect()
moves.repartition(16, "item").select(F.max(F.length("payload")), F.count("item")).collect()
