"""The official Ollama client for Python against a running Unbusy: python ollama_client.py URL MODEL KEY.

Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit."""

import json
import sys
from typing import Literal

import ollama
import pydantic

url, model, key = sys.argv[1:4]
client = ollama.Client(host=url, headers={"Authorization": "Bearer " + key}, timeout=120)
messages = [{"role": "system", "content": "You answer in one short sentence."},
            {"role": "user", "content": "What is the capital of France? 请用英文回答。"}]
options = {"num_predict": 24, "temperature": 0, "num_ctx": 4096, "top_k": 40, "repeat_penalty": 1.0}
seen = {}


def counted(answer):
    assert answer.done and answer.prompt_eval_count > 0 and answer.eval_count > 0 and answer.total_duration > 0, answer
    return answer.prompt_eval_count


def last_of(stream):
    """The text of a stream, and its last answer, which alone is done."""
    text, answer = "", None
    for answer in stream:
        assert answer.done == (answer.done_reason is not None) and answer.created_at, answer
        text += answer.response if isinstance(answer, ollama.GenerateResponse) else answer.message.content
    return text, answer


# --- what there is
(listed,) = client.list().models
assert listed.model == model, listed
(loaded,) = client.ps().models
assert loaded.model == model and loaded.context_length > 0, loaded
shown = client.show(model)
assert "completion" in shown.capabilities, shown
assert client.show(model + ":latest").capabilities == shown.capabilities

# --- chat
whole = client.chat(model=model, messages=messages, options=options)
assert whole.message.role == "assistant" and whole.message.content and whole.done_reason in ("stop", "length"), whole
text, last = last_of(client.chat(model=model, messages=messages, options=options, stream=True))
assert text == whole.message.content and last.done_reason == whole.done_reason, (text, last, whole)
assert counted(last) == counted(whole) and last.eval_count == whole.eval_count, (last, whole)
assert last.prompt_eval_duration > 0 and last.eval_duration > 0, last
seen["text"] = text
cut = client.chat(model=model + ":latest", messages=messages, options=options | {"num_predict": 3})
assert (cut.done_reason, cut.eval_count) == ("length", 3), cut
for stop in (["e", "a", "i", "o"], "a"):
    stopped = client.chat(model=model, messages=messages, options=options | {"stop": stop})
    assert stopped.done_reason == "stop" and not set(stop) & set(stopped.message.content), stopped
    assert stopped.eval_count < whole.eval_count, (stopped, whole)


# --- an answer by a schema; functions as the client describes them; a call from elsewhere and its result
class Weather(pydantic.BaseModel):
    city: Literal["Paris", "Rome", "北京"]
    days: int = pydantic.Field(ge=1, le=14)


long = options | {"num_predict": 120}
for stream in (False, True):
    answer = client.chat(model=model, messages=messages, format=Weather.model_json_schema(), options=long, stream=stream)
    Weather.model_validate_json(last_of(answer)[0] if stream else answer.message.content)
assert client.generate(model=model, prompt="An object:", format="json", options=options).response.startswith("{")


def get_weather(city: str) -> str:
    """The weather of a city

    Args:
      city: its name
    """
    return city


offered = client.chat(model=model, messages=messages, tools=[get_weather], options=options)
assert counted(offered) > counted(whole), offered
call = {"function": {"name": "get_weather", "arguments": {"city": "Paris"}}}
history = messages + [{"role": "assistant", "tool_calls": [call]},
                      {"role": "tool", "tool_name": "get_weather", "content": "18 degrees, sunny"}]
assert counted(client.chat(model=model, messages=history, options=options)) > counted(whole)

# --- generate: through the model's template, and as it is
one = client.generate(model=model, prompt="What is two plus two?", system="Be brief.", options=options)
text, last = last_of(client.generate(model=model, prompt="What is two plus two?", system="Be brief.", options=options, stream=True))
assert text == one.response and counted(last) == counted(one), (text, last, one)
raw = client.generate(model=model, prompt="One, two, three,", raw=True, options=options)
assert raw.response and counted(raw) < counted(one), (raw, one)
loaded = client.generate(model=model)
assert (loaded.done, loaded.done_reason, loaded.response) == (True, "load", ""), loaded

# --- what is wrong
stranger = ollama.Client(host=url, headers={"Authorization": "Bearer sk-wrong"})
errors = {}
for name, status, call in [
    ("wrong key", 401, lambda: stranger.chat(model=model, messages=messages)),
    ("unknown model", 404, lambda: client.chat(model="no-such-model", messages=messages)),
    ("unknown model, streamed", 404, lambda: next(client.chat(model="no-such-model", messages=messages, stream=True))),
    ("unknown model, shown", 404, lambda: client.show("no-such-model")),
    ("bad temperature", 400, lambda: client.generate(model=model, prompt="a", options={"temperature": 7})),
    ("too long", 400, lambda: client.generate(model=model, prompt="word " * 20_000)),
]:
    try:
        call()
        raise AssertionError(name + " was accepted")
    except ollama.ResponseError as error:
        assert error.status_code == status and not error.error.startswith("{"), (name, error.status_code, error.error)
        errors[name] = error.error
seen["errors"] = errors
print(json.dumps(seen, ensure_ascii=False))
