"""Responses with the official OpenAI client for Python: python openai_responses.py URL MODEL KEY.

Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit."""

import json
import sys
from typing import Literal

import openai
import pydantic

url, model, key = sys.argv[1:4]
client = openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0, timeout=120)
common = {"model": model, "input": "Tell me about the weather in Rome. 请回答。", "temperature": 0, "store": False}
seen = {}


def counted(response):
    usage = response.usage
    assert usage.input_tokens > 0 and usage.output_tokens > 0, response
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens, response
    return usage.input_tokens


# --- whole: cut off here; also by the address without /v1, as DeepSeek serves it
plain = client.responses.create(**common, max_output_tokens=8)
assert (plain.object, plain.status, plain.incomplete_details.reason) == ("response", "incomplete", "max_output_tokens"), plain
assert [(item.type, item.role) for item in plain.output] == [("message", "assistant")] and plain.output_text, plain
assert plain.id.startswith("resp_") and plain.model == model and plain.usage.output_tokens == 8, plain
short = openai.OpenAI(base_url=url, api_key=key, max_retries=0, timeout=120)
instructed = short.responses.create(**common, max_output_tokens=8, instructions="You answer in one short sentence.")
assert counted(instructed) != counted(plain) and instructed.instructions, instructed
turns = [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}]
assert client.responses.create(**{**common, "input": turns}, max_output_tokens=2).usage.output_tokens == 2


# --- an answer by a schema: every event of the stream, in order and numbered, to response.completed
class Weather(pydantic.BaseModel):
    city: Literal["Paris", "Rome", "北京"]
    days: int = pydantic.Field(ge=1, le=14)


schema = Weather.model_json_schema() | {"additionalProperties": False}
text = {"format": {"type": "json_schema", "name": "weather", "schema": schema, "strict": True}}
whole = client.responses.create(**common, text=text, max_output_tokens=120)
assert whole.status == "completed" and whole.incomplete_details is None and whole.error is None, whole
seen["weather"] = Weather.model_validate_json(whole.output_text).model_dump()


def order_of(events):
    """The types of events, repeated ones and signs of life left out; and the last event."""
    order, number, event = [], 0, None
    for event in events:
        assert event.sequence_number == number, (number, event)
        number += 1
        if event.type != "keepalive" and order[-1:] != [event.type]:
            order.append(event.type)
    return order, event


deltas = []


def watched(events, kind):
    for event in events:
        if event.type == kind:
            deltas.append(event.delta)
        yield event


order, end = order_of(watched(client.responses.create(**common, text=text, max_output_tokens=120, stream=True),
                              "response.output_text.delta"))
assert order == ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                 "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                 "response.output_item.done", "response.completed"], order
assert end.response.status == "completed" and end.response.output_text == "".join(deltas), end
assert counted(end.response) == counted(whole), (end, whole)
order, end = order_of(client.responses.create(**common, max_output_tokens=8, stream=True))
assert order[-1] == "response.incomplete" and end.response.incomplete_details.reason == "max_output_tokens", (order, end)
assert end.response.usage.output_tokens == 8, end
with client.responses.stream(**common, text_format=Weather, max_output_tokens=120) as stream:
    for event in stream:
        pass
    assert isinstance(stream.get_final_response().output_parsed, Weather)
assert isinstance(client.responses.parse(**common, text_format=Weather, max_output_tokens=120).output_parsed, Weather)
free = client.responses.create(**common, text={"format": {"type": "json_object"}}, max_output_tokens=60)
assert free.output_text.startswith("{"), free

# --- tools: a call whole, the same streamed, and the way back with a result
tool = {"type": "function", "name": "get_weather", "description": "The weather of a city", "parameters": schema, "strict": True}
calling = {**common, "tools": [tool], "max_output_tokens": 120, "parallel_tool_calls": False}
called = client.responses.create(**calling, tool_choice="required")
(call,) = called.output
assert called.status == "completed" and (call.type, call.name, call.status) == ("function_call", "get_weather", "completed"), called
Weather.model_validate_json(call.arguments)
deltas = []
named = client.responses.create(**calling, tool_choice={"type": "function", "name": "get_weather"}, stream=True)
order, end = order_of(watched(named, "response.function_call_arguments.delta"))
assert order == ["response.created", "response.in_progress", "response.output_item.added",
                 "response.function_call_arguments.delta", "response.function_call_arguments.done",
                 "response.output_item.done", "response.completed"], order
assert end.response.output[0].arguments == "".join(deltas) and end.response.output[0].call_id, end
Weather.model_validate_json(end.response.output[0].arguments)
history = [{"role": "user", "content": common["input"]}, *called.output,
           {"type": "function_call_output", "call_id": call.call_id, "output": "18 degrees, sunny"}]
answered = client.responses.create(**{**calling, "input": history, "max_output_tokens": 8}, tool_choice="none")
assert answered.output[0].type == "message" and counted(answered) > counted(plain), answered

# --- what is wrong is told in the client's own classes
stranger = openai.OpenAI(base_url=url + "/v1", api_key="sk-wrong", max_retries=0)
errors = {}
for name, asked, fields, kind, param in [
    ("wrong key", stranger, {}, openai.AuthenticationError, None),
    ("unknown model", client, {"model": "no-such-model"}, openai.NotFoundError, "model"),
    ("bad temperature", client, {"temperature": 7}, openai.BadRequestError, "temperature"),
    ("stored", client, {"previous_response_id": "resp_1"}, openai.BadRequestError, "previous_response_id"),
    ("too long", client, {"input": "word " * 20_000}, openai.BadRequestError, None),
]:
    for stream in (False, True):
        try:
            asked.responses.create(**{**common, **fields}, stream=stream)
            raise AssertionError(name + " was accepted")
        except openai.APIStatusError as error:
            assert type(error) is kind, (name, error.status_code, error.body)
            assert param is None or error.param == param, error.body
            assert error.request_id, error.response.headers
            errors[name] = {"code": error.code, "message": error.message}
seen["errors"] = errors

# --- what only DeepSeek's API has
seen["balance"] = json.loads(short.get("/user/balance", cast_to=str))
print(json.dumps(seen, ensure_ascii=False))
