//! The local endpoint beside its floors.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::ValueEnum;

use super::Bench;
use super::calls::rounds;
use super::metrics::{Peer, is_known};
use super::peers::{ENDPOINT, Measured, Processor, isolated, isolated_on};
use super::results::Part;
use super::watch::field;
use crate::error::Error;
use crate::postgres::{self, Programs};
use crate::process::{self, Server, succeed};
use crate::tree::remove;
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
    sizes.dedup();
    let endpoint = Endpoint {
        bench,
        binary: ENDPOINT.binary(bench)?,
        folder: bench.folder.join("endpoint"),
        processor: Processor::first(),
    };
    let names: Vec<String> = sizes.iter().map(value_name).collect();
    part.note(format!("databases of {} contacts", names.join(", ")));
    endpoint.measure(part, &sizes, &Kind::Sqlite)?;
    match Programs::find(&endpoint.empty_folder()?) {
        Ok(programs) => {
            part.note(programs.version()?);
            endpoint.measure(part, &sizes, &Kind::Postgres(programs))?;
        }
        Err(why) => part.note(format!("endpoint over PostgreSQL: skipped, {why}")),
    }
    endpoint.reset(part)?;
    remove(&endpoint.folder)
}

/// What contacts are kept in.
enum Kind {
    Sqlite,
    Postgres(Programs),
}

impl Kind {
    /// What the rows that compare it end in.
    fn rows(&self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres(_) => "-postgres",
        }
    }

    /// Adds a sample to the row of a metric, if there is one.
    fn sample(&self, part: &mut Part, metric: &str, peer: Peer, value: f64) {
        let row = format!("{metric}{}", self.rows());
        if is_known(&row) {
            part.sample(&row, peer, value);
        }
    }
}

/// A database of contacts.
struct Database {
    /// What its size is called.
    name: String,
    /// A file, or a URL.
    place: String,
    server: Option<postgres::Server>,
}

struct Endpoint<'a> {
    bench: &'a Bench,
    binary: PathBuf,
    /// Where databases are.
    folder: PathBuf,
    processor: Option<Processor>,
}

