//! The names that aws-sdk-rust gives: Smithy names to Rust names, by rule and without a list per service.
//!
//! All functions return names as source code has them, raw identifiers (`r#type`) included; [`ident`] makes tokens of
//! them. `cargo xtask verify` compares the rules with the published crates.

use proc_macro2::{Ident, Span};

/// Words whose capitals do not stand for word boundaries.
const WHOLE_WORDS: [&str; 7] = ["ipv4", "ipv6", "sigv4", "mib", "gib", "kib", "ttl"];

/// Rust's keywords, the reserved ones among them.
const KEYWORDS: [&str; 52] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Names that operations cannot have: a module or a method that is generated in any case has them, or generated modules call
/// something of the runtime by them. And files that Windows takes for devices, which some operations' would be.
fn is_taken(name: &str) -> bool {
    const TAKEN: &str = "aux con config connect_protocol connect_transport customize endpoint from_conf invalid_input meta mod new not_implemented \
        nul operation prn server shapes transport";
    let is_port = |port: &str| matches!(port.as_bytes(), [b'1'..=b'9']);
    let ports = ["com", "lpt"].map(|kind| name.strip_prefix(kind));
    TAKEN.split(' ').any(|taken| taken == name) || ports.into_iter().flatten().any(is_port)
}

/// The tokens of a name from this module.
pub fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// The field, accessor and builder method of a structure's member: `ContactId` is `contact_id`, `Type` is `r#type`.
///
/// Names that a generated type has a method or field of its own for get `_value`: `Default` is `default_value`.
pub fn field_name(member: &str) -> String {
    let name = snake_case(member);
    match name.as_str() {
        "as_input" | "build" | "builder" | "customize" | "default" | "into_paginator"
        | "make_operation" | "meta" | "presigned" | "send" | "send_with" => {
            format!("{name}_value")
        }
        _ => escape(name),
    }
}

/// The builder method that takes an `Option`: `set_contact_id`, `set_type`.
pub fn setter_name(member: &str) -> String {
    format!("set_{}", snake_case(member))
}

/// The builder method that looks at what was set: `get_contact_id`, `get_type`.
pub fn getter_name(member: &str) -> String {
    format!("get_{}", snake_case(member))
}

/// The type of a structure, union or enum: `ARNList` is `ArnList`.
pub fn type_name(shape: &str) -> String {
    escape(pascal_case(shape))
}

/// The variant of an enum's member or a union's: `QUEUE_TRANSFER` is `QueueTransfer`.
///
/// `Unknown` is taken by values that the model does not have, so a modelled one is `UnknownValue`.
pub fn variant_name(member: &str) -> String {
    let name = pascal_case(member);
    match name.as_str() {
        "Unknown" => "UnknownValue".to_owned(),
        "UnknownValue" => "UnknownValue_".to_owned(),
        _ => escape(name),
    }
}

/// The end of the names of the methods that ask a union for a member: `is_channel`, `as_channel`.
///
/// `is_unknown` is that of the variant that every union has.
pub fn variant_method(member: &str) -> String {
    let name = snake_case(member);
    match name.as_str() {
        "unknown" => "unknown_value".to_owned(),
        "unknown_value" => "unknown_value_".to_owned(),
        _ => name,
    }
}

/// The member name of an enum value that came without one, as the `smithy.api#enum` trait of older models allows.
///
/// None where nothing of the value can be part of a name.
pub fn enum_member_name(value: &str) -> Option<String> {
    let mut name = String::new();
    for c in value.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    match name.chars().next()? {
        '0'..='9' => Some(format!("_{name}")),
        _ => Some(name.to_owned()),
    }
}

/// The method of the client and the modules of an operation: `ListAssociatedContacts` is `list_associated_contacts`.
///
/// Names that are taken get `_operation`: `Config` is `config_operation`.
pub fn operation_method(operation: &str) -> String {
    let name = snake_case(operation);
    if is_taken(&name) {
        return format!("{name}_operation");
    }
    escape(name)
}

/// The input, output, error, paginator and builders of an operation.
///
/// Some keep the capitals of the model, as [`operation_variant`] does: the operation `CreateOTAUpdate` has a `CreateOtaUpdateInput` and a
/// `CreateOTAUpdateError`.
pub fn operation_type(operation: &str, ty: OperationType) -> String {
    use OperationType as Ty;
    let suffix = match ty {
        Ty::Input => "Input",
        Ty::InputBuilder => "InputBuilder",
        Ty::Output => "Output",
        Ty::OutputBuilder => "OutputBuilder",
        Ty::Error => "Error",
        Ty::FluentBuilder => "FluentBuilder",
        Ty::Paginator => "Paginator",
        Ty::PaginatorItems => "PaginatorItems",
    };
    let name = match ty {
        Ty::Error | Ty::FluentBuilder => capitalized(operation),
        _ => pascal_case(operation),
    };
    // A name may begin with an underscore and a digit.
    escape(name + suffix)
}

/// The operation among others, as the variant of an enum: as the model has it, with a capital first letter.
pub fn operation_variant(operation: &str) -> String {
    escape(capitalized(operation))
}

