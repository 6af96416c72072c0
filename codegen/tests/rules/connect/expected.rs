use connect_protocol::endpoint::{self, Endpoint, EndpointError, Params};
/// The endpoint for these parameters.
pub(crate) fn resolve(params: &Params<'_>) -> Result<Endpoint, EndpointError> {
    let Params { region, use_dual_stack, use_fips, endpoint, .. } = *params;
    if let Some(endpoint) = endpoint {
        if use_fips {
            return Err(
                EndpointError::new(
                    "Invalid Configuration: FIPS and custom endpoint are not supported",
                ),
            );
        }
        if use_dual_stack {
            return Err(
                EndpointError::new(
                    "Invalid Configuration: Dualstack and custom endpoint are not supported",
                ),
            );
        }
        return Ok(Endpoint::new(endpoint.to_owned()));
    }
    if let Some(region) = region
        && let Some(partition_result) = endpoint::partition(region)
    {
        if use_fips && use_dual_stack {
            if partition_result.supports_fips && partition_result.supports_dual_stack {
                let dual_stack_dns_suffix = partition_result.dual_stack_dns_suffix;
                return Ok(
                    Endpoint::new(
                        format!("https://connect-fips.{region}.{dual_stack_dns_suffix}"),
                    ),
                );
            }
            return Err(
                EndpointError::new(
                    "FIPS and DualStack are enabled, but this partition does not support one or both",
                ),
            );
        }
        if use_fips {
            if partition_result.supports_fips && partition_result.name == "aws-us-gov" {
                return Ok(
                    Endpoint::new(format!("https://connect.{region}.amazonaws.com")),
                );
            }
            if partition_result.supports_fips {
                let dns_suffix = partition_result.dns_suffix;
                return Ok(
                    Endpoint::new(format!("https://connect-fips.{region}.{dns_suffix}")),
                );
            }
            return Err(
                EndpointError::new(
                    "FIPS is enabled but this partition does not support FIPS",
                ),
            );
        }
        if use_dual_stack {
            if partition_result.supports_dual_stack {
                let dual_stack_dns_suffix = partition_result.dual_stack_dns_suffix;
                return Ok(
                    Endpoint::new(
                        format!("https://connect.{region}.{dual_stack_dns_suffix}"),
                    ),
                );
            }
            return Err(
                EndpointError::new(
                    "DualStack is enabled but this partition does not support DualStack",
                ),
            );
        }
        let dns_suffix = partition_result.dns_suffix;
        return Ok(Endpoint::new(format!("https://connect.{region}.{dns_suffix}")));
    }
    Err(EndpointError::new("Invalid Configuration: Missing Region"))
}
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn endpoints_are_as_the_model_expects() {
        let cases = [
            (
                "A commercial region",
                Params {
                    region: Some("eu-central-1"),
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.eu-central-1.amazonaws.com")),
            ),
            (
                "A region that the partition table does not list, but whose name has the form of one",
                Params {
                    region: Some("eu-south-9"),
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.eu-south-9.amazonaws.com")),
            ),
            (
                "FIPS",
                Params {
                    region: Some("us-west-2"),
                    use_fips: true,
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect-fips.us-west-2.amazonaws.com")),
            ),
            (
                "Dual stack",
                Params {
                    region: Some("us-west-2"),
                    use_dual_stack: true,
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.us-west-2.api.aws")),
            ),
            (
                "FIPS and dual stack",
                Params {
                    region: Some("ca-central-1"),
                    use_fips: true,
                    use_dual_stack: true,
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect-fips.ca-central-1.api.aws")),
            ),
            (
                "China",
                Params {
                    region: Some("cn-north-1"),
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.cn-north-1.amazonaws.com.cn")),
            ),
            (
                "China, FIPS",
                Params {
                    region: Some("cn-northwest-1"),
                    use_fips: true,
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect-fips.cn-northwest-1.amazonaws.com.cn")),
            ),
            (
                "China, dual stack",
                Params {
                    region: Some("cn-north-1"),
                    use_dual_stack: true,
                    ..Params::default()
                },
                Ok(
                    Endpoint::new(
                        "https://connect.cn-north-1.api.amazonwebservices.com.cn",
                    ),
                ),
            ),
            (
                "China, FIPS and dual stack",
                Params {
                    region: Some("cn-north-1"),
                    use_fips: true,
                    use_dual_stack: true,
                    ..Params::default()
                },
                Ok(
                    Endpoint::new(
                        "https://connect-fips.cn-north-1.api.amazonwebservices.com.cn",
                    ),
                ),
            ),
            (
                "GovCloud",
                Params {
                    region: Some("us-gov-west-1"),
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.us-gov-west-1.amazonaws.com")),
            ),
            (
                "GovCloud, FIPS: the ordinary host complies",
                Params {
                    region: Some("us-gov-west-1"),
                    use_fips: true,
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.us-gov-west-1.amazonaws.com")),
            ),
            (
                "GovCloud, dual stack",
                Params {
                    region: Some("us-gov-east-1"),
                    use_dual_stack: true,
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.us-gov-east-1.api.aws")),
            ),
            (
                "GovCloud, FIPS and dual stack",
                Params {
                    region: Some("us-gov-west-1"),
                    use_fips: true,
                    use_dual_stack: true,
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect-fips.us-gov-west-1.api.aws")),
            ),
            (
                "European Sovereign Cloud",
                Params {
                    region: Some("eusc-de-east-1"),
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.eusc-de-east-1.amazonaws.eu")),
            ),
            (
                "European Sovereign Cloud, dual stack",
                Params {
                    region: Some("eusc-de-east-1"),
                    use_dual_stack: true,
                    ..Params::default()
                },
                Ok(
                    Endpoint::new(
                        "https://connect.eusc-de-east-1.api.amazonwebservices.eu",
                    ),
                ),
            ),
            (
                "An isolated region",
                Params {
                    region: Some("us-iso-east-1"),
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.us-iso-east-1.c2s.ic.gov")),
            ),
            (
                "An isolated region, FIPS",
                Params {
                    region: Some("us-isob-east-1"),
                    use_fips: true,
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect-fips.us-isob-east-1.sc2s.sgov.gov")),
            ),
            (
                "An isolated region, dual stack",
                Params {
                    region: Some("us-isof-south-1"),
                    use_dual_stack: true,
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.us-isof-south-1.api.aws.hci.ic.gov")),
            ),
            (
                "An isolated region, FIPS and dual stack",
                Params {
                    region: Some("eu-isoe-west-1"),
                    use_fips: true,
                    use_dual_stack: true,
                    ..Params::default()
                },
                Ok(
                    Endpoint::new(
                        "https://connect-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
                    ),
                ),
            ),
            (
                "A region of no known partition counts as commercial",
                Params {
                    region: Some("moon-base-1"),
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.moon-base-1.amazonaws.com")),
            ),
            (
                "A custom endpoint",
                Params {
                    region: Some("us-east-1"),
                    endpoint: Some("https://connect.example.com:8443/stage"),
                    ..Params::default()
                },
                Ok(Endpoint::new("https://connect.example.com:8443/stage")),
            ),
            (
                "A custom endpoint without a region",
                Params {
                    endpoint: Some("http://127.0.0.1:4566"),
                    ..Params::default()
                },
                Ok(Endpoint::new("http://127.0.0.1:4566")),
            ),
            (
                "A custom endpoint with FIPS",
                Params {
                    region: Some("us-east-1"),
                    use_fips: true,
                    endpoint: Some("https://connect.example.com"),
                    ..Params::default()
                },
                Err(
                    EndpointError::new(
                        "Invalid Configuration: FIPS and custom endpoint are not supported",
                    ),
                ),
            ),
            (
                "A custom endpoint with dual stack",
                Params {
                    region: Some("us-east-1"),
                    use_dual_stack: true,
                    endpoint: Some("https://connect.example.com"),
                    ..Params::default()
                },
                Err(
                    EndpointError::new(
                        "Invalid Configuration: Dualstack and custom endpoint are not supported",
                    ),
                ),
            ),
            (
                "A custom endpoint with both: the complaint about FIPS comes first",
                Params {
                    region: Some("us-east-1"),
                    use_fips: true,
                    use_dual_stack: true,
                    endpoint: Some("https://connect.example.com"),
                    ..Params::default()
                },
                Err(
                    EndpointError::new(
                        "Invalid Configuration: FIPS and custom endpoint are not supported",
                    ),
                ),
            ),
            (
                "No region",
                Params::default(),
                Err(EndpointError::new("Invalid Configuration: Missing Region")),
            ),
            (
                "No region, FIPS",
                Params {
                    use_fips: true,
                    ..Params::default()
                },
                Err(EndpointError::new("Invalid Configuration: Missing Region")),
            ),
        ];
        for (what, params, expected) in cases {
            assert_eq!(resolve(& params), expected, "{what}");
        }
    }
}
