"""What `./unbusy verify --json` prints: one line of JSON from the test reports written since the run began.

Arguments: the checkout, the start in seconds since 1970, Maven's exit status.
"""
import glob
import json
import os
import sys
import time
import xml.etree.ElementTree as ElementTree

home, started, status = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
failed = []
for path in sorted(glob.glob(os.path.join(home, "**", "target", "surefire-reports", "TEST-*.xml"), recursive=True)):
    if os.path.getmtime(path) < started:
        continue
    suite = ElementTree.parse(path).getroot()
    for key in counts:
        counts[key] += int(suite.get(key, 0))
    for case in suite.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(case.get("classname") + "." + case.get("name"))
print(json.dumps({"passed": status == 0, **counts, "failed": failed, "seconds": round(time.time() - started, 1)}))
