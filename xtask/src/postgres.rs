//! A PostgreSQL server of its own: on a free port of loopback, with a throw-away folder.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process::{self, succeed};
use crate::tree::remove;
use crate::workspace::read;

/// PostgreSQL's programs, and who runs them.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
    /// PostgreSQL refuses to run as root: then as the user `postgres`.
    as_postgres: bool,
}

impl Programs {
    /// Those on the path, or where Debian has them; otherwise why no server can be started within a folder, which is there.
    pub(crate) fn find(within: &Path) -> Result<Self, String> {
        let folder = folders().find(|folder| {
            let has = |program| folder.join(program).is_file();
            has("initdb") && has("pg_ctl")
        });
        let user = process::run(Command::new("id").arg("-u"));
        let programs = Self {
            folder: folder.ok_or("PostgreSQL is not there")?,
            as_postgres: user.is_ok_and(|user| user.stdout.trim() == "0"),
        };
        let succeeds = |command: &mut Command| process::run(command).is_ok_and(|ran| ran.success);
        if programs.as_postgres {
            if !succeeds(Command::new("id").arg("postgres")) {
                return Err("there is no user postgres to run PostgreSQL".into());
            }
            if !succeeds(programs.command(Path::new("test")).arg("-x").arg(within)) {
                let within = within.display();
                return Err(format!("the user postgres may not enter {within}"));
            }
        }
        Ok(programs)
    }

    /// Such as `PostgreSQL 17.6`.
    pub(crate) fn version(&self) -> Result<String, Error> {
        let mut command = self.command(&self.folder.join("pg_ctl"));
        let version = succeed(command.arg("--version"))?.stdout;
        let version = version.trim().replace("pg_ctl (PostgreSQL)", "PostgreSQL");
        Ok(version)
    }

    /// Starts a new server with its data in a folder, in place of what is there.
    pub(crate) fn start(&self, folder: &Path) -> Result<Server, Error> {
        let mut server = Server {
            programs: self.clone(),
            folder: folder.to_owned(),
            port: 0,
        };
        // One that was left when its program was interrupted.
        let _ = server.stop();
        remove(folder)?;
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        if self.as_postgres {
            succeed(Command::new("chown").arg("postgres").arg(folder))?;
        }
        let mut initdb = server.command("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8"]);
        succeed(initdb.args(["--locale=C", "--no-sync"]))?;
        // Another program may take the port before the server does: once more, then.
        let mut tries = 5;
        for port in free_ports() {
            server.port = port;
            tries -= 1;
            match server.restart() {
                Err(_) if tries > 0 => {}
                result => return result.map(|()| server),
            }
        }
        Err(Error::Other("no port is free".into()))
    }

    fn command(&self, program: &Path) -> Command {
        if !self.as_postgres {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        command.arg(program);
        command
    }
}

/// Where programs may be.
fn folders() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut debian: Vec<PathBuf> = debian.flatten().map(|entry| entry.path()).collect();
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    debian.sort_by_key(|folder| Reverse(version(folder)));
    let debian = debian.into_iter().map(|folder| folder.join("bin"));
    path.into_iter().chain(debian)
}

/// Ports that nothing listens on. Below those that outgoing connections are given, which may take one while a server restarts.
fn free_ports() -> impl Iterator<Item = u16> {
    const PORTS: Range<u16> = 20_000..32_768;
    let first = std::process::id() % PORTS.len() as u32;
    let ports = PORTS.cycle().skip(first as usize).take(PORTS.len());
    ports.filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
}

/// A server with its settings as they come. It is stopped and its folder removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    programs: Programs,
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// Without a database, for its superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// The ID of its first process, which starts all others.
    pub(crate) fn id(&self) -> Result<u32, Error> {
        let file = self.data().join("postmaster.pid");
        let id = read(&file)?
            .lines()
            .next()
            .and_then(|line| line.parse().ok());
        id.ok_or_else(|| Error::Other(format!("no process in {}", file.display())))
    }

    /// Starts it; if it runs, without giving it the time to write what it has in memory.
    pub(crate) fn restart(&self) -> Result<(), Error> {
        succeed(&mut self.restarting())
            .map(drop)
            .map_err(|error| Error::Other(format!("{error}\n{}", self.said())))
    }

    /// The same as a command for a shell.
    pub(crate) fn restart_line(&self) -> String {
        let restart = self.restarting();
        let words = [restart.get_program()]
            .into_iter()
            .chain(restart.get_args());
        let quoted = |word: &OsStr| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''"));
        let words = words.map(quoted).collect::<Vec<_>>().join(" ");
        format!("cd {} && {words}", quoted(self.folder.as_os_str()))
    }

    fn restarting(&self) -> Command {
        let mut restart = self.command("pg_ctl");
        restart.args(["--mode=immediate", "--wait", "--log"]);
        // Paths of sockets are limited to a hundred characters.
        let options = format!("-h 127.0.0.1 -p {} -c unix_socket_directories=", self.port);
        restart
            .arg(self.log())
            .args(["--options", &options, "restart"]);
        restart
    }

    /// What it has said.
    pub(crate) fn said(&self) -> String {
        read(&self.log()).unwrap_or_default()
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Stops it, without giving it the time to write what it has in memory.
    pub(crate) fn stop(&self) -> Result<(), Error> {
        let mut stop = self.command("pg_ctl");
        succeed(stop.args(["--mode=immediate", "--wait", "stop"])).map(drop)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A program of PostgreSQL on its data.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.folder.join(program);
        let mut command = self.programs.command(&program);
        // The user who runs it need not be allowed to be where this process is.
        command.current_dir(&self.folder);
        command.arg("--pgdata").arg(self.data());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, or never have started.
        let _ = self.stop();
        let _ = remove(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::net::TcpStream;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_server_runs_until_it_is_dropped() {
        let within = tempfile::tempdir().unwrap();
        let within = within.path();
        let folder = within.join("server");
        fs::set_permissions(within, Permissions::from_mode(0o700)).unwrap();
        let closed = Programs::find(within);
        fs::set_permissions(within, Permissions::from_mode(0o755)).unwrap();
        let programs = match Programs::find(within) {
            Ok(programs) => programs,
            Err(why) => return println!("skipped: {why}"),
        };
        assert_eq!(closed.is_err(), programs.as_postgres, "{closed:?}");
        assert!(programs.version().unwrap().starts_with("PostgreSQL "));
        let server = programs.start(&folder).unwrap();
        let (url, first) = (server.url(), server.id().unwrap());
        let address = ("127.0.0.1", server.port);
        assert!(TcpStream::connect(address).is_ok());
        server.restart().unwrap();
        assert_eq!(server.url(), url);
        assert_ne!(server.id().unwrap(), first);
        server.stop().unwrap();
        assert!(TcpStream::connect(address).is_err());
        server.restart().unwrap();
        drop(server);
        assert!(TcpStream::connect(address).is_err());
        assert!(!folder.exists());
    }
}
