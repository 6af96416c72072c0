//! What a request says about its signature, in the `Authorization` header or, presigned, in its query.

use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use http::HeaderMap;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use super::Denial;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(super) const TOKEN_HEADER: &str = "x-amz-security-token";
/// The longest that a presigned request may be good for.
const LONGEST_EXPIRY: u64 = 7 * 24 * 3600;
/// The parameters of a presigned request that are about its signature.
const PARAMETERS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

pub(super) struct Claim {
    pub(super) access_key_id: String,
    /// The parts of the credential scope.
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) terminator: String,
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: String,
    pub(super) time: SystemTime,
    pub(super) session_token: Option<String>,
    /// Of a presigned request only.
    pub(super) expires: Option<Duration>,
    /// The query without parameters about the signature: empty, or beginning with a question mark.
    pub(super) query: String,
}

impl Claim {
    pub(super) fn read(request: &Parts) -> Result<Self, Denial> {
        if request.headers.contains_key(http::header::AUTHORIZATION) {
            return Self::from_header(request);
        }
        let query = Query::read(request.uri.query().unwrap_or_default());
        if query.get("X-Amz-Signature")?.is_none() && query.get("X-Amz-Algorithm")?.is_none() {
            return Err(Denial::missing());
        }
        Self::from_query(&query)
    }

    fn from_header(request: &Parts) -> Result<Self, Denial> {
        let header = single(&request.headers, "authorization")?.unwrap_or_default();
        let parameters = header
            .strip_prefix(ALGORITHM)
            .filter(|rest| rest.starts_with(' '))
            .ok_or_else(|| {
                Denial::incomplete(format!(
                    "Authorization header requires the algorithm '{ALGORITHM}'."
                ))
            })?;
        let parameters = parameters.split(',');
        let parameters = parameters.map(|parameter| parameter.trim().split_once('='));
        let parameters = parameters.collect::<Option<Vec<_>>>().ok_or_else(|| {
            Denial::incomplete("Authorization header requires parameters of the form NAME=VALUE.")
        })?;
        let parameter = |name: &str| {
            let mut parameters = parameters.iter();
            parameters
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
                .filter(|value| !value.is_empty())
                .ok_or_else(|| {
                    Denial::incomplete(format!("Authorization header requires '{name}' parameter."))
                })
        };
        let (credential, signed_headers) = (parameter("Credential")?, parameter("SignedHeaders")?);
        let signature = parameter("Signature")?;
        let time = match single(&request.headers, "x-amz-date")? {
            Some(date) => basic_time(date),
            None => single(&request.headers, "date")?.and_then(http_time),
        };
        let time = time.ok_or_else(|| {
            Denial::incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        })?;
        let session_token = single(&request.headers, TOKEN_HEADER)?.map(str::to_owned);
        let query = request
            .uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        Self::new(
            credential,
            signed_headers,
            signature,
            time,
            session_token,
            None,
            query,
        )
    }

