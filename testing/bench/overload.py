#!/usr/bin/env python3
"""Overload on real workers: ten quiet tenants and one that floods, through the gateway and through NGINX onto the same workers.

    overload.py --gateway PORT [--nginx nginx] [--factors 3,10] [--seconds 30] [--deadline 5] [--rounds 1] [--out FILE]

The gateway runs (`unbusy up`) with workers of its own, whose ports it tells. First their capacity is measured, straight
at the workers: 8 requests at once to each, for half the time. Then each side gets by turns: the quiet tenants alone, who ask
for half of the capacity together; and with them the flood, so that FACTOR times the capacity is offered. A request that is
refused with 429 comes back once when it was told to. NGINX: least_conn, proxy_buffering off, no limits; a client gives up
there after the same deadline, since nobody tells it anything. Workers (with one thread each: `worker.threads: 1`) have core 0
to themselves, everything else has core 1, so that a flood does not slow the workers down by being sent.
"""
import argparse, collections, http.client, json, math, os, random, signal, subprocess, tempfile, threading, time

import nginx as peer

WORDS = "river stone light paper green table cloud music north glass".split()


class Request:
    def __init__(self, tenant, number):
        words = random.Random(number)
        self.tenant = tenant
        self.prompt = "Say something of " + " ".join(words.choice(WORDS) for _ in range(30))
        self.status = self.first = self.told = self.ended = None
        self.visits = 0
        self.where = self.began = None


def visit(port, model, request, deadline):
    """One try; sets status, and the time to the first token where it was answered."""
    started = time.monotonic()
    request.visits += 1
    request.first = None
    body = json.dumps({"model": model, "stream": True, "max_tokens": 16, "user_id": request.tenant, "ignore_eos": True,
                       "messages": [{"role": "user", "content": request.prompt}]})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=deadline)
    try:
        connection.request("POST", "/v1/chat/completions", body,
                           {"content-type": "application/json", "x-unbusy-deadline-ms": str(int(deadline * 1000))})
        answer = connection.getresponse()
        request.status, text = answer.status, b""
        if answer.status != 200:
            request.told = answer.getheader("retry-after")
            answer.read()
            return
        while line := answer.readline():
            if request.first is None and b'"content":"' in line and b'"content":""' not in line:
                request.first = time.monotonic() - started
                connection.sock.settimeout(60) if connection.sock else None
            if request.first is None and time.monotonic() - started > deadline + 0.5:
                request.status = "gave up"  # nothing but signs of life
                return
            text += line
        request.ended = time.monotonic()
        if b"[DONE]" not in text or b'"error"' in text:
            request.status = "deadline" if b"deadline_exceeded" in text else "broken"
            request.where = ("queue" if b"No worker became free" in text else "worker", round(started - request.began, 1))
    except TimeoutError:
        request.status = "gave up"
    except OSError as error:
        request.status = type(error).__name__
    finally:
        connection.close()


def come(port, model, request, deadline, until):
    visit(port, model, request, deadline)
    if request.status == 429 and request.told and time.monotonic() + int(request.told) < until:
        time.sleep(int(request.told))
        visit(port, model, request, deadline)


def capacity(port, workers, model, seconds, turn):
    """Requests a second that the workers finish where each has eight at any time; the prompts are others each turn."""
    begin, end = time.monotonic() + seconds / 4, time.monotonic() + 5 * seconds / 4
    done = []

    def ask(number):
        number += 500_000 * turn  # below a million: the loads have others
        while time.monotonic() < end:
            number += 1_000
            request = Request("capacity%d" % (number % 8), number)
            request.began = end
            visit(port, model, request, 60)
            if request.status == 200 and begin < time.monotonic() < end:
                done.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8 * workers)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return len(done) / seconds


class Watch:
    """What the workers do meanwhile: processor time of the whole process, and sequences that run, looked at twice a second."""

    def __init__(self, workers, pids):
        self.workers, self.pids, self.running, self.over = workers, pids, [], threading.Event()
        self.began, self.cpu = time.monotonic(), self.seconds()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def seconds(self):
        total = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/stat") as stat:
                total += sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))
        return total / os.sysconf("SC_CLK_TCK")

    def look(self):
        while not self.over.wait(0.5):
            self.running.append(sum(get(int(worker.rsplit(":", 1)[1]), "/internal/status")["running"] for worker in self.workers))

    def end(self):
        cpu, wall = self.seconds() - self.cpu, time.monotonic() - self.began
        self.over.set()
        self.thread.join()
        return {"workerCores": round(cpu / wall, 3), "running": round(sum(self.running) / max(1, len(self.running)), 2)}


