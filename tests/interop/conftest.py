"""What the tests share: the binary under test, the sample records, and endpoints that serve them."""

import contextlib
import os
import pathlib
import signal
import subprocess

import callers
import pytest
import records

ROOT = pathlib.Path(__file__).parents[2]
KEY, SECRET = "AKIDINTEROP", "interop-secret"


def pytest_addoption(parser):
    parser.addoption("--connect", required=True, help="the binary under test")
    parser.addoption("--aws", required=True, help="the AWS CLI")


@pytest.fixture(scope="session")
def connect(request):
    return pathlib.Path(request.config.getoption("--connect")).resolve()


@pytest.fixture(scope="session")
def aws(request):
    return pathlib.Path(request.config.getoption("--aws")).resolve()


@pytest.fixture(scope="session")
def sample_file(connect, tmp_path_factory):
    file = tmp_path_factory.mktemp("samples") / "records.jsonl"
    samples = subprocess.run([connect, "samples"], check=True, capture_output=True)
    file.write_bytes(samples.stdout)
    return file


@pytest.fixture(scope="session")
def trees(sample_file):
    return records.trees(map(records.read, sample_file.read_text().splitlines()))


@pytest.fixture(scope="session")
def serve(connect, sample_file):
    """Starts `connect serve` with the samples and more flags, and returns its URL. It must end in order."""

    @contextlib.contextmanager
    def served(*flags):
        env = {**os.environ, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
        env.pop("AWS_SESSION_TOKEN", None)
        command = [connect, "serve", "--seed", sample_file, *flags]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield process.stdout.readline().strip()
                process.send_signal(signal.SIGINT)
                assert process.wait(timeout=30) == 0
            finally:
                process.kill()

    with contextlib.ExitStack() as stack:
        yield lambda *flags: stack.enter_context(served(*flags))


@pytest.fixture(scope="session")
def served_operations(connect):
    """The operations that the endpoint serves, as it lists them to whoever names another."""
    command = [connect, "serve", "--quota", "Nothing=1/1"]
    ran = subprocess.run(command, capture_output=True, text=True)
    return sorted(ran.stderr.strip().split(": there are ")[1].split(", "))


@pytest.fixture(scope="module")
def url(serve):
    """An endpoint that lets its callers do everything, for the tests of a file."""
    return serve()



@pytest.fixture(scope="session")
def caller_of(aws, tmp_path_factory):
    """Makes a caller of a kind, which signs with a key pair."""

    def make(kind, url, key=KEY, secret=SECRET, **more):
        if kind == "boto3":
            return callers.Boto3(url, key, secret, **more)
        return callers.AwsCli(aws, tmp_path_factory.mktemp("home"), url, key, secret, **more)

    return make