    fn from_query(query: &Query<'_>) -> Result<Self, Denial> {
        let parameter = |name: &'static str| {
            query
                .get(name)?
                .filter(|value| !value.is_empty())
                .ok_or_else(|| {
                    Denial::incomplete(format!(
                        "AWS query-string parameters must include '{name}'."
                    ))
                })
        };
        if parameter("X-Amz-Algorithm")? != ALGORITHM {
            return Err(Denial::incomplete(format!(
                "'X-Amz-Algorithm' must be '{ALGORITHM}'."
            )));
        }
        let time = basic_time(&parameter("X-Amz-Date")?).ok_or_else(|| {
            Denial::incomplete("'X-Amz-Date' must be of the form YYYYMMDDTHHMMSSZ.")
        })?;
        let expires = parameter("X-Amz-Expires")?
            .parse()
            .ok()
            .filter(|seconds| (1..=LONGEST_EXPIRY).contains(seconds));
        let expires = expires.map(Duration::from_secs).ok_or_else(|| {
            Denial::incomplete(format!(
                "'X-Amz-Expires' must be a number of seconds from 1 to {LONGEST_EXPIRY}."
            ))
        })?;
        Self::new(
            &parameter("X-Amz-Credential")?,
            &parameter("X-Amz-SignedHeaders")?,
            &parameter("X-Amz-Signature")?,
            time,
            query.get("X-Amz-Security-Token")?,
            Some(expires),
            query.rest(),
        )
    }

    fn new(
        credential: &str,
        signed_headers: &str,
        signature: &str,
        time: SystemTime,
        session_token: Option<String>,
        expires: Option<Duration>,
        query: String,
    ) -> Result<Self, Denial> {
        let [access_key_id, date, region, service, terminator] = credential
            .split('/')
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|_| {
                Denial::incomplete(
                    "Credential must have the form KEY-ID/DATE/REGION/SERVICE/aws4_request.",
                )
            })?;
        let signed_headers = signed_headers.split(';').map(str::to_owned).collect();
        let signature = signature.to_owned();
        Ok(Self {
            access_key_id,
            date,
            region,
            service,
            terminator,
            signed_headers,
            signature,
            time,
            session_token,
            expires,
            query,
        })
    }
}

/// A header that must not stand there twice.
fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Denial> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let value = value.to_str().ok().filter(|_| values.next().is_none());
    value.map(Some).ok_or_else(|| {
        Denial::incomplete(format!(
            "The header '{name}' must stand there once, in ASCII."
        ))
    })
}

/// The pairs of a query, names decoded.
struct Query<'a>(Vec<(String, &'a str)>);

impl<'a> Query<'a> {
    fn read(query: &'a str) -> Self {
        let name = |pair: &str| decode(pair.split_once('=').map_or(pair, |(name, _)| name));
        Self(
            query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| (name(pair), pair))
                .collect(),
        )
    }

    /// The decoded value of a parameter that must not stand there twice.
    fn get(&self, name: &'static str) -> Result<Option<String>, Denial> {
        let mut pairs = self.0.iter().filter(|(key, _)| key == name);
        let value = pairs
            .next()
            .map(|(_, pair)| decode(pair.split_once('=').map_or("", |(_, value)| value)));
        if pairs.next().is_some() {
            return Err(Denial::incomplete(format!(
                "'{name}' must stand there once."
            )));
        }
        Ok(value)
    }

    fn rest(&self) -> String {
        let pairs = self
            .0
            .iter()
            .filter(|(name, _)| !PARAMETERS.contains(&name.as_str()));
        let pairs = pairs.map(|(_, pair)| *pair).collect::<Vec<_>>().join("&");
        if pairs.is_empty() {
            pairs
        } else {
            format!("?{pairs}")
        }
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Reads `YYYYMMDDTHHMMSSZ`.
fn basic_time(text: &str) -> Option<SystemTime> {
    if text.len() != 16 || !text.is_ascii() {
        return None;
    }
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (year, month, day) = (date.get(..4)?, date.get(4..6)?, date.get(6..8)?);
    let (hour, minute, second) = (time.get(..2)?, time.get(2..4)?, time.get(4..6)?);
    let extended = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    let time = DateTime::from_str(&extended, Format::DateTime).ok()?;
    // Far from the ends of what the clock can hold, so that minutes and days can be added.
    SystemTime::try_from(time)
        .ok()
        .filter(|time| basic_format(*time) == text)
}

fn http_time(text: &str) -> Option<SystemTime> {
    let time = DateTime::from_str(text, Format::HttpDate).ok()?;
    SystemTime::try_from(DateTime::from_secs(time.secs())).ok()
}

/// Writes `YYYYMMDDTHHMMSSZ`.
pub(super) fn basic_format(time: SystemTime) -> String {
    let time = DateTime::from_secs(DateTime::from(time).secs());
    time.fmt(Format::DateTime)
        .unwrap_or_default()
        .replace(['-', ':'], "")
}
