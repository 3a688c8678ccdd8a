package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.api.DialectSamples.Event;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers as clients of the Responses API read them. */
class ResponsesStreamTest {
    private static final String CALL = "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\","
            + "\"function\":{\"name\":\"get\",\"arguments\":\"{}\"}}]}";
    private static final String REQUEST = ("{'model':'m','stream':STREAM,'input':'hi','instructions':'Be brief.',"
                    + "'metadata':{'k':'v'},'temperature':0.5,'max_output_tokens':9,'parallel_tool_calls':false,"
                    + "'reasoning':{'effort':'high','summary':'auto'},'tool_choice':'auto',"
                    + "'tools':[{'type':'function','name':'get','parameters':{'type':'object'}}]}")
            .replace('\'', '"');
    private static final String ECHO = ("'instructions':'Be brief.','max_output_tokens':9,'metadata':{'k':'v'},"
                    + "'parallel_tool_calls':false,'previous_response_id':null,"
                    + "'reasoning':{'effort':'high','summary':null},'store':false,'temperature':0.5,"
                    + "'text':{'format':{'type':'text'}},'tool_choice':'auto',"
                    + "'tools':[{'type':'function','name':'get','parameters':{'type':'object'}}],"
                    + "'top_p':null,'truncation':'disabled',")
            .replace('\'', '"');
    private static final String USAGE = "'usage':{'input_tokens':20,'input_tokens_details':{'cached_tokens':16,"
            + "'cache_write_tokens':0},'output_tokens':7,'output_tokens_details':{'reasoning_tokens':3},'total_tokens':27}";

    private static List<String> stream(byte[]... events) {
        DialectAnswer answer = DialectSamples.answer(Dialect.RESPONSES, REQUEST.replace("STREAM", "true"));
        StringBuilder all = new StringBuilder();
        for (byte[] event : events) {
            all.append(new String(answer.event(event, 1), UTF_8));
        }
        all.append(new String(answer.end(2), UTF_8));
        DialectCheckers.check(Dialect.RESPONSES, all.toString());
        List<String> lines = new ArrayList<>();
        for (Event event : DialectSamples.events(all.toString())) {
            JsonNode data = event.data();
            String type = data.get("type").asText().substring("response.".length());
            String prefix = "{\"type\":\"response." + type + "\",\"sequence_number\":" + data.get("sequence_number");
            assertThat(data.toString()).startsWith(prefix);
            lines.add((type + " "
                            + data.toString()
                                    .substring(
                                            prefix.length() + 1, data.toString().length() - 1))
                    .replace('"', '\''));
        }
        return lines;
    }

    private static String head(String status) {
        return "'response':{'id':'resp_0a1b','object':'response','created_at':1764000000,'status':'" + status
                + "','model':'deepseek-r1'," + ECHO.replace('"', '\'');
    }

