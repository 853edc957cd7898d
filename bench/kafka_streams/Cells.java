import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Kafka Streams as a contestant: one thread, each number an entry of a RocksDB store with a changelog and a cache.
 *
 * <p>The job is services/metrics/domain (units.py, cells.py) once more; the digest of all cells shows that it is.
 * Arguments: guarantee, bootstrap, topic, events, partitions, state folder.
 */
public final class Cells {
    private static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");
    private static final DateTimeFormatter BUCKET = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+00:00'");
    private static final List<String> NOT_VALID = List.of("rejected", "void", "merged", "returned");
    private static final List<String> NOW_CLOSED = List.of("closed", "follow_up", "evaluated", "archived");
    private static final String[] DIMENSIONS = {"channel", "department", "category"};
    private static final int[][] SETS = {{}, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}};
    private static final int SATISFIED_FROM = 4;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static volatile double first;
    private static volatile double cpuBefore;

    public static void main(String[] given) throws Exception {
        String guarantee = given[0], bootstrap = given[1], topic = given[2], id = "bench-streams-" + System.nanoTime();
        int events = Integer.parseInt(given[3]), partitions = Integer.parseInt(given[4]);
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, given[5]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 256 << 20);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");

        StreamsBuilder topology = new StreamsBuilder();
        topology.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("cells"), Serdes.String(), Serdes.Long())
                        .withCachingEnabled());
        topology.stream(topic, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())).process(Counter::new, "cells");
        Map<String, Object> admin = Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        try (KafkaStreams streams = new KafkaStreams(topology.build(), settings);
                Admin asking = Admin.create(admin)) {
            streams.start();
            while (safe(asking, id, topic) < events) {
                Thread.sleep(10);
            }
            double done = System.currentTimeMillis() / 1e3, cpu = SYSTEM.getProcessCpuTime() / 1e9 - cpuBefore;
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("name", "Kafka Streams, " + guarantee.replace("_v2", " v2").replace('_', ' '));
            told.put("guarantee", guarantee.replace('_', ' ') + ": changelog, RocksDB");
            told.put("first", first);
            told.put("done", done);
            told.put("events", events);
            told.put("cpu", cpu);
            told.put("digest", digest(streams, partitions));
            System.out.println(JSON.writeValueAsString(told));
        }
    }

    /** How many records the group has committed. */
    private static long safe(Admin admin, String group, String topic) throws Exception {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(entry -> entry.getKey().topic().equals(topic) && entry.getValue() != null)
                .mapToLong(entry -> entry.getValue().offset())
                .sum();
    }

    private static String digest(KafkaStreams streams, int partitions) throws Exception {
        TreeMap<String, Long> total = new TreeMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            ReadOnlyKeyValueStore<String, Long> store = streams.store(
                    StoreQueryParameters.fromNameAndType(
                                    "cells", QueryableStoreTypes.<String, Long>keyValueStore())
                            .withPartition(partition));
            try (KeyValueIterator<String, Long> entries = store.all()) {
                entries.forEachRemaining(entry -> total.merge(entry.key, entry.value, Long::sum));
            }
        }
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        total.forEach((name, number) -> {
            if (number != 0) {
                hash.update((name + "=" + number + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
        return HexFormat.of().formatHex(hash.digest());
    }

    /** One task's: its partition's cells. */
    private static final class Counter implements Processor<byte[], byte[], Void, Void> {
        private KeyValueStore<String, Long> cells;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            cells = context.getStateStore("cells");
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            if (first == 0) {
                cpuBefore = SYSTEM.getProcessCpuTime() / 1e9;
                first = System.currentTimeMillis() / 1e3;
            }
            try {
                Map<String, Long> changes = new HashMap<>();
                fold(JSON.readTree(record.value()), changes);
                changes.forEach((name, change) -> {
                    if (change != 0) {
                        Long there = cells.get(name);
                        cells.put(name, there == null ? change : there + change);
                    }
                });
            } catch (java.io.IOException error) {
                throw new IllegalArgumentException(error);
            }
        }
    }

    private static void fold(JsonNode fact, Map<String, Long> changes) {
        for (Object[] side : new Object[][] {{"before", -1}, {"after", 1}}) {
            JsonNode summary = fact.get((String) side[0]);
            if (summary != null && !NOT_VALID.contains(summary.get("state").asText())) {
                units(summary, (int) side[1], changes);
            }
        }
        for (Object[] side : new Object[][] {{"removed", -1}, {"added", 1}}) {
            JsonNode occurrences = fact.get((String) side[0]);
            if (occurrences != null) {
                occurrences.forEach(one -> occurred(one, (int) side[1], changes));
            }
        }
    }

    private static void units(JsonNode summary, int sign, Map<String, Long> changes) {
        JsonNode dims = summary.get("dims"), replied = summary.get("replied_at");
        JsonNode evaluation = summary.get("evaluation");
        List<String> cohort = new ArrayList<>(List.of("valid"));
        if (NOW_CLOSED.contains(summary.get("state").asText())) {
            cohort.add("closed");
        }
        if (replied != null) {
            cohort.add("replied");
        }
        if (evaluation != null) {
            cohort.add("evaluated");
            cohort.add(verdict(evaluation));
        }
        spread("cohort", bucket(summary.get("received_at"), ChronoUnit.DAYS), dims, cohort, sign, changes);
        Instant due = at(summary.get("due_at"));
        boolean inTime = replied != null && !at(replied).isAfter(due);
        List<String> measures = inTime ? List.of("due", "on_time") : List.of("due");
        spread("due", bucket(summary.get("due_at"), ChronoUnit.HOURS), dims, measures, sign, changes);
    }

    private static void occurred(JsonNode one, int sign, Map<String, Long> changes) {
        String kind = one.get("kind").asText();
        boolean graded = kind.equals("evaluated") && one.hasNonNull("grade");
        List<String> measures = graded ? List.of(kind, verdict(one)) : List.of(kind);
        spread("flow", bucket(one.get("at"), ChronoUnit.HOURS), one.get("dims"), measures, sign, changes);
    }

    private static void spread(
            String basis, String bucket, JsonNode dims, List<String> measures, int sign, Map<String, Long> changes) {
        for (int[] set : SETS) {
            StringBuilder names = new StringBuilder(), values = new StringBuilder();
            for (int index : set) {
                JsonNode value = dims.get(DIMENSIONS[index]);
                names.append(names.isEmpty() ? "" : ",").append(DIMENSIONS[index]);
                values.append(values.isEmpty() ? "" : ",").append(value == null ? "none" : value.asText());
            }
            for (String measure : measures) {
                String name = basis + "|" + bucket + "|" + names + "|" + values + "|" + measure;
                changes.merge(name, (long) sign, Long::sum);
            }
        }
    }

    private static String verdict(JsonNode told) {
        return told.get("grade").asInt() >= SATISFIED_FROM ? "satisfied" : "dissatisfied";
    }

    private static Instant at(JsonNode text) {
        return OffsetDateTime.parse(text.asText()).toInstant();
    }

    private static String bucket(JsonNode text, ChronoUnit unit) {
        ZonedDateTime begin = at(text).atZone(ZONE).truncatedTo(unit);
        return BUCKET.format(begin.withZoneSameInstant(ZoneOffset.UTC));
    }
}
