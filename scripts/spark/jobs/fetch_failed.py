"""payments-hourly: executors run out of memory after a shuffle, and take the shuffle files of others with them.

What the person on call sees is FetchFailed and a stage that is tried four times; the cause is the memory.
"""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("payments-hourly")
    .config("spark.task.maxFailures", "100000")
    .config("spark.executor.cores", "1")
    .config("spark.executor.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
    .config("spark.sql.adaptive.enabled", "false")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("payments per merchant")

payments = spark.range(0, 2000, 1, 4).repartition(2, F.col("id") % 2)
history = payments.groupBy((F.col("id") % 2).alias("merchant")).agg(
    F.collect_list(F.expr("repeat(cast(id as string), 300000)")).alias("payments")
)
history.select(F.sum(F.size("payments"))).collect()
