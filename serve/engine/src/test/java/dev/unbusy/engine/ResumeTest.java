package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unbusy.scheduler.Speculation;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Streams that one worker begins and another goes on with, with the real model over HTTP. What the client has by then is
 * never said again, nor left out, and counts are exact: that holds always. What comes behind it is the same unless two
 * tokens are nearly as likely: the second worker computes in one batch what the first computed token by token, and the
 * library rounds differently there ({@code docs/decisions/0013-continuation.md} has the share). So the events right behind
 * the cut are compared here; {@link GenerationResumeTest} compares everything, without the rounding.
 */
class ResumeTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String COMPLETIONS = "/v1/completions";
    private static final int CUTS = RealModel.cases(2, 8);

    private static final String PERSON = """
            "response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object",
            "properties":{"name":{"type":"string","maxLength":20},"age":{"type":"integer","minimum":0,"maximum":150},
            "towns":{"type":"array","items":{"type":"string","maxLength":12},"maxItems":4}},
            "required":["name","age","towns"],"additionalProperties":false}}}""";
    private static final String TOOLS = """
            "tools":[{"type":"function","function":{"name":"add","parameters":{"type":"object","properties":{
            "a":{"type":"integer","minimum":-999,"maximum":999},"b":{"type":"integer","minimum":-999,"maximum":999}},
            "required":["a","b"]}}}]""";

    private static Chats first;
    private static Chats second;
    private static Chats guessing;

    @BeforeAll
    static void start() {
        first = new Chats(RealModel.file(), RealModel.config(4, 0));
        second = new Chats(RealModel.file(), RealModel.config(4, 0));
        guessing = new Chats(RealModel.file(), RealModel.config(4, 2048, 0, 64, Speculation.ALWAYS));
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        guessing.close();
    }

    record Case(String name, String path, String fields) {
        ObjectNode request() {
            ObjectNode request = Chats.chat("Tell me about the river Rhine.", fields);
            if (path.equals(COMPLETIONS)) {
                request.remove("messages");
                request.put("prompt", "The river Rhine begins in the Alps and");
            }
            return request;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("greedy", CHAT, "\"temperature\":0,\"max_tokens\":60"),
                new Case("repeating", CHAT, "\"temperature\":0,\"max_tokens\":90,\"ignore_eos\":true"),
                new Case(
                        "seeded",
                        CHAT,
                        "\"temperature\":1,\"top_p\":0.9,\"seed\":11,\"max_tokens\":60,\"frequency_penalty\":0.5,"
                                + "\"presence_penalty\":0.3,\"repetition_penalty\":1.1"),
                new Case("seed of the worker", CHAT, "\"temperature\":0.8,\"max_tokens\":60"),
                new Case("schema", CHAT, PERSON + ",\"temperature\":0.7,\"seed\":3,\"max_tokens\":120"),
                new Case(
                        "calls",
                        CHAT,
                        TOOLS + ",\"tool_choice\":\"required\",\"temperature\":0.5,\"seed\":5,\"max_tokens\":60"),
                new Case(
                        "text beside tools, with logprobs",
                        CHAT,
                        TOOLS + ",\"logprobs\":true,\"top_logprobs\":2,\"temperature\":0,\"max_tokens\":40"),
                new Case(
                        "stop texts",
                        CHAT,
                        "\"temperature\":0,\"max_tokens\":90,\"stop\":[\" the longest\",\"Germany, and\",\". It\"]"),
                new Case("logprobs", CHAT, "\"temperature\":0,\"max_tokens\":30,\"logprobs\":true"),
                new Case(
                        "two choices",
                        CHAT,
                        "\"temperature\":0.9,\"seed\":21,\"n\":2,\"max_tokens\":40,"
                                + "\"stream_options\":{\"include_usage\":true}"),
                new Case("completion", COMPLETIONS, "\"temperature\":0,\"max_tokens\":40,\"echo\":true"),
                new Case(
                        "completion with logprobs",
                        COMPLETIONS,
                        "\"temperature\":0.6,\"seed\":2,\"n\":2,\"max_tokens\":30,\"logprobs\":2"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Timeout(240)
    void anAnswerBegunByOneWorker_goesOnAtAnotherAsIfNothingHadHappened(Case a) {
        long seed = 20261124;
        Random random = new Random(seed);
        MarkedStream whole = stream(first, a, "");
        List<String> othersNext = new ArrayList<>();
        for (int i = 0; i < CUTS; i++) {
            int cut = 1 + random.nextInt(whole.groups().size());
            Chats other = i % 2 == 0 ? second : guessing;
            MarkedStream rest = stream(other, a, whole.marksOf(cut));
            List<JsonNode> joined = whole.eventsOf(cut);
            int had = joined.size();
            joined.addAll(rest.events());
            assertWhole(a, joined, whole.events());
            List<List<String>> next = said(joined.subList(0, Math.min(had + 2, joined.size())));
            if (!next.equals(said(
                    whole.events().subList(0, Math.min(had + 2, whole.events().size()))))) {
                othersNext.add("cut " + cut + " of " + whole.groups().size() + ": " + next);
            }
        }
        // Choices beside each other come in another order.
        int most = a.fields.contains("\"n\"") ? CUTS : 1;
        assertThat(othersNext).as("seed %d", seed).hasSizeLessThanOrEqualTo(most);
    }

    @Test
    void anAnswerMayBeMovedAgainAndAgain() {
        Case a = new Case("moved", CHAT, "\"temperature\":0,\"max_tokens\":60,\"n\":2,\"ignore_eos\":true");
        MarkedStream whole = stream(first, a, "");
        List<JsonNode> joined = new ArrayList<>();
        StringBuilder marks = new StringBuilder();
        for (int hop = 0; hop < 4; hop++) {
            MarkedStream part = hop == 0 ? whole : stream(hop % 2 == 0 ? first : second, a, marks.toString());
            int cut = hop == 3 ? part.groups().size() : Math.min(part.groups().size(), 3);
            joined.addAll(part.eventsOf(cut));
            marks.append(part.marksOf(cut));
            if (hop == 3) {
                joined.addAll(part.rest());
            }
        }
        assertWhole(a, joined, whole.events());
        assertThat(said(joined).getFirst().subList(0, 4))
                .isEqualTo(said(whole.events()).getFirst().subList(0, 4));
    }

    /** Whatever is said: nothing twice, nothing left out, one head, one end, exact counts. */
    private static void assertWhole(Case a, List<JsonNode> joined, List<JsonNode> whole) {
        JsonNode head = whole.getFirst();
        for (JsonNode event : joined) {
            for (String field : List.of("id", "created", "model", "system_fingerprint", "object")) {
                assertThat(event.get(field)).as(a + " " + field).isEqualTo(head.get(field));
            }
        }
        List<List<String>> said = said(joined);
        assertThat(said).hasSize(said(whole).size());
        for (List<String> choice : said) {
            assertThat(choice.stream().filter(event -> event.contains("\"role\"")))
                    .hasSize(a.path.equals(CHAT) ? 1 : 0);
            assertThat(choice.stream().filter(event -> event.contains("finish:")))
                    .hasSize(1);
            assertThat(choice.getLast()).contains("finish:");
        }
        JsonNode usage = usage(joined);
        assertThat(usage.get("prompt_tokens")).isEqualTo(usage(whole).get("prompt_tokens"));
        assertThat(usage.get("prompt_cache_hit_tokens")).isEqualTo(usage(whole).get("prompt_cache_hit_tokens"));
        if (said.equals(said(whole))) {
            assertThat(usage).isEqualTo(usage(whole));
        }
    }

    /** The last one, and there is only one. */
    private static JsonNode usage(List<JsonNode> events) {
        List<JsonNode> told = events.stream()
                .map(event -> event.path("usage"))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(told).hasSize(1);
        return told.getFirst();
    }

    /** What each choice's events say, without the numbers that rounding moves and the random ids of calls. */
    private static List<List<String>> said(List<JsonNode> events) {
        List<List<String>> choices = new ArrayList<>();
        for (JsonNode event : events) {
            for (JsonNode choice : event.get("choices")) {
                while (choices.size() <= choice.get("index").asInt()) {
                    choices.add(new ArrayList<>());
                }
                StringBuilder told = new StringBuilder(
                        choice.has("text")
                                ? choice.get("text").toString()
                                : choice.get("delta").toString().replaceAll("call_[0-9a-f]+", "call"));
                choice.at("/logprobs/content")
                        .forEach(token -> told.append(" p:").append(token.get("token")));
                told.append(choice.at("/logprobs/tokens")).append(choice.at("/logprobs/text_offset"));
                if (!choice.get("finish_reason").isNull()) {
                    told.append(" finish:").append(choice.get("finish_reason"));
                }
                choices.get(choice.get("index").asInt()).add(told.toString());
            }
        }
        return choices;
    }

    private static MarkedStream stream(Chats worker, Case a, String marks) {
        HttpResponse<String> answer = worker.stream(a.path, a.request(), marks);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-unbusy-marks")).hasValue("1");
        return MarkedStream.of(answer.body());
    }

    @Test
    void withoutBeingAsked_nobodyGetsMarks() {
        ObjectNode request = Chats.chat("Hello.", "\"max_tokens\":4,\"stream\":true");
        HttpResponse<String> answer = first.post(CHAT, request);
        assertThat(answer.body()).doesNotContain("mark").endsWith("data: [DONE]\n\n");
        assertThat(answer.headers().firstValue("x-unbusy-marks")).isEmpty();
    }

    @Test
    void marksThatCannotBe_areRefusedByNameAndPlace() {
        Case a = new Case("refused", CHAT, "\"temperature\":0,\"max_tokens\":12,\"ignore_eos\":true");
        MarkedStream whole = stream(first, a, "");
        String head = whole.groups().getFirst().marks();
        String open = whole.marksOf(whole.groups().size() - 1);
        assertThat(open).doesNotContain("-1]");
        refused(a, head + "[0,49152]\n", 400, "49152", "below 49152");
        refused(a, head + "[0" + ",30".repeat(12) + "]\n", 400, "13 tokens", "12", "max_tokens");
        refused(a, open + "[0,-1]\n", 400, "is open");
        refused(a, head + "[0" + ",30".repeat(11) + "]\n", 400, "not marked");
        refused(a, head + "{\"choice\":1,\"seed\":1,\"cached\":0}\n[1,5]\n", 400, "2 choices", "asks for 1");
        refused(a, head.replaceFirst("\"model\":\"m_[0-9a-f]+\"", "\"model\":\"m_0\""), 409, "m_0", "same file");
        refused(a, "nothing\n", 400, "valid JSON");
        // 2 ends the generation of this model.
        Case ending = new Case("ending", CHAT, "\"temperature\":0,\"max_tokens\":12");
        refused(ending, head + "[0,2,30]\n", 400, "behind the answer's end", "token 30");
        Case stopping = new Case("stopping", CHAT, "\"temperature\":0,\"max_tokens\":12,\"stop\":\"e\"");
        refused(stopping, open, 400, "behind the answer's end");
    }

    private static void refused(Case a, String marks, int status, String... named) {
        HttpResponse<String> answer = second.stream(a.path, a.request(), marks);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode error = Chats.json(answer.body()).get("error");
        assertThat(error.get("param").asText()).isEqualTo("x-unbusy-resume");
        assertThat(error.get("message").asText()).contains(named);
        // Nothing of it is left behind: the next request is taken.
        assertThat(second.chat(Chats.chat("Hi", "\"max_tokens\":1")).has("choices"))
                .isTrue();
    }

    @Test
    void tokensThatTheRequestsFormForbids_areRefusedBeforeTheStreamBegins() {
        Case a = new Case("schema", CHAT, PERSON + ",\"temperature\":0,\"max_tokens\":50");
        MarkedStream whole = stream(first, a, "");
        refused(a, whole.groups().getFirst().marks() + "[0,30]\n", 400, "token 30", "does not allow");
        String open = whole.marksOf(2);
        refused(a, open + "[0,30]\n", 400, "token 30", "does not allow");
        Case calls = new Case("calls", CHAT, TOOLS + ",\"tool_choice\":\"required\",\"max_tokens\":50");
        refused(calls, whole.groups().getFirst().marks() + "[0,30]\n", 400, "at place 0", "does not allow");
        Case two = new Case("two", CHAT, PERSON + ",\"n\":2,\"temperature\":0,\"max_tokens\":50");
        refused(two, open + "{\"choice\":1,\"seed\":1,\"cached\":0}\n[1,30]\n", 400, "token 30", "at place 0");
    }

    @Test
    void onlyAStreamGoesOn() {
        ObjectNode request = Chats.chat("Hello.", "\"max_tokens\":4");
        String marks = stream(first, new Case("x", CHAT, "\"max_tokens\":4"), "")
                .groups()
                .getFirst()
                .marks();
        assertThat(second.resume(request, marks, Integer.toString(marks.length())))
                .contains("x-unbusy-resume", "'stream': true");
        for (String size : List.of("0", "-1", "x", "99999999")) {
            assertThat(second.resume(request, marks, size)).contains("x-unbusy-resume", "bytes");
        }
    }
}
