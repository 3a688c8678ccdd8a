#!/usr/bin/env python3
"""A gateway's memory over a long run with connects, disconnects, errors and servers that die.

    soak.py --java JAVA [--minutes 30] [--threads 24] [--port 18600] [--out FILE]

Starts two stand-in servers (GatewayLoad.java) and `./unbusy gateway` before them, with a ledger and a key. Clients then do, at random:
whole answers, streams to the end, streams left in the middle, requests left before their answer, connections without a
request or with half of one, bad JSON, unknown models, wrong keys, answers read byte by byte. Every 40 s one of the servers is
killed and started again. Every 10 s: the gateway's resident memory, its threads and descriptors; every minute the heap behind
a collection. Prints the course, and how fast it grows over the second half.
"""
import argparse, collections, http.client, json, os, random, re, signal, socket, subprocess, tempfile, threading, time

MODEL = "bench"  # of the stand-in servers


def body(stream, tokens, model=MODEL):
    return json.dumps({"model": model, "stream": stream, "max_tokens": tokens,
                       "messages": [{"role": "user", "content": "word " * random.randrange(1, 400)}]}, separators=(",", ":"))


class Client(threading.Thread):
    def __init__(self, port, key, end, seen):
        super().__init__(daemon=True)
        self.port, self.key, self.end, self.seen = port, key, end, seen
        self.connection = None

    def run(self):
        acts = [(self.whole, 30), (self.stream, 20), (self.leave_stream, 12), (self.leave_early, 8), (self.silent, 5),
                (self.half, 5), (self.bad, 6), (self.unknown, 4), (self.wrong_key, 5), (self.slow, 5)]
        while time.monotonic() < self.end:
            act = random.choices([a for a, _ in acts], [w for _, w in acts])[0]
            try:
                self.seen[act.__name__ + " " + str(act())] += 1
            except (OSError, http.client.HTTPException) as error:
                self.seen[act.__name__ + " " + type(error).__name__] += 1
                self.drop()
        self.drop()

    def drop(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, text, key=None):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.connection.request("POST", "/v1/chat/completions", text, {
            "content-type": "application/json", "authorization": "Bearer " + (key or self.key)})
        return self.connection.getresponse()

    def whole(self):
        answer = self.ask(body(False, 5))
        answer.read()
        return answer.status

    def stream(self):
        answer = self.ask(body(True, 20))
        text = answer.read()
        return f"{answer.status}" if b"[DONE]" in text else f"{answer.status} not to the end"

    def leave_stream(self):
        answer = self.ask(body(True, 200))
        answer.read(random.randrange(1, 4000))
        self.drop()
        return answer.status

    def leave_early(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as one:
            text = body(random.random() < 0.5, 50).encode()
            one.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nauthorization: Bearer "
                        + self.key.encode() + b"\r\ncontent-length: %d\r\n\r\n" % len(text) + text[:random.choice([len(text), len(text) // 2])])
        return "left"

    def silent(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=60):
            time.sleep(random.random() / 5)
        return "left"

    def half(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as one:
            one.sendall(b"POST /v1/chat/comple")
        return "left"

    def bad(self):
        answer = self.ask(random.choice(["{", "[]", "", '{"model":5}', body(False, 5)[:-9], "\x00" * 50]))
        answer.read()
        return answer.status

    def unknown(self):
        answer = self.ask(body(False, 5, "m%d" % random.randrange(10_000)))
        answer.read()
        return answer.status

    def wrong_key(self):
        answer = self.ask(body(False, 5), "sk-unbusy-%d" % random.randrange(10_000))
        answer.read()
        return answer.status

    def slow(self):
        answer = self.ask(body(True, 10))
        while answer.read(1) and random.random() < 0.98:
            time.sleep(0.002)
        self.drop()
        return answer.status


def status(pid):
    with open(f"/proc/{pid}/status") as lines:
        fields = dict(line.split(":", 1) for line in lines)
    return {"rssMiB": round(int(fields["VmRSS"].split()[0]) / 1024, 1), "threads": int(fields["Threads"]),
            "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}


def heap(java, pid):
    """MiB that live objects take: what is left behind a collection."""
    tool = os.path.join(os.path.dirname(java), "jcmd")
    subprocess.run([tool, str(pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)
    text = subprocess.run([tool, str(pid), "GC.heap_info"], check=True, capture_output=True, text=True).stdout
    return round(sum(map(int, re.findall(r"^\S.*?, used (\d+)K", text, re.M))) / 1024, 1)  # of the generations, not of their spaces


def slope(points):
    """Units per hour, by least squares."""
    n, mean_x, mean_y = len(points), sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    below = sum((x - mean_x) ** 2 for x, _ in points)
    return round(3600 * sum((x - mean_x) * (y - mean_y) for x, y in points) / below, 2) if n > 2 and below else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--java", default="java")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--threads", type=int, default=24)
    parser.add_argument("--port", type=int, default=18600)
    parser.add_argument("--out")
    options = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    unbusy = os.path.join(here, "..", "..", "unbusy")
    servers = {port: None for port in (options.port + 1, options.port + 2)}

    def start(port):
        servers[port] = subprocess.Popen([options.java, "-XX:+UseSerialGC", os.path.join(here, "GatewayLoad.java"), "upstream", str(port), "20"],
                                         stdout=subprocess.DEVNULL)

    state = tempfile.mkdtemp()
    environment = {**os.environ, "XDG_STATE_HOME": state, "XDG_DATA_HOME": state}
    [start(port) for port in servers]
    gateway = subprocess.Popen([unbusy, "gateway", "--port", str(options.port), "--backend",
                                ",".join(f"http://127.0.0.1:{port}" for port in servers)], env=environment, stdout=subprocess.DEVNULL)
    over = threading.Event()
    try:
        ready = False
        while not ready and gateway.poll() is None:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", options.port, timeout=5)
                connection.request("GET", "/readyz")
                ready = connection.getresponse().status == 200
            except OSError:
                pass
            time.sleep(0.2)
        key = json.loads(subprocess.run([unbusy, "keys", "create", "--tenant", "soak", "--port", str(options.port), "--json"],
                                        env=environment, check=True, capture_output=True, text=True).stdout)["key"]
        with open(os.path.join(state, "unbusy", "run", f"{options.port}.json")) as run:
            pid = json.load(run)["pid"]
        seen, began = collections.Counter(), time.monotonic()
        end = began + 60 * options.minutes

        def kill():
            while not over.wait(40):
                port = random.choice(list(servers))
                servers[port].kill()
                servers[port].wait()
                start(port)

        threading.Thread(target=kill, daemon=True).start()
        clients = [Client(options.port, key, end, seen) for _ in range(options.threads)]
        [client.start() for client in clients]
        course, heaps, next_heap = [], [], 60
        while time.monotonic() < end:
            time.sleep(10)
            at = round(time.monotonic() - began)
            course.append({"seconds": at, **status(pid), "done": sum(seen.values())})
            if at >= next_heap:
                next_heap += 60
                heaps.append({"seconds": at, "liveMiB": heap(options.java, pid)})
            print(json.dumps(course[-1]), flush=True)
        [client.join(90) for client in clients]
        late = [point for point in course if point["seconds"] > 30 * options.minutes]
        result = {"minutes": options.minutes, "seen": dict(sorted(seen.items())),
                  "rssMiBPerHour": slope([(p["seconds"], p["rssMiB"]) for p in late]),
                  "liveMiBPerHour": slope([(p["seconds"], p["liveMiB"]) for p in heaps if p["seconds"] > 30 * options.minutes]),
                  "threadsPerHour": slope([(p["seconds"], p["threads"]) for p in late]),
                  "descriptorsPerHour": slope([(p["seconds"], p["descriptors"]) for p in late]),
                  "afterwards": status(pid), "course": course, "heaps": heaps}
        print(json.dumps({k: v for k, v in result.items() if k not in ("course", "heaps")}, indent=1))
        if options.out:
            with open(options.out, "w") as out:
                json.dump(result, out, indent=1)
    finally:
        over.set()
        gateway.send_signal(signal.SIGTERM)
        gateway.wait(60)
        [server.kill() for server in servers.values()]


if __name__ == "__main__":
    main()
