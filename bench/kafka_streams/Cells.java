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
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiConsumer;
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
 * <p>The job is services/metrics/domain (standing.py, units.py, durations.py, cells.py) once more; the digest of all cells shows that it is.
 * Arguments: guarantee, bootstrap, topic, events, partitions, state folder.
 */
public final class Cells {
    private static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");
    private static final DateTimeFormatter BUCKET = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+00:00'");
    private static final List<String> NOT_VALID = List.of("rejected", "void", "merged", "returned");
    private static final List<String> NOW_CLOSED = List.of("closed", "follow_up", "evaluated", "archived");
    private static final String[] DIMENSIONS = {"channel", "department", "category", "grid", "urgency"};
    private static final int[][] SETS = {{}, {0}, {1}, {2}, {3}, {4}, {0, 1}, {0, 2}, {1, 2}, {1, 4}, {2, 3}};
    private static final int SATISFIED_FROM = 3, STRICTLY_SATISFIED_FROM = 4;
    private static final Map<String, String> ENDS =
            Map.of("signed", "signed_at", "replied", "first_replied_at", "closed", "closed_at");
    /** DDSketch's logarithmic mapping, as durations.py has it; seconds. */
    private static final double RELATIVE_ERROR = 0.02, SHORTEST = 1;
    private static final double BINS_A_DOUBLING =
            Math.log(2) / Math.log1p(2 * RELATIVE_ERROR / (1 - RELATIVE_ERROR));
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

    /** Where something counts, with all its dimensions: channel, department, category, grid, urgency. */
    private record Place(String basis, String bucket, List<String> values) {}

    private interface Count {
        void add(Place place, String measure, long number);
    }

    /** Some of a case's units, decided by these fields of its summary. */
    private record Part(List<String> fields, BiConsumer<JsonNode, Count> counted) {
        boolean same(JsonNode before, JsonNode after) {
            return standing(before).equals(standing(after))
                    && before.get("dims").equals(after.get("dims"))
                    && flag(before, "excluded") == flag(after, "excluded")
                    && fields.stream().allMatch(name -> Objects.equals(before.get(name), after.get(name)));
        }
    }

    private static final List<Part> PARTS = List.of(
            new Part(
                    List.of(
                            "received_at", "accepted", "merged_into", "linked_to", "redos", "self_handled",
                            "replied_at", "extended", "dispatches", "returns", "verifications",
                            "verifications_failed", "evaluation", "first_evaluation", "follow_up", "resolved"),
                    Cells::cohort),
            new Part(List.of("due_at", "replied_at", "first_due_at", "first_replied_at"), Cells::due),
            new Part(List.of("tasks"), Cells::assists),
            new Part(List.of("received_at", "signed_at", "first_replied_at", "closed_at"), Cells::durations));

    private static void fold(JsonNode fact, Map<String, Long> changes) {
        Map<Place, Map<String, Long>> moved = new HashMap<>();
        JsonNode before = fact.get("before"), after = fact.get("after");
        for (Part part : PARTS) {
            if (before == null || after == null || !part.same(before, after)) {
                units(part, after, 1, moved);
                units(part, before, -1, moved);
            }
        }
        occurred(fact.get("removed"), -1, moved);
        occurred(fact.get("added"), 1, moved);
        moved.forEach((place, tally) -> spread(place, tally, changes));
    }

    private static void units(Part part, JsonNode summary, int sign, Map<Place, Map<String, Long>> moved) {
        if (summary != null && !summary.get("state").asText().equals("void")) {
            part.counted().accept(summary, into(moved, sign, flag(summary, "excluded")));
        }
    }

    /** Counts with this sign; what is excluded a second time under a name of its own. */
    private static Count into(Map<Place, Map<String, Long>> moved, int sign, boolean excluded) {
        return (place, measure, number) -> {
            if (number != 0) {
                Map<String, Long> tally = moved.computeIfAbsent(place, at -> new HashMap<>());
                tally.merge(measure, sign * number, Long::sum);
                if (excluded) {
                    tally.merge("x:" + measure, sign * number, Long::sum);
                }
            }
        };
    }

