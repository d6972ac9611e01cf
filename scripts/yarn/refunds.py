"""refunds-hourly: asks for a table that is not there. On YARN the first attempt fails and a second one is made."""
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("refunds-hourly").getOrCreate()
spark.sql("select count(*) from no_such_table").show()
