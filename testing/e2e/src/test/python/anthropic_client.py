"""The official Anthropic client for Python against a running Unbusy: python anthropic_client.py URL MODEL KEY.

Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit."""

import json
import sys
from typing import Literal

import anthropic
import pydantic

url, model, key = sys.argv[1:4]
client = anthropic.Anthropic(base_url=url + "/anthropic", api_key=key, max_retries=0, timeout=120)
question = [{"role": "user", "content": "What is the capital of France? 请用英文回答。"}]
# This version of the client has no parameter for the temperature any more; the API has.
common = {"model": model, "messages": question, "max_tokens": 24, "extra_body": {"temperature": 0}}
seen = {}


def counted(usage):
    assert usage.input_tokens + usage.cache_read_input_tokens > 0 and usage.output_tokens > 0, usage
    return usage.input_tokens + usage.cache_read_input_tokens


# --- what there is
(listed,) = client.models.list().data
assert (listed.id, listed.type) == (model, "model") and listed.created_at, listed
assert client.models.retrieve(model) == listed
assert [one.id for one in anthropic.Anthropic(base_url=url, api_key=key).models.list()] == [model]

# --- whole, with a system prompt in both of its forms
plain = client.messages.create(**common)
assert (plain.type, plain.role, [b.type for b in plain.content]) == ("message", "assistant", ["text"]), plain
assert plain.stop_reason in ("end_turn", "max_tokens") and plain.stop_sequence is None, plain
assert plain.id.startswith("msg_") and plain.model == model, plain
system = "You answer in one short sentence, and you never say more than that."
instructed = client.messages.create(**common, system=system)
blocks = client.messages.create(**common, system=[{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}])
assert counted(instructed.usage) == counted(blocks.usage) != counted(plain.usage), (plain, instructed, blocks)
seen["text"] = plain.content[0].text

# --- every event of a stream, as it is on the wire
message, texts, order = None, "", []
for event in client.messages.create(**common, stream=True):
    if event.type != "ping" and order[-1:] != [event.type]:
        order.append(event.type)
    if event.type == "message_start":
        assert not event.message.content and event.message.stop_reason is None, event
    elif event.type == "content_block_start":
        assert event.index == 0 and event.content_block.type == "text" and not event.content_block.text, event
    elif event.type == "content_block_delta":
        assert event.index == 0 and event.delta.type == "text_delta", event
        texts += event.delta.text
    elif event.type == "message_delta":
        assert event.delta.stop_reason == plain.stop_reason and counted(event.usage) == counted(plain.usage), event
assert order == ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
                 "message_stop"], order
assert texts == plain.content[0].text, (texts, plain)

# --- the client's own collecting of a stream
with client.messages.stream(**common) as stream:
    assert "".join(stream.text_stream) == texts
    final = stream.get_final_message()
assert final.content[0].text == texts and final.stop_reason == plain.stop_reason, final
assert counted(final.usage) == counted(plain.usage) and final.usage.output_tokens == plain.usage.output_tokens, final

# --- how answers end
cut = client.messages.create(**{**common, "max_tokens": 3})
assert cut.stop_reason == "max_tokens" and cut.usage.output_tokens == 3, cut
letters = ["e", "a", "i", "o"]
stopped = client.messages.create(**common, stop_sequences=letters)
assert not any(letter in block.text for block in stopped.content for letter in letters), stopped
with client.messages.stream(**common, stop_sequences=letters) as stream:
    last = stream.get_final_message()
assert last.content == stopped.content or [b.text for b in last.content] == [b.text for b in stopped.content], last
seen["stopped"] = [[end.stop_reason, end.stop_sequence] for end in (stopped, last)]
begun = client.messages.create(**{**common, "messages": question + [{"role": "assistant", "content": "The capital"}]})
assert begun.content[0].text and not begun.content[0].text.startswith("The capital"), begun


