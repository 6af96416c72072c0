//! Page tokens: a place in a tree that only this database can have given out, for one contact of one instance.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const VERSION: u8 = 1;
/// 128 bits of the HMAC: enough against guessing, short in a URL.
const TAG: usize = 16;
const TIME: usize = 8;

/// A place in the order of a tree: behind the contact with this time and ID. It stays where it is when contacts come or
/// go, so that paging neither repeats nor misses one that was there all along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) initiated: i64,
    pub(crate) id: String,
}

/// What a token is valid for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) key: &'a [u8; 64],
    pub(crate) instance_id: &'a str,
    pub(crate) contact_id: &'a str,
}

impl Scope<'_> {
    /// The token for a place: version, time and ID, followed by the tag over them and the scope.
    pub(crate) fn seal(&self, cursor: &Cursor) -> String {
        let mut token = vec![VERSION];
        token.extend(cursor.initiated.to_be_bytes());
        token.extend(cursor.id.as_bytes());
        let tag = self.mac(&token).finalize().into_bytes();
        token.extend(&tag[..TAG]);
        base64_simd::URL_SAFE_NO_PAD.encode_to_string(token)
    }

    /// The place that a token stands for, `None` if it was not given out for this scope.
    pub(crate) fn open(&self, token: &str) -> Option<Cursor> {
        let token = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(token).ok()?;
        let (content, tag) = token.split_at_checked(token.len().checked_sub(TAG)?)?;
        self.mac(content).verify_truncated_left(tag).ok()?;
        let (version, content) = content.split_first()?;
        let (time, id) = content.split_first_chunk::<TIME>()?;
        let id = std::str::from_utf8(id).ok()?.to_owned();
        (*version == VERSION).then(|| Cursor {
            initiated: i64::from_be_bytes(*time),
            id,
        })
    }

    fn mac(&self, content: &[u8]) -> Hmac<Sha256> {
        let (instance, contact) = (self.instance_id.as_bytes(), self.contact_id.as_bytes());
        mac(self.key, [instance, contact, content])
    }
}

/// Over several parts, of which no two lists run together: each has its length before it.
pub(crate) fn mac<'a>(key: &[u8; 64], parts: impl IntoIterator<Item = &'a [u8]>) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new(key.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac
}
