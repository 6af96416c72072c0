//! The functions of the endpoint rules language.

use std::net::IpAddr;

use percent_encoding::utf8_percent_encode;

use super::{EndpointError, Partition};
use crate::generated::partitions::PARTITIONS;
use crate::uri::RESERVED;

/// `aws.partition`: the partition of a region, by its name, else by the form of its name. What fits none belongs to the first.
pub fn partition(region: &str) -> Option<&'static Partition> {
    PARTITIONS
        .iter()
        .find(|partition| partition.regions.contains(&region))
        .or_else(|| {
            PARTITIONS
                .iter()
                .find(|partition| partition.has_form(region))
        })
        .or_else(|| PARTITIONS.first())
}

impl Partition {
    /// Whether a name has the form of the partition's regions: `PREFIX-WORD-NUMBER`.
    fn has_form(&self, region: &str) -> bool {
        self.region_prefixes.iter().any(|prefix| {
            let rest = region
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_prefix('-'));
            let Some((word, number)) = rest.and_then(|rest| rest.split_once('-')) else {
                return false;
            };
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !word.is_empty()
                && word.chars().all(is_word)
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    }
}

/// A URL as `parseURL` takes it apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url<'a> {
    /// `https` or `http`.
    pub scheme: &'a str,
    /// Host and, where there is one, port.
    pub authority: &'a str,
    /// The path; empty, or from its slash on.
    pub path: &'a str,
    /// The path with a slash at both ends.
    pub normalized_path: String,
    /// Whether the host is an IP address.
    pub is_ip: bool,
}

/// `parseURL`: `None` for what is no HTTP URL, or has a query or fragment.
pub fn parse_url(url: &str) -> Option<Url<'_>> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "http" | "https") || rest.contains(['?', '#', '@']) {
        return None;
    }
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // The port has nothing to say about whether the host is valid, the parser of URIs has.
    let parsed = authority.parse::<http::uri::Authority>().ok()?;
    let trimmed = path.trim_matches('/');
    Some(Url {
        scheme,
        authority,
        path,
        normalized_path: if trimmed.is_empty() {
            "/".to_owned()
        } else {
            format!("/{trimmed}/")
        },
        is_ip: ip_address(parsed.host()).is_some(),
    })
}

/// The address that a URL's host is, if it is none by name. An IPv6 address may be in brackets.
pub fn ip_address(host: &str) -> Option<IpAddr> {
    let inside = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inside.unwrap_or(host).parse().ok()
}

/// An ARN as `aws.parseArn` takes it apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`
    pub partition: &'a str,
    /// `connect`
    pub service: &'a str,
    /// The region; may be empty.
    pub region: &'a str,
    /// The account; may be empty.
    pub account_id: &'a str,
    /// The resource, split at colons and slashes.
    pub resource_id: Vec<&'a str>,
}

/// `aws.parseArn`: `None` for what is no ARN.
pub fn parse_arn(arn: &str) -> Option<Arn<'_>> {
    let mut parts = arn.splitn(6, ':');
    let mut next = || parts.next();
    let (prefix, partition, service) = (next()?, next()?, next()?);
    let (region, account_id, resource) = (next()?, next()?, next()?);
    if prefix != "arn" || partition.is_empty() || service.is_empty() || resource.is_empty() {
        return None;
    }
    Some(Arn {
        partition,
        service,
        region,
        account_id,
        resource_id: resource.split([':', '/']).collect(),
    })
}

/// `substring`: the characters from `start` to `stop`, counted from the end if `reverse`. `None` for what is not ASCII or too short.
pub fn substring(text: &str, start: usize, stop: usize, reverse: bool) -> Option<&str> {
    if start >= stop || text.len() < stop || !text.is_ascii() {
        return None;
    }
    if reverse {
        text.get(text.len() - stop..text.len() - start)
    } else {
        text.get(start..stop)
    }
}

/// `uriEncode`: all but unreserved characters percent-encoded.
pub fn uri_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// `split`: the parts between delimiters, at most `limit` of them unless it is 0.
pub fn split<'a>(text: &'a str, delimiter: &str, limit: usize) -> Vec<&'a str> {
    match limit {
        0 => text.split(delimiter).collect(),
        limit => text.splitn(limit, delimiter).collect(),
    }
}

