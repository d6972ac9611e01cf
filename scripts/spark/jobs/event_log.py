"""audit-trail: goes well, then fails in Python, then loses executors, so that its event log has something of everything.

The first argument is a number of tiny tasks to begin with: thousands of them make a rolled log roll.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("audit-trail")
    .config("spark.executor.cores", "1")
    .config("spark.sql.adaptive.enabled", "false")
    .config("spark.sql.shuffle.partitions", "3")
    .getOrCreate()
)
context = spark.sparkContext

tiny = int(sys.argv[1]) if len(sys.argv) > 1 else 0
if tiny > 0:
    context.parallelize(range(tiny), 4)._jrdd.rdd().repartition(tiny, None).count()

context.setJobDescription("orders per user")
rows = spark.range(0, 200000, 1, 4).withColumn("user", F.when(F.col("id") % 10 < 8, 0).otherwise(F.col("id") % 100))
rows.groupBy("user").agg(F.max(F.sha2(F.col("id").cast("string"), 512))).collect()


def refuse(part):
    for value in part:
        if value == 7:
            raise ValueError("order 7 has no customer")
        yield value


context.setJobDescription("a bad record")
try:
    context.parallelize(range(10), 2).mapPartitions(refuse).count()
except Exception as error:
    print("as wanted:", str(error)[:200])

context.setJobDescription("executors that end")
try:
    spark.range(0, 2, 1, 1).select(F.expr("reflect('java.lang.System', 'exit', 52)")).collect()
except Exception as error:
    print("as wanted:", str(error)[:200])
spark.stop()
