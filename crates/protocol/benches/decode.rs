//! Decoding a page of 100 contact summaries (about 50 kB): our reader, serde's derive over `serde_json`, and `aws-smithy-json` as the AWS SDK's
//! generated code uses it.
//!
//! ```text
//! cargo bench -p connect-protocol --bench decode
//! ```
//!
//! The three take turns, so that a slow moment of the machine hits all of them. The figures are microseconds per page: the median and the best of
//! the rounds.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

const SUMMARIES: usize = 100;
const ROUNDS: usize = 200;
const PAGES_PER_ROUND: u32 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let page = page()?;
    let (ours, derived, aws) = (ours::read(&page)?, derived::read(&page)?, aws::read(&page)?);
    if ours.len() != SUMMARIES || derived.len() != SUMMARIES || ours != aws {
        return Err("the readers disagree".into());
    }

    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        times[0].push(time(|| ours::read(&page).map_err(Into::into))?);
        times[1].push(time(|| derived::read(&page).map_err(Into::into))?);
        times[2].push(time(|| aws::read(&page))?);
    }
    println!(
        "{SUMMARIES} summaries, {} bytes, {ROUNDS} rounds",
        page.len()
    );
    let best = times.each_mut().map(|times| {
        times.sort_by(f64::total_cmp);
        (times[times.len() / 2], times[0])
    });
    let ours = best[0].0;
    for (name, (median, best)) in ["connect-protocol", "serde_json", "aws-smithy-json"]
        .iter()
        .zip(best)
    {
        println!(
            "{name:16} median {median:7.2} us  best {best:7.2} us  ratio {:5.2}",
            median / ours
        );
    }
    Ok(())
}

/// Microseconds per page.
fn time<T>(mut read: impl FnMut() -> Result<T, Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    for _ in 0..PAGES_PER_ROUND {
        black_box(read()?);
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(PAGES_PER_ROUND))
}

fn page() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut page = String::from("{\"ContactSummaryList\":[");
    for contact in 0..SUMMARIES {
        let comma = if contact > 0 { "," } else { "" };
        let id = |kind: usize| format!("{kind:08x}-5bd1-4f6a-9c0e-{contact:012x}");
        write!(
            page,
            "{comma}{{\"ContactId\":\"{0}\",\"ContactArn\":\"arn:aws:connect:us-east-1:123456789012:instance/{1}/contact/{0}\",\
             \"InitiationTimestamp\":{2}.125,\"DisconnectTimestamp\":{3},\"InitialContactId\":\"{4}\",\
             \"PreviousContactId\":\"{5}\",\"RelatedContactId\":\"{6}\",\"InitiationMethod\":\"QUEUE_TRANSFER\",\"Channel\":\"VOICE\"}}",
            id(1),
            id(2),
            1_700_000_000 + contact,
            1_700_000_100 + contact,
            id(3),
            id(4),
            id(5)
        )?;
    }
    page.push_str("],\"NextToken\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}");
    Ok(page.into_bytes())
}

mod ours {
    use connect_protocol::json::{self, ReadError, ReadJson};
    use connect_sdk::operation::list_associated_contacts::ListAssociatedContactsOutput;
    use connect_sdk::types::AssociatedContactSummary;

    pub(super) fn read(page: &[u8]) -> Result<Vec<AssociatedContactSummary>, ReadError> {
        let page = json::read(page, ListAssociatedContactsOutput::read_json)?;
        std::hint::black_box(page.next_token);
        Ok(page.contact_summary_list.unwrap_or_default())
    }
}

