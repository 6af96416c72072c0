//! The operations of Amazon Connect, answered from the store.

use std::num::NonZeroUsize;
use std::sync::Arc;

use bytes::Bytes;
use connect_sdk::error::ErrorMetadata;
use connect_sdk::operation::list_associated_contacts::{
    ListAssociatedContactsError, ListAssociatedContactsInput, ListAssociatedContactsOutput,
};
use connect_sdk::server::{self, ErrorResponse, Service, Violation};
use connect_sdk::types::error::{
    InternalServiceException, InvalidParameterException, InvalidRequestException,
    ResourceNotFoundException,
};
use connect_sdk::types::{AssociatedContactSummary, Channel, ContactInitiationMethod};
use http::{Request, Response};

use crate::server::Handler;
use crate::{ContactSummary, Page, PageError, Store, StoreError};

/// What the service takes where MaxResults is absent.
const DEFAULT_PAGE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(24);

#[derive(Debug)]
pub(crate) struct Connect {
    store: Arc<Store>,
}

impl Connect {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self { store }
    }
}

impl Handler for Connect {
    async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        server::handle(self, request).await
    }
}

impl Service for Connect {
    async fn list_associated_contacts(
        &self,
        input: ListAssociatedContactsInput,
    ) -> Result<ListAssociatedContactsOutput, ListAssociatedContactsError> {
        let store = Arc::clone(&self.store);
        let page = tokio::task::spawn_blocking(move || page(&store, &input)).await;
        match page {
            Ok(Ok(page)) => Ok(output(page)),
            Ok(Err(error)) => Err(refusal(&error)),
            Err(error) => {
                tracing::error!(%error, "reading the store did not come to an end");
                Err(internal(FAILED))
            }
        }
    }

    fn invalid_input(&self, _operation: &'static str, violations: &[Violation]) -> ErrorResponse {
        let messages = violations
            .iter()
            .map(|violation| violation.message.as_str())
            .collect::<Vec<_>>();
        InvalidParameterException::builder()
            .message(messages.join("; "))
            .build()
            .into()
    }

    /// As AWS responds to a caller who may not do something: nothing is made up for what is not served.
    fn not_implemented(&self, operation: &'static str) -> ErrorMetadata {
        let message = format!(
            "User is not authorized to perform: connect:{operation}. This endpoint does not serve the operation."
        );
        ErrorMetadata::builder()
            .code("AccessDeniedException")
            .message(message)
            .build()
    }
}

fn page(store: &Store, input: &ListAssociatedContactsInput) -> Result<Page, PageError> {
    // Both are there and the size is within its limits: the input was checked.
    let instance = input.instance_id.as_deref().unwrap_or_default();
    let contact = input.contact_id.as_deref().unwrap_or_default();
    let size = input
        .max_results
        .and_then(|size| usize::try_from(size).ok())
        .and_then(NonZeroUsize::new);
    store.page(
        instance,
        contact,
        size.unwrap_or(DEFAULT_PAGE),
        input.next_token.as_deref(),
    )
}

fn output(page: Page) -> ListAssociatedContactsOutput {
    ListAssociatedContactsOutput::builder()
        .set_contact_summary_list(Some(page.contacts.into_iter().map(summary).collect()))
        .set_next_token(page.next_token)
        .build()
}

fn summary(contact: ContactSummary) -> AssociatedContactSummary {
    AssociatedContactSummary::builder()
        .contact_id(contact.contact_id)
        .contact_arn(contact.contact_arn)
        .set_initiation_timestamp(contact.initiation_time)
        .set_disconnect_timestamp(contact.disconnect_time)
        .set_initial_contact_id(contact.initial_contact_id)
        .set_previous_contact_id(contact.previous_contact_id)
        .set_related_contact_id(contact.related_contact_id)
        .set_initiation_method(
            contact
                .initiation_method
                .as_deref()
                .map(ContactInitiationMethod::from),
        )
        .set_channel(contact.channel.as_deref().map(Channel::from))
        .build()
}

fn refusal(error: &PageError) -> ListAssociatedContactsError {
    let not_found = |what: &str| {
        let message = format!("{what} not found.");
        ListAssociatedContactsError::ResourceNotFoundException(
            ResourceNotFoundException::builder()
                .message(message)
                .build(),
        )
    };
    match error {
        PageError::UnknownInstance => not_found("Instance"),
        PageError::UnknownContact => not_found("Contact"),
        PageError::BadToken => ListAssociatedContactsError::InvalidRequestException(
            InvalidRequestException::builder()
                .message("NextToken is not valid for this contact.")
                .build(),
        ),
        PageError::Store(error) => {
            tracing::error!(%error, "cannot read the store");
            internal(match error {
                StoreError::Replaced => {
                    "The database's file was replaced or removed: start the server again."
                }
                _ => FAILED,
            })
        }
    }
}

/// Details are in the log and nobody else's business.
const FAILED: &str = "The service failed.";

fn internal(message: &str) -> ListAssociatedContactsError {
    let error = InternalServiceException::builder().message(message).build();
    ListAssociatedContactsError::InternalServiceException(error)
}
