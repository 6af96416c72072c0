//! `builder!`: every kind of member, as a structure's own and as passed on by a fluent builder.

#![allow(missing_docs, reason = "names say all")]

use std::collections::HashMap;

use connect_protocol::builder;

macro_rules! structure {
    ($name:ident, $builder:ident, $fluent:ident, $presence:ident, $($field:ident: $type:ty = ($($row:tt)*);)*) => {
        #[derive(Debug, PartialEq)]
        pub struct $name {
            $($field: $type,)*
        }

        #[derive(Debug, Default)]
        pub struct $fluent {
            inner: $builder,
        }

        builder!($name, $builder: Clone Debug Default PartialEq => result #[cfg(all())] $fluent {
            $($presence $($row)*;)*
        });
    };
}

structure! {
    Optional, OptionalBuilder, OptionalFluent, optional,
    text: Option<String> = (string text set_text get_text "Text");
    count: Option<i32> = (copy(i32) count set_count get_count "Count");
    pair: Option<(u8, u8)> = (value((u8, u8)) pair set_pair get_pair "Pair");
    inner_pair: Option<Box<(u8, u8)>> = (boxed((u8, u8)) inner_pair set_inner_pair get_inner_pair "InnerPair");
    words: Option<Vec<String>> = (list(string) words set_words get_words "Words");
    numbers: Option<Vec<i32>> = (list(i32) numbers set_numbers get_numbers "Numbers");
    names: Option<HashMap<String, String>> = (map(string, string) names set_names get_names "Names");
    ranks: Option<HashMap<i32, i64>> = (map(i32, i64) ranks set_ranks get_ranks "Ranks");
}

structure! {
    Required, RequiredBuilder, RequiredFluent, required,
    text: String = (string text set_text get_text "Text");
    count: i32 = (copy(i32) count set_count get_count "Count");
    pair: (u8, u8) = (value((u8, u8)) pair set_pair get_pair "Pair");
    inner_pair: Box<(u8, u8)> = (boxed((u8, u8)) inner_pair set_inner_pair get_inner_pair "InnerPair");
    words: Vec<String> = (list(string) words set_words get_words "Words");
    numbers: Vec<i32> = (list(i32) numbers set_numbers get_numbers "Numbers");
    names: HashMap<String, String> = (map(string, string) names set_names get_names "Names");
    ranks: HashMap<i32, i64> = (map(i32, i64) ranks set_ranks get_ranks "Ranks");
}

/// Sets every member by its own setter.
macro_rules! set {
    ($builder:expr) => {
        $builder
            .text("a")
            .count(1)
            .pair((2, 3))
            .inner_pair((4, 5))
            .words("b")
            .words("c")
            .numbers(6)
            .names("d", "e")
            .ranks(7, 8)
    };
}

#[test]
fn optional_members_are_read_as_they_were_set() {
    let whole = set!(Optional::builder()).build().unwrap();
    assert_eq!((whole.text(), whole.count()), (Some("a"), Some(1)));
    assert_eq!(
        (whole.pair(), whole.inner_pair()),
        (Some(&(2, 3)), Some(&(4, 5)))
    );
    assert_eq!(
        (whole.words(), whole.numbers()),
        (&["b".to_owned(), "c".to_owned()][..], &[6][..])
    );
    assert_eq!(whole.names().unwrap()["d"], "e");
    assert_eq!(whole.ranks().unwrap()[&7], 8);
    let none = Optional::builder().build().unwrap();
    assert_eq!((none.text(), none.count()), (None, None));
    assert_eq!((none.pair(), none.inner_pair()), (None, None));
    assert!(none.words().is_empty() && none.numbers().is_empty());
    assert_eq!((none.names(), none.ranks()), (None, None));
}

#[test]
fn required_members_are_read_as_they_were_set() {
    let whole = set!(Required::builder()).build().unwrap();
    assert_eq!((whole.text(), whole.count()), ("a", 1));
    assert_eq!((whole.pair(), whole.inner_pair()), (&(2, 3), &(4, 5)));
    assert_eq!(
        (whole.words()[1].as_str(), whole.numbers()),
        ("c", &[6][..])
    );
    assert_eq!((&*whole.names()["d"], whole.ranks()[&7]), ("e", 8));
    let error = set!(Required::builder())
        .set_pair(None)
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("Pair"), "{error}");
}

#[test]
fn a_fluent_builder_passes_all_on() {
    let own = set!(Optional::builder());
    let fluent = set!(OptionalFluent::default());
    assert_eq!(fluent.inner, own);
    assert_eq!(fluent.get_pair(), &Some((2, 3)));
    assert_eq!(fluent.get_inner_pair(), &Some(Box::new((4, 5))));
    assert_eq!(fluent.get_ranks(), own.get_ranks());
    let cleared = fluent
        .set_inner_pair(None)
        .set_numbers(Some(vec![9]))
        .set_names(None);
    assert_eq!(cleared.get_inner_pair(), &None);
    assert_eq!(cleared.get_numbers(), &Some(vec![9]));
    assert_eq!(cleared.get_names(), &None);
    let required = set!(RequiredFluent::default());
    assert_eq!(required.inner, set!(Required::builder()));
}
