"""Two callers that are not ours, alike: `call` takes and returns what the API reference has, times as ISO 8601."""

import json
import os
import re
import subprocess

import boto3
import botocore.auth
import pytest
import tamper
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

REGION = "eu-central-1"
ERROR = re.compile(
    r"An error occurred \((?P<code>\w+)\) when calling the (?P<operation>\w+) operation"
    r"(?: \(reached max retries: (?P<retries>\d+)\))?: (?P<message>.*)",
    re.DOTALL,
)


class Rejected(Exception):
    """The error that a caller shows."""

    def __init__(self, operation, text):
        super().__init__(text)
        found = ERROR.search(text)
        assert found and found["operation"] == operation, text
        self.code, self.message = found["code"], found["message"]
        self.retries = int(found["retries"] or 0)


def lacking(caller, what):
    """Says that a release of the caller does not know what is to be tested."""
    pytest.skip(f"{caller} lacks {what}")


class Boto3:
    def __init__(self, url, key, secret, token=None, attempts=1, tampering=None, validates=True):
        self.client = boto3.client(
            "connect",
            region_name=REGION,
            endpoint_url=url,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(
                parameter_validation=validates,
                retries={"total_max_attempts": attempts, "mode": "standard"},
            ),
        )
        self.tampering = tampering
        if tampering:
            tamper.register(self.client.meta.events, tampering)

    def call(self, operation, **parameters):
        if operation not in self.client.meta.service_model.operation_names:
            lacking(f"boto3 {boto3.__version__}", operation)
        with tamper.clock(botocore.auth, self.tampering):
            try:
                response = getattr(self.client, xform_name(operation))(**parameters)
            except ParamValidationError as error:
                if "Unknown parameter" in str(error):
                    lacking(f"boto3 {boto3.__version__}", f"{operation}: {error}")
                raise
            except ClientError as error:
                raise Rejected(operation, str(error)) from error
        del response["ResponseMetadata"]
        return json.loads(json.dumps(response, default=lambda time: time.isoformat()))


class AwsCli:
    def __init__(self, aws, home, url, key, secret, attempts=1, tampering=None):
        config = "[default]\ncli_timestamp_format = iso8601\nretry_mode = standard\n"
        if tampering:
            config += "[plugins]\ntamper = tamper\n"
        (home / "config").write_text(config)
        self.aws = aws
        self.env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.path.dirname(__file__),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(home),
            "TAMPERING": tampering or "",
            "AWS_CONFIG_FILE": str(home / "config"),
            "AWS_MAX_ATTEMPTS": str(attempts),
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": url,
        }

    def call(self, operation, **parameters):
        line = [self.aws, "connect", xform_name(operation, "-"), "--output", "json", "--no-paginate"]
        line += ["--cli-input-json", json.dumps(parameters)]
        ran = subprocess.run(line, env=self.env, capture_output=True, text=True)
        if ran.returncode == 252 and re.search("Unknown parameter|[Ii]nvalid choice", ran.stderr):
            lacking("the AWS CLI", f"{operation}: {ran.stderr}")
        if ERROR.search(ran.stderr):
            raise Rejected(operation, ran.stderr.strip())
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout or "{}")
