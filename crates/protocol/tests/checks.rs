//! What clients and servers check, and how servers say it.

use std::collections::HashMap;

use aws_smithy_types::{BigDecimal, BigInteger, Blob};
use connect_protocol::check::{Check, Violation};

fn server(check: impl FnOnce(&mut Check)) -> Vec<Violation> {
    let mut server = Check::server();
    check(&mut server);
    server.violations()
}

fn message(check: impl FnOnce(&mut Check)) -> Option<String> {
    let violations = server(check);
    assert!(violations.len() <= 1, "{violations:?}");
    let message = |violation: Violation| violation.message;
    violations.into_iter().next().map(message)
}

fn client(check: impl FnOnce(&mut Check)) -> Result<(), String> {
    let mut client = Check::client();
    check(&mut client);
    client.into_input_error().map_err(|error| error.to_string())
}

#[test]
fn servers_speak_as_smithy_does() {
    type Row<'a> = (&'a dyn Fn(&mut Check), Option<&'a str>);
    let rows: [Row<'_>; 10] = [
        (
            &|m| m.length("abc", 4..=6),
            Some("3: have length between 4 and 6, inclusive"),
        ),
        (
            &|m| m.length("abc", 4..),
            Some("3: have length greater than or equal to 4"),
        ),
        (
            &|m| m.length("abc", ..=2),
            Some("3: have length less than or equal to 2"),
        ),
        (&|m| m.length("abc", 3..=3), None),
        (
            &|m| m.range(&9, 2..=8),
            Some("be between 2 and 8, inclusive"),
        ),
        (
            &|m| m.range(&2.1_f32, 2.2..),
            Some("be greater than or equal to 2.2"),
        ),
        (
            &|m| m.range(&8.9, ..=8.8),
            Some("be less than or equal to 8.8"),
        ),
        (
            &|m| m.range(&f64::NAN, ..=8.8),
            Some("be less than or equal to 8.8"),
        ),
        (
            &|m| m.known("abc", &["abd", "x"]),
            Some("satisfy enum value set: [abd, x]"),
        ),
        (
            &|m| m.known_number(3, &[1, 2]),
            Some("satisfy enum value set: [1, 2]"),
        ),
    ];
    let said = " at '/M' failed to satisfy constraint: Member must";
    for (check, expected) in rows {
        let message = message(|all| all.optional("M", &Some(()), |all, ()| check(all)));
        let expected = expected.map(|text| match text.strip_prefix("3: ") {
            Some(end) => format!("Value with length 3{said} {end}"),
            None => format!("Value{said} {text}"),
        });
        assert_eq!(message, expected);
    }
    let missing = message(|check| check.required("M", &None::<String>, |_, _| {}));
    let expected = "Value at '/M' failed to satisfy constraint: Member must not be null";
    assert_eq!(missing.as_deref(), Some(expected));
}

fn paths(violations: &[Violation]) -> Vec<&str> {
    violations
        .iter()
        .map(|violation| &*violation.path)
        .collect()
}

#[test]
fn lengths_count_characters_bytes_and_entries() {
    let length = |check: fn(&mut Check)| match message(check) {
        Some(message) => message.split(' ').nth(3).unwrap().parse::<u64>().unwrap(),
        None => 0,
    };
    assert_eq!(length(|check| check.length("\u{1f44d}\u{e9}a", 9..)), 3);
    assert_eq!(length(|check| check.length(&Blob::new([0; 5]), 9..)), 5);
    assert_eq!(length(|check| check.length(&vec![0; 4], 9..)), 4);
    let map = |check: &mut Check| check.length(&HashMap::from([(1, 1), (2, 2)]), 9..);
    assert_eq!(length(map), 2);
}

#[test]
fn paths_lead_through_lists_and_maps() {
    let map = HashMap::from([("key".to_owned(), vec!["ok".to_owned(), String::new()])]);
    let violations = server(|check| {
        check.optional("Map", &Some(map), |check, map| {
            check.each_key(map, |check, key| check.length(key, ..=1));
            check.each_value(map, |check, list| {
                check.each(list, |check, item| check.length(item, 1..));
            });
        });
    });
    let expected = ["/Map", "/Map/key/1"];
    assert_eq!(paths(&violations), expected, "a key is named by its map");
}