impl Endpoint<'_> {
    fn empty_folder(&self) -> Result<PathBuf, Error> {
        remove(&self.folder)?;
        fs::create_dir_all(&self.folder).map_err(Error::io(&self.folder))?;
        Ok(self.folder.clone())
    }

    /// Measures one kind of database in all sizes. They are gone then: the largest need much room.
    fn measure(&self, part: &mut Part, sizes: &[Size], kind: &Kind) -> Result<(), Error> {
        self.empty_folder()?;
        let mut databases = Vec::new();
        for size in sizes {
            let database = self.create(value_name(size), kind)?;
            let imported = self.import(*size, &database)?;
            if Some(size) == sizes.last() {
                self.sample_import(part, kind, &database, &imported)?;
            }
            self.pin(&database)?;
            databases.push(database);
        }
        let Some(largest) = databases.last() else {
            return Ok(());
        };
        for _ in 0..rounds(self.bench) {
            let mut medians = Vec::new();
            for database in &databases {
                let Database { name, place, .. } = database;
                let pages = self.run(&["pages", place, "2000"])?;
                let mut sample = |metric: &str, figure| {
                    kind.sample(part, metric, Peer::Ours, pages.need(figure)?);
                    Ok::<_, Error>(())
                };
                sample(&format!("page-{name}"), "p50")?;
                sample(&format!("page-p99-{name}"), "p99")?;
                if *name == largest.name {
                    for figure in ["first", "middle", "last"] {
                        sample(&format!("page-{figure}"), figure)?;
                    }
                }
                medians.extend(pages.get("p50"));
                self.sample_pages(part, kind, database)?;
            }
            if let [smallest, .., largest] = medians[..] {
                kind.sample(part, "page-growth", Peer::Ours, largest / smallest);
            }
        }
        Ok(())
    }

    fn sample_import(
        &self,
        part: &mut Part,
        kind: &Kind,
        database: &Database,
        imported: &Measured,
    ) -> Result<(), Error> {
        let floor = match kind {
            Kind::Sqlite => {
                let copy = self.folder.join("floor.db");
                let inserted = self.run(&["insert", &database.place, &copy.to_string_lossy()])?;
                fs::remove_file(&copy).map_err(Error::io(&copy))?;
                inserted
            }
            Kind::Postgres(_) => {
                Measured::by(isolated(&self.binary).args(["copy", &database.place]))?
            }
        };
        let mut sample = |metric, peer, value| kind.sample(part, metric, peer, value);
        for (peer, measured) in [(Peer::Ours, imported), (Peer::Floor, &floor)] {
            sample("import", peer, measured.ratio("records", "cpu")?);
            sample("import-clock", peer, measured.ratio("records", "seconds")?);
        }
        // A short import has no tenths.
        if let Ok(growth) = imported.ratio("last", "first") {
            sample("import-last", Peer::Ours, growth);
        }
        let mebibytes = imported.need("peak_kib")? / 1024.0;
        sample("import-memory", Peer::Ours, mebibytes);
        let bytes = imported.ratio("bytes", "contacts")?;
        sample("import-bytes", Peer::Ours, bytes);
        Ok(())
    }

    fn sample_pages(&self, part: &mut Part, kind: &Kind, database: &Database) -> Result<(), Error> {
        let seconds = if self.bench.quick { "1" } else { "5" };
        let peers = [("ours", Peer::Ours), ("floor", Peer::Floor)];
        // The floor has nothing of a database.
        let peers = match kind {
            Kind::Sqlite => &peers[..],
            Kind::Postgres(_) => &peers[..1],
        };
        for (server, peer) in peers {
            let served = self.run(&["serve", server, &database.place, seconds])?;
            let metric = format!("pages-{}", database.name);
            kind.sample(part, &metric, *peer, served.ratio("calls", "cpu")?);
        }
        Ok(())
    }

    fn reset(&self, part: &mut Part) -> Result<(), Error> {
        let seed = self.empty_folder()?.join("seed.json");
        let file = File::create(&seed).map_err(Error::io(&seed))?;
        succeed(self.samples(Size::TenThousand).stdout(file))?;
        for _ in 0..rounds(self.bench) {
            let reset = self.run(&["reset", &seed.to_string_lossy(), "21"])?;
            part.sample("reset", Peer::Ours, reset.need("ms")?);
        }
        Ok(())
    }

    /// Runs a mode that stays on one processor.
    fn run(&self, arguments: &[&str]) -> Result<Measured, Error> {
        let mut command = isolated_on(self.processor.as_ref(), &self.binary);
        Measured::by(command.args(arguments))
    }

    fn samples(&self, size: Size) -> Command {
        let mut command = isolated(&self.binary);
        command.args(["samples", &(size as u64).to_string()]);
        command
    }

    /// A database that is empty so far.
    fn create(&self, name: String, kind: &Kind) -> Result<Database, Error> {
        let folder = self.folder.join(&name);
        let server = match kind {
            Kind::Sqlite => None,
            Kind::Postgres(programs) => Some(programs.start(&folder)?),
        };
        let file = || folder.with_extension("db").to_string_lossy().into_owned();
        let database = |server: &postgres::Server| format!("{}/postgres", server.url());
        let place = server.as_ref().map_or_else(file, database);
        Ok(Database {
            name,
            place,
            server,
        })
    }

    /// Fills a database. Samples come through a pipe: those of ten million contacts are longer than most disks have room for.
    fn import(&self, size: Size, database: &Database) -> Result<Measured, Error> {
        let mut samples = self
            .samples(size)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(Error::io(&self.binary))?;
        let mut import = isolated(&self.binary);
        import.args(["import", &database.place]);
        if let Some(stdout) = samples.stdout.take() {
            import.stdin(stdout);
        }
        let imported = succeed(&mut import);
        // Where that failed, there is nobody left to write to.
        drop(import);
        let written = samples.wait().map_err(Error::io(&self.binary))?;
        let imported = Measured::read(&imported?.stdout)?;
        if !written.success() {
            return Err(Error::Other(format!("samples failed: {written}")));
        }
        Ok(imported)
    }

    /// Keeps a server on the processor of its caller from now on, as the server that the client's peers call.
    fn pin(&self, database: &Database) -> Result<(), Error> {
        let (Some(processor), Some(server)) = (&self.processor, &database.server) else {
            return Ok(());
        };
        processor.keep(server.id()?)
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
