"""PyPI's `pusher` as a contender: `python3 -I pypi.py FOLDER URL`. The protocol is that of contender.rb."""

import base64
import hashlib
import hmac
import math
import os
import sys
import threading
import time
from urllib.parse import urlsplit

sys.path.insert(0, sys.argv[1])

import pusher  # noqa: E402

URL = urlsplit(sys.argv[2])
WARM_UP = 20
DATA = {"message": "hello", "number": 1}
MASTER_KEY = base64.b64encode(b"k" * 32).decode()


def client():
    made = pusher.Pusher(
        app_id=URL.path.split("/")[-1], key=URL.username, secret=URL.password, host=URL.hostname, port=URL.port,
        ssl=URL.scheme == "https", encryption_master_key_base64=MASTER_KEY)
    # The library trusts its own authorities only.
    if URL.scheme == "https":
        made._pusher_client.http.options["verify"] = os.environ["SSL_CERT_FILE"]
    return made


def webhook(of, size):
    start = f'{{"time_ms":{int(time.time() * 1000)},"events":[{{"name":"channel_occupied","channel":"channel"}}],"more":"'
    body = start + "x" * max(size - len(start) - 2, 0) + '"}'
    signature = hmac.new(URL.password.encode(), body.encode(), hashlib.sha256).hexdigest()

    # It also parses the body, and refuses a webhook that is older than five minutes.
    def validate():
        if of.validate_webhook(URL.username, signature, body) is None:
            raise RuntimeError("not valid")

    return validate


def step(work, of):
    kind, _, number = work.partition("-")
    number = int(number or 0)
    data = "x" * (number if kind == "data" else 0)
    events = [{"channel": "channel", "name": "event", "data": DATA}] * (number if kind == "batch" else 0)
    return {
        "event": lambda: of.trigger("channel", "event", DATA),
        "data": lambda: of.trigger("channel", "event", data),
        # It encodes the data of the Hashes that it gets, so these are copies.
        "batch": lambda: of.trigger_batch([dict(event) for event in events]),
        "encrypted": lambda: of.trigger("private-encrypted-channel", "event", DATA),
        "first": lambda: client().trigger("channel", "event", DATA),
        "authenticate": lambda: of.authenticate("presence-channel", "1.1", {"user_id": "1"}),
        "authenticate_user": lambda: of.authenticate_user("1.1", {"id": "1"}),
        "webhook": webhook(of, number if kind == "webhook" else 0),
    }[kind]


def repeat(one, count):
    for _ in range(count):
        one()


def run(steps, count):
    if len(steps) == 1:
        return repeat(steps[0], count)
    threads = [threading.Thread(target=repeat, args=(one, count)) for one in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    shared = client()
    for line in sys.stdin:
        work, threads, requests = line.split()
        threads = int(threads)
        each = math.ceil(int(requests) / threads)
        steps = [step(work, shared) for _ in range(threads)]
        run(steps, min(WARM_UP, each))
        cpu, wall = time.process_time(), time.perf_counter()
        run(steps, each)
        print(each * threads, time.perf_counter() - wall, time.process_time() - cpu, flush=True)


main()
