#!/usr/bin/env python3
"""Compares Unbusy's whole product with a whole llama-server on the same libraries, model, threads and context.

usage: compare_worker.py --peer DIR --model FILE [--rounds N] [--turns CASE=N,…] [--plain-loop COMMAND] [--out FILE]

DIR holds llama-server and its libraries. Every round starts both servers and
drives them in turns, one at a time, with this same client (standard library only, so that neither side is measured by its
own tool). A shared machine changes its speed within seconds, so each case alternates between the sides, and the order
changes from turn to turn:

  decode1   1 stream, short prompt, 200 new tokens: tokens per second between the first and the last token
  prefill1  1 stream, unique prompt of about 1,500 tokens, 1 new token: prompt tokens per second of TTFT
  unique8   8 streams, unique prompts of about 450 tokens, 48 new tokens, 16 requests: tokens/s and TTFT
  shared8   the same with a shared prefix of about 400 tokens
  repeat1   1 stream that goes on quoting its prompt, 200 new tokens: tokens per second, as decode1
  novel1    1 stream of text that never repeats (temperature 1.5, top_k 40), 200 new tokens: what guessing in vain costs
  stall1    1 stream of 400 new tokens; once it runs, a unique prompt of about 4,000 tokens arrives beside it: the longest
            and the 99th percentile of the times between its tokens, and the TTFT of the long prompt

With --plain-loop COMMAND, a plain loop over the same binding (PlainLoop in base/llama's tests) takes its turns in the cases of one
stream, with as many tokens. Only the cases named in --turns run, if it is given. Prints and writes JSON: the machine, the
commands, every raw number, and medians of ratios, for one stream over all turns.
"""

import argparse
import http.client
import json
import os
import platform
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

WORDS = "river stone market garden window letter summer harbour music doctor bridge forest winter candle paper silver".split()


def words(count, seed):
    source = random.Random(seed)
    return " ".join(source.choice(WORDS) for _ in range(count))


