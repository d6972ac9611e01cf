"""prices-join: the table that is to be broadcast takes longer to collect than the limit allows."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("prices-join")
    .config("spark.executor.cores", "1")
    .config("spark.sql.broadcastTimeout", "3")
    .config("spark.sql.adaptive.enabled", "false")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("prices joined with orders")

prices = spark.range(0, 2000, 1, 2).select(
    F.col("id").alias("product"), F.expr("reflect('java.lang.Thread', 'sleep', 20L)").alias("price")
)
orders = spark.range(0, 1000, 1, 2).select((F.col("id") % 200).alias("product"))
orders.join(F.broadcast(prices), "product").agg(F.count("price")).collect()