    private static void cohort(JsonNode summary, Count count) {
        Place place = new Place("cohort", bucket(summary.get("received_at"), ChronoUnit.DAYS), values(summary));
        String state = summary.get("state").asText();
        boolean valid = !NOT_VALID.contains(state);
        count.add(place, "received", 1);
        if (flag(summary, "accepted") && (valid || state.equals("merged"))) {
            count.add(place, "accepted", 1);
            count.add(place, "duplicate", summary.has("merged_into") || summary.has("linked_to") ? 1 : 0);
        }
        count.add(place, "returned_up", state.equals("returned") ? 1 : 0);
        if (valid) {
            handling(summary, place, count);
            judged(summary, place, count);
        }
    }

    private static void handling(JsonNode summary, Place place, Count count) {
        boolean closed = NOW_CLOSED.contains(summary.get("state").asText()), redone = number(summary, "redos") > 0;
        count.add(place, "valid", 1);
        for (String name : List.of("dispatches", "returns", "verifications", "verifications_failed")) {
            count.add(place, name, number(summary, name));
        }
        count.add(place, "replied", summary.has("replied_at") ? 1 : 0);
        count.add(place, "extended", number(summary, "extended") > 0 ? 1 : 0);
        count.add(place, "closed", closed ? 1 : 0);
        count.add(place, "ever_closed", closed || redone ? 1 : 0);
        count.add(place, "self_handled", closed && flag(summary, "self_handled") ? 1 : 0);
        count.add(place, "redone", redone ? 1 : 0);
        count.add(place, "once_done", closed && !redone ? 1 : 0);
    }

    private static void judged(JsonNode summary, Place place, Count count) {
        JsonNode evaluation = summary.get("evaluation"), first = summary.get("first_evaluation");
        JsonNode followUp = summary.get("follow_up"), resolved = summary.get("resolved");
        if (evaluation != null) {
            count.add(place, "evaluated", 1);
            verdicts(evaluation, place, count);
        }
        if (first != null) {
            count.add(place, "first_evaluated", 1);
            count.add(place, "first_satisfied", first.get("grade").asInt() >= SATISFIED_FROM ? 1 : 0);
        }
        boolean effective = followUp != null && (!followUp.has("effective") || flag(followUp, "effective"));
        if (effective) {
            count.add(place, "effective", 1);
            count.add(place, "contacted", flag(followUp, "contacted") ? 1 : 0);
        }
        if (resolved != null || effective) {
            boolean done = resolved != null ? resolved.asBoolean() : flag(followUp, "solved");
            count.add(place, "resolution_asked", 1);
            count.add(place, "resolved", done ? 1 : 0);
        }
    }

    private static void due(JsonNode summary, Count count) {
        if (NOT_VALID.contains(summary.get("state").asText())) {
            return;
        }
        Place now = new Place("due", bucket(summary.get("due_at"), ChronoUnit.HOURS), values(summary));
        count.add(now, "due", 1);
        count.add(now, "on_time", inTime(summary, "replied_at", "due_at") ? 1 : 0);
        count.add(now, "closed", NOW_CLOSED.contains(summary.get("state").asText()) ? 1 : 0);
        Place then = new Place("due", bucket(summary.get("first_due_at"), ChronoUnit.HOURS), values(summary));
        count.add(then, "first_due", 1);
        count.add(then, "first_on_time", inTime(summary, "first_replied_at", "first_due_at") ? 1 : 0);
    }

    private static void assists(JsonNode summary, Count count) {
        if (NOT_VALID.contains(summary.get("state").asText()) || !summary.has("tasks")) {
            return;
        }
        List<String> lead = values(summary);
        for (JsonNode task : summary.get("tasks")) {
            if (!task.get("state").asText().equals("released")) {
                List<String> values = new ArrayList<>(lead);
                values.set(1, task.get("department").asText());
                Place place = new Place("due", bucket(task.get("due_at"), ChronoUnit.HOURS), values);
                count.add(place, "assist_due", 1);
                count.add(place, "assist_on_time", inTime(task, "replied_at", "due_at") ? 1 : 0);
            }
        }
    }

