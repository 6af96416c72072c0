//! `cargo xtask codegen`

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use connect_codegen::emit::{self, Options, Package, Runtime};
use connect_codegen::ir::Service;
use connect_codegen::lower::{Selection, lower};
use connect_codegen::{FileSet, names, partitions};
use connect_test_codegen::round_trips;

use crate::error::Error;
use crate::tree::{self, Difference};
use crate::workspace::{MODEL, print_warnings, read, read_model, workspace_root};

/// What to generate.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail if a generated file differs, is missing or does not belong.
    #[arg(long)]
    check: bool,
    /// The model to generate a crate from; without it, this workspace's code is generated.
    #[arg(long, value_name = "FILE", requires_all = ["package", "out"])]
    model: Option<PathBuf>,
    /// The service's shape ID or name, where the model has several.
    #[arg(long, value_name = "ID", requires = "model")]
    service: Option<String>,
    /// An operation to generate; all, if none is named.
    #[arg(long = "operation", value_name = "NAME", requires = "model")]
    operations: Vec<String>,
    /// The crate's name.
    #[arg(long, value_name = "NAME", requires = "model", value_parser = package_name)]
    package: Option<String>,
    /// The crate's folder. An earlier output is replaced; any other folder that is not empty is left alone.
    #[arg(long, value_name = "DIR", requires = "model")]
    out: Option<PathBuf>,
    /// Generate the server side too.
    #[arg(long, requires = "model")]
    server: bool,
    /// Generate tests that send random values of every operation over the wire and back.
    #[arg(long, requires = "server")]
    tests: bool,
    /// Reject what cannot be generated, instead of leaving it out with a warning.
    #[arg(long)]
    strict: bool,
    /// Where the crate finds connect-protocol and connect-transport: a folder that holds both, or a git URL.
    /// This workspace's crates, if not given.
    #[arg(long, value_name = "PATH|GIT-URL", requires = "model")]
    runtime: Option<String>,
}

/// A name that cargo takes for a package.
fn package_name(name: &str) -> Result<String, String> {
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let rest = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    if !begins || !name.chars().all(rest) {
        Err("expected letters, digits, - and _, a letter first".to_owned())
    } else if names::is_keyword(name) || name == "test" {
        Err("Rust keeps this name for itself".to_owned())
    } else {
        Ok(name.to_owned())
    }
}

/// Where the workspace's generated code lies.
const SDK: &str = "crates/connect-sdk/src/generated";
const CLI: &str = "crates/connect-cli/src/generated";
const PROTOCOL: &str = "crates/protocol/src/generated";
const FOLDERS: [&str; 3] = [SDK, CLI, PROTOCOL];

pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    match (&arguments.model, &arguments.package, &arguments.out) {
        (Some(model), Some(package), Some(out)) => crate_from(arguments, model, package, out),
        _ => workspace(&workspace_root()?, arguments.check),
    }
}

/// Generates this workspace's code. Everything is generated before anything is written.
fn workspace(root: &Path, check: bool) -> Result<(), Error> {
    let model = read_model(root, Path::new(MODEL))?;
    let mut warnings = BTreeSet::new();
    let selection = Selection {
        strict: true,
        server: true,
        ..Selection::default()
    };
    let service = lower(&model, &selection, &mut warnings)?;
    let files = workspace_files(root, &service)?;
    print_warnings(&warnings);
    if check {
        let why = "generated code is not what the model says; run `cargo xtask codegen`";
        return up_to_date(root, &FOLDERS, &files, why);
    }
    for difference in write_workspace(root, &files)? {
        match difference {
            Difference::Changed(path) | Difference::Missing(path) => println!("wrote {path}"),
            Difference::Orphan(path) => println!("removed {path}"),
        }
    }
    Ok(())
}

/// Whether the files on disk are those of the set: an error, and a line for each that is not.
fn up_to_date(root: &Path, folders: &[&str], files: &FileSet, why: &str) -> Result<(), Error> {
    let differences = tree::compare(root, folders, files)?;
    if differences.is_empty() {
        return Ok(());
    }
    for difference in &differences {
        eprintln!("{difference}");
    }
    Err(Error::Other(why.to_owned()))
}

/// Writes the workspace's generated code. Gives the files that changed.
pub(crate) fn write_workspace(root: &Path, files: &FileSet) -> Result<Vec<Difference>, Error> {
    tree::write(root, &FOLDERS, files)
}

