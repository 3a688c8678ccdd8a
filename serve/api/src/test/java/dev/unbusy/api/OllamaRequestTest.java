package dev.unbusy.api;

import static dev.unbusy.api.DialectCase.becomes;
import static dev.unbusy.api.DialectCase.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.api.DialectRequest.Route;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests after Ollama's documentation of its API, and what a worker is asked. */
class OllamaRequestTest {
    private static void chat(String fields, String openAi) {
        becomes(
                Dialect.OLLAMA_CHAT,
                "{'model':'m','messages':[{'role':'user','content':'hi'}]," + fields + "}",
                "{'messages':[{'role':'user','content':'hi'}]" + openAi + "}");
    }

    private static void generate(String fields, Route route, String openAi) {
        becomes(Dialect.OLLAMA_GENERATE, "{'model':'m'," + fields + "}", "{" + openAi + "}");
        assertThat(DialectCase.read(Dialect.OLLAMA_GENERATE, "{'model':'m'," + fields + "}")
                        .route())
                .isEqualTo(route);
    }

    @Test
    void stream_isTheDefault() {
        assertThat(DialectCase.read(Dialect.OLLAMA_CHAT, "{'model':'m','messages':[]}").stream())
                .isTrue();
        assertThat(DialectCase.read(Dialect.OLLAMA_GENERATE, "{'model':'m','stream':false}").stream())
                .isFalse();
    }

