"""What IN_TESTS.md shows runs: its pytest fixture as it stands, its command lines as far as there is no container or runner."""

import os
import re
import shlex
import subprocess
import sys
import urllib.request

import pytest
import yaml
from conftest import KEY, ROOT, SECRET

TEXT = (ROOT / "crates/local-endpoint/IN_TESTS.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_pytest_fixture(connect, sample_file, tmp_path):
    [fixture] = blocks("python")
    (tmp_path / "test_shown.py").write_text(fixture)
    (tmp_path / "records.jsonl").write_bytes(sample_file.read_bytes())
    env = {**os.environ, "PATH": f"{connect.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_shown.py"]
    ran = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert ran.returncode == 0 and "1 passed" in ran.stdout, ran.stdout + ran.stderr


def shown():
    """The `connect serve` of the workflow and of the compose file."""
    workflow, compose = map(yaml.safe_load, blocks("yaml"))
    script = workflow[0]["run"]
    [line] = re.findall(r"^connect (serve .*) &$", script, re.MULTILINE)
    service = compose["services"]["connect"]
    assert service["environment"].keys() <= {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    return [line, service["command"]]


@pytest.mark.parametrize("line", shown())
def test_the_command_line(connect, sample_file, tmp_path, line):
    places = {"records.jsonl": sample_file, "/records.jsonl": sample_file, "connect.log": tmp_path / "log"}
    words = [str(places.get(word, word)) for word in shlex.split(line)]
    # Another test may have the port.
    words = [re.sub(":8787$", ":0", word) for word in words]
    env = {**os.environ, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    with subprocess.Popen([connect, *words], env=env, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip().replace("0.0.0.0", "127.0.0.1")
        with urllib.request.urlopen(f"{url}/health") as response:
            assert response.status == 200
        process.terminate()
    assert process.returncode == 0
