// A driver for cluster mode, which takes no Python: counts, lives for some seconds, and fails when told to.
import java.util.Arrays;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

public class Orders {
  public static void main(String[] args) throws Exception {
    try (JavaSparkContext spark = new JavaSparkContext(new SparkConf())) {
      System.out.println("count " + spark.parallelize(Arrays.asList(1, 2, 3), 1).count());
      Thread.sleep(Long.parseLong(args[0]) * 1000L);
      if (args.length > 1) throw new IllegalStateException("broken on purpose");
    }
  }
}
