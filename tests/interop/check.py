"""Serves the sample records with `connect serve` and calls it with boto3 and the AWS CLI.

What they get must be what the records say, and what `connect` itself prints, byte by byte.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
from datetime import datetime

import boto3
import yaml
from botocore.config import Config
from botocore.exceptions import ClientError

KEY, SECRET, REGION = "AKIDINTEROP", "interop-secret", "eu-central-1"


class Check:
    """Counts what holds, and says what does not."""

    def __init__(self):
        self.passed = self.failed = 0

    def equal(self, what, actual, expected):
        if actual == expected:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}\n  expected: {expected!r}\n  actual:   {actual!r}")


def trees(records):
    """The records of each tree, found by joining IDs that refer to each other, however that goes."""
    parent = {}

    def root(contact_id):
        while parent.setdefault(contact_id, contact_id) != contact_id:
            contact_id = parent[contact_id]
        return contact_id

    for record in records:
        for name in ("previous", "initial", "related"):
            if record[name]:
                parent[root(record[name])] = root(record["id"])
    joined = {}
    for record in records:
        joined.setdefault(root(record["id"]), []).append(record)
    return sorted(joined.values(), key=len, reverse=True)


def read(line):
    """A contact record, or the detail of a contact event."""
    item = json.loads(line)
    if "detail" in item:
        item = {name[0].upper() + name[1:]: value for name, value in item["detail"].items()}
        item["InstanceARN"] = item["InstanceArn"]
    return {
        "id": item["ContactId"],
        "instance": item["InstanceARN"],
        "initial": item.get("InitialContactId"),
        "previous": item.get("PreviousContactId"),
        "related": item.get("RelatedContactId"),
        "summary": {
            "ContactId": item["ContactId"],
            "ContactArn": f"{item['InstanceARN']}/contact/{item['ContactId']}",
            **{
                name: item[name]
                for name in (
                    "InitialContactId",
                    "PreviousContactId",
                    "RelatedContactId",
                    "InitiationMethod",
                    "Channel",
                )
                if item.get(name)
            },
            **{
                name: datetime.fromisoformat(item[name].replace("Z", "+00:00"))
                for name in ("InitiationTimestamp", "DisconnectTimestamp")
                if item.get(name)
            },
        },
    }


@contextlib.contextmanager
def served(connect, database):
    """The URL of `connect serve`, which must end in order when it is interrupted."""
    env = {**os.environ, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    env.pop("AWS_SESSION_TOKEN", None)
    command = [connect, "serve", "--database", database]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
            process.send_signal(signal.SIGINT)
            if process.wait(timeout=30) != 0:
                sys.exit(f"connect serve ended with {process.returncode}")
        finally:
            process.kill()


def client(url, secret=SECRET, key=KEY, token=None):
    return boto3.client(
        "connect",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1}),
    )


def pages(connect, **arguments):
    """All summaries, page by page: AWS's model has no paginator for this operation."""
    summaries, count = [], 0
    while True:
        page = connect.list_associated_contacts(**arguments)
        summaries += page["ContactSummaryList"]
        count += 1
        if "NextToken" not in page:
            return summaries, count
        arguments["NextToken"] = page["NextToken"]


