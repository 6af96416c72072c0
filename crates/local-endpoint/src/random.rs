//! Randomness for keys and IDs, from the operating system.

use connect_protocol::uuid::version_4;

/// The operating system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers: {0}")]
pub struct RandomError(getrandom::Error);

pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(RandomError)?;
    Ok(bytes)
}

/// A string of `N` characters out of `alphabet`, whose length must divide 256 for all to be equally likely.
pub(crate) fn text<const N: usize>(alphabet: &[u8]) -> Result<String, RandomError> {
    Ok(bytes::<N>()?
        .iter()
        .map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()]))
        .collect())
}

/// A UUID, version 4, in its usual form.
pub(crate) fn uuid() -> Result<String, RandomError> {
    bytes().map(uuid_of)
}

/// The UUID, version 4, that 16 bytes make.
pub(crate) fn uuid_of(bytes: [u8; 16]) -> String {
    version_4(bytes).map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_have_their_form_and_differ() {
        let uuid = uuid().unwrap();
        let parts = uuid.split('-').map(str::len).collect::<Vec<_>>();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&uuid.as_bytes()[19]));
        assert_ne!(uuid, super::uuid().unwrap());
    }

    #[test]
    fn text_keeps_to_its_alphabet() {
        let text = text::<64>(b"ABCD").unwrap();
        assert_eq!(text.len(), 64);
        assert!(text.bytes().all(|byte| b"ABCD".contains(&byte)));
    }
}