    @Test
    void options_areRenamed_andThoseOfLoadingIgnored() {
        chat(
                "'keep_alive':'5m','options':{'num_predict':64,'temperature':0.5,'top_p':0.9,'top_k':20,'min_p':0.05,"
                        + "'seed':42,'stop':['a','b'],'repeat_penalty':1.1,'presence_penalty':1,'frequency_penalty':0.5,"
                        + "'num_ctx':4096,'num_gpu':1,'mirostat':0,'typical_p':0.7}",
                ",'max_tokens':64,'seed':42,'top_k':20,'temperature':0.5,'top_p':0.9,'min_p':0.05,"
                        + "'repetition_penalty':1.1,'frequency_penalty':0.5,'presence_penalty':1.0,'stop':['a','b']");
        chat("'options':{'num_predict':-1,'seed':-1,'top_k':-1,'stop':'x'}", ",'top_k':0,'stop':['x']");
        chat("'options':{'num_predict':64.0}", ",'max_tokens':64"); // as Lua and some JSON libraries send it
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'format':'json' | ,'response_format':{'type':'json_object'}",
                "'format':'' | ``",
                "'format':{'type':'object'} | ,'response_format':{'type':'json_schema','json_schema':{'name':'answer','schema':{'type':'object'},'strict':true}}",
                "'think':true | ,'thinking':{'type':'enabled'}",
                "'think':false | ,'thinking':{'type':'disabled'}",
                "'think':'high' | ,'thinking':{'type':'enabled'},'reasoning_effort':'high'",
                "'think':'none' | ,'reasoning_effort':'none'",
                "'tools':[] | ``",
                "'tools':[{'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object'}}}] | "
                        + ",'tools':[{'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object'}}}]"
            })
    void formThinkingAndTools_areRenamed(String ollama, String openAi) {
        chat(ollama, openAi);
    }

    @Test
    void calls_getIdsWhereTheyHaveNone_andResultsFindThem() {
        becomes(
                Dialect.OLLAMA_CHAT,
                "{'model':'m','messages':[{'role':'system','content':'s'},{'role':'user','content':'weather?'},"
                        + "{'role':'assistant','content':'','thinking':'hm','tool_calls':["
                        + "{'function':{'name':'f','arguments':{'city':'x'}}},{'function':{'name':'g','arguments':{}}},"
                        + "{'id':'own','function':{'index':2,'name':'g'}}]},"
                        + "{'role':'tool','tool_name':'g','content':'1'},{'role':'tool','tool_call_id':'own','content':'2'},"
                        + "{'role':'tool','content':'3'},"
                        + "{'role':'assistant','content':'fine','images':null},{'role':'user','content':'and?'}]}",
                "{'messages':[{'role':'system','content':'s'},{'role':'user','content':'weather?'},"
                        + "{'role':'assistant','content':'','reasoning_content':'hm','tool_calls':["
                        + "{'id':'call_0','type':'function','function':{'name':'f','arguments':'{\\'city\\':\\'x\\'}'}},"
                        + "{'id':'call_1','type':'function','function':{'name':'g','arguments':'{}'}},"
                        + "{'id':'own','type':'function','function':{'name':'g','arguments':'{}'}}]},"
                        + "{'role':'tool','tool_call_id':'call_1','content':'1'},{'role':'tool','tool_call_id':'own','content':'2'},"
                        + "{'role':'tool','tool_call_id':'call_0','content':'3'},"
                        + "{'role':'assistant','content':'fine'},{'role':'user','content':'and?'}]}");
    }

    @Test
    void generate_isAChat_orACompletion() {
        String chat = "'messages':[{'role':'user','content':'why?'}]";
        generate("'prompt':'why?','template':'','context':[]", Route.CHAT, chat);
        generate(
                "'prompt':'why?','system':'s','format':'json','think':false",
                Route.CHAT,
                "'messages':[{'role':'system','content':'s'},{'role':'user','content':'why?'}],"
                        + "'response_format':{'type':'json_object'},'thinking':{'type':'disabled'}");
        generate(
                "'prompt':'[INST]x','raw':true,'options':{'temperature':0}",
                Route.COMPLETIONS,
                "'prompt':'[INST]x','temperature':0.0");
        generate("'prompt':'def f(','suffix':'return x'", Route.COMPLETIONS, "'prompt':'def f(','suffix':'return x'");
        generate("'keep_alive':0", Route.NONE, "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'options':{'temperature':3} | options.temperature | from 0",
                "'options':{'num_predict':'x'} | options.num_predict | an integer",
                "'options':{'stop':[5]} | options.stop[0] | a string",
                "'options':5 | options | an object",
                "'format':'yaml' | format | json or a JSON schema",
                "'format':5 | format | a JSON schema",
                "'think':5 | think | true, false",
                "'think':'deep' | think | one of",
                "'stream':'no' | stream | true or false",
                "'tools':[{'type':'function'}] | tools[0].function | is required",
                "'tools':[{'type':'x','function':{}}] | tools[0].type | function"
            })
    void wrongField_isRefusedByItsName(String field, String param, String part) {
        refused(
                Dialect.OLLAMA_CHAT,
                "{'model':'m','messages':[{'role':'user','content':'hi'}]," + field + "}",
                param,
                part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'role':'user','content':'x','images':['aGk=']} | messages[0].images | reads text",
                "{'role':'x','content':'x'} | messages[0].role | system, user",
                "{'role':'tool','content':'x'} | messages[0].role | no call",
                "{'role':'assistant','tool_calls':[{'function':{'name':'f','arguments':'{}'}}]} | messages[0].tool_calls[0].function.arguments | an object",
                "{'role':'assistant','tool_calls':[{'function':{'name':'f','arguments':{}}}]} | messages[0].tool_calls[0] | lacks its result"
            })
    void wrongMessage_isRefusedByItsPlace(String message, String param, String part) {
        refused(Dialect.OLLAMA_CHAT, "{'model':'m','messages':[" + message + "]}", param, part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'prompt':'x','template':'{{.Prompt}}' | template | its own",
                "'prompt':'x','context':[1,2] | context | /api/chat",
                "'prompt':'x','images':['aGk='] | images | reads text",
                "'prompt':'x','raw':true,'system':'s' | system | no place",
                "'prompt':'x','suffix':'y','format':'json' | format | no place",
                "'prompt':5 | prompt | a string"
            })
    void wrongPrompt_isRefusedByItsName(String fields, String param, String part) {
        refused(Dialect.OLLAMA_GENERATE, "{'model':'m'," + fields + "}", param, part.replace("its own", "own is used"));
    }
}
