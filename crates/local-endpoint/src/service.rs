//! The operations of Amazon Connect, over the store: one file each.
#![allow(
    clippy::needless_pass_by_value,
    reason = "all operations take their inputs alike"
)]

mod begin;
mod describe_contact;
mod get_contact_attributes;
mod list_associated_contacts;
mod list_contact_references;
mod search_contacts;
mod start_chat_contact;
mod start_outbound_voice_contact;
mod start_task_contact;
mod stop_contact;
mod stored;
mod tag_contact;
mod transfer_contact;
mod untag_contact;
mod update_contact;
mod update_contact_attributes;

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use connect_sdk::error::ErrorMetadata;
use connect_sdk::operation;
use connect_sdk::server::{self, ErrorResponse, Service, Violation};
use connect_sdk::types::error::{
    ContactNotFoundException, InternalServiceException, InvalidParameterException,
    InvalidRequestException, ResourceNotFoundException,
};
use http::Request;
use serde::de::DeserializeOwned;

use crate::contact::{Field, Value};
use crate::events::{self, Outlets};
use crate::gate::{Gate, Passage, Stopped};
use crate::key::Key;
use crate::random;
use crate::server::{Clock, Handler, Reply};
use crate::store::{Change, StoredContact};
use crate::{PageError, Store, StoreError};

#[derive(Clone, Debug)]
pub(crate) struct Connect {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) gate: Arc<Gate>,
    pub(crate) events: Arc<Outlets>,
}

impl Handler for Connect {
    async fn handle(&self, request: Request<Bytes>, caller: Arc<Key>) -> Reply {
        let session = Session {
            connect: self.clone(),
            passage: Passage::new(Arc::clone(&self.gate), caller),
        };
        let response = server::handle(&session, request).await;
        session.passage.end(response)
    }
}

/// One request.
struct Session {
    connect: Connect,
    passage: Passage,
}

/// What an operation works with.
struct Context {
    store: Arc<Store>,
    events: Arc<Outlets>,
    /// Nanoseconds since the epoch.
    now: i64,
}

impl Context {
    /// An ID for what a request begins: the same for the same token of a client.
    fn new_id(&self, what: &str, whose: &str, token: Option<&str>) -> Result<String, Failure> {
        match token {
            Some(token) => Ok(self.store.derived_id(&[what, whose, token])),
            None => random::uuid().map_err(|error| StoreError::from(error).into()),
        }
    }