def load(port, model, most, factor, seconds, deadline, number, watch):
    rates = [(f"quiet{i}", most / 20) for i in range(10)]
    if factor:
        rates.append(("flood", (factor - 0.5) * most))
    chance, plan = random.Random(number // 2), []  # the same moments on both sides, other prompts: nobody finds them cached
    for tenant, rate in rates:
        at = chance.expovariate(rate)
        while at < seconds:
            plan.append((at, tenant))
            at += chance.expovariate(rate)
    requests, threads, started = [], [], time.monotonic()
    for i, (at, tenant) in enumerate(sorted(plan)):
        time.sleep(max(0, started + at - time.monotonic()))
        requests.append(Request(tenant, 1_000_000 * (number + 1) + i))
        requests[-1].began = started
        threads.append(threading.Thread(target=come, args=(port, model, requests[-1], deadline, started + 2 * seconds)))
        threads[-1].start()
    time.sleep(max(0, started + seconds - time.monotonic()))
    watched = watch.end()
    [thread.join() for thread in threads]
    quiet = sorted(one.first for one in requests if one.tenant != "flood" and one.first is not None)
    back = [one for one in requests if one.visits > 1]
    ends = [one.ended - started for one in requests if one.status == 200 and one.ended < started + seconds]
    served = len(ends)
    if any(one.where for one in requests):
        print("# past their deadline:", sorted((one.where for one in requests if one.where), key=lambda w: w[1]))
    return {"offered": len(requests), "statuses": collections.Counter(str(one.status) for one in requests),
            "quietStatuses": collections.Counter(str(one.status) for one in requests if one.tenant != "flood"),
            "quietTtftP50": at_share(quiet, 0.5), "quietTtftP99": at_share(quiet, 0.99),
            "cameBack": len(back), "admittedThen": sum(one.status != 429 for one in back),
            "servedPerSecond": round(served / seconds, 2), "shareOfCapacity": round(served / seconds / most, 3), "servedByFiveSeconds": [
                sum(5 * i <= end < 5 * i + 5 for end in ends) for i in range(math.ceil(seconds / 5))], **watched}


def at_share(values, share):
    return round(values[min(len(values) - 1, int(share * len(values)))], 3) if values else None


def pin(core, pid):
    subprocess.run(["taskset", "-acp", str(core), str(pid)], check=True, stdout=subprocess.DEVNULL)


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    return json.load(connection.getresponse())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", type=int, required=True)
    parser.add_argument("--nginx", default="nginx")
    parser.add_argument("--factors", default="3,10")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--deadline", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out")
    options = parser.parse_args()
    model = get(options.gateway, "/v1/models")["data"][0]["id"]
    status = get(options.gateway, "/admin/v1/status")["workers"]
    workers = [worker["url"].split("//")[1] for worker in status]
    for worker in status:
        with open(f"/proc/{worker['pid']}/stat") as stat:
            pin(1, int(stat.read().rsplit(")", 1)[1].split()[1]))
        pin(0, worker["pid"])
    pin(1, os.getpid())
    nginx_port, directory = options.gateway + 1, tempfile.mkdtemp()
    nginx = subprocess.Popen(peer.command(options.nginx, directory, nginx_port, workers))
    try:
        capacity(nginx_port, len(workers), model, options.seconds / 2, 0)  # warms it up
        watch = Watch(workers, [worker["pid"] for worker in status])
        most = capacity(nginx_port, len(workers), model, options.seconds / 2, 1)
        print(f"capacity {most:.2f} requests/s", watch.end(), flush=True)
        results = {"capacityPerSecond": most, "runs": []}
        for turn in range(options.rounds):
            for factor in [0, *map(float, options.factors.split(",")), 0]:
                for side, port in [("unbusy", options.gateway), ("nginx", nginx_port)][:: 1 if turn % 2 == 0 else -1]:
                    seen = load(port, model, most, factor, options.seconds, options.deadline, len(results["runs"]),
                                Watch(workers, [worker["pid"] for worker in status]))
                    results["runs"].append({"side": side, "factor": factor, **seen})
                    print(json.dumps(results["runs"][-1]), flush=True)
                    time.sleep(options.deadline)
        if options.out:
            with open(options.out, "w") as out:
                json.dump(results, out, indent=1)
    finally:
        nginx.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    main()