    @Test
    void thinkingTextAndCall_areThreeItems() {
        String reasoning = "'id':'rs_0a1b_0','type':'reasoning','summary':[],'status':'";
        String message = "'id':'msg_0a1b_1','type':'message','role':'assistant','status':'";
        String call = "'id':'fc_0a1b_2','type':'function_call','call_id':'call_1','name':'get','arguments':'";
        String thought = "{'type':'reasoning_text','text':'hm'}";
        String text = "{'type':'output_text','text':'Hello','annotations':[],'logprobs':[]}";
        String at0 = "'item_id':'rs_0a1b_0','output_index':0,'content_index':0,";
        String at1 = "'item_id':'msg_0a1b_1','output_index':1,'content_index':0,";
        String at2 = "'item_id':'fc_0a1b_2','output_index':2,";
        String items = "{" + reasoning + "completed','content':[" + thought + "]},{" + message
                + "completed','content':[" + text + "]},{" + call + "{}','status':'completed'}";
        assertThat(stream(
                        DialectSamples.delta("{\"role\":\"assistant\",\"content\":\"\"}"),
                        DialectSamples.delta("{\"reasoning_content\":\"hm\"}"),
                        DialectSamples.delta("{\"content\":\"Hel\"}"),
                        DialectSamples.delta("{\"content\":\"lo\"}"),
                        DialectSamples.delta(CALL),
                        DialectSamples.finish("tool_calls")))
                .containsExactly(
                        "created " + head("in_progress")
                                + "'error':null,'incomplete_details':null,'output':[],'usage':null}",
                        "in_progress " + head("in_progress")
                                + "'error':null,'incomplete_details':null,'output':[],'usage':null}",
                        "output_item.added 'output_index':0,'item':{" + reasoning + "in_progress','content':[]}",
                        "content_part.added " + at0 + "'part':{'type':'reasoning_text','text':''}",
                        "reasoning_text.delta " + at0 + "'delta':'hm'",
                        "reasoning_text.done " + at0 + "'text':'hm'",
                        "content_part.done " + at0 + "'part':" + thought,
                        "output_item.done 'output_index':0,'item':{" + reasoning + "completed','content':[" + thought
                                + "]}",
                        "output_item.added 'output_index':1,'item':{" + message + "in_progress','content':[]}",
                        "content_part.added " + at1
                                + "'part':{'type':'output_text','text':'','annotations':[],'logprobs':[]}",
                        "output_text.delta " + at1 + "'delta':'Hel','logprobs':[]",
                        "output_text.delta " + at1 + "'delta':'lo','logprobs':[]",
                        "output_text.done " + at1 + "'text':'Hello','logprobs':[]",
                        "content_part.done " + at1 + "'part':" + text,
                        "output_item.done 'output_index':1,'item':{" + message + "completed','content':[" + text + "]}",
                        "output_item.added 'output_index':2,'item':{" + call + "','status':'in_progress'}",
                        "function_call_arguments.delta " + at2 + "'delta':'{}'",
                        "function_call_arguments.done " + at2 + "'name':'get','arguments':'{}'",
                        "output_item.done 'output_index':2,'item':{" + call + "{}','status':'completed'}",
                        "completed " + head("completed") + "'error':null,'incomplete_details':null,'output':[" + items
                                + "]," + USAGE + "}");
    }

    @Test
    void answerCutOff_isIncomplete_andSoIsItsLastItem() {
        List<String> events = stream(
                DialectSamples.delta("{\"reasoning_content\":\"hm\"}"),
                DialectSamples.delta("{\"content\":\"Hel\"}"),
                DialectSamples.finish("length"));
        assertThat(events.getLast())
                .startsWith("incomplete " + head("incomplete")
                        + "'error':null,'incomplete_details':{'reason':'max_output_tokens'}")
                .contains("'type':'reasoning','summary':[],'status':'completed'")
                .contains("'role':'assistant','status':'incomplete'");
        assertThat(events.get(events.size() - 2)).contains("'status':'incomplete'");
    }

    @Test
    void errorInTheMiddle_isAFailedResponse_withWhatWasSaid() {
        List<String> events = stream(DialectSamples.delta("{\"content\":\"Hel\"}"));
        assertThat(events.getLast())
                .startsWith("failed " + head("failed") + "'error':{'code':'server_error','message':'The worker ended")
                .contains("'status':'incomplete','content':[{'type':'output_text','text':'Hel'");
    }

    @Test
    void errorBeforeAnything_isCreatedAndFailed() {
        assertThat(stream(ApiError.overloaded("full", 1).body()))
                .hasSize(3)
                .last()
                .asString()
                .contains("'code':'rate_limit_exceeded','message':'full'");
    }

    @Test
    void wholeAnswer_isTheResponse() {
        DialectAnswer answer = DialectSamples.answer(Dialect.RESPONSES, REQUEST.replace("STREAM", "false"));
        byte[] whole = answer.whole(
                DialectSamples.whole("{\"role\":\"assistant\",\"content\":\"Hi\",\"tool_calls\":null}", "stop"), 5);
        assertThat(new String(whole, UTF_8).replace('"', '\''))
                .isEqualTo(head("completed").substring("'response':".length())
                        + "'error':null,'incomplete_details':null,'output':[{'id':'msg_0a1b_0','type':'message',"
                        + "'role':'assistant','status':'completed','content':[{'type':'output_text','text':'Hi',"
                        + "'annotations':[],'logprobs':[]}]}]," + USAGE + "}");
    }

