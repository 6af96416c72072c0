use connect_protocol::endpoint;
use connect_protocol::endpoint::{Endpoint, EndpointError, Params};
/// The endpoint for these parameters.
pub(crate) fn resolve(params: &Params<'_>) -> Result<Endpoint, EndpointError> {
    let Params { region, use_fips, use_dual_stack, endpoint, account_id, .. } = *params;
    let use_dual_stack = Some(use_dual_stack);
    let use_global_endpoint = params.boolean("UseGlobalEndpoint").unwrap_or(true);
    let stage = params.string("Stage").unwrap_or("prod");
    let bucket = params.string("Bucket");
    let r#type = params.string("Type");
    let params_value = params.string("Params");
    let accelerate = params.boolean("Accelerate");
    let hosts = params.string_list("Hosts").unwrap_or_else(|| vec!["a", "b"]);
    let zones = params.string_list("Zones");
    let Some(tenant) = params.string("Tenant") else {
        return Err(EndpointError::new("Tenant is not set"));
    };
    if params.string("Unread").is_none() {
        return Err(EndpointError::new("Unread is not set"));
    }
    if let Some(bucket) = bucket && let Some(bucket_arn) = endpoint::parse_arn(bucket) {
        if let Some(kind) = bucket_arn.resource_id.first().copied()
            && kind == "accesspoint"
            && let Some(point) = bucket_arn.resource_id.get(1).copied()
            && !point.is_empty() && bucket_arn.resource_id.last().copied().is_some()
            && bucket_arn.resource_id.iter().nth_back(2).copied().is_none()
        {
            let point = endpoint::host_text("point", point)?;
            let region = endpoint::host_text("region", bucket_arn.region)?;
            return Ok(Endpoint {
                headers: vec![
                    ("x-account".to_owned(), bucket_arn.account_id.to_owned()),
                    ("x-account".to_owned(), stage.to_owned()), ("x-fixed".to_owned(),
                    "1".to_owned())
                ],
                signing_region: Some(bucket_arn.region.to_owned()),
                signing_name: Some(format!("s3-{kind}")),
                ..Endpoint::new(format!("https://{point}.{region}.example.com"))
            });
        }
        return Err(EndpointError::new("no endpoint rule fits this configuration"));
    }
    if let Some(bucket) = bucket && !endpoint::is_valid_host_label(bucket, true) {
        return Err(
            EndpointError::new(format!("`{bucket}` is no host label, {{sorry}}")),
        );
    }
    if let Some(endpoint) = endpoint && let Some(url) = endpoint::parse_url(endpoint)
        && !url.is_ip
    {
        let tenant_encoded = endpoint::uri_encode(tenant);
        if let Some(last2) = endpoint::substring(&tenant_encoded, 0, 2, true) {
            let last2 = endpoint::host_text("last2", last2)?;
            let scheme = url.scheme;
            let authority = url.authority;
            let normalized_path = &url.normalized_path;
            return Ok(Endpoint {
                signing_name: Some("other".to_owned()),
                ..Endpoint::new(
                    format!(
                        "{scheme}://{last2}.{authority}{normalized_path}{tenant_encoded}"
                    ),
                )
            });
        }
    }
    if let Some(endpoint) = endpoint {
        return Ok(Endpoint::new(endpoint.to_owned()));
    }
    if let Some(r#type) = r#type
        && endpoint::is_virtual_hostable_s3_bucket(r#type, false)
        && format!("{type}.{stage}") == "v4a.prod"
    {
        return Err(
            EndpointError::new("the endpoint's way of signing is not supported: sigv4a"),
        );
    }
    {
        let fast = accelerate.unwrap_or(false);
        if fast && use_fips != use_global_endpoint {
            let label = if r#type.is_some() {
                r#type.unwrap_or("none").to_owned()
            } else {
                format!("{stage}-{tenant}")
            };
            let label = endpoint::host_text("label", &label)?;
            return Ok(Endpoint::new(format!("https://{label}.fast.example.com")));
        }
    }
    if let Some(use_dual_stack) = use_dual_stack && use_dual_stack
        && let Some(params_value) = params_value
    {
        let parts = endpoint::split(params_value, "--", 0);
        if let Some(part) = parts.get(1).copied() {
            let part = endpoint::host_text("part", part)?;
            return Ok(Endpoint::new(format!("https://{part}.parts.example.com")));
        }
    }
    if let Some(zones) = zones {
        if let Some(zone) = zones.first().copied() {
            let zone = endpoint::host_text("zone", zone)?;
            return Ok(Endpoint::new(format!("https://{zone}.zones.example.com")));
        }
        let stage_encoded = endpoint::uri_encode(stage);
        return Err(EndpointError::new(format!("zones are empty in {stage_encoded}")));
    }
    if let Some(region) = region && let Some(partition) = endpoint::partition(region)
        && partition.supports_fips
    {
        if let Some(account_id) = account_id && let Some(host) = hosts.first().copied() {
            let account_id = endpoint::host_text("account_id", account_id)?;
            let host = endpoint::host_text("host", host)?;
            let dns_suffix = partition.dns_suffix;
            return Ok(
                Endpoint::new(
                    format!("https://{account_id}.{host}.{region}.{dns_suffix}"),
                ),
            );
        }
        let name = partition.name;
        return Ok(Endpoint::new(format!("https://{name}.example.com")));
    }
    let who = r#type.or(bucket).unwrap_or(tenant);
    if accelerate.is_some() {
        let who = endpoint::host_text("who", who)?;
        return Ok(Endpoint::new(format!("https://{who}.example.com")));
    }
    Err(EndpointError::new(who.to_owned()))
}
#[cfg(test)]
mod tests {
    use connect_protocol::endpoint::Value;
    use super::*;
    #[test]
    fn endpoints_are_as_the_model_expects() {
        let cases = [
            (
                "A required parameter that is not set",
                Params {
                    custom: &[("Tenant", Value::String("t".into()))],
                    ..Params::default()
                },
                Err(EndpointError::new("Unread is not set")),
            ),
            (
                "Braces are doubled in templates",
                Params {
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        ("Bucket", Value::String("not a label".into())),
                    ],
                    ..Params::default()
                },
                Err(EndpointError::new("`not a label` is no host label, {sorry}")),
            ),
            (
                "Headers, and the scheme that can be signed for",
                Params {
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        (
                            "Bucket",
                            Value::String(
                                "arn:aws:s3:us-west-2:123456789012:accesspoint/mine".into(),
                            ),
                        ),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint {
                    headers: vec![
                        ("x-account".to_owned(), "123456789012".to_owned()), ("x-account"
                        .to_owned(), "prod".to_owned()), ("x-fixed".to_owned(), "1"
                        .to_owned())
                    ],
                    signing_region: Some("us-west-2".to_owned()),
                    signing_name: Some("s3-accesspoint".to_owned()),
                    ..Endpoint::new("https://mine.us-west-2.example.com")
                }),
            ),
            (
                "A tree that fits, with no rule in it that does",
                Params {
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        (
                            "Bucket",
                            Value::String(
                                "arn:aws:s3:us-west-2:123456789012:bucket/mine".into(),
                            ),
                        ),
                    ],
                    ..Params::default()
                },
                Err(EndpointError::new("no endpoint rule fits this configuration")),
            ),
            (
                "A URL in parts",
                Params {
                    endpoint: Some("https://example.com:8443/base"),
                    custom: &[
                        ("Tenant", Value::String("t/ü".into())),
                        ("Unread", Value::String("u".into())),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint {
                    signing_name: Some("other".to_owned()),
                    ..Endpoint::new("https://BC.example.com:8443/base/t%2F%C3%BC")
                }),
            ),
            (
                "A URL with an address",
                Params {
                    endpoint: Some("http://127.0.0.1:80"),
                    custom: &[
                        ("Tenant", Value::String("tenant".into())),
                        ("Unread", Value::String("u".into())),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint::new("http://127.0.0.1:80")),
            ),
            (
                "A signature that is not supported",
                Params {
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        ("Type", Value::String("v4a".into())),
                    ],
                    ..Params::default()
                },
                Err(
                    EndpointError::new(
                        "the endpoint's way of signing is not supported: sigv4a",
                    ),
                ),
            ),
            (
                "A boolean that is not set counts as false, a default as set",
                Params {
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        ("Accelerate", Value::Bool(true)),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint::new("https://prod-t.fast.example.com")),
            ),
            (
                "A keyword as a name",
                Params {
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        ("Accelerate", Value::Bool(true)),
                        ("Type", Value::String("x".into())),
                        ("Stage", Value::String("beta".into())),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint::new("https://x.fast.example.com")),
            ),
            (
                "Parts of a string",
                Params {
                    use_dual_stack: true,
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        ("Params", Value::String("a--b--c".into())),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint::new("https://b.parts.example.com")),
            ),
            (
                "Items of a list",
                Params {
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        (
                            "Zones",
                            Value::StringList(vec!["z1".into(), "z2".into()].into()),
                        ),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint::new("https://z1.zones.example.com")),
            ),
            (
                "An empty list",
                Params {
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        ("Zones", Value::StringList(vec![].into())),
                    ],
                    ..Params::default()
                },
                Err(EndpointError::new("zones are empty in prod")),
            ),
            (
                "A list's default",
                Params {
                    account_id: Some("123456789012"),
                    region: Some("eu-west-1"),
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint::new("https://123456789012.a.eu-west-1.amazonaws.com")),
            ),
            (
                "A partition's name",
                Params {
                    region: Some("cn-north-1"),
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint::new("https://aws-cn.example.com")),
            ),
            (
                "The first that is set",
                Params {
                    use_fips: true,
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        ("Bucket", Value::String("b".into())),
                    ],
                    ..Params::default()
                },
                Err(EndpointError::new("b")),
            ),
            (
                "case 15",
                Params {
                    custom: &[
                        ("Tenant", Value::String("t".into())),
                        ("Unread", Value::String("u".into())),
                        ("Accelerate", Value::Bool(false)),
                        ("UseGlobalEndpoint", Value::Bool(true)),
                    ],
                    ..Params::default()
                },
                Ok(Endpoint::new("https://t.example.com")),
            ),
        ];
        for (what, params, expected) in cases {
            assert_eq!(resolve(& params), expected, "{what}");
        }
    }
}
