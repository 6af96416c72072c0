//! The reader takes what `serde_json` takes, and what it takes can be written and read again.
#![no_main]

use connect_protocol::json::{Reader, Writer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut reader = Reader::new(bytes);
    let ours = reader.document().and_then(|document| reader.end().map(|()| document));
    let theirs = serde_json::from_slice::<serde_json::Value>(bytes);
    match (&ours, &theirs) {
        // One level more than `serde_json` allows.
        (Ok(_), Err(error)) if error.to_string().contains("recursion limit") => {}
        _ => assert_eq!(ours.is_ok(), theirs.is_ok(), "{ours:?} but {theirs:?}"),
    }
    if let Ok(document) = ours {
        let mut writer = Writer::new();
        writer.document(&document).expect("any document can be written");
        let written = writer.finish();
        assert_eq!(Reader::new(&written).document(), Ok(document));
    }
    let mut strict = Reader::strict(bytes);
    let _ = strict.union(|| (), |reader, _| reader.skip().map(Some));
    let _ = strict.into_violations();
});