fn capitalized(operation: &str) -> String {
    // Rust warns of underscores in types.
    if operation.contains('_') {
        return pascal_case(operation);
    }
    let mut letters = operation.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

/// The types that an operation has of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationType {
    /// `ListAssociatedContactsInput`
    Input,
    /// `ListAssociatedContactsInputBuilder`
    InputBuilder,
    /// `ListAssociatedContactsOutput`
    Output,
    /// `ListAssociatedContactsOutputBuilder`
    OutputBuilder,
    /// `ListAssociatedContactsError`
    Error,
    /// `ListAssociatedContactsFluentBuilder`
    FluentBuilder,
    /// `ListAssociatedContactsPaginator`
    Paginator,
    /// `ListAssociatedContactsPaginatorItems`: what the paginator's `items()` returns.
    PaginatorItems,
}

/// The method of an operation's error that asks for a variant: `is_resource_not_found_exception`.
pub fn predicate_name(error: &str) -> String {
    format!("is_{}", snake_case(error))
}

/// The builder of a structure: `AssociatedContactSummaryBuilder`.
pub fn builder_name(shape: &str) -> String {
    escape(format!("{}Builder", pascal_case(shape)))
}

/// A type's name without its module: `Gone` of `error::Gone`.
pub fn unqualified(type_name: &str) -> &str {
    type_name.rsplit("::").next().unwrap_or_default()
}

/// A name that is no keyword. Four keywords can't be raw identifiers.
fn escape(name: String) -> String {
    match name.as_str() {
        "crate" | "self" | "super" => format!("{name}_"),
        "Self" => "SelfValue".to_owned(),
        "SelfValue" => "SelfValue_".to_owned(),
        _ if is_keyword(&name) => format!("r#{name}"),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("_{name}"),
        _ => name,
    }
}

/// Whether Rust keeps the word for itself, in the 2024 edition.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search(&word).is_ok()
}