def served_model(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/v1/models")
    return json.loads(connection.getresponse().read())["data"][0]["id"]


# Texts without end: how long the answer is, max_tokens says.
SCHEMA = {"type": "object", "properties": {"towns": {"type": "array", "minItems": 12, "items": {
    "type": "object", "properties": {"name": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["name", "people"], "additionalProperties": False}}}, "required": ["towns"], "additionalProperties": False}


def request(port, model, prompt, tokens, on_token=None, chat=False, **sampling):
    """One streamed completion: times of the first and last piece of text, and the usage that the server reports."""
    asked = {"messages": [{"role": "user", "content": prompt}]} if chat else {"prompt": prompt}
    body = {
        "model": model, **asked, "max_tokens": tokens, "temperature": 0, "stream": True,
        "stream_options": {"include_usage": True}, "logit_bias": {"2": -100, "0": -100}, **sampling,
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    started = time.perf_counter()
    path = "/v1/chat/completions" if chat else "/v1/completions"
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status != 200:
        raise SystemExit(f"{response.status} {response.read()}")
    times = []
    usage = None
    for line in response:
        if not line.startswith(b"data: {"):
            continue
        event = json.loads(line[6:])
        if "error" in event:
            raise SystemExit(event)
        if event.get("usage"):
            usage = event["usage"]
        if any(choice.get("text") or choice.get("delta", {}).get("content") for choice in event.get("choices", [])):
            times.append(time.perf_counter())
            if on_token:
                on_token(len(times))
    connection.close()
    return {"started": started, "first": times[0], "last": times[-1], "times": times, "usage": usage}


def streams(port, model, prompts, concurrency, tokens):
    results, lock, queue = [], threading.Lock(), list(enumerate(prompts))

    def run():
        while True:
            with lock:
                if not queue:
                    return
                index, prompt = queue.pop(0)
            result = request(port, model, prompt, tokens)
            with lock:
                results.append((index, result))

    started = time.perf_counter()
    threads = [threading.Thread(target=run) for _ in range(concurrency)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    seconds = time.perf_counter() - started
    ttft = sorted(r["first"] - r["started"] for _, r in results)
    wave = sorted(r["first"] - r["started"] for i, r in results if i < concurrency)
    generated = sum(r["usage"]["completion_tokens"] for _, r in results)
    return {
        "tokensPerSecond": generated / seconds,
        "ttftFirstWaveMs": statistics.median(wave) * 1000,
        "ttftP50Ms": statistics.median(ttft) * 1000,
        "ttftP95Ms": ttft[min(len(ttft) - 1, int(len(ttft) * 0.95))] * 1000,
    }


def stall(port, model, seed):
    """What a running answer notices of a long prompt beside it."""
    running = threading.Event()
    long_prompt = {}

    def other():
        running.wait()
        long_prompt.update(request(port, model, words(3950, seed + 1), 1))

    thread = threading.Thread(target=other)
    thread.start()
    times = request(port, model, "Write a long story about " + words(12, seed), 400,
                    lambda count: running.set() if count == 20 else None)["times"]
    thread.join()
    # Only what happened beside it: before and after, the stream is alone.
    gaps = sorted(b - a for a, b in zip(times, times[1:]) if b > long_prompt["started"] and a < long_prompt["first"])
    return {"worstGapMs": gaps[-1] * 1000, "p99GapMs": gaps[int(len(gaps) * 0.99)] * 1000,
            "longTtftMs": (long_prompt["first"] - long_prompt["started"]) * 1000,
            "promptTokens": long_prompt["usage"]["prompt_tokens"]}


TURNS = {"decode1": 5, "prefill1": 3, "unique8": 1, "shared8": 1, "repeat1": 3, "stall1": 1}


def case(name, port, seed):
    model = served_model(port)
    if name == "decode1":
        r = request(port, model, "Write a long story about " + words(12, seed), 200)
        return {"tokensPerSecond": (r["usage"]["completion_tokens"] - 1) / (r["last"] - r["first"])}
    if name == "prefill1":
        r = request(port, model, words(1400, seed), 1)
        return {"tokensPerSecond": r["usage"]["prompt_tokens"] / (r["first"] - r["started"]),
                "promptTokens": r["usage"]["prompt_tokens"]}
    if name in ("schema1", "free1"):
        # Sampled, so that guesses hardly come true and what is compared is the grammar's price.
        shape = {"response_format": {"type": "json_schema", "json_schema": {
            "name": "towns", "strict": True, "schema": SCHEMA}}} if name == "schema1" else {}
        r = request(port, model, "List towns in " + words(12, seed), 200, chat=True, temperature=1.5, top_k=40, seed=seed,
                    **shape)
        return {"tokensPerSecond": (r["usage"]["completion_tokens"] - 1) / (r["last"] - r["first"]),
                "tokens": r["usage"]["completion_tokens"]}
    if name == "unique8":
        # Enough that the 95th percentile is not the worst one.
        return streams(port, model, [words(430, seed + 10 + i) for i in range(64)], 8, 48)
    if name == "repeat1":
        r = request(port, model, (words(40, seed) + ". ") * 4, 200)
        return {"tokensPerSecond": (r["usage"]["completion_tokens"] - 1) / (r["last"] - r["first"])}
    if name == "novel1":
        r = request(port, model, "Words of all kinds: " + words(12, seed), 200, temperature=1.5, top_k=40, seed=seed)
        return {"tokensPerSecond": (r["usage"]["completion_tokens"] - 1) / (r["last"] - r["first"])}
    if name == "stall1":
        return stall(port, model, seed)
    shared = words(390, seed)
    return streams(port, model, [shared + " " + words(40, seed + 50 + i) for i in range(16)], 8, 48)


class PlainLoop:
    """The baseline as one more side: a process that answers each line of two numbers."""

    CASES = ("decode1", "prefill1")

    def __init__(self, command):
        self.process = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def case(self, name):
        prompt, tokens, key = (25, 200, "decodeTokensPerSecond") if name == "decode1" else (1800, 1, "prefillTokensPerSecond")
        self.process.stdin.write(f"{prompt} {tokens}\n")
        self.process.stdin.flush()
        return {"tokensPerSecond": json.loads(self.process.stdout.readline())[key]}

    def stop(self):
        self.process.stdin.close()
        self.process.wait(60)


def measure(ports, loop, turns, seed, reverse):
    """For each side and case the medians of its turns, and every turn."""
    for port in ports.values():
        for i in range(3):  # a JVM compiles what it runs; a service runs for days
            request(port, served_model(port), f"Warm up {i}: " + words(40, seed + 90 + i), 150)
    result = {side: {} for side in [*ports, *(["plain-loop"] if loop else [])]}
    for name, count in turns.items():
        sides = [side for side in result if side in ports or name in PlainLoop.CASES]
        each = {side: [] for side in sides}
        for turn in range(count):
            for side in sides if (turn + reverse) % 2 == 0 else sides[::-1]:
                each[side].append(case(name, ports[side], seed + 100 * turn + 7) if side in ports else loop.case(name))
        for side in sides:
            result[side][name] = {key: statistics.median(t[key] for t in each[side]) for key in each[side][0]}
            result[side][name]["turns"] = each[side]
    return result


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_ready(port, process, path):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit(f"{process.args} did not become ready")


def median_ratios(rounds, ours, theirs):
    """Per case and figure: of the rounds' medians, or of all turns, neighbours in time, where there is one stream."""
    ratios = {}
    for case, values in rounds[0][ours].items():
        if case not in rounds[0][theirs]:
            continue
        for key in values:
            if key not in ("promptTokens", "turns"):
                pairs = [(r[ours][case], r[theirs][case]) for r in rounds]
                if case.endswith("1"):
                    pairs = [pair for mine, other in pairs for pair in zip(mine["turns"], other["turns"])]
                each = [mine[key] / other[key] for mine, other in pairs]
                ratios[f"{case}.{key}"] = {"median": statistics.median(each), "each": each}
    return ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--context", type=int, default=4096, help="tokens of one request")
    parser.add_argument("--turns", help="cases and their turns in a round, such as decode1=20,prefill1=10")
    parser.add_argument("--unbusy-option", action="append", default=[], help="given to `unbusy up` too")
    parser.add_argument("--plain-loop", help="command of the plain loop")
    parser.add_argument("--out")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped too
    turns = {name: int(n) for name, n in (t.split("=") for t in options.turns.split(","))} if options.turns else TURNS
    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

    def unbusy(port):
        return [os.path.join(home, "unbusy"), "up", "--model", options.model, "--port", str(port), "--ctx", str(options.context),
                *options.unbusy_option]

    def peer(port):
        return [os.path.join(options.peer, "llama-server"), "-m", options.model, "--port", str(port), "-np", "8",
                "-c", str(8 * options.context), "-t", str(options.threads), "--no-webui"]

    sides = {"unbusy": (unbusy, "/readyz", None), "llama-server": (peer, "/health", options.peer)}
    rounds = []
    for number in range(options.rounds):
        processes, ports, result = [], {}, {}
        loop = PlainLoop(options.plain_loop) if options.plain_loop else None
        try:
            for side, (command, path, libraries) in sides.items():
                ports[side] = free_port()
                environment = dict(os.environ, **({"LD_LIBRARY_PATH": libraries} if libraries else {}))
                processes.append(subprocess.Popen(
                    command(ports[side]), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
                wait_ready(ports[side], processes[-1], path)
            result = measure(ports, loop, turns, 1000 * number, number % 2)
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                process.wait(60)
            if loop:
                loop.stop()
        rounds.append(result)
        print(json.dumps(result), file=sys.stderr)
    report = {
        "command": " ".join(sys.argv),
        "machine": {"cpus": os.cpu_count(), "cpu": cpu_name(), "kernel": platform.release(), "loadAverage": os.getloadavg()},
        "peerCommand": peer(0), "ourCommand": unbusy(0),
        "medianRatiosUnbusyToLlamaServer": median_ratios(rounds, "unbusy", "llama-server"),
        "rounds": rounds,
    }
    if options.plain_loop:
        report["medianRatiosUnbusyToPlainLoop"] = median_ratios(rounds, "unbusy", "plain-loop")
    text = json.dumps(report, indent=1)
    print(text)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            file.write(text + "\n")


def cpu_name():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    main()
