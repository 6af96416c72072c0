//! The local endpoint beside its floors.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::ValueEnum;

use super::Bench;
use super::calls::rounds;
use super::metrics::Peer;
use super::peers::{ENDPOINT, Measured, Processor, isolated, isolated_on};
use super::results::Part;
use super::watch::field;
use crate::error::Error;
use crate::process::{self, Server, succeed};
use crate::workspace::value_name;

/// How many contacts a database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Size {
    #[value(name = "10k")]
    TenThousand = 10_000,
    #[value(name = "100k")]
    HundredThousand = 100_000,
    #[value(name = "1m")]
    Million = 1_000_000,
    #[value(name = "10m")]
    TenMillion = 10_000_000,
}

pub(super) fn run(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    if !Path::new("/proc/self/stat").exists() {
        part.note("endpoint: skipped, there is no /proc");
        return Ok(());
    }
    let mut sizes = match bench.sizes.as_slice() {
        [] if bench.quick => vec![Size::TenThousand, Size::HundredThousand],
        [] => vec![Size::TenThousand, Size::Million],
        sizes => sizes.to_vec(),
    };
    sizes.sort_unstable();
    let peer = Endpoint {
        binary: ENDPOINT.binary(bench)?,
        folder: bench.folder.join("endpoint"),
        processor: Processor::first(),
    };
    fs::create_dir_all(&peer.folder).map_err(Error::io(&peer.folder))?;
    let names: Vec<String> = sizes.iter().map(value_name).collect();
    part.note(format!("databases of {} contacts", names.join(", ")));
    for (name, size) in names.iter().zip(&sizes) {
        peer.import(part, *size, name, size == sizes.last().unwrap_or(size))?;
    }
    let seed = peer.folder.join("seed.json");
    peer.write_samples(10_000, &seed)?;
    for _ in 0..rounds(bench) {
        let mut medians = Vec::new();
        for name in &names {
            let pages = peer.run(&["pages", &peer.database(name), "2000"])?;
            sample(part, &format!("page-{name}"), &pages, "p50")?;
            sample(part, &format!("page-p99-{name}"), &pages, "p99")?;
            medians.extend(pages.get("p50"));
            if Some(name) == names.last() {
                for place in ["first", "middle", "last"] {
                    sample(part, &format!("page-{place}"), &pages, place)?;
                }
            }
        }
        if let [smallest, .., largest] = medians[..] {
            part.sample("page-growth", Peer::Ours, largest / smallest);
        }
        let database = peer.database(names.last().map_or("", String::as_str));
        for (server, column) in [("ours", Peer::Ours), ("floor", Peer::Floor)] {
            let seconds = if bench.quick { "1" } else { "5" };
            let served = peer.run(&["serve", server, &database, seconds])?;
            part.sample("pages", column, served.ratio("calls", "cpu")?);
        }
        let reset = peer.run(&["reset", &seed.to_string_lossy(), "21"])?;
        sample(part, "reset", &reset, "ms")?;
    }
    fs::remove_dir_all(&peer.folder).map_err(Error::io(&peer.folder))
}

fn sample(part: &mut Part, metric: &str, measured: &Measured, figure: &str) -> Result<(), Error> {
    part.sample(metric, Peer::Ours, measured.need(figure)?);
    Ok(())
}

struct Endpoint {
    binary: PathBuf,
    /// Where databases are.
    folder: PathBuf,
    processor: Option<Processor>,
}

impl Endpoint {
    fn database(&self, name: &str) -> String {
        self.folder
            .join(name)
            .with_extension("db")
            .to_string_lossy()
            .into_owned()
    }

    /// Runs a mode that stays on one processor.
    fn run(&self, arguments: &[&str]) -> Result<Measured, Error> {
        let mut command = isolated_on(self.processor.as_ref(), &self.binary);
        Measured::by(command.args(arguments))
    }

    fn samples(&self, contacts: u64) -> Command {
        let mut command = isolated(&self.binary);
        command.args(["samples", &contacts.to_string()]);
        command
    }

    fn write_samples(&self, contacts: u64, path: &Path) -> Result<(), Error> {
        let file = File::create(path).map_err(Error::io(path))?;
        succeed(self.samples(contacts).stdout(file)).map(drop)
    }

    /// Fills a database. Samples come through a pipe: those of ten million contacts are longer than most disks have room for.
    fn import(
        &self,
        part: &mut Part,
        size: Size,
        name: &str,
        is_largest: bool,
    ) -> Result<(), Error> {
        let database = self.database(name);
        remove(&database);
        let io = Error::io(&self.binary);
        let mut samples = self
            .samples(size as u64)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(io)?;
        let mut import = isolated(&self.binary);
        import.args(["import", &database]);
        if let Some(stdout) = samples.stdout.take() {
            import.stdin(stdout);
        }
        let imported = succeed(&mut import)?;
        let imported = Measured::read(&imported.stdout)?;
        // It has nobody left to write to.
        let _ = samples.wait();
        if !is_largest {
            return Ok(());
        }
        part.sample("import", Peer::Ours, imported.ratio("records", "cpu")?);
        part.sample("import-last", Peer::Ours, imported.ratio("last", "first")?);
        part.sample(
            "import-memory",
            Peer::Ours,
            imported.need("peak_kib")? / 1024.0,
        );
        part.sample(
            "import-bytes",
            Peer::Ours,
            imported.ratio("bytes", "contacts")?,
        );
        let copy = self.database("floor");
        remove(&copy);
        let inserted = self.run(&["insert", &database, &copy])?;
        part.sample("import", Peer::Floor, inserted.ratio("records", "cpu")?);
        remove(&copy);
        Ok(())
    }
}

/// Removes a database and its log, where they are.
fn remove(database: &str) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{database}{suffix}"));
    }
}

/// `connect serve` from its start to its URL, and what it has in memory then.
pub(super) fn serve(bench: &Bench, part: &mut Part) -> Result<(), Error> {
    println!("building connect ...");
    let target = bench.folder.join("build/connect");
    let mut build = process::cargo(&bench.root, &target);
    succeed(build.args(["build", "--release", "--locked", "--package", "connect-cli"]))?;
    let binary = target.join("release/connect");
    for _ in 0..rounds(bench) {
        let started = Instant::now();
        let mut serve = isolated(&binary);
        let server = Server::start(serve.arg("serve").stderr(Stdio::null()))?;
        part.sample(
            "serve-start",
            Peer::Ours,
            started.elapsed().as_secs_f64() * 1e3,
        );
        let status = fs::read_to_string(format!("/proc/{}/status", server.id()));
        let kib = status.ok().and_then(|status| {
            let kib = field(&status, "VmRSS")?.strip_suffix(" kB")?;
            kib.parse::<f64>().ok()
        });
        let kib =
            kib.ok_or_else(|| Error::Other("cannot read the memory of connect serve".into()))?;
        part.sample("serve-idle", Peer::Ours, kib / 1024.0);
    }
    Ok(())
}