    private static void durations(JsonNode summary, Count count) {
        if (NOT_VALID.contains(summary.get("state").asText())) {
            return;
        }
        Place place = new Place("durations", bucket(summary.get("received_at"), ChronoUnit.DAYS), values(summary));
        Instant received = at(summary.get("received_at"));
        ENDS.forEach((name, field) -> {
            if (summary.has(field)) {
                double seconds = ChronoUnit.MICROS.between(received, at(summary.get(field))) / 1e6;
                double doublings = Math.log(Math.max(seconds, SHORTEST)) / Math.log(2);
                long bin = (long) Math.ceil(doublings * BINS_A_DOUBLING);
                count.add(place, name + ":" + bin, 1);
            }
        });
    }

    private static void occurred(JsonNode occurrences, int sign, Map<Place, Map<String, Long>> moved) {
        if (occurrences == null) {
            return;
        }
        for (JsonNode one : occurrences) {
            Place place = new Place("flow", bucket(one.get("at"), ChronoUnit.HOURS), values(one));
            Count count = into(moved, sign, flag(one, "excluded"));
            String kind = one.get("kind").asText();
            count.add(place, kind, 1);
            if (kind.equals("evaluated") && one.has("grade")) {
                verdicts(one, place, count);
            } else if (kind.equals("followed_up") && flag(one, "effective")) {
                count.add(place, "effective", 1);
                count.add(place, "contacted", flag(one, "contacted") ? 1 : 0);
                count.add(place, "resolution_asked", 1);
                count.add(place, "resolved", flag(one, "solved") ? 1 : 0);
            } else if (kind.equals("replied") && one.has("solved")) {
                count.add(place, "resolution_asked", 1);
                count.add(place, "resolved", flag(one, "solved") ? 1 : 0);
            }
        }
    }

    private static void verdicts(JsonNode told, Place place, Count count) {
        int grade = told.get("grade").asInt();
        count.add(place, grade >= SATISFIED_FROM ? "satisfied" : "dissatisfied", 1);
        if (grade >= SATISFIED_FROM) {
            count.add(place, grade >= STRICTLY_SATISFIED_FROM ? "satisfied_strict" : "satisfied_basically", 1);
        }
    }

    private static void spread(Place place, Map<String, Long> tally, Map<String, Long> changes) {
        tally.values().removeIf(number -> number == 0);
        if (tally.isEmpty()) {
            return;
        }
        for (int[] set : SETS) {
            StringBuilder names = new StringBuilder(), values = new StringBuilder();
            for (int index : set) {
                names.append(names.isEmpty() ? "" : ",").append(DIMENSIONS[index]);
                values.append(values.isEmpty() ? "" : ",").append(place.values().get(index));
            }
            String cell = place.basis() + "|" + place.bucket() + "|" + names + "|" + values + "|";
            tally.forEach((measure, number) -> changes.merge(cell + measure, number, Long::sum));
        }
    }

    private static List<String> values(JsonNode told) {
        JsonNode dims = told.get("dims");
        return Arrays.stream(DIMENSIONS)
                .map(name -> dims.hasNonNull(name) ? dims.get(name).asText() : name.equals("urgency") ? "normal" : "none")
                .toList();
    }

    /** The state as far as figures tell states apart. */
    private static String standing(JsonNode summary) {
        String state = summary.get("state").asText();
        return NOT_VALID.contains(state) ? state : NOW_CLOSED.contains(state) ? "closed" : "open";
    }

    private static boolean inTime(JsonNode told, String end, String due) {
        return told.has(end) && !at(told.get(end)).isAfter(at(told.get(due)));
    }

    private static boolean flag(JsonNode told, String name) {
        return told.path(name).asBoolean();
    }

    private static long number(JsonNode told, String name) {
        return told.path(name).asLong();
    }

    private static Instant at(JsonNode text) {
        return OffsetDateTime.parse(text.asText()).toInstant();
    }

    private static String bucket(JsonNode text, ChronoUnit unit) {
        ZonedDateTime begin = at(text).atZone(ZONE).truncatedTo(unit);
        return BUCKET.format(begin.withZoneSameInstant(ZoneOffset.UTC));
    }
}
