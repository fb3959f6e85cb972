package rag.flink;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import rag.flink.catalog.CatalogStore;
import rag.flink.catalog.EnvironmentCatalog;
import rag.flink.catalog.ObjectNames;
import rag.flink.catalog.StatementContext;
import rag.flink.catalog.SystemColumns;
import rag.flink.model.ModelModule;
import rag.flink.model.ModelResolver;
import rag.flink.workspace.Connection;
import rag.flink.workspace.Database;
import rag.flink.workspace.Environment;
import rag.flink.workspace.Workspace;

/**
 * Generated texts to vectors to nowhere, by our ML_PREDICT or by Flink's own, on a cluster configured as the local
 * cloud's. {@code ModelBench STATE_FOLDER ENDPOINT}; the endpoint's key is in BENCH_API_KEY.
 *
 * <p>Each line of the standard input is a job: {@code ours ROWS}, {@code flink ROWS REQUESTS_AT_ONCE}, or
 * {@code vectors} for the first text's vector from both. Each is answered by one line of JSON.
 */
public final class ModelBench {

    private static final String TEXT =
            "'kids girls summer casual Levis shirt , price: ' || CAST(n AS STRING) || '.5 , store number: '"
                    + " || CAST(MOD(n, 90) AS STRING) || ' , product id: ' || CAST(n AS STRING)";
    private static final String OURS = "LATERAL TABLE(ML_PREDICT('bench.bench.ours', content)) AS p(vector)";
    private static final String THEIRS = "ML_PREDICT(TABLE texts, MODEL theirs, DESCRIPTOR(content))";

    private final Path state;
    private final String endpoint;
    private final String key;
    private final Configuration cluster;

    private ModelBench(Path state, String endpoint, String key, Configuration cluster) {
        this.state = state;
        this.endpoint = endpoint;
        this.key = key;
        this.cluster = cluster;
    }

    public static void main(String[] args) throws Exception {
        Path state = Files.createDirectories(Path.of(args[0]).toAbsolutePath());
        Configuration config = ClusterConfiguration.of(state, List.of(), 1);
        FileSystem.initialize(config, null);
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(config)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(1)
                                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                                .build());
        cluster.start();
        MiniClusterExecutorFactory.use(cluster);
        ModelBench bench = new ModelBench(state, args[1], System.getenv("BENCH_API_KEY"), config);
        BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in));
        for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
            System.out.println(bench.answer(line.split(" ")));
        }
        System.exit(0); // threads of HTTP clients may linger
    }

    private String answer(String[] job) throws Exception {
        switch (job[0]) {
            case "ours":
                return run(ours(Long.parseLong(job[1])), "SELECT n, content, vector FROM texts, " + OURS);
            case "flink":
                TableEnvironment tables = theirs(Long.parseLong(job[1]));
                tables.getConfig().set("table.exec.async-ml-predict.max-concurrent-operations", job[2]);
                return run(tables, "SELECT n, content, vector FROM " + THEIRS);
            default:
                return new String(
                        Json.bytes(
                                List.of(
                                        first(ours(1), "SELECT vector FROM texts, " + OURS),
                                        first(theirs(1), "SELECT vector FROM " + THEIRS))));
        }
    }

    private static String run(TableEnvironment tables, String query) throws Exception {
        long before = cpuNanos();
        JobExecutionResult done =
                tables.executeSql("INSERT INTO nowhere " + query)
                        .getJobClient()
                        .orElseThrow()
                        .getJobExecutionResult()
                        .get();
        double cpu = (cpuNanos() - before) / 1e9;
        return new String(Json.bytes(Map.of("seconds", done.getNetRuntime() / 1e3, "cpuSeconds", cpu)));
    }

    private static List<Float> first(TableEnvironment tables, String query) throws Exception {
        try (CloseableIterator<Row> rows = tables.executeSql(query).collect()) {
            List<Float> vector = new ArrayList<>();
            for (Object number : (Object[]) rows.next().getField(0)) {
                vector.add((Float) number);
            }
            return vector;
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private TableEnvironment tables(long rows) {
        TableEnvironment tables =
                TableEnvironment.create(
                        EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(cluster).build());
        tables.executeSql(
                "CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10000000',"
                        + " 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '" + rows + "')");
        tables.executeSql("CREATE TEMPORARY VIEW texts AS SELECT n, " + TEXT + " AS content FROM numbers");
        tables.executeSql(
                "CREATE TEMPORARY TABLE nowhere (n BIGINT, content STRING, vector ARRAY<FLOAT>)"
                        + " WITH ('connector' = 'blackhole')");
        return tables;
    }

    @SuppressWarnings("deprecation") // a catalog can also be described by options, but not ours
    private TableEnvironment ours(long rows) {
        Environment environment =
                new Environment(
                        "bench",
                        "bench",
                        null,
                        List.of(new Database("bench", "bench", null)),
                        List.of(new Connection("c", "openai", endpoint, Map.of("API_KEY", key))));
        Workspace.replace(new Workspace("", List.of(environment)));
        StatementContext context = new StatementContext("bench", "admin", Map.of(), Map.of(), SystemColumns.of(""));
        EnvironmentCatalog catalog =
                new EnvironmentCatalog("bench", environment, "bench", context, new CatalogStore(state.resolve("catalog")));
        TableEnvironment tables = tables(rows);
        tables.registerCatalog("bench", catalog);
        tables.executeSql(
                "CREATE MODEL IF NOT EXISTS bench.bench.ours INPUT (input STRING) OUTPUT (vector ARRAY<FLOAT>)"
                        + " WITH ('task' = 'embedding', 'provider' = 'openai', 'openai.connection' = 'c')");
        ObjectNames names = new ObjectNames(Map.of("bench", catalog), "bench", "bench");
        tables.loadModule(ModelModule.NAME, new ModelModule(new ModelResolver(names)));
        tables.useModules(ModelModule.NAME, "core");
        return tables;
    }

    private TableEnvironment theirs(long rows) {
        TableEnvironment tables = tables(rows);
        tables.executeSql(
                "CREATE TEMPORARY MODEL theirs INPUT (input STRING) OUTPUT (vector ARRAY<FLOAT>)"
                        + " WITH ('provider' = 'openai', 'endpoint' = '" + endpoint + "', 'api-key' = '" + key + "',"
                        + " 'model' = 'text-embedding-ada-002')");
        return tables;
    }
}
