package dev.unbusy.api;

import static dev.unbusy.api.DialectCase.becomes;
import static dev.unbusy.api.DialectCase.refused;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests after OpenAI's documentation of the Responses API, and what a worker is asked. */
class ResponsesRequestTest {
    private static void input(String input, String messages) {
        becomes(Dialect.RESPONSES, "{'model':'m','input':" + input + "}", "{'messages':[" + messages + "]}");
    }

    private static void fields(String responses, String openAi) {
        becomes(
                Dialect.RESPONSES,
                "{'model':'m','input':'hi'," + responses + "}",
                "{'messages':[{'role':'user','content':'hi'}]" + openAi + "}");
    }

    @Test
    void text_isTheUsersMessage_behindTheInstructions() {
        input("'hi'", "{'role':'user','content':'hi'}");
        becomes(
                Dialect.RESPONSES,
                "{'model':'m','stream':true,'instructions':'Be brief.','input':'hi'}",
                "{'messages':[{'role':'system','content':'Be brief.'},{'role':'user','content':'hi'}]}");
    }

    @Test
    void items_becomeMessages_andAnAssistantsTurnBecomesOne() {
        input(
                "[{'role':'developer','content':'D'},"
                        + "{'type':'message','role':'user','content':[{'type':'input_text','text':'a'},{'type':'input_text','text':'b'}]},"
                        + "{'type':'reasoning','id':'rs_1','summary':[],'content':[{'type':'reasoning_text','text':'hm'}]},"
                        + "{'type':'message','id':'msg_1','role':'assistant','status':'completed','content':["
                        + "{'type':'output_text','text':'Let me look.','annotations':[]}]},"
                        + "{'type':'function_call','id':'fc_1','call_id':'call_1','name':'f','arguments':'{}','status':'completed'},"
                        + "{'type':'reasoning','summary':[{'type':'summary_text','text':'and g'}],'encrypted_content':'zz'},"
                        + "{'type':'function_call','call_id':'call_2','name':'g','arguments':'{\\'a\\':1}'},"
                        + "{'type':'function_call_output','call_id':'call_1','output':'one'},"
                        + "{'type':'function_call_output','call_id':'call_2','output':[{'type':'input_text','text':'two'}]},"
                        + "{'type':'message','role':'assistant','content':'done'},"
                        + "{'role':'user','content':'thanks'}]",
                "{'role':'system','content':'D'},{'role':'user','content':'a\\nb'},"
                        + "{'role':'assistant','content':'Let me look.','reasoning_content':'hm\\nand g','tool_calls':["
                        + "{'id':'call_1','type':'function','function':{'name':'f','arguments':'{}'}},"
                        + "{'id':'call_2','type':'function','function':{'name':'g','arguments':'{\\'a\\':1}'}}]},"
                        + "{'role':'tool','tool_call_id':'call_1','content':'one'},"
                        + "{'role':'tool','tool_call_id':'call_2','content':'two'},"
                        + "{'role':'assistant','content':'done'},{'role':'user','content':'thanks'}");
    }

    @Test
    void turnsOfTheAssistantBehindEachOther_stayApart() {
        input(
                "[{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'assistant','content':'c'}]",
                "{'role':'user','content':'a'},{'role':'assistant','content':'b'},{'role':'assistant','content':'c'}");
    }

    @Test
    void parameters_areRenamed_andWhatHasNoMeaningHereIsIgnored() {
        fields(
                "'max_output_tokens':64,'temperature':0.5,'top_p':1,'user':'u','store':true,'include':['x'],"
                        + "'truncation':'auto','service_tier':'auto','metadata':{'a':'b'},'previous_response_id':null,"
                        + "'background':false,'prompt_cache_key':'k','stream_options':{'include_obfuscation':false}",
                ",'max_tokens':64,'temperature':0.5,'top_p':1.0,'user':'u'");
        fields("'reasoning':{'effort':'minimal','summary':'auto'}", ",'reasoning_effort':'low'");
        fields("'text':{'format':{'type':'text'},'verbosity':'low'}", "");
        fields("'text':{'format':{'type':'json_object'}}", ",'response_format':{'type':'json_object'}");
        fields(
                "'text':{'format':{'type':'json_schema','name':'n','schema':{'type':'object'},'strict':true}}",
                ",'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':{'type':'object'},'strict':true}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'auto' | 'auto'",
                "'required' | 'required'",
                "'none' | 'none'",
                "{'type':'function','name':'f'} | {'type':'function','function':{'name':'f'}}"
            })
    void tools_areFunctions(String choice, String openAi) {
        fields(
                "'tools':[{'type':'function','name':'f','description':'d','strict':true,'parameters':{'type':'object'}}],"
                        + "'parallel_tool_calls':false,'tool_choice':" + choice,
                ",'tools':[{'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object'},'strict':true}}],"
                        + "'tool_choice':" + openAi + ",'parallel_tool_calls':false");
    }