#[test]
fn equal_entries_are_found_in_short_and_long_lists() {
    for length in [2, 16, 17, 1_000] {
        let mut items: Vec<String> = (0..length).map(|number| number.to_string()).collect();
        assert_eq!(message(|check| check.unique(&items)), None, "{length}");
        items.push(items[0].clone());
        let message = message(|check| check.unique(&items)).unwrap();
        assert!(message.ends_with("Member must have unique values"));
    }
}

#[test]
fn clients_look_at_what_is_required_and_at_minima() {
    type Row<'a> = (&'a dyn Fn(&mut Check), Result<(), &'a str>);
    let nested = Some(vec![Some("a".to_owned()), None]);
    let twice = ["a".to_owned(), "a".to_owned()];
    let required = |check: &mut Check, item: &Option<String>| check.required("N", item, |_, _| {});
    let rows: [Row<'_>; 9] = [
        (
            &|check| check.required("M", &None::<String>, |_, _| {}),
            Err("M: required"),
        ),
        (
            &|check| check.optional("M", &Some(""), |check, text| check.length(*text, 1..=2)),
            Err("M: minimum length 1, is 0"),
        ),
        (
            &|check| check.optional("M", &Some(0), |check, number| check.range(number, 1..=2)),
            Err("M: minimum 1"),
        ),
        (
            &|check| check.optional("M", &nested, |check, list| check.each(list, required)),
            Err("M/1/N: required"),
        ),
        // The rest is the service's to judge.
        (&|check| check.length("abc", 1..=2), Ok(())),
        (&|check| check.range(&3, 1..=2), Ok(())),
        (&|check| check.known("c", &["a", "b"]), Ok(())),
        (&|check| check.known_number(3, &[1, 2]), Ok(())),
        (&|check| check.unique(&twice), Ok(())),
    ];
    for (check, expected) in rows {
        assert_eq!(client(check), expected.map_err(str::to_owned));
    }
}

#[test]
fn a_minimum_in_characters_is_not_met_by_bytes() {
    let one = "\u{1f44d}";
    assert!(client(|check| check.length(one, 2..)).is_err());
    assert!(client(|check| check.length(one, 1..)).is_ok());
}

#[test]
fn what_stands_in_for_a_missing_member_is_not_judged() {
    let mut reader = connect_protocol::json::Reader::strict(b"{}");
    let name: String = reader.required("Name", None).unwrap();
    let mut check = Check::server_after(reader.into_violations());
    check.value("Name", &name, |check, name| check.length(name, 1..));
    check.value("NameToo", &name, |check, name| check.length(name, 1..));
    assert_eq!(paths(&check.violations()), ["/Name", "/NameToo"]);
}

#[test]
fn patterns_are_searched_for_in_linear_time() {
    use connect_protocol::check::Pattern;

    static LOWER: Pattern = Pattern::new("^[a-m]+$");
    static EVIL: Pattern = Pattern::new("^([0-9]+)+$");
    static BROKEN: Pattern = Pattern::new("(?<!x)y");
    let said = message(|check| check.pattern("xyz", &LOWER)).unwrap();
    assert!(said.ends_with("Member must satisfy regular expression pattern: ^[a-m]+$"));
    assert_eq!(message(|check| check.pattern("abc", &LOWER)), None);
    let evil = format!("{}x", "0".repeat(100_000));
    assert!(message(|check| check.pattern(&evil, &EVIL)).is_some());
    let unjudged = message(|check| check.pattern("", &BROKEN));
    assert_eq!(unjudged, None, "what does not compile is not judged");
    assert_eq!(client(|check| check.pattern("xyz", &LOWER)), Ok(()));
}

#[test]
fn numbers_of_any_size_keep_to_their_range() {
    let one: BigDecimal = "1".parse().unwrap();
    let below: BigDecimal = "0.99999999999999999999999999".parse().unwrap();
    let above: BigInteger = "100000000000000000000000001".parse().unwrap();
    let most = Some("100000000000000000000000000");
    let inside = message(|check| check.big_range(&one, Some("1"), Some("1")));
    assert_eq!(inside, None);
    let low = message(|check| check.big_range(&below, Some("1"), None));
    assert!(low.unwrap().ends_with("be greater than or equal to 1"));
    let high = message(|check| check.big_range(&above, None, most)).unwrap();
    assert!(high.ends_with("be less than or equal to 100000000000000000000000000"));
    assert!(client(|check| check.big_range(&below, Some("1"), None)).is_err());
    assert_eq!(client(|check| check.big_range(&above, None, most)), Ok(()));
}
