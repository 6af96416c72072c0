"""What the AWS CLI prints, `connect` prints, byte by byte."""

import json
import os
import subprocess

import pytest
import yaml
from callers import REGION
from conftest import KEY, SECRET


@pytest.fixture(scope="module")
def env(url, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    # Version 1 prints times as version 2 does if the profile asks for it.
    (home / "config").write_text("[default]\ncli_timestamp_format = iso8601\n")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TZ": "Europe/Berlin",
        "AWS_CONFIG_FILE": str(home / "config"),
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": url,
    }


@pytest.fixture(scope="module")
def line(trees):
    first = trees[0][0]
    return ["list-associated-contacts", "--instance-id", first["instance"], "--contact-id", first["id"]]


@pytest.fixture(scope="module")
def both(aws, connect, env, line):
    """Runs the command line with both, which must print the same, and returns what that is."""

    def run(*extra, **more):
        ran = [
            subprocess.run(command + line + [*extra], env={**env, **more}, capture_output=True, text=True)
            for command in ([aws, "connect"], [connect])
        ]
        assert ran[1].stdout == ran[0].stdout
        assert ran[1].stderr == ran[0].stderr
        return ran[1]

    return run


def test_pages(both, trees):
    seen, token = [], []
    while True:
        page = json.loads(both("--max-results", "40", *token).stdout)
        seen += [summary["ContactId"] for summary in page["ContactSummaryList"]]
        if "NextToken" not in page:
            break
        token = ["--next-token", page["NextToken"]]
    assert sorted(seen) == sorted(record["id"] for record in trees[0])


@pytest.mark.parametrize("output", ["json", "text", "table"])
@pytest.mark.parametrize(
    "query",
    [
        "@",
        "ContactSummaryList[].[ContactId, Channel]",
        "ContactSummaryList[?InitiationTimestamp > '2026-03-14T09'].{Id: ContactId, From: PreviousContactId}",
        "sort_by(ContactSummaryList, &ContactId)[-1]",
        "length(ContactSummaryList)",
        "ContactSummaryList[0].*",
        "ContactSummaryList[].Nothing",
        "Nothing",
    ],
)
def test_queries(both, output, query):
    both("--max-results", "100", "--output", output, "--query", query)


@pytest.mark.parametrize(
    "extra, more, code",
    [
        (("--contact-id", "x"), {}, 254),
        (("--next-token", "x"), {}, 254),
        (("--max-results", "101"), {}, 254),
        ((), {"AWS_SECRET_ACCESS_KEY": "wrong"}, 254),
        (("--cli-input-json", '{"Nothing": 1}'), {}, 252),
    ],
)
def test_errors(both, extra, more, code):
    assert both(*extra, **more).returncode == code


def test_skeleton(both):
    both("--generate-cli-skeleton")


def test_yaml(connect, env, line):
    def printed(output):
        command = [connect, *line, "--output", output]
        return subprocess.run(command, env=env, capture_output=True, text=True).stdout

    as_yaml, as_json = printed("yaml"), json.loads(printed("json"))
    assert yaml.safe_load(as_yaml) == as_json
    assert as_yaml == yaml.safe_dump(as_json, allow_unicode=True)
