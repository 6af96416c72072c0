//! Every trait that the generator knows: what becomes of it, and what a change of it means to `add` and `update`.
//!
//! A trait that is read, ignored or reported has a line here and nowhere else. ARCHITECTURE.md shows the table; a test compares.

/// What becomes of a trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is read, and generated.
    Generated,
    /// It is no business of a restJson1 client or server.
    Ignored,
    /// An operation that needs it is left out.
    OperationLeftOut,
    /// A way to authenticate that no requests are sent with: operations without another are left out.
    OtherAuth,
    /// Endpoints in a form that is not read: without a rule set, an endpoint must be set.
    OtherRules,
    /// A trait of Smithy's or AWS's that is not in the table: it is reported.
    Unknown,
    /// A model's own, or other people's: restJson1 asks nothing of it.
    Foreign,
}

/// What a trait is to a comparison of two models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Text for people, and endpoint rules, of which a model brings its own: ours stay, theirs are left out.
    Documentation,
    /// What the other side of the wire notices, or what values are allowed: both models must agree.
    Meaning,
    /// How a program is served by it: paging, waiting, redaction. A model may have more of these than another.
    Convenience,
}

macro_rules! traits {
    ($($fate:ident { $($name:tt $id:literal $part:ident)* })*) => {
        $($(
            #[allow(missing_docs, reason = "it is the trait's own name")]
            pub const $name: &str = $id;
        )*)*

        /// The table.
        pub const ALL: &[(&str, Fate, Part)] = &[$($(($id, Fate::$fate, Part::$part)),*),*];
    };
}

