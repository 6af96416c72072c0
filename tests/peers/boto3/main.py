"""The program of every peer on boto3: the arguments, modes and line of `peer-harness`, but for `concurrent`."""

import json
import sys
import time

import boto3

INSTANCE_ID = "8f14e45f-ceea-467f-a0e6-1d2b3c4d5e6f"
CONTACT_ID = "c9f0f895-fb98-4b91-8f5e-7a6b5c4d3e2f"
WARM_UP = 50


def peak_kib():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def main(url, mode, summaries, limit="1"):
    summaries = int(summaries)
    client = boto3.client(
        "connect",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    )

    def page():
        response = client.list_associated_contacts(
            InstanceId=INSTANCE_ID, ContactId=CONTACT_ID, MaxResults=summaries
        )
        if len(response["ContactSummaryList"]) != summaries:
            sys.exit(f"error: {summaries} summaries asked for")

    if mode == "sequential":
        for _ in range(WARM_UP):
            page()
    calls, started = 0, time.perf_counter()
    if limit.endswith("s"):
        while time.perf_counter() - started < float(limit[:-1]):
            page()
            calls += 1
    else:
        for calls in range(1, int(limit) + 1):
            page()
    seconds = time.perf_counter() - started
    measured = {"calls": calls, "seconds": seconds}
    try:
        measured["peak_kib"] = peak_kib()
    except OSError:
        pass
    print(json.dumps(measured))


main(*sys.argv[1:])
