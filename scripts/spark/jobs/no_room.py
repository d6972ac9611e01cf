"""forecast-weekly: dynamic allocation asks for executors that no worker has the memory for."""
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.appName("forecast-weekly")
    .config("spark.dynamicAllocation.enabled", "true")
    .config("spark.dynamicAllocation.shuffleTracking.enabled", "true")
    .config("spark.dynamicAllocation.maxExecutors", "8")
    .config("spark.executor.cores", "1")
    .config("spark.executor.memory", "64g")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("forecast per region")
spark.sparkContext.parallelize(range(1000), 20).count()