/// `isValidHostLabel`: 1 to 63 letters, digits and hyphens that do not start with a hyphen; several with dots between, if allowed.
pub fn is_valid_host_label(label: &str, allow_subdomains: bool) -> bool {
    let valid = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if allow_subdomains {
        label.split('.').all(valid)
    } else {
        valid(label)
    }
}

/// A parameter's value as part of a host name: in the place that the rules give it, it can neither end the host nor begin a port.
///
/// # Errors
/// A value that is no host label, nor several with dots between.
pub fn host_text<'a>(name: &str, value: &'a str) -> Result<&'a str, EndpointError> {
    if is_valid_host_label(value, true) {
        return Ok(value);
    }
    Err(EndpointError::new(format!(
        "{name}: {value:?} does not fit into a host name"
    )))
}

/// `aws.isVirtualHostableS3Bucket`: whether the bucket's name can be part of a host name.
pub fn is_virtual_hostable_s3_bucket(bucket: &str, allow_subdomains: bool) -> bool {
    let valid = |label: &str| {
        let edge = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        edge(label.as_bytes().first())
            && edge(label.as_bytes().last())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let is_ip = bucket.parse::<std::net::Ipv4Addr>().is_ok();
    let labels = if allow_subdomains {
        bucket.split('.').all(valid)
    } else {
        valid(bucket)
    };
    (3..=63).contains(&bucket.len()) && labels && !is_ip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_found_by_name_by_form_and_by_default() {
        let name = |region| partition(region).map(|partition| partition.name);
        assert_eq!(name("us-east-1"), Some("aws"));
        assert_eq!(name("cn-north-1"), Some("aws-cn"));
        assert_eq!(name("us-gov-west-7"), Some("aws-us-gov"));
        assert_eq!(name("eu-nowhere-99"), Some("aws"));
        assert_eq!(name("mars"), Some("aws"));
    }

    #[test]
    fn urls_are_taken_apart() {
        let expected = Url {
            scheme: "https",
            authority: "127.0.0.1:8080",
            path: "/a/b",
            normalized_path: "/a/b/".to_owned(),
            is_ip: true,
        };
        assert_eq!(parse_url("https://127.0.0.1:8080/a/b"), Some(expected));
        assert!(parse_url("http://[::1]:80").unwrap().is_ip);
        assert!(!parse_url("http://example.com").unwrap().is_ip);
        for bad in " ftp://x https:// https://a?b https://a#b example.com".split(' ') {
            assert_eq!(parse_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn arns_are_taken_apart() {
        let arn = parse_arn("arn:aws:connect:us-east-1:1:instance/i/contact/c:d").unwrap();
        assert_eq!(arn.resource_id, ["instance", "i", "contact", "c", "d"]);
        for bad in " arn:aws:s3 arn::s3:::b x:aws:s3:::b arn:aws:s3:::".split(' ') {
            assert_eq!(parse_arn(bad), None, "{bad}");
        }
    }

    #[test]
    fn substrings_count_from_either_end() {
        assert_eq!(substring("abcdef", 0, 3, false), Some("abc"));
        assert_eq!(substring("abcdef", 0, 3, true), Some("def"));
        assert_eq!(substring("ab", 0, 3, false), None);
        assert_eq!(substring("aé", 0, 1, false), None);
    }

    #[test]
    fn what_callers_put_into_a_host_stays_there() {
        assert_eq!(host_text("Id", "a1.b-2"), Ok("a1.b-2"));
        for bad in ";evil.test/;a#;a?;a:1;u@a;a b;a\\b;a..b;é".split(';') {
            let error = host_text("Id", bad).unwrap_err().to_string();
            assert!(error.starts_with("no endpoint: Id: "), "{error}");
        }
    }

    #[test]
    fn host_labels_and_buckets_are_judged() {
        for (label, subdomains, valid) in [
            ("a-1", false, true),
            ("a.b", true, true),
            ("a.b", false, false),
            ("-a", false, false),
            ("", true, false),
        ] {
            assert_eq!(is_valid_host_label(label, subdomains), valid, "{label}");
        }
        assert!(is_virtual_hostable_s3_bucket("my-bucket", false));
        assert!(is_virtual_hostable_s3_bucket("a.b.c", true));
        for bad in ["ab", "Bucket", "-ab", "ab-", "1.2.3.4", "a..b"] {
            assert!(!is_virtual_hostable_s3_bucket(bad, true), "{bad}");
        }
    }
}
