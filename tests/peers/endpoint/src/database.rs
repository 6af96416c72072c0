//! The database that is measured: a file, or a server's.

use connect_local_endpoint::{Store, StoreError};
use peer_harness::Failure;
use postgres::{Client, NoTls};

use crate::process::{Process, cpu, cpu_of_family};

pub(crate) struct Database {
    name: String,
    /// The process that all others of PostgreSQL's server descend from.
    server: Option<u32>,
}

impl Database {
    /// Looks for the server's processes, if there is a server.
    pub(crate) fn find(name: String) -> Result<Self, Failure> {
        let mut database = Self { name, server: None };
        if database.name.starts_with("postgres://") {
            // Its process is there as long as the connection is.
            let mut connection = database.connect()?;
            let row = connection.query_one("SELECT pg_backend_pid()", &[])?;
            database.server = Some(parent_of(row.get(0))?);
        }
        Ok(database)
    }

    pub(crate) fn store(&self) -> Result<Store, StoreError> {
        match self.server {
            Some(_) => Store::postgres(&self.name),
            None => Store::open(&self.name),
        }
    }

    /// A connection to PostgreSQL.
    pub(crate) fn connect(&self) -> Result<Client, Failure> {
        Ok(Client::connect(&self.name, NoTls)?)
    }

    /// The processor time that this process and the server have taken, in seconds.
    pub(crate) fn cpu(&self) -> Result<f64, Failure> {
        Ok(cpu("self")? + self.cpu_of_server()?)
    }

    /// The processor time that the server has taken, in seconds. There is none for a file.
    pub(crate) fn cpu_of_server(&self) -> Result<f64, Failure> {
        self.server.map_or(Ok(0.0), cpu_of_family)
    }

    /// Does now what PostgreSQL's server does before long by itself, so that it does not do so while something else is measured.
    pub(crate) fn settle(&self) -> Result<(), Failure> {
        if self.server.is_some() {
            let mut client = self.connect()?;
            // One by one: together they would be a transaction, in which VACUUM cannot run.
            for statement in ["VACUUM (ANALYZE)", "CHECKPOINT"] {
                client.batch_execute(statement)?;
            }
        }
        Ok(())
    }
}

/// The server of a connection's process.
fn parent_of(process: i32) -> Result<u32, Failure> {
    let is_ours = |process: &Process| process.name == "postgres";
    let found = Process::read(&process.to_string()).ok().filter(is_ours);
    let found = found.ok_or("PostgreSQL's server is not on this machine, or not to be seen")?;
    Ok(found.parent)
}
