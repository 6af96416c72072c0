//! Looking at a string's bytes, eight at a time.

/// A byte of every lane.
const LANES: u64 = u64::from_ne_bytes([1; 8]);
/// The highest bit of every lane.
const HIGH: u64 = LANES << 7;

/// Lanes below `limit` (at most 128) have their highest bit set; lanes above such a lane may have it too.
fn below(word: u64, limit: u64) -> u64 {
    word.wrapping_sub(LANES * limit) & !word
}

/// The index at or after `from` of the first byte that a JSON string cannot hold as it is: a quote, a backslash or a
/// control character. The length of `bytes` if there is none.
#[inline]
pub(super) fn plain_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (LANES * b'"' as u64);
        let backslash = word ^ (LANES * b'\\' as u64);
        let special = (below(quote, 1) | below(backslash, 1) | below(word, 0x20)) & HIGH;
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::plain_end;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(bytes in prop::collection::vec(any::<u8>(), 0..64), from in 0_usize..64) {
            let from = from.min(bytes.len());
            let special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
            let expected = bytes[from..].iter().position(special).map_or(bytes.len(), |index| from + index);
            prop_assert_eq!(plain_end(&bytes, from), expected);
        }

        #[test]
        fn finds_a_special_byte_in_any_lane(at in 0_usize..24, byte in prop::sample::select(vec![b'"', b'\\', 0, 0x1f])) {
            let mut bytes = [0x80_u8; 24];
            bytes[at] = byte;
            prop_assert_eq!(plain_end(&bytes, 0), at);
        }
    }
}
