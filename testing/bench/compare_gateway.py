#!/usr/bin/env python3
"""Gateway and NGINX before the same stand-in workers, by turns: CPU time per event and per request, latency, memory.

    compare_gateway.py --gateway "COMMAND" --port N [--nginx nginx] [--rounds 3] [--seconds 8] [--out FILE]

COMMAND starts the gateway on port N before http://127.0.0.1:18201,…18203. The proxy under test has core 0 to itself,
load and workers have core 1. A gateway under full load on one core takes two minutes to compile itself, so it is warmed
up first; the results say for how long. NGINX: one worker process, least_conn, proxy_buffering off, keep-alive upstreams.
"""
import argparse, json, os, shlex, signal, statistics, subprocess, sys, tempfile, time, urllib.request

import nginx as peer

HERE = os.path.dirname(os.path.abspath(__file__))
UPSTREAMS = (18201, 18202, 18203)


def java():
    home = os.environ.get("JAVA_HOME", "")
    return os.path.join(home, "bin", "java") if home else "java"


def pinned(core, command, **more):
    return subprocess.Popen(["taskset", "-c", str(core), *command], start_new_session=True, **more)


def processes(root):
    """The process and all below it."""
    children = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                children.setdefault(int(stat.read().rsplit(")", 1)[1].split()[1]), []).append(int(pid))
        except OSError:
            pass
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu_seconds(root):
    total = 0
    for pid in processes(root):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / os.sysconf("SC_CLK_TCK")


def resident_mib(root):
    total = 0
    for pid in processes(root):
        try:
            with open(f"/proc/{pid}/status") as status:
                total += sum(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        except OSError:
            pass
    return total / 1024


def load(port, kind, arguments, root, header):
    """Runs one load; CPU of the proxy between its second line and its last."""
    process = pinned(1, [java(), "-XX:+UseSerialGC", os.path.join(HERE, "GatewayLoad.java"), kind, str(port),
                         *map(str, arguments), *([header] if header else [])], stdout=subprocess.PIPE, text=True)
    marks, latency, memory = [], [], 0
    for line in process.stdout:
        if line.startswith("latency"):
            latency = [int(value) for value in line.split()[1:]]
        else:
            marks.append((cpu_seconds(root), *map(int, line.split()[1:])))
            memory = max(memory, resident_mib(root))
    if process.wait() != 0:
        raise SystemExit(f"the load ended with {process.returncode}")
    first, last = marks[2], marks[-1]
    count = last[1] - first[1] if kind == "streams" else last[2] - first[2]
    return {"count": count, "requests": last[2] - first[2], "errors": last[3],
            "cpuMicros": (last[0] - first[0]) * 1e6 / max(1, count), "cpuSeconds": last[0] - first[0],
            "perSecond": count / (len(marks) - 3), "latencyMicros": latency, "residentMiB": memory}


def wait_for(port, path):
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing answers on {port}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--nginx", default="nginx")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--gap", type=int, default=50, help="milliseconds between two events of a stream")
    parser.add_argument("--warm", type=int, default=4, help="rounds of 34 s before the first measured one")
    parser.add_argument("--cases", default="events1000,requests,rate1000")
    parser.add_argument("--header", default="", help="one more header of every request to the gateway, for its key")
    parser.add_argument("--out")
    options = parser.parse_args()
    started = []
    directory = tempfile.mkdtemp()
    try:
        for port in UPSTREAMS:
            started.append(pinned(1, [java(), "-XX:+UseSerialGC", os.path.join(HERE, "GatewayLoad.java"), "upstream",
                                      str(port), str(options.gap)]))
        for port in UPSTREAMS:
            wait_for(port, "/v1/models")
        nginx_port = options.port + 1
        nginx = pinned(0, peer.command(options.nginx, directory, nginx_port, [f"127.0.0.1:{port}" for port in UPSTREAMS]))
        gateway = pinned(0, shlex.split(options.gateway), stdout=subprocess.DEVNULL)
        started += [nginx, gateway]
        wait_for(nginx_port, "/v1/models")
        wait_for(options.port, "/readyz")
        cases = {"events1000": ("streams", (1000, 200, options.seconds)),
                 "events300": ("streams", (300, 200, options.seconds)),
                 "requests": ("requests", (64, 0, options.seconds)),
                 "rate1000": ("requests", (64, 1000, options.seconds)),
                 "streams10000": ("streams", (10000, 100000, options.seconds))}
        sides = {"unbusy": (options.port, gateway.pid, options.header), "nginx": (nginx_port, nginx.pid, "")}
        for _ in range(options.warm):  # a JVM compiles what it runs, and what it did not expect once more
            load(options.port, "requests", (64, 0, 20), gateway.pid, options.header)
            load(options.port, "streams", (300, 200, 10), gateway.pid, options.header)
            load(options.port, "requests", (64, 1000, 4), gateway.pid, options.header)
        result = {name: {side: [] for side in sides} for name in options.cases.split(",")}
        for turn in range(options.rounds):
            for name in result:
                for side in list(sides) if turn % 2 == 0 else list(sides)[::-1]:
                    port, root, header = sides[side]
                    kind, arguments = cases[name]
                    seen = load(port, kind, arguments, root, header)
                    result[name][side].append(seen)
                    print(name, side, json.dumps(seen), flush=True)
        for name, seen in result.items():
            ratios = [a["cpuMicros"] / b["cpuMicros"] for a, b in zip(seen["unbusy"], seen["nginx"])]
            added = [a["latencyMicros"][1] - b["latencyMicros"][1] for a, b in zip(seen["unbusy"], seen["nginx"])
                     if a["latencyMicros"] and b["latencyMicros"]]
            print(f"{name}: CPU ratio {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f});"
                  f" p99 over NGINX's {added} us")
        if options.out:
            with open(options.out, "w") as out:
                json.dump({"command": " ".join(sys.argv), "result": result}, out, indent=1)
    finally:
        for process in started:
            try:
                os.killpg(process.pid, signal.SIGTERM)
            except OSError:
                pass


if __name__ == "__main__":
    main()
