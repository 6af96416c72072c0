//! Whatever a file holds.

use proptest::prelude::*;

use super::super::frames::Frames;
use super::super::*;
use super::*;

type Encoding = fn(&str) -> Vec<u8>;

const ENCODINGS: [Encoding; 3] = [
    |text| text.into(),
    |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
];

/// The IDs of the contacts that come before a file cannot be read any further.
fn ids_until_failure(bytes: &[u8]) -> Vec<String> {
    let mut records = Records::new("x", bytes);
    let items = std::iter::from_fn(|| records.next().ok().flatten());
    let contacts = items.filter_map(|item| match item {
        Item::Contact(record) => Some(record.contact_id),
        _ => None,
    });
    contacts.collect()
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut records = Records::new("x", bytes.as_slice());
        while let Ok(Some(_)) = records.next() {}
    }

    #[test]
    fn hostile_json_never_panics_and_good_records_survive(
        parts in prop::collection::vec("[{}\\[\\]\",:\\\\ \n0a-]{0,12}|\"(ContactId|detail|time|detail-type)\":|null", 0..30),
    ) {
        // A record that stands on a fresh line after a line break that nothing can span is found.
        let file = format!("{}\n\u{1}\n{}", parts.concat(), one_line("survivor"));
        let items = read_all(file.as_bytes());
        let survived = |item: &Item| matches!(item, Item::Contact(record) if record.contact_id == "survivor");
        prop_assert!(items.iter().any(survived), "{:?}", items);
    }

    #[test]
    fn however_a_file_is_cut_into_chunks_it_holds_the_same(
        parts in prop::collection::vec("[{}\\[\\]\",:\\\\ \n\t0a-]{0,3}|\"[a-zé\\\\\"\u{1}\u{1f}]{0,40}\"|\\{\"[a-z]{1,9}\":\"[^\"\\\\]{0,20}\"\\}", 0..30),
        size in 1..40_usize,
    ) {
        let file = parts.concat();
        let frames = |size| {
            let mut frames = Frames::new(io::BufReader::with_capacity(size, file.as_bytes()));
            let mut all = Vec::new();
            while let Some(frame) = frames.next(|_| None::<(usize, ())>).unwrap() { all.push(format!("{frame:?}")); }
            (all, frames.place())
        };
        prop_assert_eq!(frames(size), frames(1));
    }

    #[test]
    fn a_mutated_record_costs_none_before_it(place in any::<prop::sample::Index>(), byte in any::<u8>(), again in any::<bool>()) {
        let mut file = record("a").into_bytes();
        let place = place.index(file.len());
        if again { file.insert(place, byte) } else { file[place] = byte }
        let file = [record("z").as_bytes(), b"\n", &file, record("b").as_bytes()].concat();
        prop_assert_eq!(&outcomes(&file)[0], "z");
    }

    #[test]
    fn what_comes_before_a_damage_is_read_however_it_is_packed(
        count in 1..40_usize, packing in 0..6_usize, at in any::<prop::sample::Index>(), damage in prop::option::of(0..8_u32),
    ) {
        let is_compressed = packing > 2;
        let encoding: Encoding = ENCODINGS[packing % 3];
        let lines = (0..count).map(|number| one_line(&number.to_string()) + "\n").collect::<Vec<_>>();
        let plain = encoding(&lines.concat());
        let mut file = if is_compressed { gzip(&plain) } else { plain.clone() };
        let at = at.index(file.len());
        match damage {
            None => file.truncate(at),
            Some(bit) => file[at] ^= 1 << bit,
        }
        // What can still be unpacked, as far as it is right.
        let mut unpacked = Vec::new();
        if is_compressed {
            let _ = flate2::read::MultiGzDecoder::new(file.as_slice()).read_to_end(&mut unpacked);
        } else {
            unpacked.clone_from(&file);
        }
        let right = plain.iter().zip(&unpacked).take_while(|(a, b)| a == b).count();
        let mut ends = 0;
        let whole = lines.iter().take_while(|line| {
            ends += encoding(line).len();
            ends <= right
        });
        let expected = (0..whole.count()).map(|number| number.to_string()).collect::<Vec<_>>();
        let ids = ids_until_failure(&file);
        prop_assert!(ids.starts_with(&expected), "{} of {}, {} expected", ids.len(), count, expected.len());
        prop_assert!(ids.len() <= count);
    }

    #[test]
    fn records_in_envelopes_are_read_or_rejected_and_cost_none_before_them(
        kinds in prop::collection::vec(0..5, 0..7), at in prop::option::of(any::<prop::sample::Index>()), byte in any::<u8>(),
    ) {
        let wrap = |content: String, kind: &i32| {
            let base64 = base64_simd::STANDARD.encode_to_string(&content);
            let packed = base64_simd::STANDARD.encode_to_string(gzip(content.as_bytes()));
            match kind {
                0 => serde_json::json!({"Records": [{"kinesis": {"data": base64}}]}),
                1 => serde_json::json!({"records": [{"data": packed}, {"data": "%"}]}),
                2 => serde_json::json!({"Message": content, "Type": "Notification"}),
                3 => serde_json::json!({"Messages": [{"Body": content}, {"Body": content}]}),
                _ => serde_json::json!({"rawData": base64}),
            }
            .to_string()
        };
        let mut enclosed = kinds.iter().fold(one_line("a"), wrap).into_bytes();
        if let Some(at) = &at {
            let at = at.index(enclosed.len());
            enclosed[at] = byte;
        }
        let file = [one_line("z").as_bytes(), b"\n", &enclosed].concat();
        let ids = ids_until_failure(&file);
        prop_assert_eq!(&ids[0], "z");
        if at.is_none() {
            let copies = 1 << kinds.iter().filter(|kind| **kind == 3).count();
            let expected = if kinds.len() <= 4 { copies } else { 0 };
            prop_assert_eq!(ids.iter().filter(|id| *id == "a").count(), expected);
        }
    }

    #[test]
    fn any_time_is_read_or_rejected(text in "\\PC{0,30}|[0-9]{1,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?(Z|[+-][0-9]{2}:[0-9]{2})") {
        let text = serde_json::to_string(&text).unwrap();
        let file = one_line("a").replace("\"2026-03-14T08:02:11Z\"", &text);
        prop_assert_eq!(read_all(file.as_bytes()).len(), 1);
    }
}
