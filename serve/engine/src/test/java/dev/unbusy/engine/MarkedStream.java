package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A worker's stream, cut as a gateway may cut it: behind each mark.
 *
 * @param groups events and the mark behind them
 * @param rest what came behind the last mark
 */
record MarkedStream(List<Group> groups, List<JsonNode> rest) {
    private static final String MARK = ": mark ";

    /** @param marks as a gateway keeps them */
    record Group(List<JsonNode> events, String marks) {}

    static MarkedStream of(String body) {
        assertThat(body).endsWith("data: [DONE]\n\n");
        List<Group> groups = new ArrayList<>();
        List<JsonNode> events = new ArrayList<>();
        for (String event : body.split("\n\n")) {
            if (event.startsWith(MARK)) {
                StringBuilder marks = new StringBuilder();
                event.lines()
                        .forEach(line ->
                                marks.append(line.substring(MARK.length())).append('\n'));
                groups.add(new Group(events, marks.toString()));
                events = new ArrayList<>();
            } else if (event.startsWith("data: {")) {
                events.add(Chats.json(event.substring(6)));
            }
        }
        return new MarkedStream(groups, events);
    }

    List<JsonNode> events() {
        List<JsonNode> all = eventsOf(groups.size());
        all.addAll(rest);
        return all;
    }

    /** What a client has that got so many groups. */
    List<JsonNode> eventsOf(int count) {
        List<JsonNode> all = new ArrayList<>();
        groups.subList(0, count).forEach(group -> all.addAll(group.events()));
        return all;
    }

    String marksOf(int count) {
        StringBuilder marks = new StringBuilder();
        groups.subList(0, count).forEach(group -> marks.append(group.marks()));
        return marks.toString();
    }
}