traits! {
    Generated {
        AUTH "smithy.api#auth" Meaning
        BOX "smithy.api#box" Meaning
        CLIENT_OPTIONAL "smithy.api#clientOptional" Meaning
        DEFAULT "smithy.api#default" Meaning
        DEPRECATED "smithy.api#deprecated" Convenience
        DOCUMENTATION "smithy.api#documentation" Documentation
        ENDPOINT "smithy.api#endpoint" Meaning
        ENUM "smithy.api#enum" Meaning
        ENUM_VALUE "smithy.api#enumValue" Meaning
        ERROR "smithy.api#error" Meaning
        EXAMPLES "smithy.api#examples" Documentation
        EXTERNAL_DOCUMENTATION "smithy.api#externalDocumentation" Documentation
        HOST_LABEL "smithy.api#hostLabel" Meaning
        HTTP "smithy.api#http" Meaning
        HTTP_BEARER_AUTH "smithy.api#httpBearerAuth" Meaning
        HTTP_CHECKSUM_REQUIRED "smithy.api#httpChecksumRequired" Meaning
        HTTP_ERROR "smithy.api#httpError" Meaning
        HTTP_HEADER "smithy.api#httpHeader" Meaning
        HTTP_LABEL "smithy.api#httpLabel" Meaning
        HTTP_PAYLOAD "smithy.api#httpPayload" Meaning
        HTTP_PREFIX_HEADERS "smithy.api#httpPrefixHeaders" Meaning
        HTTP_QUERY "smithy.api#httpQuery" Meaning
        HTTP_QUERY_PARAMS "smithy.api#httpQueryParams" Meaning
        HTTP_RESPONSE_CODE "smithy.api#httpResponseCode" Meaning
        IDEMPOTENCY_TOKEN "smithy.api#idempotencyToken" Meaning
        INPUT "smithy.api#input" Convenience
        INTERNAL "smithy.api#internal" Convenience
        JSON_NAME "smithy.api#jsonName" Meaning
        LENGTH "smithy.api#length" Meaning
        MEDIA_TYPE "smithy.api#mediaType" Meaning
        MIXIN "smithy.api#mixin" Meaning
        OPTIONAL_AUTH "smithy.api#optionalAuth" Meaning
        PAGINATED "smithy.api#paginated" Convenience
        PATTERN "smithy.api#pattern" Meaning
        RANGE "smithy.api#range" Meaning
        REQUEST_COMPRESSION "smithy.api#requestCompression" Meaning
        REQUIRED "smithy.api#required" Meaning
        REQUIRES_LENGTH "smithy.api#requiresLength" Meaning
        RETRYABLE "smithy.api#retryable" Convenience
        SENSITIVE "smithy.api#sensitive" Convenience
        SPARSE "smithy.api#sparse" Meaning
        STREAMING "smithy.api#streaming" Meaning
        TAGS "smithy.api#tags" Documentation
        TIMESTAMP_FORMAT "smithy.api#timestampFormat" Meaning
        TITLE "smithy.api#title" Documentation
        UNIQUE_ITEMS "smithy.api#uniqueItems" Meaning
        AWS_SERVICE "aws.api#service" Convenience
        SIGV4 "aws.auth#sigv4" Meaning
        UNSIGNED_PAYLOAD "aws.auth#unsignedPayload" Meaning
        HTTP_CHECKSUM "aws.protocols#httpChecksum" Meaning
        REST_JSON_1 "aws.protocols#restJson1" Meaning
        CLIENT_CONTEXT_PARAMS "smithy.rules#clientContextParams" Meaning
        CONTEXT_PARAM "smithy.rules#contextParam" Meaning
        ENDPOINT_RULE_SET "smithy.rules#endpointRuleSet" Documentation
        ENDPOINT_TESTS "smithy.rules#endpointTests" Documentation
        STATIC_CONTEXT_PARAMS "smithy.rules#staticContextParams" Meaning
        WAITABLE "smithy.waiters#waitable" Convenience
    }
    Ignored {
        // Documentation, and hints for authors.
        _ "smithy.api#recommended" Convenience
        _ "smithy.api#since" Documentation
        _ "smithy.api#suppress" Documentation
        _ "smithy.api#unstable" Convenience
        _ "smithy.api#private" Convenience
        // What a model says about itself: resources, references, traits that it defines.
        _ "smithy.api#authDefinition" Convenience
        _ "smithy.api#idRef" Convenience
        _ "smithy.api#nestedProperties" Convenience
        _ "smithy.api#noReplace" Convenience
        _ "smithy.api#notProperty" Convenience
        _ "smithy.api#property" Convenience
        _ "smithy.api#protocolDefinition" Convenience
        _ "smithy.api#references" Convenience
        _ "smithy.api#resourceIdentifier" Convenience
        _ "smithy.api#trait" Convenience
        _ "smithy.api#traitValidators" Convenience
        _ "smithy.api#unitType" Convenience
        // Every request may be tried again, as in the other SDKs; a default is one whenever it was added; outputs are like structures.
        _ "smithy.api#addedDefault" Convenience
        _ "smithy.api#idempotent" Convenience
        _ "smithy.api#output" Convenience
        _ "smithy.api#readonly" Convenience
        // For browsers and servers in front of a service.
        _ "smithy.api#cors" Convenience
        // Of event streams; operations with one are left out as a whole.
        _ "smithy.api#eventHeader" Convenience
        _ "smithy.api#eventPayload" Convenience
        // Of XML.
        _ "smithy.api#xmlAttribute" Convenience
        _ "smithy.api#xmlFlattened" Convenience
        _ "smithy.api#xmlName" Convenience
        _ "smithy.api#xmlNamespace" Convenience
        // Other protocols that a service speaks as well.
        _ "aws.customizations#s3UnwrappedXmlOutput" Convenience
        _ "aws.protocols#awsJson1_0" Convenience
        _ "aws.protocols#awsJson1_1" Convenience
        _ "aws.protocols#awsQuery" Convenience
        _ "aws.protocols#awsQueryCompatible" Convenience
        _ "aws.protocols#awsQueryError" Convenience
        _ "aws.protocols#ec2Query" Convenience
        _ "aws.protocols#ec2QueryName" Convenience
        _ "aws.protocols#restXml" Convenience
        // About AWS resources, and about endpoints as the rules have them.
        _ "aws.api#arn" Convenience
        _ "aws.api#arnReference" Convenience
        _ "aws.api#clientEndpointDiscovery" Convenience
        _ "aws.api#clientEndpointDiscoveryId" Convenience
        _ "aws.api#controlPlane" Convenience
        _ "aws.api#data" Convenience
        _ "aws.api#dataPlane" Convenience
        _ "aws.api#tagEnabled" Convenience
        _ "aws.api#taggable" Convenience
        // Tests that call the service, and vectors, which are read on their own.
        _ "smithy.test#eventStreamTests" Convenience
        HTTP_MALFORMED_REQUEST_TESTS "smithy.test#httpMalformedRequestTests" Convenience
        HTTP_REQUEST_TESTS "smithy.test#httpRequestTests" Convenience
        HTTP_RESPONSE_TESTS "smithy.test#httpResponseTests" Convenience
        _ "smithy.test#smokeTests" Convenience
        // Tools and other protocols.
        _ "aws.apigateway#*" Convenience
        _ "aws.cloudformation#*" Convenience
        _ "aws.iam#*" Convenience
        _ "smithy.ai#*" Convenience
        _ "smithy.mqtt#*" Convenience
        _ "smithy.openapi#*" Convenience
        _ "smithy.protocols#*" Convenience
        _ "smithy.synthetic#*" Convenience
    }
    OperationLeftOut {
        CLIENT_DISCOVERED_ENDPOINT "aws.api#clientDiscoveredEndpoint" Convenience
        OPERATION_CONTEXT_PARAMS "smithy.rules#operationContextParams" Meaning
    }
    OtherAuth {
        SIGV4A "aws.auth#sigv4a" Meaning
        _ "smithy.api#httpApiKeyAuth" Convenience
        _ "smithy.api#httpBasicAuth" Convenience
        _ "smithy.api#httpDigestAuth" Convenience
        _ "aws.auth#cognitoUserPools" Convenience
    }
    OtherRules {
        _ "aws.endpoints#dualStackOnlyEndpoints" Convenience
        _ "aws.endpoints#endpointsModifier" Convenience
        _ "aws.endpoints#rulesBasedEndpoints" Convenience
        _ "aws.endpoints#standardPartitionalEndpoints" Convenience
        _ "aws.endpoints#standardRegionalEndpoints" Convenience
        _ "smithy.rules#endpointBdd" Meaning
    }
}