/// The workspace's generated code.
pub(crate) fn workspace_files(root: &Path, service: &Service) -> Result<FileSet, Error> {
    let options = Options {
        server: true,
        ..Options::default()
    };
    let mut files = emit::modules(service, options, SDK)?;
    files.extend(emit::commands(service, "connect-sdk", CLI)?);
    let partitions_path = root.join("model/partitions.json");
    let partitions = read(&partitions_path)?;
    let table = partitions::emit(&partitions)
        .map_err(|error| Error::Other(format!("model/partitions.json: {error}")))?;
    files.rust(
        format!("{PROTOCOL}/partitions.rs"),
        PARTITIONS_HEADER,
        &table,
    )?;
    files.text(
        format!("{PROTOCOL}/mod.rs"),
        format!("// {PARTITIONS_HEADER}\n\npub(crate) mod partitions;\n"),
    );
    Ok(files)
}

const PARTITIONS_HEADER: &str =
    "Generated by `cargo xtask codegen` from model/partitions.json; changes made here do not last.";

/// Generates a crate from any model.
fn crate_from(arguments: &Arguments, model: &Path, package: &str, out: &Path) -> Result<(), Error> {
    if !arguments.check {
        replaceable(out)?;
    }
    let runtime = runtime(arguments.runtime.as_deref(), out)?;
    let model = read_model(Path::new(""), model)?;
    let selection = Selection {
        service: arguments.service.clone(),
        operations: arguments.operations.clone(),
        strict: arguments.strict,
        server: arguments.server,
    };
    let mut warnings = BTreeSet::new();
    let service = lower(&model, &selection, &mut warnings)?;
    let package = Package {
        name: package.to_owned(),
        runtime,
    };
    let options = Options {
        server: arguments.server,
        tests: arguments.tests,
    };
    let mut files = emit::package(&service, options, &package)?;
    if options.tests {
        let tests = round_trips(&service, "src/generated")?;
        let uncovered = tests.uncovered.iter();
        warnings.extend(uncovered.map(|what| format!("tests: {what}")));
        files.extend(tests.files);
    }
    print_warnings(&warnings);
    if arguments.check {
        let why = "the crate is not what the model says; run the same command without --check";
        return up_to_date(out, &["src"], &files, why);
    }
    let written = tree::write(out, &["src"], &files)?.len();
    println!(
        "{}: {written} files written; operations: {}",
        out.display(),
        service.operations.len()
    );
    Ok(())
}

/// A folder that is not empty must be an earlier output.
fn replaceable(out: &Path) -> Result<(), Error> {
    let empty = match fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == ErrorKind::NotFound => true,
        Err(error) => return Err(Error::io(out)(error)),
    };
    let ours = fs::read_to_string(out.join("src/generated/mod.rs"))
        .is_ok_and(|text| text.contains(emit::HEADER));
    if empty || ours {
        return Ok(());
    }
    Err(Error::Other(format!(
        "{}: the folder is not empty and holds no earlier output",
        out.display()
    )))
}

/// A path is meant from where the command runs and written relative to the crate, so that both can move together.
fn runtime(wanted: Option<&str>, out: &Path) -> Result<Runtime, Error> {
    let Some(wanted) = wanted else {
        return relative(&workspace_root()?.join("crates"), out);
    };
    if wanted.contains("://") {
        return Ok(Runtime::Git(wanted.to_owned()));
    }
    // As git has it; cargo wants a URL.
    if let Some((host, path)) = wanted.split_once(':')
        && host.starts_with("git@")
    {
        return Ok(Runtime::Git(format!("ssh://{host}/{path}")));
    }
    let folder = Path::new(wanted);
    if let Some(missing) = ["protocol", "transport"]
        .into_iter()
        .find(|name| !folder.join(name).join("Cargo.toml").is_file())
    {
        return Err(Error::Other(format!(
            "--runtime {wanted:?} is no git URL and no folder with a crate in {missing:?}"
        )));
    }
    relative(folder, out)
}

fn relative(runtime: &Path, out: &Path) -> Result<Runtime, Error> {
    let (runtime, out) = (absolute(runtime)?, absolute(out)?);
    let common = runtime
        .components()
        .zip(out.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = out.components().skip(common).map(|_| "..".to_owned());
    let down = runtime
        .components()
        .skip(common)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    Ok(Runtime::Path(up.chain(down).collect::<Vec<_>>().join("/")))
}

/// The path from the root, without `.` and `..`. The folder need not be there.
fn absolute(path: &Path) -> Result<PathBuf, Error> {
    let mut absolute = PathBuf::new();
    for part in std::path::absolute(path)
        .map_err(Error::io(path))?
        .components()
    {
        match part {
            Component::ParentDir => drop(absolute.pop()),
            part => absolute.push(part),
        }
    }
    Ok(absolute)
}
