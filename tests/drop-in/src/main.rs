//! Every operation and every kind of error, as a program written for `aws-sdk-connect` meets them. What it prints says nothing
//! of IDs and times, so that it is the same on `connect-sdk` and on `aws-sdk-connect` itself.
//!
//! ```text
//! drop-in URL INSTANCE CONTACT
//! ```
//!
//! The endpoint has the keys `AKIDDESK`, which may do everything, and `AKIDREADER`, which may describe contacts, both with the
//! secret `secret`, and a quota of less than [`QUOTA`] calls of each operation.

use std::collections::HashMap;
use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_sdk_connect::config::retry::RetryConfig;
use aws_sdk_connect::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_connect::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_connect::primitives::DateTime;
use aws_sdk_connect::types::{
    Channel, ChatMessage, DisconnectReason, ParticipantDetails, Reference, ReferenceSummary,
    ReferenceType, SearchContactsTimeRange, SearchContactsTimeRangeType, SearchCriteria,
    SearchableContactAttributes, SearchableContactAttributesCriteria, Sort, SortOrder,
    SortableFieldName,
};
use aws_sdk_connect::{Client, Config};
use aws_smithy_async::time::StaticTimeSource;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

type Failure = Box<dyn Error>;

const DESK: &str = "AKIDDESK";
/// Calls after which the endpoint throttles.
const QUOTA: usize = 50;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, instance, contact] = arguments.as_slice() else {
        return Err("expected URL, instance and contact".into());
    };
    let once = RetryConfig::disabled();
    let late = StaticTimeSource::new(SystemTime::now() - Duration::from_secs(1_800));
    let altered = altering(url, [instance, contact]).await?;
    let (too_long, desk) = ("x".repeat(101), Desk::new(config(url, DESK), instance));
    desk.work().await?;
    for (what, config, instance, contact) in [
        (
            "unknown key",
            config(url, "AKIDUNKNOWN"),
            instance,
            contact.as_str(),
        ),
        (
            "missing right",
            config(url, "AKIDREADER"),
            instance,
            contact,
        ),
        ("altered", config(&altered, DESK), instance, contact),
        ("unknown contact", config(url, DESK), instance, "nobody"),
        ("broken constraint", config(url, DESK), &too_long, contact),
    ] {
        for outcome in Desk::new(config, instance).outcomes(contact).await {
            println!("{what}: {outcome}");
        }
    }
    // Only its first call: a client may find out by an error what time it is.
    let late = config(url, DESK).time_source(late).retry_config(once);
    let outcomes = Desk::new(late, instance).outcomes(contact).await;
    println!("signed half an hour ago: {}", outcomes[0]);
    for _ in 0..QUOTA {
        desk.outcomes("nobody").await;
    }
    for outcome in desk.outcomes(contact).await {
        println!("exceeded quota: {outcome}");
    }
    Ok(())
}

fn config(url: &str, key: &str) -> Builder {
    let retries = RetryConfig::standard().with_max_attempts(2);
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new(key, "secret", None, None, "drop-in"))
        .retry_config(retries.with_initial_backoff(Duration::from_millis(1)))
        .endpoint_url(url)
}

/// A proxy that names another instance and contact than were signed: in the path, the query or the body.
async fn altering(url: &str, known: [&String; 2]) -> Result<String, Failure> {
    let server = url.trim_start_matches("http://").to_owned();
    let known = known.map(|id| id.as_bytes().to_owned());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (server, known) = (server.clone(), known.clone());
            tokio::spawn(async move {
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) =
                    TcpStream::connect(server).await?.into_split();
                tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
                let mut buffer = [0; 65_536];
                loop {
                    // A request is that short that it comes in one piece, or in one for each of its parts.
                    let length = from_client.read(&mut buffer).await?;
                    if length == 0 {
                        return to_server.shutdown().await;
                    }
                    let part = &mut buffer[..length];
                    for (start, id) in
                        (0..length).flat_map(|start| known.iter().map(move |id| (start, id)))
                    {
                        if part[start..].starts_with(id) {
                            part[start..start + id.len()].reverse();
                        }
                    }
                    to_server.write_all(part).await?;
                }
            });
        }
    });
    Ok(format!("http://{address}"))
}

