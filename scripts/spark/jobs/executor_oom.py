"""orders-daily: gathers every order of a huge customer in one executor's heap, which cannot hold them.

Each attempt ends the executor with java.lang.OutOfMemoryError (exit code 52); Spark starts another and tries
again. With many retries allowed the application stays alive, so that somebody can look at it and kill it.
The standalone master must also allow it: spark.deploy.maxExecutorRetries=-1.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName(sys.argv[1] if len(sys.argv) > 1 else "orders-daily")
    .config("spark.task.maxFailures", "100000")
    .config("spark.executor.maxNumFailures", "100000")
    .config("spark.executor.cores", "1")
    .config("spark.executor.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("orders per customer")

# 1,000 strings of about 1 MB for each of two customers, against a heap of half a gigabyte. They are gathered
# before the shuffle, in the first stage: a lost executor then loses no shuffle files, and memory is all there is.
orders = spark.range(0, 2000, 1, 2)
history = orders.groupBy((F.col("id") % 2).alias("customer")).agg(
    F.collect_list(F.expr("repeat(cast(id as string), 300000)")).alias("orders")
)
history.select(F.sum(F.size("orders"))).collect()
