package dev.unbusy.api;

import static dev.unbusy.api.DialectCase.becomes;
import static dev.unbusy.api.DialectCase.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests after Anthropic's documentation, and what a worker is asked. */
class AnthropicRequestTest {
    private static final String HEAD = "{'model':'claude','max_tokens':64,";

    private static void messages(String anthropic, String openAi) {
        becomes(
                Dialect.ANTHROPIC,
                HEAD + "'messages':[" + anthropic + "]}",
                "{'max_tokens':64,'messages':[" + openAi + "]}");
    }

    private static void fields(String anthropic, String openAi) {
        becomes(
                Dialect.ANTHROPIC,
                HEAD + "'messages':[{'role':'user','content':'hi'}]," + anthropic + "}",
                "{'max_tokens':64,'messages':[{'role':'user','content':'hi'}]" + openAi + "}");
    }

    @Test
    void simpleRequest_becomesAChat() {
        DialectRequest read = DialectCase.read(
                Dialect.ANTHROPIC, HEAD + "'stream':true,'messages':[{'role':'user','content':'Hello, world'}]}");
        assertThat(read.model()).isEqualTo("claude");
        assertThat(read.stream()).isTrue();
        assertThat(read.route()).isEqualTo(DialectRequest.Route.CHAT);
        messages("{'role':'user','content':'Hello, world'}", "{'role':'user','content':'Hello, world'}");
    }

    @Test
    void systemPrompt_asTextOrBlocks_isTheFirstMessage() {
        String openAi =
                "{'max_tokens':64,'messages':[{'role':'system','content':'%s'},{'role':'user','content':'hi'}]}";
        String rest =
                "'messages':[{'role':'user','content':[{'type':'text','text':'hi','cache_control':{'type':'ephemeral'}}]}]}";
        becomes(Dialect.ANTHROPIC, HEAD + "'system':'Be brief.'," + rest, openAi.formatted("Be brief."));
        becomes(
                Dialect.ANTHROPIC,
                HEAD + "'system':[{'type':'text','text':'a'},{'type':'text','text':'b'}]," + rest,
                openAi.formatted("a\\nb"));
    }

    /** Its hash changes with every request, so that no prefix cache would hold anything behind it. */
    @Test
    void billingLineOfClaudeCode_isNoPartOfThePrompt() {
        String billing = "x-anthropic-billing-header: cc_version=2.1.100.7b4; cc_entrypoint=cli; cch=eb6c6;";
        String user = "'messages':[{'role':'user','content':'x-anthropic-billing-header: what is it?'}]}";
        String rest = "{'role':'user','content':'x-anthropic-billing-header: what is it?'}]}";
        String system = "{'max_tokens':64,'messages':[{'role':'system','content':'You are.'}," + rest;
        becomes(
                Dialect.ANTHROPIC,
                HEAD + "'system':[{'type':'text','text':'" + billing + "'},{'type':'text','text':'You are.'}]," + user,
                system);
        becomes(Dialect.ANTHROPIC, HEAD + "'system':'" + billing + "\\nYou are.'," + user, system);
        becomes(Dialect.ANTHROPIC, HEAD + "'system':'" + billing + "'," + user, "{'max_tokens':64,'messages':[" + rest);
    }

    @Test
    void toolConversation_becomesCallsAndToolMessages_withThinkingSentBack() {
        messages(
                "{'role':'user','content':'weather?'},"
                        + "{'role':'assistant','content':[{'type':'thinking','thinking':'use it','signature':'s'},"
                        + "{'type':'text','text':'Let me look.'},"
                        + "{'type':'tool_use','id':'toolu_1','name':'get','input':{'city':'上海'}},"
                        + "{'type':'tool_use','id':'toolu_2','name':'now','input':{}}]},"
                        + "{'role':'user','content':[{'type':'text','text':'Well?'},"
                        + "{'type':'tool_result','tool_use_id':'toolu_2','content':'noon','is_error':false},"
                        + "{'type':'tool_result','tool_use_id':'toolu_1','content':[{'type':'text','text':'15°'},{'type':'text','text':'rain'}]}]}",
                "{'role':'user','content':'weather?'},"
                        + "{'role':'assistant','content':'Let me look.','reasoning_content':'use it','tool_calls':["
                        + "{'id':'toolu_1','type':'function','function':{'name':'get','arguments':'{\\'city\\':\\'上海\\'}'}},"
                        + "{'id':'toolu_2','type':'function','function':{'name':'now','arguments':'{}'}}]},"
                        + "{'role':'tool','tool_call_id':'toolu_2','content':'noon'},"
                        + "{'role':'tool','tool_call_id':'toolu_1','content':'15°\\nrain'},"
                        + "{'role':'user','content':'Well?'}");
    }

    @Test
    void lastMessageOfTheAssistant_isThePrefixOfTheAnswer() {
        messages(
                "{'role':'user','content':'sun?'},{'role':'assistant','content':'The answer is ('}",
                "{'role':'user','content':'sun?'},{'role':'assistant','content':'The answer is (','prefix':true}");
        messages(
                "{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'user','content':'c'}",
                "{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'user','content':'c'}");
    }