    /** As Codex sends them: a namespace for each MCP server, and tools of OpenAI's own that nobody asked for. */
    @Test
    void namespaces_areUnfolded_andToolsOfferedUnasked_areLeftOut() {
        String function = "{'type':'function','function':{'name':'%s','parameters':{'type':'object'}}}";
        fields(
                "'tools':[{'type':'web_search','external_web_access':false},{'type':'namespace','name':'mcp__db','description':'d',"
                        + "'tools':[{'type':'function','name':'query','parameters':{'type':'object'},'defer_loading':true}]},"
                        + "{'type':'namespace','name':'mcp__fs__','tools':[{'type':'function','name':'read','parameters':{'type':'object'}}]},"
                        + "{'type':'function','name':'query','parameters':{'type':'object'}}],"
                        + "'tool_choice':{'type':'function','namespace':'mcp__db','name':'query'}",
                ",'tools':[" + function.formatted("mcp__db__query") + "," + function.formatted("mcp__fs__read") + ","
                        + function.formatted("query")
                        + "],'tool_choice':{'type':'function','function':{'name':'mcp__db__query'}}");
        fields(
                "'tools':[{'type':'web_search'}],'tool_choice':'auto','parallel_tool_calls':true",
                ",'tool_choice':'auto'");
        input(
                "[{'role':'user','content':'a'},"
                        + "{'type':'function_call','call_id':'1','namespace':'mcp__db','name':'query','arguments':'{}'},"
                        + "{'type':'function_call_output','call_id':'1','output':'x'}]",
                "{'role':'user','content':'a'},{'role':'assistant','content':null,'tool_calls':[{'id':'1','type':'function',"
                        + "'function':{'name':'mcp__db__query','arguments':'{}'}}]},{'role':'tool','tool_call_id':'1','content':'x'}");
    }

    @Test
    void namesTooLongTogether_areRefused() {
        String half = "x".repeat(ToolDefinition.MAX_NAME / 2);
        refused(
                Dialect.RESPONSES,
                "{'model':'m','input':'hi','tools':[{'type':'namespace','name':'" + half
                        + "','tools':[{'type':'function','name':'" + half + "'}]}]}",
                "tools[0].tools[0].name",
                "130 characters");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'previous_response_id':'resp_1' | previous_response_id | nothing is stored",
                "'conversation':{'id':'c'} | conversation | nothing is stored",
                "'background':true | background | nothing is stored",
                "'prompt':{'id':'p'} | prompt | stored",
                "'max_output_tokens':0 | max_output_tokens | must be",
                "'max_output_tokens':'5' | max_output_tokens | an integer",
                "'top_p':1.5 | top_p | from 0",
                "'reasoning':{'effort':'huge'} | reasoning.effort | one of",
                "'text':{'format':{'type':'xml'}} | text.format.type | json_schema",
                "'text':{'format':{'type':'json_schema','name':'n'}} | text.format.schema | is required",
                "'tools':[{'type':'file_search'}] | tools[0].type | file_search",
                "'tools':[{'type':'web_search'}],'tool_choice':'required' | tool_choice | no 'tools'",
                "'tools':[{'type':'namespace','tools':[]}] | tools[0].name | is required",
                "'tools':[{'type':'namespace','name':'n','tools':[{'type':'custom','name':'x'}]}] | tools[0].tools[0].type | custom",
                "'tools':[{'type':'namespace','name':'n','tools':[{'type':'function','name':'x'}]},{'type':'function','name':'n__x'}] | tools[1].name | another tool's",
                "'tools':[{'type':'custom','name':'x'}] | tools[0].type | custom",
                "'tools':[{'type':'function'}] | tools[0].name | is required",
                "'tool_choice':'any' | tool_choice | auto",
                "'tool_choice':{'type':'allowed_tools'} | tool_choice.type | allowed_tools",
                "'tool_choice':'required' | tool_choice | no 'tools'",
                "'metadata':[] | metadata | an object",
                "'instructions':[] | instructions | a string"
            })
    void wrongField_isRefusedByItsName(String field, String param, String part) {
        refused(Dialect.RESPONSES, "{'model':'m','input':'hi'," + field + "}", param, part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | input | no message",
                "5 | input | a list",
                "[{'role':'user','content':[{'type':'input_image'}]}] | input[0].content[0].type | input_image",
                "[{'role':'tool','content':'x'}] | input[0].role | user, assistant",
                "[{'type':'item_reference','id':'x'}] | input[0].type | stored",
                "[{'type':'web_search_call'}] | input[0].type | web_search_call",
                "[{'type':'function_call','call_id':'1','name':'f','arguments':'{}'}] | input[0] | function_call_output",
                "[{'type':'function_call','call_id':'1','name':'f','arguments':'{}'},{'role':'user','content':'x'}] | input[0] | lacks its result",
                "[{'type':'function_call_output','call_id':'1','output':'x'}] | input[0].call_id | none of the calls",
                "[{'type':'reasoning','summary':[{'type':'summary_text','text':'x'}]}] | input | no message"
            })
    void wrongInput_isRefusedByItsPlace(String input, String param, String part) {
        refused(Dialect.RESPONSES, "{'model':'m','input':" + input + "}", param, part);
    }
}
