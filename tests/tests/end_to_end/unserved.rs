//! Operations of the model that the endpoint does not serve: denied, as to an account that may not call them.

use connect_local_endpoint::samples::{CONTACT_ID, INSTANCE_ID};
use connect_sdk::Error;
use connect_sdk::error::{ProvideErrorMetadata, SdkError};
use connect_sdk::primitives::DateTime;
use connect_sdk::types::{
    ParticipantDetails, ReferenceType, SearchContactsTimeRange, SearchContactsTimeRangeType,
};

use crate::World;

/// Operation, status, and the error as any operation's.
type Denied = (&'static str, Option<u16>, Error);

fn denied<T: std::fmt::Debug, E: std::fmt::Debug>(
    operation: &'static str,
    sent: Result<T, SdkError<E>>,
) -> Denied
where
    Error: From<SdkError<E>>,
{
    let error = sent.unwrap_err();
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    (operation, status, error.into())
}

#[tokio::test]
async fn what_is_not_served_is_denied_by_name() {
    let World { client, endpoint } = World::with_samples().await;
    macro_rules! calls {
        ($($operation:literal $method:ident $(.$setter:ident($($value:expr),*))*;)*) => {
            [$(denied($operation, client.$method().instance_id(INSTANCE_ID)$(.$setter($($value),*))*.send().await)),*]
        };
    }
    let range = SearchContactsTimeRange::builder()
        .r#type(SearchContactsTimeRangeType::InitiationTimestamp)
        .start_time(DateTime::from_secs(1_773_446_400))
        .end_time(DateTime::from_secs(1_773_532_800))
        .build();
    let customer = ParticipantDetails::builder().display_name("Ada").build();
    let calls = calls! {
        "DescribeContact" describe_contact .contact_id(CONTACT_ID);
        "GetContactAttributes" get_contact_attributes .initial_contact_id(CONTACT_ID);
        "ListContactReferences" list_contact_references .contact_id(CONTACT_ID).reference_types(ReferenceType::Url);
        "SearchContacts" search_contacts .time_range(range.unwrap());
        "StartChatContact" start_chat_contact .contact_flow_id("f").participant_details(customer.unwrap());
        "StartOutboundVoiceContact" start_outbound_voice_contact .contact_flow_id("f").destination_phone_number("+12025550123");
        "StartTaskContact" start_task_contact .name("Call back");
        "StopContact" stop_contact .contact_id(CONTACT_ID);
        "TagContact" tag_contact .contact_id(CONTACT_ID).tags("team", "sales-1");
        "TransferContact" transfer_contact .contact_id(CONTACT_ID).contact_flow_id("f");
        "UntagContact" untag_contact .contact_id(CONTACT_ID).tag_keys("team");
        "UpdateContact" update_contact .contact_id(CONTACT_ID).name("Call back");
        "UpdateContactAttributes" update_contact_attributes .initial_contact_id(CONTACT_ID).attributes("k", "v");
    };
    for (operation, status, error) in calls {
        assert_eq!(
            (status, error.code()),
            (Some(403), Some("AccessDeniedException")),
            "{operation}: {error:?}"
        );
        let message = error.message().unwrap();
        assert!(
            message.contains(&format!("connect:{operation}.")),
            "{message}"
        );
    }
    endpoint.shutdown().await;
}