# --- tools: a call whole, the same streamed, and the way back with a result
class Weather(pydantic.BaseModel):
    city: Literal["Paris", "Rome", "北京"]
    days: int = pydantic.Field(ge=1, le=14)


tool = {"name": "get_weather", "description": "The weather of a city", "input_schema": Weather.model_json_schema()}
calling = {**common, "max_tokens": 120, "tools": [tool], "tool_choice": {"type": "tool", "name": "get_weather"}}
called = client.messages.create(**calling)
use = called.content[-1]
assert called.stop_reason == "tool_use" and (use.type, use.name) == ("tool_use", "get_weather"), called
seen["input"] = Weather.model_validate(use.input).model_dump()
pieces = ""
with client.messages.stream(**{**calling, "tool_choice": {"type": "any", "disable_parallel_tool_use": True}}) as stream:
    for event in stream:
        if event.type == "content_block_start":
            assert event.content_block.type == "tool_use" and event.content_block.input == {}, event
        elif event.type == "content_block_delta":
            assert event.delta.type == "input_json_delta", event
            pieces += event.delta.partial_json
    streamed = stream.get_final_message()
assert streamed.stop_reason == "tool_use" and len(streamed.content) == 1, streamed
assert json.loads(pieces) == streamed.content[0].input, (pieces, streamed)
Weather.model_validate(streamed.content[0].input)
result = {"type": "tool_result", "tool_use_id": use.id, "content": [{"type": "text", "text": "18 degrees"}]}
history = question + [{"role": "assistant", "content": called.content}, {"role": "user", "content": [result]}]
answered = client.messages.create(**{**common, "messages": history, "tools": [tool], "tool_choice": {"type": "none"}})
assert [b.type for b in answered.content] == ["text"] and counted(answered.usage) > counted(plain.usage), answered

# --- an answer by a schema, and the beta interface that coding agents use
parsed = client.messages.parse(**{**common, "max_tokens": 120}, output_format=Weather)
assert isinstance(parsed.parsed_output, Weather) and parsed.stop_reason == "end_turn", parsed
beta = client.beta.messages.create(**common, betas=["interleaved-thinking-2025-05-14"])
assert beta.content[0].text == texts, beta
bearer = anthropic.Anthropic(base_url=url + "/anthropic", auth_token=key, api_key=None, max_retries=0, timeout=120)
assert bearer.messages.create(**{**common, "max_tokens": 1}).usage.output_tokens == 1

# --- what is wrong is told in the client's own classes
image = {"type": "image", "source": {"type": "url", "url": "http://localhost/a.png"}}
stranger = anthropic.Anthropic(base_url=url + "/anthropic", api_key="sk-wrong", max_retries=0)
errors = {}
for name, asked, fields, kind, word in [
    ("wrong key", stranger, {}, anthropic.AuthenticationError, "authentication_error"),
    ("unknown model", client, {"model": "no-such-model"}, anthropic.NotFoundError, "not_found_error"),
    ("bad temperature", client, {"extra_body": {"temperature": 7}}, anthropic.BadRequestError, "invalid_request_error"),
    ("image", client, {"messages": [{"role": "user", "content": [image]}]}, anthropic.BadRequestError, "invalid_request_error"),
    ("too long", client, {"messages": [{"role": "user", "content": "word " * 20_000}]}, anthropic.BadRequestError,
     "invalid_request_error"),
]:
    for stream in (False, True):
        try:
            asked.messages.create(**{**common, **fields}, stream=stream)
            raise AssertionError(name + " was accepted")
        except anthropic.APIStatusError as error:
            assert type(error) is kind and error.type == word, (name, error.status_code, error.body)
            assert error.body["type"] == "error" and error.body["error"]["type"] == word, error.body
            assert error.response.headers["x-request-id"], error.response.headers
            errors[name] = error.body["error"]["message"]
seen["errors"] = errors
print(json.dumps(seen, ensure_ascii=False))
