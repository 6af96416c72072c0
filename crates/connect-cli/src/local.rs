//! Contacts on this machine in place of an instance's: samples, a database, records. What is preset.

use std::path::PathBuf;

use connect_local_endpoint::{LocalEndpoint, OnRejection, Store, samples};
use serde_json::{Map, Value};

use crate::commands::import;
use crate::database::{Database, Mode};
use crate::failure::Failure;
use crate::globals::Globals;
use crate::model::Member;

/// Contacts on this machine.
#[derive(Debug)]
pub(crate) struct Local {
    store: Store,
    /// Where they are, for errors.
    place: String,
    /// The instances that they belong to.
    instance_ids: Vec<String>,
    /// A contact that stands for one that the command line left out.
    contact_id: Option<&'static str>,
}

impl Local {
    /// Opens what the options name; `None` if that is an instance.
    ///
    /// # Errors
    ///
    /// A file that cannot be used, a bad record; the text names it.
    pub(crate) async fn open(globals: &Globals) -> Result<Option<Self>, Failure> {
        let (database, records) = (globals.database.clone(), globals.records.clone());
        let open: Box<dyn FnOnce() -> Result<Self, Failure> + Send> = match database {
            Some(database) => Box::new(move || Self::of_database(&database)),
            None if globals.local => Box::new(Self::samples),
            None if records.is_empty() => return Ok(None),
            None => Box::new(move || Self::of_records(&records)),
        };
        // Ctrl-C ends it meanwhile.
        let opened = tokio::task::spawn_blocking(open).await;
        opened.map_err(Failure::other)?.map(Some)
    }

    fn of_database(database: &Database) -> Result<Self, Failure> {
        let store = database.open(Mode::Read)?;
        Self::new(store, format!("the database {database}"))
    }

    /// No contacts: they come later.
    ///
    /// # Errors
    ///
    /// SQLite is out of memory.
    pub(crate) fn empty() -> Result<Self, Failure> {
        Self::new(
            Store::in_memory().map_err(Failure::other)?,
            "memory".to_owned(),
        )
    }

    fn samples() -> Result<Self, Failure> {
        let store = Store::in_memory().map_err(Failure::other)?;
        let records = samples::records();
        let imported = store.import("samples", records.as_bytes(), OnRejection::Abort);
        imported.map_err(Failure::other)?;
        Ok(Self {
            contact_id: Some(samples::CONTACT_ID),
            ..Self::new(store, "the samples".to_owned())?
        })
    }

    fn of_records(paths: &[PathBuf]) -> Result<Self, Failure> {
        let store = Store::in_memory().map_err(Failure::other)?;
        let report = import::read(&store, paths)?;
        import::note_rejections(&report);
        if report.rejected > 0 {
            let rest = "connect import leaves bad ones out, for --database";
            return Err(Failure::other(match report.rejected {
                1 => format!("one record is bad; {rest}"),
                count => format!("{count} records are bad; {rest}"),
            }));
        }
        let paths = paths.iter().map(|path| path.display().to_string());
        let paths = paths.collect::<Vec<_>>().join(", ");
        Self::new(store, format!("the records of {paths}"))
    }

    fn new(store: Store, place: String) -> Result<Self, Failure> {
        let instance_ids = store.instance_ids();
        Ok(Self {
            instance_ids: instance_ids
                .map_err(|error| Failure::other(format!("cannot use {place}: {error}")))?,
            store,
            place,
            contact_id: None,
        })
    }

    /// The only instance that there is.
    ///
    /// # Errors
    ///
    /// There is none, or more.
    pub(crate) fn instance_id(&self) -> Result<&str, Failure> {
        let place = &self.place;
        match self.instance_ids.as_slice() {
            [only] => Ok(only),
            [] => Err(Failure::other(format!("{place}: no contacts are in it"))),
            several => Err(Failure::Usage(format!(
                "--instance-id is required, as {place} has contacts of several instances: {}",
                several.join(", ")
            ))),
        }
    }

    /// Where they are, in words.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The contact that is taken where none is named.
    pub(crate) fn contact_id(&self) -> Option<&'static str> {
        self.contact_id
    }

    /// Presets the IDs that an operation takes and the command line left out.
    ///
    /// # Errors
    ///
    /// It is not clear which instance is meant.
    pub(crate) fn preset<'m>(
        &self,
        members: impl Iterator<Item = &'m Member>,
        input: &mut Map<String, Value>,
    ) -> Result<(), Failure> {
        for member in members {
            if input.contains_key(member.name) {
                continue;
            }
            let id = match member.name {
                "InstanceId" => Some(self.instance_id()?),
                "ContactId" => self.contact_id,
                _ => None,
            };
            if let Some(id) = id {
                input.insert(member.name.to_owned(), id.into());
            }
        }
        Ok(())
    }

    /// The whole of an ID of which the beginning was given.
    ///
    /// # Errors
    ///
    /// It is the beginning of several.
    pub(crate) fn whole_id(&self, instance_id: &str, id: String) -> Result<String, Failure> {
        let found = self.store.contact_ids(instance_id, &id, 2);
        match found.unwrap_or_default().as_slice() {
            [only] => Ok(only.clone()),
            [first, second] if *first != id => Err(Failure::Usage(format!(
                "Error parsing parameter '--contact-id': {id:?} is the beginning of several, as {first} and {second}"
            ))),
            _ => Ok(id),
        }
    }

    /// Serves the contacts inside this process.
    ///
    /// # Errors
    ///
    /// An endpoint that cannot be started.
    pub(crate) async fn serve(self) -> Result<LocalEndpoint, Failure> {
        let endpoint = LocalEndpoint::builder()
            .store(self.store)
            .without_reset()
            .start()
            .await;
        endpoint.map_err(Failure::other)
    }
}

/// Says which database cannot be read where the endpoint over it fails.
pub(crate) fn name_database(globals: &Globals, failure: Failure) -> Failure {
    match (&failure, &globals.database) {
        (Failure::Service { code, .. }, Some(database)) if code == "InternalServiceException" => {
            database.unusable(failure)
        }
        _ => failure,
    }
}
