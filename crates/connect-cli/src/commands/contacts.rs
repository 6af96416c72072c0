//! All contacts of a tree, fetched for the commands that work on the whole.

use connect_sdk::Client;
use connect_sdk::config::RateLimit;
use connect_sdk::primitives::DateTime;
use connect_sdk::types::AssociatedContactSummary;
use contact_tree::{Contact, Forest, Timestamp};

use super::facts;
use crate::client;
use crate::failure::Failure;
use crate::local::Local;
use crate::settings::Settings;

/// Which tree.
#[derive(Debug, clap::Args)]
pub(crate) struct TreeArguments {
    /// The ID of the Amazon Connect instance: the last part of its ARN
    #[arg(long, value_name = "STRING")]
    pub(super) instance_id: Option<String>,
    /// The ID of any contact in the tree; on this machine, its beginning is enough
    #[arg(long, value_name = "STRING")]
    pub(super) contact_id: Option<String>,
    /// How many contacts to ask the service for in one call; all pages are fetched
    #[arg(long, value_name = "COUNT", default_value = "100", value_parser = clap::value_parser!(i32).range(1..=100))]
    pub(super) page_size: i32,
}

/// Whether to ask for more about each contact.
#[derive(Debug, clap::Args)]
pub(crate) struct FactsArgument {
    /// Ask for agent, queue and times of each contact of an instance by DescribeContact, two a second; of files they are known
    #[arg(long)]
    pub(super) facts: bool,
}

/// A tree's contacts.
#[derive(Debug)]
pub(crate) struct Contacts {
    /// The contact that was asked for.
    pub(crate) asked_for: String,
    /// The contacts as trees.
    pub(crate) forest: Forest,
}

/// Fetches every page, and what is known of each contact: of files always, of an instance where it is asked for.
///
/// # Errors
///
/// Anything that can go wrong with a call.
pub(crate) async fn fetch(
    arguments: TreeArguments,
    facts: &FactsArgument,
    settings: &Settings,
) -> Result<Contacts, Failure> {
    let place = place(arguments.instance_id, settings).await?;
    let contact_id = contact_id(arguments.contact_id, &place)?;
    let Place { instance_id, local } = place;
    let is_local = local.is_some();
    let connection =
        client::connect_with(settings, local, |config| match facts.facts && !is_local {
            true => config.rate_limit(RateLimit::connect()),
            false => config,
        })
        .await?;
    let client = &connection.client;
    let mut contacts = tree(client, &instance_id, &contact_id, arguments.page_size).await;
    if let Ok(all) = &mut contacts
        && (is_local || facts.facts)
        && let Err(failure) = facts::fill(all, &connection, &instance_id, &contact_id).await
    {
        contacts = Err(failure);
    }
    connection.close().await;
    Ok(Contacts {
        asked_for: contact_id,
        forest: contacts?.into_iter().collect(),
    })
}

/// Where contacts are.
#[derive(Debug)]
pub(crate) struct Place {
    /// The instance.
    pub(crate) instance_id: String,
    /// The contacts, if they are on this machine.
    pub(crate) local: Option<Local>,
}

/// Finds out which instance is meant.
///
/// # Errors
///
/// It is not clear which, a file that cannot be used.
pub(crate) async fn place(given: Option<String>, settings: &Settings) -> Result<Place, Failure> {
    let local = Local::open(&settings.globals).await?;
    let instance_id = match (given, &local) {
        (Some(id), _) => id,
        (None, Some(local)) => local.instance_id()?.to_owned(),
        (None, None) => return Err(Failure::required(&["--instance-id"])),
    };
    Ok(Place { instance_id, local })
}

/// The whole ID of the contact that is meant: on this machine, its beginning is enough, and one may be preset.
///
/// # Errors
///
/// There is none, or it is the beginning of several.
pub(crate) fn contact_id(given: Option<String>, place: &Place) -> Result<String, Failure> {
    let contact_id = match &place.local {
        Some(local) => {
            let given = given.or_else(|| local.contact_id().map(str::to_owned));
            let whole = |id| local.whole_id(&place.instance_id, id);
            given.map(whole).transpose()?
        }
        None => given,
    };
    contact_id.ok_or_else(|| Failure::required(&["--contact-id"]))
}

/// All contacts of a contact's tree, page by page.
///
/// # Errors
///
/// Anything that can go wrong with a call.
pub(crate) async fn tree(
    client: &Client,
    instance_id: &str,
    contact_id: &str,
    page_size: i32,
) -> Result<Vec<Contact>, Failure> {
    let items = client
        .list_associated_contacts()
        .instance_id(instance_id)
        .contact_id(contact_id)
        .into_paginator()
        .page_size(page_size)
        .items()
        .send();
    let contacts: Vec<_> = items.collect::<Result<_, _>>().await?;
    Ok(contacts.into_iter().map(plain).collect())
}

/// The service's time as the tree takes it.
pub(super) fn timestamp(time: DateTime) -> Timestamp {
    Timestamp::new(time.secs(), time.subsec_nanos())
}

/// The service's contact as the tree takes it.
fn plain(contact: AssociatedContactSummary) -> Contact {
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
        initiation_time: contact.initiation_timestamp.map(timestamp),
        disconnect_time: contact.disconnect_timestamp.map(timestamp),
        facts: None,
    }
}