/// What came of a call: the code of its error, and what the service says of it.
fn outcome<T, E>(operation: &str, result: Result<T, SdkError<E>>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
{
    match result {
        Ok(_) => format!("{operation} accepted"),
        Err(error) => match error.code() {
            Some(code) => format!("{operation} {code}"),
            None => format!("{operation} {}", DisplayErrorContext(&error)),
        },
    }
}

/// A service desk on an instance.
struct Desk {
    client: Client,
    instance: String,
}

impl Desk {
    fn new(config: Builder, instance: &str) -> Self {
        Self {
            client: Client::from_conf(config.build()),
            instance: instance.to_owned(),
        }
    }

    /// What comes of each operation on a contact; of a search, which is for none, on an instance of that name where the contact is
    /// nobody.
    async fn outcomes(&self, contact: &str) -> Vec<String> {
        let details = ParticipantDetails::builder().display_name("Ada").build();
        macro_rules! outcomes {
            ($($name:ident $operation:literal $contact:ident $(.$set:ident($($value:expr),*))*;)*) => {
                vec![$(outcome(
                    $operation,
                    self.client.$name().instance_id(&self.instance).$contact(contact)$(.$set($($value),*))*.send().await,
                )),*]
            };
        }
        let mut all = outcomes! {
            describe_contact "DescribeContact" contact_id;
            get_contact_attributes "GetContactAttributes" initial_contact_id;
            list_associated_contacts "ListAssociatedContacts" contact_id;
            list_contact_references "ListContactReferences" contact_id .reference_types(ReferenceType::Url);
            start_chat_contact "StartChatContact" related_contact_id
                .contact_flow_id("flow").set_participant_details(details.ok());
            start_outbound_voice_contact "StartOutboundVoiceContact" related_contact_id
                .contact_flow_id("flow").destination_phone_number("+4915112345678").queue_id("queue");
            start_task_contact "StartTaskContact" related_contact_id .name("task");
            stop_contact "StopContact" contact_id;
            tag_contact "TagContact" contact_id .tags("team", "travel");
            transfer_contact "TransferContact" contact_id .contact_flow_id("flow").queue_id("queue");
            untag_contact "UntagContact" contact_id .tag_keys("team");
            update_contact "UpdateContact" contact_id .name("name");
            update_contact_attributes "UpdateContactAttributes" initial_contact_id .attributes("tier", "gold");
        };
        let instance = if contact == "nobody" {
            contact
        } else {
            &self.instance
        };
        let search = self.client.search_contacts().instance_id(instance);
        let search = search.set_time_range(range().ok()).send().await;
        all.push(outcome("SearchContacts", search));
        all
    }

    /// Makes a tree, reads, searches, changes and stops it.
    async fn work(&self) -> Result<(), Failure> {
        let (client, desk) = (&self.client, self.instance.as_str());
        let order = format!("{:?}", SystemTime::now());
        let dial = client
            .start_outbound_voice_contact()
            .instance_id(desk)
            .destination_phone_number("+4915112345678")
            .source_phone_number("+493012345678")
            .contact_flow_id("flow")
            .queue_id("support")
            .attributes("order", &order)
            .attributes("tier", "gold")
            .client_token(&order);
        let voice = dial.clone().send().await?.contact_id.ok_or("no ID")?;
        let again = dial.send().await?.contact_id;
        println!("the same request: {}", again.as_ref() == Some(&voice));
        let hello = ChatMessage::builder().content_type("text/plain");
        let begun = client
            .start_chat_contact()
            .instance_id(desk)
            .contact_flow_id("flow")
            .participant_details(ParticipantDetails::builder().display_name("Ada").build()?)
            .initial_message(hello.content("Hello").build()?)
            .related_contact_id(&voice)
            .send()
            .await?;
        println!("a participant: {}", begun.participant_token().is_some());
        let chat = begun.contact_id.ok_or("no ID")?;
        let url = Reference::builder().r#type(ReferenceType::Url);
        let task = client
            .start_task_contact()
            .instance_id(desk)
            .name("call back")
            .related_contact_id(&voice)
            .references("case", url.value("https://example.com/7").build()?);
        let task = task.send().await?.contact_id.ok_or("no ID")?;
        let transfer = client
            .transfer_contact()
            .instance_id(desk)
            .contact_id(&task);
        let moved = transfer.queue_id("second-level").contact_flow_id("flow");
        let moved = moved.send().await?.contact_id.ok_or("no ID")?;
        let names = HashMap::from([
            (voice.as_str(), "voice"),
            (&chat, "chat"),
            (&task, "task"),
            (&moved, "moved"),
        ]);
        let name = |id: Option<&str>| id.and_then(|id| names.get(id)).copied();

        let mut token = None;
        loop {
            let list = client.list_associated_contacts().instance_id(desk);
            let list = list.contact_id(&chat).max_results(3).set_next_token(token);
            let page = list.send().await?;
            for contact in page.contact_summary_list() {
                println!(
                    "listed: {:?} {:?} {:?} after {:?}, related to {:?}, ended {}",
                    name(contact.contact_id()),
                    contact.channel(),
                    contact.initiation_method(),
                    name(contact.previous_contact_id()),
                    name(contact.related_contact_id()),
                    contact.disconnect_timestamp().is_some(),
                );
            }
            println!("{} on a page", page.contact_summary_list().len());
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }

        let update = client.update_contact_attributes().instance_id(desk);
        let update = update
            .initial_contact_id(&moved)
            .attributes("tier", "platinum");
        update.send().await?;
        for contact in [&voice, &chat, &task, &moved] {
            let get = client.get_contact_attributes().instance_id(desk);
            let output = get.initial_contact_id(contact).send().await?;
            let attributes = output.attributes().ok_or("no attributes")?;
            let (tier, ours) = (attributes.get("tier"), attributes.get("order"));
            let (who, ours) = (name(Some(contact)), ours == Some(&order));
            println!("attributes: {who:?} {tier:?} {ours}");
        }
        let note = Reference::builder().r#type(ReferenceType::String);
        let update = client.update_contact().instance_id(desk).contact_id(&task);
        let update = update.references("note", note.value("later").build()?);
        update.name("called back").send().await?;
        let list = client.list_contact_references().instance_id(desk);
        let list = list.contact_id(&task).reference_types(ReferenceType::Url);
        let list = list.reference_types(ReferenceType::String).send().await?;
        for reference in list.reference_summary_list() {
            match reference {
                ReferenceSummary::Url(url) => println!("URL {:?} {:?}", url.name(), url.value()),
                ReferenceSummary::String(text) => {
                    println!("text {:?} {:?}", text.name(), text.value());
                }
                other => println!("{other:?}"),
            }
        }
        let tag = client.tag_contact().instance_id(desk).contact_id(&task);
        tag.tags("team", "travel").tags("a:b", "").send().await?;
        let untag = client.untag_contact().instance_id(desk).contact_id(&task);
        untag.tag_keys("a:b").send().await?;

        let attribute = SearchableContactAttributesCriteria::builder().key("order");
        let attributes = SearchableContactAttributes::builder()
            .criteria(attribute.values(&order).build()?)
            .build()?;
        let sort = Sort::builder().field_name(SortableFieldName::InitiationTimestamp);
        let found = client
            .search_contacts()
            .instance_id(desk)
            .time_range(range()?)
            .search_criteria(
                SearchCriteria::builder()
                    .channels(Channel::Voice)
                    .channels(Channel::Task)
                    .searchable_contact_attributes(attributes)
                    .build(),
            )
            .sort(sort.order(SortOrder::Ascending).build()?)
            .into_paginator()
            .page_size(2)
            .send();
        let mut found = found;
        while let Some(page) = found.next().await {
            let page = page?;
            let ids = page.contacts().iter().map(|contact| name(contact.id()));
            println!(
                "found: {:?} of {:?}",
                ids.collect::<Vec<_>>(),
                page.total_count()
            );
        }

        let reason = DisconnectReason::builder().code("DISCARDED").build();
        let stop = || client.stop_contact().instance_id(desk).contact_id(&moved);
        stop().disconnect_reason(reason).send().await?;
        println!("{}", outcome("stopped again:", stop().send().await));
        for id in [&task, &moved] {
            let describe = client.describe_contact().instance_id(desk).contact_id(id);
            let output = describe.send().await?;
            let contact = output.contact().ok_or("no contact")?;
            println!(
                "described: {:?} {:?} {:?} {:?} {:?} {:?}",
                name(contact.id()),
                contact.name(),
                contact.tags(),
                contact.queue_info().and_then(|queue| queue.id()),
                contact.disconnect_reason(),
                contact.disconnect_timestamp() >= contact.initiation_timestamp(),
            );
        }
        Ok(())
    }
}

/// From an hour ago to an hour from now.
fn range() -> Result<SearchContactsTimeRange, BuildError> {
    let (now, hour) = (SystemTime::now(), Duration::from_secs(3_600));
    SearchContactsTimeRange::builder()
        .r#type(SearchContactsTimeRangeType::InitiationTimestamp)
        .start_time(DateTime::from(now - hour))
        .end_time(DateTime::from(now + hour))
        .build()
}
