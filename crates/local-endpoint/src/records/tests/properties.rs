//! Whatever a file holds.

use proptest::prelude::*;

use super::super::frames::Frames;
use super::super::*;
use super::*;

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
    fn mutated_records_never_panic(place in any::<prop::sample::Index>(), byte in any::<u8>(), again in any::<bool>()) {
        let mut file = record("a").into_bytes();
        let place = place.index(file.len());
        if again { file.insert(place, byte) } else { file[place] = byte }
        file.extend(record("b").as_bytes());
        let _ = outcomes(&file);
    }

    #[test]
    fn any_time_is_read_or_rejected(text in "\\PC{0,30}|[0-9]{1,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?(Z|[+-][0-9]{2}:[0-9]{2})") {
        let text = serde_json::to_string(&text).unwrap();
        let file = one_line("a").replace("\"2026-03-14T08:02:11Z\"", &text);
        prop_assert_eq!(read_all(file.as_bytes()).len(), 1);
    }
}
