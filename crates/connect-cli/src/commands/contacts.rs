//! All contacts of a tree, fetched for the commands that work on the whole.

use connect_sdk::primitives::DateTime;
use connect_sdk::types::AssociatedContactSummary;
use contact_tree::{Contact, Forest, Timestamp};

use crate::client;
use crate::failure::Failure;
use crate::local::Local;
use crate::settings::Settings;

/// Which tree.
#[derive(Debug, clap::Args)]
pub(crate) struct TreeArguments {
    /// The ID of the Amazon Connect instance: the last part of its ARN
    #[arg(long, value_name = "STRING")]
    instance_id: Option<String>,
    /// The ID of any contact in the tree; on this machine, its beginning is enough
    #[arg(long, value_name = "STRING")]
    contact_id: Option<String>,
    /// How many contacts to ask the service for in one call; all pages are fetched
    #[arg(long, value_name = "COUNT", default_value = "100", value_parser = clap::value_parser!(i32).range(1..=100))]
    page_size: i32,
}

/// A tree's contacts.
#[derive(Debug)]
pub(crate) struct Contacts {
    /// The contact that was asked for.
    pub(crate) asked_for: String,
    /// The contacts as trees.
    pub(crate) forest: Forest,
}

/// Fetches every page.
///
/// # Errors
///
/// Anything that can go wrong with a call.
pub(crate) async fn fetch(
    arguments: TreeArguments,
    settings: &Settings,
) -> Result<Contacts, Failure> {
    let (mut instance_id, mut contact_id) = (arguments.instance_id, arguments.contact_id);
    let local = Local::open(&settings.globals).await?;
    if let Some(local) = &local {
        if instance_id.is_none() {
            instance_id = Some(local.instance_id()?.to_owned());
        }
        let given = contact_id.or_else(|| local.contact_id().map(str::to_owned));
        let whole = |id| local.whole_id(instance_id.as_deref().unwrap_or_default(), id);
        contact_id = given.map(whole).transpose()?;
    }
    let (instance_id, contact_id) = match (instance_id, contact_id) {
        (Some(instance_id), Some(contact_id)) => (instance_id, contact_id),
        (instance_id, contact_id) => {
            let flags = [
                ("--instance-id", instance_id.is_some()),
                ("--contact-id", contact_id.is_some()),
            ];
            return Err(Failure::required(flags));
        }
    };
    let connection = client::connect(settings, local).await?;
    let items = connection
        .client
        .list_associated_contacts()
        .instance_id(instance_id)
        .contact_id(&contact_id)
        .into_paginator()
        .page_size(arguments.page_size)
        .items()
        .send();
    let contacts: Result<Vec<_>, _> = items.collect().await;
    connection.close().await;
    Ok(Contacts {
        asked_for: contact_id,
        forest: contacts?.into_iter().map(plain).collect(),
    })
}

/// The service's contact as the tree takes it.
fn plain(contact: AssociatedContactSummary) -> Contact {
    let time = |time: DateTime| Timestamp::new(time.secs(), time.subsec_nanos());
    let channel = contact.channel.as_ref();
    let method = contact.initiation_method.as_ref();
    Contact {
        id: contact.contact_id.unwrap_or_default(),
        arn: contact.contact_arn,
        initial_contact_id: contact.initial_contact_id,
        previous_contact_id: contact.previous_contact_id,
        related_contact_id: contact.related_contact_id,
        channel: channel.map(|channel| channel.as_str().to_owned()),
        initiation_method: method.map(|method| method.as_str().to_owned()),
        initiation_time: contact.initiation_timestamp.map(time),
        disconnect_time: contact.disconnect_timestamp.map(time),
    }
}
