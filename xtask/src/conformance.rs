//! `cargo xtask conformance`

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use connect_codegen::emit::{Package, Runtime};
use connect_codegen::lower::{Selection, lower};
use connect_test_codegen::conformance;

use crate::error::Error;
use crate::process::cargo;
use crate::tree;
use crate::workspace::{print_warnings, read_model, target_folder, workspace_root};

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A model whose shapes carry smithy.test traits; without one, the workspace's own suite in tests/conformance runs.
    #[arg(long = "model", value_name = "FILE")]
    models: Vec<PathBuf>,
    /// The service's shape ID or name, where the model has several.
    #[arg(long, value_name = "ID", requires = "models")]
    service: Option<String>,
}

/// Where the workspace's own suite lies.
pub(crate) const SUITE: &str = "tests/conformance";

/// Vectors that passed and that failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    let root = workspace_root()?;
    let models = if arguments.models.is_empty() {
        tree::json_files(&root.join(SUITE))?
    } else {
        arguments.models.clone()
    };
    let mut total = Count::default();
    for model in &models {
        if models.len() > 1 {
            println!("{}", model.display());
        }
        let count = run_model(&root, model, arguments.service.as_deref())?;
        total.passed += count.passed;
        total.failed += count.failed;
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        return Err(Error::Other("some vectors failed".to_owned()));
    }
    Ok(())
}

fn run_model(root: &Path, path: &Path, service: Option<&str>) -> Result<Count, Error> {
    let model = read_model(Path::new(""), path)?;
    let selection = Selection {
        service: service.map(str::to_owned),
        server: true,
        ..Selection::default()
    };
    let mut warnings = BTreeSet::new();
    let service = lower(&model, &selection, &mut warnings)?;
    let suite = conformance::read(&model, &service)?;
    print_warnings(&warnings);
    let mut skipped = suite.skipped.clone();
    skipped.sort();
    for vector in &skipped {
        println!(
            "not applicable: {} ({}): {}",
            vector.id, vector.part, vector.reason
        );
    }
    println!(
        "{} vectors run, {} do not apply",
        suite.cases.len(),
        skipped.len()
    );

    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let target = target_folder(root);
    let folder = target.join("conformance").join(stem.as_ref());
    let package = Package {
        name: format!(
            "conformance-{}",
            stem.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
        ),
        runtime: Runtime::Path(root.join("crates").display().to_string()),
    };
    let files = conformance::program(&service, &suite, &package)?;
    tree::write(&folder, &["src"], &files)?;
    // The workspace's versions, so that what it has built is used again.
    let lock = root.join("Cargo.lock");
    fs::copy(&lock, folder.join("Cargo.lock")).map_err(Error::io(&lock))?;
    run_program(&folder, &target)
}

/// Builds and runs a generated program. What it prints is passed on, but for the count.
fn run_program(folder: &Path, target: &Path) -> Result<Count, Error> {
    let mut child = cargo(folder, target)
        .args(["run", "--quiet"])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Error::io(folder))?;
    let mut count = None;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line.map_err(Error::io(folder))?;
            match Count::parse(&line) {
                Some(counted) => count = Some(counted),
                None => println!("{line}"),
            }
        }
    }
    child.wait().map_err(Error::io(folder))?;
    count.ok_or_else(|| {
        Error::Other(format!(
            "{}: the program did not get to its end",
            folder.display()
        ))
    })
}

impl Count {
    fn parse(line: &str) -> Option<Self> {
        let (passed, failed) = line.split_once(" passed, ")?;
        Some(Self {
            passed: passed.parse().ok()?,
            failed: failed.strip_suffix(" failed")?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_line_of_its_own() {
        let count = Count {
            passed: 12,
            failed: 3,
        };
        assert_eq!(Count::parse("12 passed, 3 failed"), Some(count));
        assert_eq!(Count::parse("body: 12 passed, 3 failed"), None);
        assert_eq!(Count::parse("12 passed, 3 failed."), None);
    }
}