def with_boto3(check, url, all_trees):
    connect = client(url)
    for tree in all_trees:
        instance = tree[0]["instance"].rsplit("/", 1)[1]
        expected = sorted(record["id"] for record in tree)
        by_id = {record["id"]: record["summary"] for record in tree}
        # Whichever contact is asked for, the whole tree comes.
        for asked_for in (tree[0]["id"], tree[-1]["id"]):
            for size in (1, 7, 50, 100) if len(tree) < 5 else (7, 50, 100):
                arguments = {"InstanceId": instance, "ContactId": asked_for, "MaxResults": size}
                summaries, count = pages(connect, **arguments)
                ids = [summary["ContactId"] for summary in summaries]
                check.equal(f"contacts of {asked_for} by {size}", sorted(ids), expected)
                check.equal(f"pages of {asked_for} by {size}", count, -(-len(tree) // size))
        for summary in summaries:
            check.equal(summary["ContactId"], summary, by_id[summary["ContactId"]])
        order = [(summary["InitiationTimestamp"], summary["ContactId"]) for summary in summaries]
        check.equal("order", order, sorted(order))

    tree = all_trees[0]
    known = {"InstanceId": tree[0]["instance"].rsplit("/", 1)[1], "ContactId": tree[0]["id"]}
    other = {**known, "ContactId": all_trees[1][0]["id"]}
    token = connect.list_associated_contacts(**known)["NextToken"]
    rejected = [
        ("wrong secret", client(url, secret="wrong"), known, 403, "InvalidSignatureException"),
        ("unknown key", client(url, key="AKIDUNKNOWN"), known, 403, "UnrecognizedClientException"),
        ("wrong session token", client(url, token="x"), known, 403, "UnrecognizedClientException"),
        ("unknown contact", connect, {**known, "ContactId": "x"}, 404, "ResourceNotFoundException"),
        ("unknown instance", connect, {**known, "InstanceId": "x"}, 404, "ResourceNotFoundException"),
        ("page too long", connect, {**known, "MaxResults": 101}, 400, "InvalidParameterException"),
        ("ID too long", connect, {**known, "ContactId": "x" * 257}, 400, "InvalidParameterException"),
        ("broken token", connect, {**known, "NextToken": "x"}, 400, "InvalidRequestException"),
        ("foreign token", connect, {**other, "NextToken": token}, 400, "InvalidRequestException"),
    ]
    for what, caller, arguments, status, code in rejected:
        try:
            caller.list_associated_contacts(**arguments)
            found = "no error"
        except ClientError as error:
            response = error.response
            found = response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]
        check.equal(what, found, (status, code))


def with_aws(check, arguments, url, tree, folder):
    """What the AWS CLI prints, `connect` prints."""
    config = folder / "config"
    # Version 1 prints times as version 2 does if the profile asks for it.
    config.write_text("[default]\ncli_timestamp_format = iso8601\n")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TZ": "Europe/Berlin",
        "AWS_CONFIG_FILE": str(config),
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": url,
    }

    def both(*extra, **more):
        line = ["list-associated-contacts", "--instance-id", instance, "--contact-id", tree[0]["id"]]
        line += extra
        ran = [
            subprocess.run(command + line, env={**env, **more}, capture_output=True, text=True)
            for command in ([arguments.aws, "connect"], [arguments.connect])
        ]
        check.equal(f"standard output of {extra}", ran[1].stdout, ran[0].stdout)
        check.equal(f"standard error of {extra}", ran[1].stderr, ran[0].stderr)
        return ran[1]

    instance = tree[0]["instance"].rsplit("/", 1)[1]
    seen, token = [], []
    while True:
        page = json.loads(both("--max-results", "40", *token).stdout)
        seen += [summary["ContactId"] for summary in page["ContactSummaryList"]]
        if "NextToken" not in page:
            break
        token = ["--next-token", page["NextToken"]]
    check.equal("contacts by the AWS CLI", sorted(seen), sorted(record["id"] for record in tree))

    for output in ("json", "text", "table"):
        for query in (
            "@",
            "ContactSummaryList[].[ContactId, Channel]",
            "ContactSummaryList[?InitiationTimestamp > '2026-03-14T09'].{Id: ContactId, From: PreviousContactId}",
            "sort_by(ContactSummaryList, &ContactId)[-1]",
            "length(ContactSummaryList)",
            "ContactSummaryList[0].*",
            "ContactSummaryList[].Nothing",
            "Nothing",
        ):
            both("--max-results", "100", "--output", output, "--query", query)

    rejected = [
        (("--contact-id", "x"), {}, 254),
        (("--next-token", "x"), {}, 254),
        (("--max-results", "101"), {}, 254),
        ((), {"AWS_SECRET_ACCESS_KEY": "wrong"}, 254),
        (("--cli-input-json", '{"Nothing": 1}'), {}, 252),
    ]
    for extra, more, code in rejected:
        check.equal(f"exit code of {extra} {more}", both(*extra, **more).returncode, code)
    both("--generate-cli-skeleton")

    line = [arguments.connect, "list-associated-contacts", "--output", "yaml"]
    line += ["--instance-id", instance, "--contact-id", tree[0]["id"]]
    printed = subprocess.run(line, env=env, capture_output=True, text=True).stdout
    as_json = subprocess.run(line + ["--output", "json"], env=env, capture_output=True, text=True).stdout
    check.equal("YAML", yaml.safe_load(printed), json.loads(as_json))
    check.equal("YAML's look", printed, yaml.safe_dump(json.loads(as_json), allow_unicode=True))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--connect", required=True, help="the binary under test")
    parser.add_argument("--aws", required=True, help="the AWS CLI")
    arguments = parser.parse_args()
    check = Check()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        records, database = folder / "records.jsonl", folder / "contacts.db"
        samples = subprocess.run([arguments.connect, "samples"], check=True, capture_output=True, text=True)
        records.write_text(samples.stdout)
        subprocess.run([arguments.connect, "import", records, "--database", database], check=True)
        all_trees = trees([read(line) for line in samples.stdout.splitlines()])
        with served(arguments.connect, database) as url:
            with_boto3(check, url, all_trees)
            with_aws(check, arguments, url, all_trees[0], folder)
    versions = subprocess.run([arguments.aws, "--version"], capture_output=True, text=True)
    print(f"interop: {check.passed} passed, {check.failed} failed ({versions.stdout.strip()})")
    sys.exit(check.failed > 0)


if __name__ == "__main__":
    main()
