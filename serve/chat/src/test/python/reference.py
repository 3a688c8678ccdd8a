#!/usr/bin/env python3
"""Answers what DeepSeek's reference encoders make of conversations, and reference parsers of generated text.

    reference.py ENCODERS < cases > answers

ENCODERS is the directory that fetch_encoders.py filled. A case is one line of JSON with the member "family" (v32, v4,
v4-second, v41, split, calls, published, detect); an answer is one line with "text" (for those from split on: "reasoning",
"content" and "calls", as far as they know them), or "error".
"""

import json
import sys
import types

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])

import deepseek_recipe  # noqa: E402
import encoding_dsv32  # noqa: E402
import encoding_dsv4  # noqa: E402


def plain(case):
    """Messages as the published encoders take them: tools and answer format belong to the first system message."""
    messages = []
    for message in case["messages"]:
        message = dict(message)
        if message["role"] == "developer":
            message["role"] = "system"
        if isinstance(message.get("content"), list):
            message["content"] = "\n\n".join(part["text"] for part in message["content"])
        messages.append(message)
    answer_format = case.get("response_format")
    if answer_format:
        answer_format = answer_format["json_schema"]["schema"] if answer_format["type"] == "json_schema" else None
    if case["tools"] or answer_format:
        if messages[0]["role"] != "system":
            messages.insert(0, {"role": "system", "content": ""})
        messages[0]["tools"] = case["tools"]
        messages[0]["response_format"] = answer_format
    return messages


def mode(case):
    return "thinking" if case["thinking"] else "chat"


def v32(case):
    return {"text": encoding_dsv32.encode_messages(plain(case), thinking_mode=mode(case))}


def v4(case):
    effort = "max" if case.get("reasoning_effort") == "max" else None
    return {"text": encoding_dsv4.encode_messages(plain(case), thinking_mode=mode(case), reasoning_effort=effort)}


def recipe(case, model, encoding):
    messages = [dict(m, role="system" if m["role"] == "developer" else m["role"]) for m in case["messages"]]
    body = {"model": model, "messages": messages,
            "thinking": {"type": "enabled" if case["thinking"] else "disabled"}}
    for name in ("tools", "reasoning_effort", "response_format"):
        if case.get(name):
            body[name] = case[name]
    converted = deepseek_recipe.ChatCompletionRequest(body).convert(deepseek_recipe.ConversionOptions())
    return {"text": encoding.render_conversation(converted.conversation).prompt}


def split(case, parse_tool_calls=False):
    stages = deepseek_recipe.ThinkingInitialStage
    stage = {"REASONING": stages.ReasoningStart, "REASONING_CONTINUED": stages.ReasoningContinuation,
             "CONTENT_CONTINUED": stages.ContentContinuation, "CONTENT": None}[case["start"]]
    request = deepseek_recipe.ChatCompletionRequest(
        {"model": "DeepSeek-V4.1-Flash", "messages": [{"role": "user", "content": "x"}], "stream": True})
    converted = request.convert(deepseek_recipe.ConversionOptions())
    generator = deepseek_recipe.ChatCompletionRequest.chunk_generator(converted, "id", "model")
    options = deepseek_recipe.ParsingOptions(parse_tool_calls=parse_tool_calls, thinking_initial_stage=stage)
    processor = deepseek_recipe.StreamProcessor(generator, options)
    inference = deepseek_recipe.InferenceChunk
    chunks = processor.push(inference.ready())
    for text in case["chunks"]:
        chunks += processor.push(inference.text(text, 1))
    chunks += processor.push(inference.finish(deepseek_recipe.InferenceFinishReason.Stop))
    chunks += processor.finish()
    answer = {"reasoning": "", "content": "", "calls": []}
    for chunk in chunks:
        for choice in json.loads(chunk.to_json())["choices"]:
            answer["reasoning"] += choice["delta"].get("reasoning_content") or ""
            answer["content"] += choice["delta"].get("content") or ""
            for call in choice["delta"].get("tool_calls") or []:
                if call["index"] == len(answer["calls"]):
                    answer["calls"].append({"name": call["function"]["name"], "arguments": ""})
                answer["calls"][call["index"]]["arguments"] += call["function"].get("arguments") or ""
    return answer


