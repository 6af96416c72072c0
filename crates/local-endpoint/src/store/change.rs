//! Changes contacts in one transaction.

use super::batch::Batch;
use super::page::{self, PageError, StoredContact};
use super::report::Report;
use super::{OnUnconfirmed, Store, StoreError};
use crate::contact::{
    Changed, ContactRecord, ContactState, Field, Origin, Value, Version, Versioned,
};

impl Store {
    /// Changes contacts, in one transaction: what `change` finds is what it changes. It is called again where PostgreSQL could
    /// not carry it out.
    pub(crate) fn change<T, E: From<StoreError>>(
        &self,
        change: impl Fn(&mut Change<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let change = |batch: &mut Batch<'_>| change(&mut Change(batch, Vec::new()));
        let (result, _) = transact(self, OnUnconfirmed::Report, || (), change)?;
        Ok(result)
    }
}

/// Changes under way, and what they have changed so far.
pub(crate) struct Change<'b, 't>(&'b mut Batch<'t>, Vec<Changed>);

impl Change<'_, '_> {
    /// What has been changed, in order.
    pub(crate) fn changed(&self) -> &[Changed] {
        &self.1
    }

    /// A contact by its ID.
    pub(crate) fn contact(&self, instance: &str, id: &str) -> Result<StoredContact, PageError> {
        page::contact(self.0.tables, instance, id)
    }

    /// The ARN of an instance.
    pub(crate) fn instance_arn(&self, instance: &str) -> Result<String, PageError> {
        page::instance(self.0.tables, instance).map(|instance| instance.arn)
    }

    /// Sets fields of a contact, which need not be there yet. They are newer than all values before.
    pub(crate) fn set(
        &mut self,
        instance_arn: &str,
        id: &str,
        now: i64,
        fields: impl IntoIterator<Item = (Field, Option<Value>)>,
    ) -> Result<(), StoreError> {
        let instance = self.0.instance(instance_arn)?;
        let known = self.0.state(instance, id)?;
        let newest = known.as_ref().map(|state| state.newest().time);
        let version = Version {
            time: newest.map_or(now, |newest| now.max(newest.saturating_add(1))),
            origin: Origin::Record,
        };
        let mut state = ContactState::default();
        let mut changed = Vec::new();
        for (name, value) in fields {
            if known.as_ref().map_or(&None, |known| &known[name].value) != &value {
                changed.push(name);
            }
            state[name] = Versioned { version, value };
        }
        let is_new = known.is_none();
        if is_new || !changed.is_empty() {
            self.1.push(Changed {
                instance_arn: instance_arn.to_owned(),
                contact_id: id.to_owned(),
                is_new,
                fields: changed,
            });
        }
        self.0.put(&[ContactRecord {
            instance_arn: instance_arn.to_owned(),
            contact_id: id.to_owned(),
            state,
        }])
    }
}

/// Does all of `act` or none of it, in one transaction.
pub(super) fn transact<T, E: From<StoreError>>(
    store: &Store,
    on_unconfirmed: OnUnconfirmed,
    on_wait: fn(),
    act: impl Fn(&mut Batch<'_>) -> Result<T, E>,
) -> Result<(T, Report), E> {
    store.write(on_unconfirmed, on_wait, |tables| {
        let mut batch = Batch::new(tables);
        let result = act(&mut batch)?;
        Ok((result, batch.finish()?))
    })
}
