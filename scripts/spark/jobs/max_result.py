"""report-monthly: collects more than spark.driver.maxResultSize allows."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("report-monthly")
    .config("spark.executor.cores", "1")
    .config("spark.driver.maxResultSize", "1m")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("the whole report")
spark.range(0, 20000, 1, 4).select(F.sha2(F.col("id").cast("string"), 512).alias("row")).collect()