    /// Changes contacts in one transaction, and publishes that.
    fn change<T>(
        &self,
        change: impl Fn(&mut Change<'_, '_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.events.publish(|is_heard| {
            self.store.change(|changes| {
                let result = change(changes)?;
                let events = match is_heard {
                    true => events::of_change(changes, self.now)?,
                    false => Vec::new(),
                };
                Ok((result, events))
            })
        })
    }

    /// Sets fields of a contact to what `edit` makes of it.
    fn edit(
        &self,
        instance: &Option<String>,
        id: &Option<String>,
        edit: impl Fn(StoredContact) -> Result<Vec<(Field, Value)>, Failure>,
    ) -> Result<(), Failure> {
        self.change(|change| {
            let id = required(id);
            let contact = change.contact(required(instance), id)?;
            let arn = contact.instance_arn.clone();
            let fields = edit(contact)?
                .into_iter()
                .map(|(name, value)| (name, Some(value)));
            Ok(change.set(&arn, id, self.now, fields)?)
        })
    }

    fn edit_tags(
        &self,
        instance: &Option<String>,
        id: &Option<String>,
        edit: impl Fn(&mut stored::Members) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.edit(instance, id, |contact| {
            let mut details = stored::details(contact.details.as_deref())?;
            let mut tags = match details.remove("Tags") {
                Some(serde_json::Value::Object(tags)) => tags,
                _ => stored::Members::new(),
            };
            edit(&mut tags)?;
            let tags = serde_json::Value::Object(tags).to_string();
            Ok(vec![(Field::Tags, Value::Text(tags.into()))])
        })
    }
}

/// Why an operation fails.
#[derive(Debug)]
enum Failure {
    NotFound(&'static str),
    Invalid(String),
    Internal(&'static str),
    Store(StoreError),
    /// The passage has the response.
    Stopped,
}

impl From<Stopped> for Failure {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// Details are in the log only.
const FAILED: &str = "The service failed.";

impl From<PageError> for Failure {
    fn from(error: PageError) -> Self {
        match error {
            PageError::UnknownInstance => Self::NotFound("Instance not found."),
            PageError::UnknownContact => Self::NotFound("Contact not found."),
            PageError::BadToken => {
                Self::Invalid("NextToken is not valid for this contact.".to_owned())
            }
            PageError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Logs what is wrong with the store, and returns what its caller is told.
fn unusable(error: &StoreError) -> &'static str {
    tracing::error!(%error, "cannot use the store");
    match error {
        StoreError::Replaced => {
            "The database's file was replaced or removed: start the server again."
        }
        _ => FAILED,
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        tracing::error!(%error, "what is stored does not fit the model");
        Self::Internal(FAILED)
    }
}

impl Session {
    /// Runs an operation where it may block.
    async fn run<I: Send + 'static, O: DeserializeOwned + Send + 'static>(
        &self,
        name: &'static str,
        instance: Option<String>,
        input: I,
        operation: fn(&Context, I) -> Result<O, Failure>,
    ) -> Result<O, Failure> {
        self.passage.enter(name, instance.as_deref()).await?;
        let now = (self.connect.clock.0)().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |now| i64::try_from(now.as_nanos()).unwrap_or(i64::MAX));
        let context = Context {
            store: Arc::clone(&self.connect.store),
            events: Arc::clone(&self.connect.events),
            now,
        };
        let run = tokio::task::spawn_blocking(move || operation(&context, input));
        run.await.unwrap_or_else(|error| {
            tracing::error!(%error, "an operation did not come to an end");
            Err(Failure::Internal(FAILED))
        })
    }
}

/// Serves operations by functions, and turns failures into the operations' errors.
macro_rules! operations {
    ($($name:ident $input:ident $output:ident $error:ident $function:path, $not_found:ident;)*) => {
        /// The names of the operations that are served.
        pub const OPERATIONS: &[&str] = &[$(without_input(stringify!($input))),*];

        impl Service for Session {
            $(
                async fn $name(
                    &self,
                    input: operation::$name::$input,
                ) -> Result<operation::$name::$output, operation::$name::$error> {
                    let name = const { without_input(stringify!($input)) };
                    let instance = input.instance_id.clone();
                    Ok(self.run(name, instance, input, $function).await?)
                }
            )*

            fn invalid_input(
                &self,
                operation: &'static str,
                violations: &[Violation],
            ) -> ErrorResponse {
                if let Err(error) = self.passage.admit(operation, None) {
                    return error;
                }
                let messages = violations.iter().map(|violation| violation.message.as_str());
                let messages = messages.collect::<Vec<_>>().join("; ");
                InvalidParameterException::builder().message(messages).build().into()
            }

            fn not_implemented(&self, operation: &'static str) -> ErrorMetadata {
                denied(operation)
            }
        }

        $(
            impl From<Failure> for operation::$name::$error {
                fn from(failure: Failure) -> Self {
                    match failure {
                        Failure::NotFound(message) => {
                            Self::$not_found($not_found::builder().message(message).build())
                        }
                        Failure::Invalid(message) => Self::InvalidRequestException(
                            InvalidRequestException::builder().message(message).build(),
                        ),
                        Failure::Internal(message) => Self::InternalServiceException(
                            InternalServiceException::builder().message(message).build(),
                        ),
                        Failure::Store(error) => Self::InternalServiceException(
                            InternalServiceException::builder().message(unusable(&error)).build(),
                        ),
                        Failure::Stopped => Self::generic(ErrorMetadata::default()),
                    }
                }
            }
        )*
    };
}

operations! {
    describe_contact DescribeContactInput DescribeContactOutput DescribeContactError
        describe_contact::run, ResourceNotFoundException;
    get_contact_attributes GetContactAttributesInput GetContactAttributesOutput GetContactAttributesError
        get_contact_attributes::run, ResourceNotFoundException;
    list_associated_contacts ListAssociatedContactsInput ListAssociatedContactsOutput ListAssociatedContactsError
        list_associated_contacts::run, ResourceNotFoundException;
    list_contact_references ListContactReferencesInput ListContactReferencesOutput ListContactReferencesError
        list_contact_references::run, ResourceNotFoundException;
    search_contacts SearchContactsInput SearchContactsOutput SearchContactsError
        search_contacts::run, ResourceNotFoundException;
    start_chat_contact StartChatContactInput StartChatContactOutput StartChatContactError
        start_chat_contact::run, ResourceNotFoundException;
    start_outbound_voice_contact StartOutboundVoiceContactInput StartOutboundVoiceContactOutput
        StartOutboundVoiceContactError start_outbound_voice_contact::run, ResourceNotFoundException;
    start_task_contact StartTaskContactInput StartTaskContactOutput StartTaskContactError
        start_task_contact::run, ResourceNotFoundException;
    stop_contact StopContactInput StopContactOutput StopContactError
        stop_contact::run, ContactNotFoundException;
    tag_contact TagContactInput TagContactOutput TagContactError
        tag_contact::run, ResourceNotFoundException;
    transfer_contact TransferContactInput TransferContactOutput TransferContactError
        transfer_contact::run, ResourceNotFoundException;
    untag_contact UntagContactInput UntagContactOutput UntagContactError
        untag_contact::run, ResourceNotFoundException;
    update_contact UpdateContactInput UpdateContactOutput UpdateContactError
        update_contact::run, ResourceNotFoundException;
    update_contact_attributes UpdateContactAttributesInput UpdateContactAttributesOutput
        UpdateContactAttributesError update_contact_attributes::run, ResourceNotFoundException;
}

/// The name of the operation whose input has this name.
const fn without_input(name: &str) -> &str {
    name.split_at(name.len() - "Input".len()).0
}

/// As AWS responds to a caller who may not do something: nothing is made up for what is not served.
fn denied(operation: &str) -> ErrorMetadata {
    let message = format!(
        "User is not authorized to perform: connect:{operation}. This endpoint does not serve the operation."
    );
    let error = ErrorMetadata::builder().code("AccessDeniedException");
    error.message(message).build()
}

/// A member that is required, as the input was checked.
fn required(member: &Option<String>) -> &str {
    member.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_served_is_denied_by_name() {
        let error = denied("CreateUser");
        assert_eq!(error.code(), Some("AccessDeniedException"));
        assert!(
            error
                .message()
                .unwrap_or_default()
                .contains("connect:CreateUser")
        );
    }
}
