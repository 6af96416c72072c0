//! UUIDs.

/// The random (version 4) UUID that 16 bytes make, in its usual form: 36 ASCII characters.
pub fn version_4(mut bytes: [u8; 16]) -> [u8; 36] {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = [b'-'; 36];
    let places = (0..36).filter(|place| !matches!(place, 8 | 13 | 18 | 23));
    for (nibble, place) in places.enumerate() {
        let byte = bytes[nibble / 2];
        let nibble = if nibble % 2 == 0 {
            byte >> 4
        } else {
            byte & 0xf
        };
        text[place] = b"0123456789abcdef"[usize::from(nibble)];
    }
    text
}