    @Test
    void samplingAndThinking_areRenamed_andUnknownFieldsIgnored() {
        fields(
                "'temperature':1.0,'top_p':0.5,'top_k':40,'stop_sequences':['END'],'metadata':{'user_id':'u@1','x':1},"
                        + "'service_tier':'auto','container':null,'mcp_servers':[],'context_management':{'edits':[]}",
                ",'temperature':1.0,'top_p':0.5,'top_k':40,'stop':['END'],'user':'u@1'");
        fields("'thinking':{'type':'enabled','budget_tokens':1024}", ",'thinking':{'type':'enabled'}");
        fields(
                "'thinking':{'type':'adaptive'},'output_config':{'effort':'max'}",
                ",'thinking':{'type':'enabled'},'reasoning_effort':'max'");
        fields("'thinking':{'type':'disabled'}", ",'thinking':{'type':'disabled'}");
        fields(
                "'output_config':{'effort':'medium','format':{'type':'json_schema','schema':{'type':'object'}}}",
                ",'reasoning_effort':'high','response_format':{'type':'json_schema','json_schema':"
                        + "{'name':'answer','schema':{'type':'object'},'strict':true}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'auto'} | 'auto'",
                "{'type':'any'} | 'required'",
                "{'type':'none'} | 'none'",
                "{'type':'tool','name':'get'} | {'type':'function','function':{'name':'get'}}",
                "{'type':'auto','disable_parallel_tool_use':true} | 'auto','parallel_tool_calls':false"
            })
    void toolChoice_isRenamed(String anthropic, String openAi) {
        fields(
                "'tools':[{'name':'get','description':'d','input_schema':{'type':'object','properties':{}},"
                        + "'cache_control':{'type':'ephemeral'}},{'type':'custom','name':'b','input_schema':{},'strict':true}],"
                        + "'tool_choice':" + anthropic,
                ",'tools':[{'type':'function','function':{'name':'get','description':'d',"
                        + "'parameters':{'type':'object','properties':{}}}},"
                        + "{'type':'function','function':{'name':'b','parameters':{},'strict':true}}],'tool_choice':"
                        + openAi);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'max_tokens':null | max_tokens | is required",
                "'max_tokens':0 | max_tokens | must be",
                "'model':'' | model | is required",
                "'system':[{'type':'image'}] | system[0].type | image",
                "'temperature':3 | temperature | from 0",
                "'stop_sequences':[''] | stop_sequences[0] | must have",
                "'stop_sequences':'x' | stop_sequences | a list",
                "'thinking':{'type':'maybe'} | thinking.type | maybe",
                "'output_config':{'effort':'huge'} | output_config.effort | one of",
                "'metadata':{'user_id':5} | metadata.user_id | a string",
                "'tools':[{'type':'web_search_20250305','name':'web_search'}] | tools[0].type | web_search_20250305",
                "'tools':[{'name':'f'}] | tools[0].input_schema | is required",
                "'tools':[{'name':'a b','input_schema':{}}] | tools[0].name | letters",
                "'tool_choice':{'type':'any'} | tool_choice.type | no 'tools'",
                "'tool_choice':{'type':'tool','name':'g'} | tool_choice.name | one of the 'tools'",
                "'messages':[] | messages | is empty",
                "'messages':{} | messages | a list"
            })
    void wrongField_isRefusedByItsName(String field, String param, String part) {
        List<String> members = new ArrayList<>(
                List.of("'model':'m'", "'max_tokens':9", "'messages':[{'role':'user','content':'hi'}]"));
        members.removeIf(member -> member.startsWith(field.substring(0, field.indexOf(':') + 1)));
        members.add(field);
        refused(Dialect.ANTHROPIC, "{" + String.join(",", members) + "}", param, part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'role':'user','content':[{'type':'image','source':{}}]} | messages[0].content[0].type | image",
                "{'role':'user','content':[{'type':'document'}]} | messages[0].content[0].type | document",
                "{'role':'user','content':[{'type':'text'}]} | messages[0].content[0].text | is required",
                "{'role':'assistant','content':[{'type':'redacted_thinking','data':'x'}]} | messages[0].content[0].type | redacted_thinking",
                "{'role':'assistant','content':[{'type':'server_tool_use'}]} | messages[0].content[0].type | server_tool_use",
                "{'role':'assistant','content':[{'type':'tool_use','id':'1','name':'f','input':{}}]} | messages[0].content[0] | tool_result",
                "{'role':'assistant','content':[{'type':'tool_use','id':'1','name':'f','input':[]}]} | messages[0].content[0].input | an object",
                "{'role':'user','content':[{'type':'tool_result','tool_use_id':'9'}]} | messages[0].content[0].tool_use_id | none of the calls",
                "{'role':'user','content':5} | messages[0].content | a string or a list",
                "{'role':'tool','content':'x'} | messages[0].role | user or assistant",
                "{'content':'x'} | messages[0].role | is required",
                "'x' | messages[0] | an object"
            })
    void wrongMessage_isRefusedByItsPlace(String message, String param, String part) {
        refused(Dialect.ANTHROPIC, HEAD + "'messages':[" + message + "]}", param, part);
    }

    @Test
    void prefixWithTools_isRefused_asTheWorkerWouldRefuseIt() {
        refused(
                Dialect.ANTHROPIC,
                HEAD + "'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}],"
                        + "'tools':[{'name':'f','input_schema':{}}]}",
                "messages[1]",
                "begins the answer");
    }
}
