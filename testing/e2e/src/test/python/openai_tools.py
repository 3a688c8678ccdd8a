"""Structured output and tools with the official OpenAI client for Python: python openai_tools.py BASE_URL MODEL.

Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit."""

import json
import sys
from typing import Literal

import openai
import pydantic

base_url, model = sys.argv[1:3]
client = openai.OpenAI(base_url=base_url, api_key="unused", max_retries=0, timeout=120)
question = [{"role": "user", "content": "What is the weather in Paris? 用摄氏度。"}]
seen = {}


class Place(pydantic.BaseModel):
    city: Literal["Paris", "Rome", "北京"]
    days: int = pydantic.Field(ge=1, le=14)


class Report(pydantic.BaseModel):
    place: Place
    sky: Literal["sunny", "cloudy"] | None
    hours: list[bool] = pydantic.Field(max_length=3)


# --- structured output, by the client's own helpers
parsed = client.chat.completions.parse(model=model, messages=question, response_format=Report, max_tokens=200, seed=1)
assert isinstance(parsed.choices[0].message.parsed, Report), parsed
assert parsed.choices[0].finish_reason == "stop", parsed
seen["report"] = parsed.choices[0].message.parsed.model_dump()
with client.chat.completions.stream(
    model=model, messages=question, response_format=Report, max_tokens=200, seed=1
) as stream:
    for event in stream:
        pass
    final = stream.get_final_completion()
assert isinstance(final.choices[0].message.parsed, Report), final
free = client.chat.completions.create(
    model=model, messages=question, response_format={"type": "json_object"}, max_tokens=60, temperature=0
)
seen["object"] = free.choices[0].message.content


# --- tools: one answer whole, the same streamed
class GetWeather(pydantic.BaseModel):
    """The weather of a place"""

    place: Place
    unit: Literal["celsius", "fahrenheit"]


tools = [openai.pydantic_function_tool(GetWeather, name="get_weather")]
common = dict(model=model, messages=question, tools=tools, tool_choice="required", parallel_tool_calls=False,
              max_tokens=200, temperature=0)
whole = client.chat.completions.parse(**common)
choice = whole.choices[0]
assert choice.finish_reason == "tool_calls" and choice.message.content is None, whole
call = choice.message.tool_calls[0]
assert isinstance(call.function.parsed_arguments, GetWeather), whole
seen["call"] = json.loads(call.function.arguments)

name, arguments, ids, finish = "", "", set(), None
for chunk in client.chat.completions.create(**common, stream=True):
    for part in chunk.choices:
        finish = part.finish_reason or finish
        for delta in part.delta.tool_calls or []:
            assert delta.index == 0, chunk
            if delta.id:
                ids.add(delta.id)
                name = delta.function.name
                assert delta.type == "function" and not arguments, chunk
            arguments += delta.function.arguments or ""
assert finish == "tool_calls" and len(ids) == 1 and name == "get_weather", (finish, ids, name)
GetWeather.model_validate_json(arguments)

# --- the round trip: call, result, answer
history = question + [choice.message, {"role": "tool", "tool_call_id": call.id, "content": "18 degrees, sunny"}]
answer = client.chat.completions.create(model=model, messages=history, tools=tools, tool_choice="auto", max_tokens=40)
seen["answer"] = answer.choices[0].finish_reason
named = client.chat.completions.create(
    **{**common, "tool_choice": {"type": "function", "function": {"name": "get_weather"}}})
assert named.choices[0].message.tool_calls[0].function.name == "get_weather", named

# --- what cannot be done is refused by name
errors = {}
bad = {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}
for what, fields in {
    "schema": {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": bad}}},
    "tool": {"tools": [{"type": "function", "function": {"name": "f", "parameters": bad, "strict": True}}]},
}.items():
    try:
        client.chat.completions.create(model=model, messages=question, **fields)
        raise AssertionError(what + " was accepted")
    except openai.BadRequestError as error:
        errors[what] = {"param": error.param, "code": error.code, "message": error.message}
try:
    openai.OpenAI(base_url=base_url.replace("/v1", "/beta"), api_key="unused", max_retries=0).completions.create(
        model=model, prompt="a", suffix="b")
    raise AssertionError("suffix was accepted")
except openai.BadRequestError as error:
    errors["suffix"] = {"param": error.param, "code": error.code, "message": error.message}
seen["errors"] = errors
print(json.dumps(seen, ensure_ascii=False))