mod derived {
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    enum Channel {
        Chat,
        Email,
        Task,
        Voice,
        #[serde(other)]
        Unknown,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    enum Method {
        AgentReply,
        Api,
        Callback,
        Disconnect,
        ExternalOutbound,
        Flow,
        Inbound,
        Monitor,
        Outbound,
        QueueTransfer,
        Transfer,
        WebrtcApi,
        #[serde(other)]
        Unknown,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    #[expect(dead_code, reason = "decoded and dropped")]
    pub(super) struct Summary {
        contact_id: Option<String>,
        contact_arn: Option<String>,
        initiation_timestamp: Option<f64>,
        disconnect_timestamp: Option<f64>,
        initial_contact_id: Option<String>,
        previous_contact_id: Option<String>,
        related_contact_id: Option<String>,
        initiation_method: Option<Method>,
        channel: Option<Channel>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Page {
        contact_summary_list: Option<Vec<Summary>>,
        next_token: Option<String>,
    }

    pub(super) fn read(page: &[u8]) -> serde_json::Result<Vec<Summary>> {
        let page: Page = serde_json::from_slice(page)?;
        std::hint::black_box(page.next_token);
        Ok(page.contact_summary_list.unwrap_or_default())
    }
}

mod aws {
    use std::error::Error;
    use std::iter::Peekable;

    use aws_smithy_json::deserialize::token::{
        expect_start_object, expect_string_or_null, expect_timestamp_or_null, skip_value,
    };
    use aws_smithy_json::deserialize::{Token, error::DeserializeError, json_token_iter};
    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;
    use connect_sdk::types::AssociatedContactSummary;

    type Result<T> = std::result::Result<T, Box<dyn Error>>;
    type Item<'a> = std::result::Result<Token<'a>, DeserializeError>;

    fn string<'a>(tokens: &mut impl Iterator<Item = Item<'a>>) -> Result<Option<String>> {
        let text = expect_string_or_null(tokens.next())?;
        Ok(text
            .map(|text| text.to_unescaped().map(std::borrow::Cow::into_owned))
            .transpose()?)
    }

    fn enumeration<'a, T: for<'s> From<&'s str>>(
        tokens: &mut impl Iterator<Item = Item<'a>>,
    ) -> Result<Option<T>> {
        let text = expect_string_or_null(tokens.next())?;
        Ok(text
            .map(|text| text.to_unescaped().map(|text| T::from(&*text)))
            .transpose()?)
    }

    fn timestamp<'a>(tokens: &mut impl Iterator<Item = Item<'a>>) -> Result<Option<DateTime>> {
        Ok(expect_timestamp_or_null(
            tokens.next(),
            Format::EpochSeconds,
        )?)
    }

    fn summary<'a>(
        tokens: &mut Peekable<impl Iterator<Item = Item<'a>>>,
    ) -> Result<AssociatedContactSummary> {
        let mut shape = AssociatedContactSummary::builder();
        loop {
            match tokens.next().transpose()? {
                Some(Token::EndObject { .. }) => return Ok(shape.build()),
                Some(Token::ObjectKey { key, .. }) => match key.to_unescaped()?.as_ref() {
                    "ContactId" => shape = shape.set_contact_id(string(tokens)?),
                    "ContactArn" => shape = shape.set_contact_arn(string(tokens)?),
                    "InitiationTimestamp" => {
                        shape = shape.set_initiation_timestamp(timestamp(tokens)?);
                    }
                    "DisconnectTimestamp" => {
                        shape = shape.set_disconnect_timestamp(timestamp(tokens)?);
                    }
                    "InitialContactId" => shape = shape.set_initial_contact_id(string(tokens)?),
                    "PreviousContactId" => shape = shape.set_previous_contact_id(string(tokens)?),
                    "RelatedContactId" => shape = shape.set_related_contact_id(string(tokens)?),
                    "InitiationMethod" => shape = shape.set_initiation_method(enumeration(tokens)?),
                    "Channel" => shape = shape.set_channel(enumeration(tokens)?),
                    _ => skip_value(tokens)?,
                },
                _ => return Err("expected a key".into()),
            }
        }
    }

    pub(super) fn read(page: &[u8]) -> Result<Vec<AssociatedContactSummary>> {
        let mut tokens = json_token_iter(page).peekable();
        let tokens = &mut tokens;
        expect_start_object(tokens.next())?;
        let mut summaries = Vec::new();
        loop {
            match tokens.next().transpose()? {
                Some(Token::EndObject { .. }) => return Ok(summaries),
                Some(Token::ObjectKey { key, .. }) => match key.to_unescaped()?.as_ref() {
                    "ContactSummaryList" => {
                        tokens.next().transpose()?;
                        while let Some(Token::StartObject { .. }) = tokens.next().transpose()? {
                            summaries.push(summary(tokens)?);
                        }
                    }
                    "NextToken" => {
                        std::hint::black_box(string(tokens)?);
                    }
                    _ => skip_value(tokens)?,
                },
                _ => return Err("expected a key".into()),
            }
        }
    }
}
