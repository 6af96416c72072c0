//! The partition table, `model/partitions.json`, to the table that `connect_protocol::endpoint::partition` looks in.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use serde::Deserialize;

/// What is wrong with a partition table.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not JSON, or not of the table's form.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A pattern for region names that the protocol's simple matcher does not know.
    #[error("partition `{partition}`: `{pattern}` is not of the form `^PREFIX\\-\\w+\\-\\d+$`")]
    Pattern {
        /// The partition's ID.
        partition: String,
        /// Its `regionRegex`.
        pattern: String,
    },
    /// No partition is left for regions of an unknown name.
    #[error("there is no partition `aws`")]
    NoDefault,
}

/// The partition that a region of an unknown name counts to.
const DEFAULT: &str = "aws";

#[derive(Deserialize)]
struct Table {
    partitions: Vec<Partition>,
}

/// Unknown members are errors: an override that is left out would send requests to the wrong host.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Partition {
    id: String,
    outputs: Outputs,
    region_regex: String,
    regions: BTreeMap<String, Region>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Outputs {
    name: String,
    dns_suffix: String,
    dual_stack_dns_suffix: String,
    implicit_global_region: String,
    #[serde(rename = "supportsFIPS")]
    supports_fips: bool,
    supports_dual_stack: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Region {
    #[serde(rename = "description")]
    _description: Option<String>,
}

/// The table as source: the content of `crates/protocol/src/generated/partitions.rs`.
///
/// The partition `aws` comes first, as the protocol's lookup expects.
///
/// # Errors
///
/// Text that is not a partition table, or says more than the protocol's table can.
pub fn emit(json: &str) -> Result<TokenStream, Error> {
    let Table { mut partitions } = serde_json::from_str(json)?;
    partitions.sort_by_key(|partition| partition.id != DEFAULT);
    if partitions.first().is_none_or(|first| first.id != DEFAULT) {
        return Err(Error::NoDefault);
    }
    let rows = partitions
        .iter()
        .map(emit_partition)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(quote! {
        //! The partition table. The first row holds for regions of an unknown name.

        use crate::endpoint::Partition;

        pub(crate) static PARTITIONS: &[Partition] = &[#(#rows),*];
    })
}

fn emit_partition(partition: &Partition) -> Result<TokenStream, Error> {
    let prefixes = prefixes(&partition.region_regex).ok_or_else(|| Error::Pattern {
        partition: partition.id.clone(),
        pattern: partition.region_regex.clone(),
    })?;
    let regions = partition.regions.keys();
    let Outputs {
        name,
        dns_suffix,
        dual_stack_dns_suffix,
        implicit_global_region,
        supports_fips,
        supports_dual_stack,
    } = &partition.outputs;
    Ok(quote! {
        Partition {
            name: #name,
            dns_suffix: #dns_suffix,
            dual_stack_dns_suffix: #dual_stack_dns_suffix,
            implicit_global_region: #implicit_global_region,
            supports_fips: #supports_fips,
            supports_dual_stack: #supports_dual_stack,
            region_prefixes: &[#(#prefixes),*],
            regions: &[#(#regions),*],
        }
    })
}

/// The region names' prefixes that a pattern such as `^eusc\-(de|fr)\-\w+\-\d+$` allows: `eusc-de` and `eusc-fr`.
fn prefixes(pattern: &str) -> Option<Vec<String>> {
    let prefix = pattern
        .strip_prefix('^')?
        .strip_suffix(r"\-\w+\-\d+$")?
        .replace(r"\-", "-");
    if prefix.is_empty() {
        return None;
    }
    let mut prefixes = vec![String::new()];
    let mut rest = prefix.as_str();
    while !rest.is_empty() {
        let (choices, after) = match rest.strip_prefix('(') {
            Some(group) => {
                let (group, after) = group.split_once(')')?;
                (group.split('|').collect(), after)
            }
            None => {
                let end = rest.find('(').unwrap_or(rest.len());
                (vec![&rest[..end]], &rest[end..])
            }
        };
        let is_plain = |text: &&str| {
            let mut chars = text.chars();
            !text.is_empty() && chars.all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        if !choices.iter().all(is_plain) {
            return None;
        }
        let longer = prefixes.iter().flat_map(|prefix| {
            choices
                .iter()
                .map(move |choice| format!("{prefix}{choice}"))
        });
        prefixes = longer.collect();
        rest = after;
    }
    Some(prefixes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_prefixes() {
        let table: [(&str, Option<&[&str]>); 8] = [
            (r"^(us|eu|ap)\-\w+\-\d+$", Some(&["us", "eu", "ap"])),
            (r"^us\-gov\-\w+\-\d+$", Some(&["us-gov"])),
            (r"^eusc\-(de|fr)\-\w+\-\d+$", Some(&["eusc-de", "eusc-fr"])),
            (
                r"^(a|b)\-(c|d)\-\w+\-\d+$",
                Some(&["a-c", "a-d", "b-c", "b-d"]),
            ),
            (r"^us\-\w+$", None),
            (r"^u.*\-\w+\-\d+$", None),
            (r"^(us|\-\w+\-\d+$", None),
            (r"^\-\w+\-\d+$", None),
        ];
        for (pattern, expected) in table {
            let expected = expected.map(<[&str]>::to_vec);
            let found = prefixes(pattern);
            assert_eq!(
                found
                    .as_ref()
                    .map(|p| p.iter().map(String::as_str).collect()),
                expected,
                "{pattern}"
            );
        }
    }

    fn table(regions: &str, pattern: &str, id: &str) -> String {
        format!(
            r#"{{ "version": "1.1", "partitions": [{{
                "id": "{id}", "regionRegex": "{pattern}", "regions": {regions},
                "outputs": {{
                    "name": "aws", "dnsSuffix": "amazonaws.com", "dualStackDnsSuffix": "api.aws",
                    "implicitGlobalRegion": "us-east-1", "supportsFIPS": true, "supportsDualStack": false
                }} }}] }}"#
        )
    }

    const PATTERN: &str = r"^(us|eu)\\-\\w+\\-\\d+$";

    #[test]
    fn a_table_becomes_source() {
        let regions = r#"{ "us-east-1": { "description": "Virginia" }, "aws-global": {} }"#;
        let tokens = emit(&table(regions, PATTERN, "aws")).unwrap();
        let source = prettyplease::unparse(&syn::parse2(tokens).unwrap());
        for line in [
            r#"name: "aws","#,
            r#"dns_suffix: "amazonaws.com","#,
            r#"dual_stack_dns_suffix: "api.aws","#,
            r#"implicit_global_region: "us-east-1","#,
            "supports_fips: true,",
            "supports_dual_stack: false,",
            r#"region_prefixes: &["us", "eu"],"#,
            r#"regions: &["aws-global", "us-east-1"],"#,
        ] {
            assert!(source.contains(line), "{line} is not in\n{source}");
        }
    }

    #[test]
    fn what_the_table_cannot_say_is_rejected() {
        let override_ = r#"{ "us-east-1": { "supportsFIPS": false } }"#;
        let error = |json: &str| emit(json).unwrap_err().to_string();
        assert!(error(&table(override_, PATTERN, "aws")).contains("unknown field `supportsFIPS`"));
        assert!(error(&table("{}", "^x$", "aws")).contains("partition `aws`: `^x$`"));
        assert!(error(&table("{}", PATTERN, "aws-cn")).contains("no partition `aws`"));
        assert!(error("{").contains("line 1"));
    }
}
