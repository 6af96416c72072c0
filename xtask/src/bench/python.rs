//! Python with boto3 and the AWS CLI, in a virtual environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Bench;
use super::metrics::Peer;
use super::peers::isolated;
use super::results::Part;
use crate::error::Error;
use crate::process;
use crate::workspace::read;

const FOLDER: &str = "python";

pub(super) struct Python {
    pub(super) interpreter: PathBuf,
    aws: PathBuf,
}

impl Python {
    /// Python in a virtual environment, which is made unless it is there; none if none of its peers is to be measured. A note says what
    /// is missing.
    pub(super) fn for_peers(bench: &Bench, part: &mut Part) -> Result<Option<Self>, Error> {
        if !bench.wants(Peer::Boto3) && !bench.wants(Peer::AwsCli) {
            return Ok(None);
        }
        let folder = bench.folder.join(FOLDER);
        let python = Self::at(&folder);
        let requirements = bench.root.join("tests/interop/requirements.txt");
        let wanted = read(&requirements)?;
        // Copied when all of it is installed.
        let installed = folder.join("requirements.txt");
        if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
            return Ok(Some(python));
        }
        let mut make = Command::new("python3");
        make.args(["-m", "venv", "--clear"]).arg(&folder);
        if !process::run(&mut make).is_ok_and(|finished| finished.success) {
            part.note("boto3 and AWS CLI: skipped, there is no Python with venv");
            return Ok(None);
        }
        let mut install = Command::new(&python.interpreter);
        install.args(["-m", "pip", "install", "--quiet", "--requirement"]);
        if !process::run(install.arg(&requirements))?.success {
            part.note("boto3 and AWS CLI: skipped, the package registry is not there");
            return Ok(None);
        }
        fs::copy(&requirements, &installed).map_err(Error::io(&requirements))?;
        Ok(Some(python))
    }

    /// Python, if it has been set up.
    pub(super) fn installed(bench: &Bench) -> Option<Self> {
        let python = Self::at(&bench.folder.join(FOLDER));
        python.aws.exists().then_some(python)
    }

    fn at(folder: &Path) -> Self {
        Self {
            interpreter: folder.join("bin/python"),
            aws: folder.join("bin/aws"),
        }
    }

    /// The AWS CLI, making the call that all peers make.
    pub(super) fn aws_cli(&self, url: &str) -> Command {
        let mut command = isolated(&self.interpreter);
        command
            .arg(&self.aws)
            .args(["connect", "list-associated-contacts", "--max-results", "1"])
            .args(["--instance-id", "8f14e45f-ceea-467f-a0e6-1d2b3c4d5e6f"])
            .args(["--contact-id", "c9f0f895-fb98-4b91-8f5e-7a6b5c4d3e2f"])
            .args(["--region", "us-east-1", "--endpoint-url", url])
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env(
                "AWS_SECRET_ACCESS_KEY",
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            );
        command
    }

    /// The versions of what it runs.
    pub(super) fn versions(&self) -> Result<String, Error> {
        let script = "import platform, importlib.metadata as m; print('Python', \
            platform.python_version(), *(f', {p} {m.version(p)}' for p in ('boto3', 'awscli')), sep=' ')";
        let mut version = Command::new(&self.interpreter);
        let finished = process::run(version.args(["-c", script]))?;
        Ok(finished.stdout.trim().replace(" ,", ","))
    }
}
