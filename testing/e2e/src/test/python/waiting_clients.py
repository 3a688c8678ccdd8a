"""The official clients while they wait for a worker that is held by somebody else's long answer:
python waiting_clients.py URL MODEL, with a gateway that gives signs of life as often as it can and a context of 2048.

Prints one JSON object of what it saw; any surprise is an exception and a non-zero exit."""

import concurrent.futures
import json
import sys
import time
import urllib.request

import anthropic
import ollama
import openai

url, model = sys.argv[1:3]
claude = anthropic.Anthropic(base_url=url + "/anthropic", api_key="unused", max_retries=0, timeout=120)
client = openai.OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0, timeout=120)
llama = ollama.Client(host=url, timeout=120)
hello = [{"role": "user", "content": "Hello"}]
too_long = "word " * 2_500
turn = [{"role": "user", "content": too_long}]
few = {"num_predict": 4}


def chat():
    chunks = list(client.chat.completions.create(model=model, messages=hello, max_tokens=4, stream=True))
    assert chunks[-1].choices[0].finish_reason in ("stop", "length"), chunks
    whole = client.chat.completions.create(model=model, messages=hello, max_tokens=4)
    assert whole.usage.completion_tokens > 0, whole
    return len(chunks)


def messages():
    with claude.messages.stream(model=model, messages=hello, max_tokens=4) as stream:
        message = stream.get_final_message()
    assert message.stop_reason in ("end_turn", "max_tokens") and message.usage.output_tokens > 0, message
    return message.stop_reason


def responses():
    text, last = "", None
    for event in client.responses.create(model=model, input="Hello", max_output_tokens=4, stream=True):
        text += event.delta if event.type == "response.output_text.delta" else ""
        last = event
    assert last.type in ("response.completed", "response.incomplete") and last.response.output_text == text, last
    return last.type


def collected():
    schema = {"format": {"type": "json_schema", "name": "n", "schema": {"type": "boolean"}}}
    with client.responses.stream(model=model, input="Hello", text=schema, max_output_tokens=50) as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output_text.strip() in ("true", "false")
    return stream.get_final_response().status


def lines():
    parts = list(llama.chat(model=model, messages=hello, options=few, stream=True))
    assert parts[-1].done_reason in ("stop", "length") and parts[-1].eval_count > 0, parts
    return parts[-1].done_reason


# Whole answers, before which come blank lines; and errors that come when the stream has begun.
def messages_whole():
    return claude.messages.create(model=model, messages=hello, max_tokens=4).usage.output_tokens


def responses_whole():
    return client.responses.create(model=model, input="Hello", max_output_tokens=4).usage.output_tokens


def lines_whole():
    return llama.chat(model=model, messages=hello, options=few).eval_count


def messages_error():
    try:
        return list(claude.messages.create(model=model, messages=turn, max_tokens=4, stream=True))
    except anthropic.APIStatusError as error:
        return error.body["error"]["message"]


def chat_error():
    try:
        return list(client.chat.completions.create(model=model, messages=turn, max_tokens=4, stream=True))
    except openai.APIError as error:
        return error.code


def responses_error():
    last = list(client.responses.create(model=model, input=too_long, max_output_tokens=4, stream=True))[-1]
    assert (last.type, last.response.status) == ("response.failed", "failed"), last
    return last.response.error.code


def lines_error():
    try:
        return list(llama.chat(model=model, messages=turn, options=few, stream=True))
    except ollama.ResponseError as error:
        return error.error


def signs(path, body, sign):
    """Waits for the third sign of life in a stream."""
    request = urllib.request.Request(url + path, json.dumps({"model": model, "stream": True} | body).encode())
    request.add_header("content-type", "application/json")
    seen = 0
    with urllib.request.urlopen(request, timeout=60) as answer:
        while seen < 3:
            line = answer.readline().decode()
            assert line, "the stream of " + path + " ended while it was to wait"
            seen += any(each in line for each in sign)
    return seen


def under_way():
    with urllib.request.urlopen(url + "/admin/v1/status", timeout=60) as answer:
        gateway = json.load(answer)["gateway"]
    return gateway["queued"] + gateway["running"]


holding = client.completions.create(model=model, prompt="Once", max_tokens=1_900, stream=True, extra_body={"ignore_eos": True})
next(iter(holding))
calls = [chat, messages, responses, collected, lines, messages_whole, responses_whole, lines_whole,
         messages_error, chat_error, responses_error, lines_error]
with concurrent.futures.ThreadPoolExecutor(len(calls)) as threads:
    answers = {call.__name__: threads.submit(call) for call in calls}
    try:
        while under_way() <= len(calls):
            early = [(name, answer.result()) for name, answer in answers.items() if answer.done()]
            assert not early, early
            time.sleep(0.05)
        # Whoever came before these has had as many of them.
        seen = {
            "chat": signs("/v1/chat/completions", {"messages": hello, "max_tokens": 4}, [": keep-alive"]),
            "anthropic": signs("/anthropic/v1/messages", {"messages": hello, "max_tokens": 4}, ["event: ping"]),
            "responses": signs("/v1/responses", {"input": "Hello", "max_output_tokens": 4},
                               ["event: keepalive", "event: response.in_progress"]),
            "ollama": signs("/api/chat", {"messages": hello, "options": few}, ['"content":""']),
        }
    finally:
        holding.close()
    print(json.dumps({"signs": seen} | {name: answer.result() for name, answer in answers.items()}))