/// `ContactId` is `contact_id`, `VPCIds` is `vpc_ids`, `S3Uri` is `s3_uri`.
pub fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let has_capitals = chars.iter().any(|c| c.is_uppercase());
    let mut snake = String::with_capacity(name.len() + 8);
    let mut start = 0;
    for (index, &c) in chars.iter().enumerate() {
        let word = &chars[start..index];
        if !c.is_alphanumeric() {
            start = index + 1;
            continue;
        }
        if word.is_empty() || starts_word(word, &chars[index..], has_capitals) {
            start = index;
            if !snake.is_empty() {
                snake.push('_');
            }
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

/// Whether `rest` begins a new word after `word`; neither is empty.
fn starts_word(word: &[char], rest: &[char], has_capitals: bool) -> bool {
    let (Some(&before), Some(&c)) = (word.last(), rest.first()) else {
        return false;
    };
    let (next, second) = (rest.get(1), rest.get(2));
    let is_lower = |c: Option<&char>| c.is_some_and(|c| c.is_lowercase());
    if !is_within_whole_word(word, rest) {
        // `contact|Id`, `s3|Uri`
        if c.is_uppercase() && (before.is_lowercase() || before.is_numeric()) {
            return true;
        }
        // `s3|key`
        if !has_capitals && before.is_numeric() && c.is_lowercase() {
            return true;
        }
    }
    // `IAM|User`, but neither `ARNs` nor `DBv2`
    let is_plural = next == Some(&'s') && !is_lower(second);
    let is_version = next == Some(&'v') && second.is_some_and(|c| c.is_numeric());
    before.is_uppercase() && c.is_uppercase() && is_lower(next) && !is_plural && !is_version
}

/// Whether `word` has begun one of [`WHOLE_WORDS`] that goes on in `rest`.
fn is_within_whole_word(word: &[char], rest: &[char]) -> bool {
    WHOLE_WORDS.iter().any(|whole| {
        let mut letters = word.iter().chain(rest);
        whole.len() > word.len()
            && whole
                .chars()
                .all(|w| letters.next().is_some_and(|c| c.to_ascii_lowercase() == w))
    }) && !WHOLE_WORDS
        .iter()
        .any(|whole| whole.chars().eq(word.iter().map(char::to_ascii_lowercase)))
}

/// `QUEUE_TRANSFER` is `QueueTransfer`, `HTTPCode` is `HttpCode`. Not the words of [`snake_case`]: `ARNs` is `ArNs`.
pub fn pascal_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut pascal = String::with_capacity(name.len());
    let mut capital = true;
    for (index, &c) in chars.iter().enumerate() {
        if matches!(c, '_' | '-') || c.is_whitespace() {
            capital = true;
            continue;
        }
        let before = index.checked_sub(1).map(|before| chars[before]);
        let next = chars.get(index + 1);
        if c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && next.is_some_and(char::is_ascii_lowercase))
            })
        {
            capital = true;
        }
        if capital {
            pascal.extend(c.to_uppercase());
            capital = false;
        } else {
            pascal.extend(c.to_lowercase());
        }
    }
    pascal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_case_splits_words() {
        let table = [
            ("ContactId", "contact_id"),
            ("contactId", "contact_id"),
            ("InstanceARN", "instance_arn"),
            ("ARN", "arn"),
            ("ARNs", "arns"),
            ("VpcIdS", "vpc_id_s"),
            ("S3Uri", "s3_uri"),
            ("s3key", "s3_key"),
            ("s3Key", "s3_key"),
            ("SAMLProvider", "saml_provider"),
            ("IPAddress", "ip_address"),
            ("IAMUser", "iam_user"),
            ("DBProxy", "db_proxy"),
            ("ACLs", "acls"),
            ("NetworkACLsList", "network_acls_list"),
            ("IPv4Address", "ipv4_address"),
            ("SourceIpV6", "source_ipv6"),
            ("UseSigV4", "use_sigv4"),
            ("SizeInMiB", "size_in_mib"),
            ("TtL", "ttl"),
            ("DynamoDBv2", "dynamo_dbv2"),
            ("UseFIPS", "use_fips"),
            ("x-amz-Content-SHA256", "x_amz_content_sha256"),
            ("_private__name_", "private_name"),
            ("EC2Instance", "ec2_instance"),
            ("Http2xx", "http2xx"),
            ("", ""),
        ];
        for (name, expected) in table {
            assert_eq!(snake_case(name), expected, "{name}");
        }
    }

    #[test]
    fn pascal_case_keeps_one_capital_a_word() {
        let table = [
            ("QUEUE_TRANSFER", "QueueTransfer"),
            ("WEBRTC_API", "WebrtcApi"),
            ("WorkspaceFontFamily", "WorkspaceFontFamily"),
            ("ARN", "Arn"),
            ("ARNs", "ArNs"),
            ("HTTPCode", "HttpCode"),
            ("IPv4Address", "IPv4Address"),
            ("S3Config", "S3Config"),
            ("java11", "Java11"),
            ("dotnetcore2_1", "Dotnetcore21"),
            ("us-east-1", "UsEast1"),
            ("camelCase", "CamelCase"),
            ("", ""),
        ];
        for (name, expected) in table {
            assert_eq!(pascal_case(name), expected, "{name}");
        }
    }

    #[test]
    fn operations_of_odd_names_have_types() {
        assert_eq!(operation_variant("Self"), "SelfValue");
        assert_eq!(operation_type("Self", OperationType::Error), "SelfError");
        assert_eq!(operation_type("_1", OperationType::Input), "_1Input");
        assert_eq!(operation_type("_1", OperationType::Error), "_1Error");
        assert_eq!(builder_name("_1"), "_1Builder");
    }

    #[test]
    fn keywords_and_taken_names_are_avoided() {
        let table = [
            (field_name("Type"), "r#type"),
            (field_name("match"), "r#match"),
            (field_name("Self"), "self_"),
            (field_name("Super"), "super_"),
            (field_name("Crate"), "crate_"),
            (field_name("Default"), "default_value"),
            (field_name("build"), "build_value"),
            (field_name("Meta"), "meta_value"),
            (field_name("send"), "send_value"),
            (field_name("2xl"), "_2_xl"),
            (setter_name("Type"), "set_type"),
            (setter_name("Default"), "set_default"),
            (getter_name("Self"), "get_self"),
            (type_name("Self"), "SelfValue"),
            (type_name("SelfValue"), "SelfValue_"),
            (variant_name("SELF"), "SelfValue"),
            (variant_name("UNKNOWN"), "UnknownValue"),
            (variant_name("UNKNOWN_VALUE"), "UnknownValue_"),
            (variant_name("NONE"), "None"),
            (variant_name("_2XL"), "_2Xl"),
            (
                operation_method("ListAssociatedContacts"),
                "list_associated_contacts",
            ),
            (operation_method("Match"), "r#match"),
            (operation_method("Use"), "r#use"),
            (
                operation_type("getARNs", OperationType::Error),
                "GetARNsError",
            ),
            (
                operation_type("getARNs", OperationType::Input),
                "GetArNsInput",
            ),
            (
                builder_name("AssociatedContactSummary"),
                "AssociatedContactSummaryBuilder",
            ),
        ];
        for (name, expected) in table {
            assert_eq!(name, expected);
        }
    }

    #[test]
    fn values_without_a_name_get_one() {
        assert_eq!(enum_member_name("t2.nano").unwrap(), "t2_nano");
        assert_eq!(enum_member_name("2xl").unwrap(), "_2xl");
        assert_eq!(enum_member_name("a -- b ").unwrap(), "a_b");
        assert_eq!(enum_member_name("*"), None);
    }

    #[test]
    fn keywords_are_in_order() {
        assert!(KEYWORDS.is_sorted());
        assert!(is_keyword("yield") && is_keyword("Self") && !is_keyword("contact"));
    }

    #[test]
    fn raw_names_become_raw_identifiers() {
        assert_eq!(ident("r#type").to_string(), "r#type");
        assert_eq!(ident("contact_id").to_string(), "contact_id");
    }
}