def published(case):
    """The parser that DeepSeek publishes with an encoder; it takes only what is well formed."""
    module = {"v32": encoding_dsv32, "v4": encoding_dsv4}[case["release"]]
    mode = "thinking" if case["start"] == "REASONING" else "chat"
    message = module.parse_message_from_completion_text("".join(case["chunks"]) + module.eos_token, mode)
    return {"reasoning": message["reasoning_content"], "content": message["content"],
            "calls": [call["function"] for call in message["tool_calls"]]}


def stub(name, **members):
    """A module that SGLang's parsers import, reduced to what they use of it when they parse a whole text."""
    module = types.ModuleType(name)
    module.__path__ = []
    for member, value in members.items():
        setattr(module, member, value)
    sys.modules[name] = module


class Named:
    def __init__(self, **members):
        self.__dict__.update(members)


def detectors():
    stub("orjson", loads=json.loads, JSONDecodeError=json.JSONDecodeError)
    stub("partial_json_parser")
    stub("partial_json_parser.core")
    stub("partial_json_parser.core.exceptions", MalformedJSON=ValueError)
    stub("partial_json_parser.core.options", Allow=Named(ALL=0, STR=0))
    stub("sglang.srt.entrypoints")
    stub("sglang.srt.entrypoints.openai")
    stub("sglang.srt.entrypoints.openai.protocol", Tool=object, ToolChoice=object)
    stub("sglang.srt.environ", envs=Named(SGLANG_FORWARD_UNKNOWN_TOOLS=Named(get=lambda: True)))
    from sglang.srt.function_call.deepseekv31_detector import DeepSeekV31Detector
    from sglang.srt.function_call.deepseekv32_detector import DeepSeekV32Detector
    from sglang.srt.function_call.deepseekv3_detector import DeepSeekV3Detector
    from sglang.srt.function_call.deepseekv4_detector import DeepSeekV4Detector
    from sglang.srt.function_call.hermes_detector import HermesDetector
    from sglang.srt.function_call.llama32_detector import Llama32Detector
    from sglang.srt.function_call.mistral_detector import MistralDetector
    from sglang.srt.function_call.qwen25_detector import Qwen25Detector
    from sglang.srt.function_call.qwen3_coder_detector import Qwen3CoderDetector
    return {"deepseekv3": DeepSeekV3Detector, "deepseekv31": DeepSeekV31Detector, "deepseekv32": DeepSeekV32Detector,
            "deepseekv4": DeepSeekV4Detector, "hermes": HermesDetector, "llama3": Llama32Detector,
            "mistral": MistralDetector, "qwen25": Qwen25Detector, "qwen3_coder": Qwen3CoderDetector}


DETECTORS = {}


def detect(case):
    if not DETECTORS:
        DETECTORS.update(detectors())
    tools = [Named(type="function", function=Named(**{"parameters": None, **tool["function"]})) for tool in case["tools"]]
    result = DETECTORS[case["detector"]]().detect_and_parse(case["text"], tools)
    return {"content": result.normal_text,
            "calls": [{"name": call.name, "arguments": call.parameters} for call in result.calls]}


FAMILIES = {
    "v32": v32,
    "v4": v4,
    "v4-second": lambda case: recipe(case, "DeepSeek-V4-Pro", deepseek_recipe.DeepseekV4Encoding()),
    "v41": lambda case: recipe(case, "DeepSeek-V4.1-Flash", deepseek_recipe.DeepseekV41Encoding()),
    "split": split,
    "calls": lambda case: split(case, parse_tool_calls=True),
    "published": published,
    "detect": detect,
}


def main():
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    for line in sys.stdin:
        case = json.loads(line)
        try:
            answer = FAMILIES[case["family"]](case)
        except Exception as e:  # The reference refuses the case; that is an answer.
            answer = {"error": f"{type(e).__name__}: {e} {getattr(e, 'body', '')}"}
        print(json.dumps(answer, ensure_ascii=False))


main()
