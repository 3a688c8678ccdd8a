#!/usr/bin/env python3
"""Measures how long commands and a start take, beside a llama-server on the same model.

usage: measure_startup.py --peer DIR --model FILE [--rounds N] [--out FILE]

DIR holds llama-server and its libraries. Every round runs, in turns: `./unbusy --help` five times; `./unbusy up --model FILE`
until its `ready` line, split by the worker's log into what llama.cpp does for the model (backend, weights, KV cells: "load")
and everything else; and llama-server, with as many KV cells, until /health answers 200. Prints and writes JSON: the commands,
every raw number, and medians. Nothing else should run on the machine.
"""

import argparse
import http.client
import json
import os
import platform
import re
import signal
import socket
import statistics
import subprocess
import time
from datetime import datetime

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.communicate()


def help_seconds():
    started = time.perf_counter()
    subprocess.run([f"{HOME}/unbusy", "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def written_at(line):
    """The time of the worker's own line, which stands last in it."""
    return datetime.strptime(STAMP.findall(line)[-1], "%Y-%m-%dT%H:%M:%S.%fZ").timestamp()


def up_seconds(model):
    command = [f"{HOME}/unbusy", "up", "--model", model, "--port", str(free_port()), "--verbose"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    begun = ended = cells = None
    for line in process.stdout:
        if begun is None and "load_backend" in line:
            begun = written_at(line)
        if "llama_kv_cache: size" in line:
            ended = written_at(line)
            cells = sum(int(n) for n in re.findall(r"\(\s*(\d+) cells", line)) * int(re.search(r"(\d+)/\d+ seqs", line)[1])
        if line.startswith("ready"):
            break
    ready = time.perf_counter() - started
    stop(process)
    return {"ready": ready, "load": ended - begun, "rest": ready - (ended - begun), "cells": cells}


def peer_seconds(binary, model, cells):
    port = free_port()
    command = [binary, "-m", model, "--port", str(port), "-c", str(cells), "-np", "8"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                break
        except OSError:
            pass
        time.sleep(0.01)
    ready = time.perf_counter() - started
    stop(process)
    return ready


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peer", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out")
    options = parser.parse_args()
    help_seconds()  # builds, if that is due
    rounds = []
    for _ in range(options.rounds):
        helps = [help_seconds() for _ in range(5)]
        up = up_seconds(options.model)
        peer = peer_seconds(os.path.join(options.peer, "llama-server"), options.model, up["cells"])
        rounds.append({"helpSeconds": helps, "up": up, "peerReadySeconds": peer})
        print(json.dumps(rounds[-1]), flush=True)
    result = {
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "loadAverage": os.getloadavg()},
        "rounds": rounds,
        "medians": {
            "helpSeconds": statistics.median(s for r in rounds for s in r["helpSeconds"]),
            "upReadySeconds": statistics.median(r["up"]["ready"] for r in rounds),
            "upLoadSeconds": statistics.median(r["up"]["load"] for r in rounds),
            "upRestSeconds": statistics.median(r["up"]["rest"] for r in rounds),
            "peerReadySeconds": statistics.median(r["peerReadySeconds"] for r in rounds),
        },
    }
    print(json.dumps(result["medians"], indent=1))
    if options.out:
        with open(options.out, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
