//! What carries records: messages of Kinesis, Firehose, SQS and SNS, as Lambda functions, backups and the AWS CLI have them.

use serde_json::Value;

/// More commas than messages of records have. A short value takes many times its length in memory.
const MOST_COMMAS: usize = 1 << 20;
/// Where lists of messages are.
const LISTS: [&str; 3] = ["Records", "records", "Messages"];
/// Where a message has its content, and whether that is in base64.
const CONTENTS: [(&str, bool); 8] = [
    ("/kinesis/data", true),
    ("/data", true),
    ("/Data", true),
    ("/rawData", true),
    ("/Sns/Message", false),
    ("/Message", false),
    ("/body", false),
    ("/Body", false),
];

/// The contents of an envelope, each as a file of its own. What cannot be decoded is empty.
pub(super) fn open(object: &[u8]) -> Option<Vec<Option<Vec<u8>>>> {
    let commas = object.iter().filter(|byte| **byte == b',');
    if commas.count() > MOST_COMMAS {
        return None;
    }
    let value = serde_json::from_slice::<Value>(object).ok()?;
    let list = LISTS.iter().find_map(|name| value.get(name)?.as_array());
    Some(match list {
        // Records may also stand in a list as they are.
        Some(messages) => messages
            .iter()
            .map(|message| content(message).unwrap_or_else(|| Some(message.to_string().into())))
            .collect(),
        None => vec![content(&value)?],
    })
}

fn content(message: &Value) -> Option<Option<Vec<u8>>> {
    CONTENTS.iter().find_map(|(path, is_base64)| {
        let text = message.pointer(path)?.as_str()?;
        Some(if *is_base64 {
            base64_simd::forgiving_decode_to_vec(text.as_bytes()).ok()
        } else {
            Some(text.into())
        })
    })
}