    @Test
    void fullContext_isToldByItsCode_atWhichCodexMakesTheConversationShorter() {
        assertThat(stream(ApiError.contextExceeded(10, 5, 8).body()))
                .last()
                .asString()
                .contains("'code':'context_length_exceeded'");
    }

    /** Codex takes comments for silence, and ends a silence of five minutes. */
    @Test
    void wait_isEvents_behindTheOneThatCreatesTheResponse() {
        DialectAnswer answer = DialectSamples.answer(Dialect.RESPONSES, REQUEST.replace("STREAM", "true"));
        String begin = new String(answer.keepAlive(1), UTF_8);
        assertThat(DialectSamples.events(begin))
                .extracting(Event::name)
                .containsExactly("response.created", "response.in_progress");
        String wait = new String(answer.keepAlive(2), UTF_8);
        assertThat(DialectSamples.events(wait)).extracting(Event::name).containsExactly("response.in_progress");
        String text = new String(answer.event(DialectSamples.delta("{\"content\":\"Hi\"}"), 3), UTF_8);
        String waitInText = new String(answer.keepAlive(4), UTF_8);
        String rest =
                new String(answer.event(DialectSamples.finish("stop"), 5), UTF_8) + new String(answer.end(6), UTF_8);
        var found = DialectCheckers.check(Dialect.RESPONSES, begin + wait + text + waitInText + rest);
        assertThat(found.content.toString()).isEqualTo("Hi");
        assertThat(answer.keepAlive(7)).isEmpty();
    }

    @Test
    void errors_areOpenAis() {
        ApiError error = ApiError.missing("input");
        assertThat(Dialect.RESPONSES.errorBody(error)).isEqualTo(error.body());
    }

    /** Codex finds the function of an MCP server by both names only. */
    @Test
    void callOfAFunctionInANamespace_getsItsTwoNamesBack() {
        String request = REQUEST.replace(
                "\"tools\":[",
                "\"tools\":[{\"type\":\"namespace\",\"name\":\"mcp__db\",\"tools\":["
                        + "{\"type\":\"function\",\"name\":\"get\"}]},");
        String message = CALL.replace("\"get\"", "\"mcp__db__get\"");
        DialectAnswer answer = DialectSamples.answer(Dialect.RESPONSES, request.replace("STREAM", "true"));
        String stream = new String(answer.event(DialectSamples.delta(message), 1), UTF_8)
                + new String(answer.event(DialectSamples.finish("tool_calls"), 2), UTF_8)
                + new String(answer.end(3), UTF_8);
        DialectCheckers.check(Dialect.RESPONSES, stream);
        assertThat(stream).doesNotContain("mcp__db__get");
        List<JsonNode> items = new ArrayList<>();
        DialectSamples.events(stream).forEach(event -> {
            items.addAll(event.data().findValues("item"));
            items.addAll(event.data().at("/response/output").valueStream().toList());
        });
        DialectAnswer whole = DialectSamples.answer(Dialect.RESPONSES, request.replace("STREAM", "false"));
        items.addAll(DialectSamples.json(whole.whole(DialectSamples.whole(message, "tool_calls"), 1))
                .at("/output")
                .valueStream()
                .toList());
        assertThat(items).hasSize(4).allSatisfy(item -> {
            assertThat(item.get("name").asText()).isEqualTo("get");
            assertThat(item.get("namespace").asText()).isEqualTo("mcp__db");
        });
    }

    @Test
    void callWithoutArguments_hasAnEmptyObject_unlessItWasCutOff() {
        byte[] call = DialectSamples.delta(CALL.replace("{}", ""));
        assertThat(stream(call, DialectSamples.finish("tool_calls")))
                .filteredOn(
                        event -> event.startsWith("function_call_arguments.") || event.startsWith("output_item.done"))
                .hasSize(3)
                .allMatch(event -> event.contains("'{}'"));
        assertThat(stream(call, DialectSamples.finish("length")))
                .filteredOn(event -> event.startsWith("output_item.done"))
                .singleElement()
                .asString()
                .contains("'arguments':'','status':'incomplete'");
    }
}