/// The trait's line. A namespace has one for all its traits, `aws.iam#*`.
fn known(id: &str) -> Option<(Fate, Part)> {
    let namespace = id.split_once('#').map_or(id, |(namespace, _)| namespace);
    let is = |row: &str| row == id || row.strip_suffix("#*") == Some(namespace);
    let row = ALL.iter().find(|(row, ..)| is(row));
    row.map(|(_, fate, part)| (*fate, *part))
}

/// Whether only Smithy and AWS define traits in its namespace.
fn is_common(id: &str) -> bool {
    id.starts_with("smithy.") || id.starts_with("aws.")
}

/// What becomes of a trait.
pub fn fate(id: &str) -> Fate {
    match known(id) {
        Some((fate, _)) => fate,
        None if is_common(id) => Fate::Unknown,
        None => Fate::Foreign,
    }
}

/// What a trait is to a comparison. Of one that nobody here knows, both models must have the same.
pub fn part(id: &str) -> Part {
    match known(id) {
        Some((_, part)) => part,
        None if is_common(id) => Part::Meaning,
        None => Part::Convenience,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// The traits of a fate as the page lists them, by namespace.
    fn listed(wanted: Fate) -> String {
        let mut namespaces: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (id, fate, _) in ALL {
            if *fate == wanted {
                let (namespace, name) = id.split_once('#').unwrap();
                namespaces.entry(namespace).or_default().insert(name);
            }
        }
        let lists = namespaces.into_iter().map(|(namespace, names)| {
            let names: Vec<&str> = names.into_iter().collect();
            format!("`{namespace}`: {}", names.join(", "))
        });
        lists.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_page_has_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md");
        let page = std::fs::read_to_string(path).unwrap();
        for (fate, what) in [
            (Fate::Generated, "read and generated"),
            (
                Fate::Ignored,
                "no business of a restJson1 client or server: ignored",
            ),
            (
                Fate::OperationLeftOut,
                "an operation that needs it is left out",
            ),
            (
                Fate::OtherAuth,
                "reported at the service; operations with no other way to authenticate are left out",
            ),
            (
                Fate::OtherRules,
                "reported where there is no rule set: an endpoint must be set",
            ),
        ] {
            let line = format!("\n| {what} | {} |\n", listed(fate));
            assert!(
                page.contains(&line),
                "ARCHITECTURE.md should have the line{line}"
            );
        }
    }

    #[test]
    fn each_trait_has_one_line() {
        let ids: BTreeSet<&str> = ALL.iter().map(|(id, ..)| *id).collect();
        assert_eq!(ids.len(), ALL.len());
    }

    #[test]
    fn traits_that_are_not_in_the_table_have_a_fate() {
        let table = [
            ("smithy.api#required", Fate::Generated, Part::Meaning),
            ("aws.iam#anything", Fate::Ignored, Part::Convenience),
            ("smithy.api#tomorrow", Fate::Unknown, Part::Meaning),
            ("aws.iamnot#x", Fate::Unknown, Part::Meaning),
            ("com.example#own", Fate::Foreign, Part::Convenience),
        ];
        for (id, expected, meaning) in table {
            assert_eq!((fate(id), part(id)), (expected, meaning), "{id}");
        }
    }
}
