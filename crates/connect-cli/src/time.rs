//! Points in time: read from the command line, written for its reader.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde_json::Value;

use crate::model::{Member, Shape};

/// Reads a time as the AWS CLI takes it, ISO 8601 or seconds since 1970, and returns it in RFC 3339.
///
/// A date without a time is its midnight; a time without an offset is UTC.
pub(crate) fn parse(text: &str) -> Option<String> {
    let time = if let Ok(time) = text.parse::<Timestamp>() {
        time
    } else if let Ok(seconds) = text.parse::<i64>() {
        Timestamp::from_second(seconds).ok()?
    } else if let Some(time) = fractional_seconds(text) {
        time
    } else {
        let local = text
            .parse::<DateTime>()
            .or_else(|_| text.parse::<Date>().map(DateTime::from))
            .ok()?;
        TimeZone::UTC.to_timestamp(local).ok()?
    };
    Some(time.to_string())
}

/// Reads seconds with a fraction. A double holds today's times to the microsecond, not finer.
fn fractional_seconds(text: &str) -> Option<Timestamp> {
    let microseconds = (text.parse::<f64>().ok()? * 1e6).round();
    // Beyond this a double does not hold every whole number, and the calendar has ended.
    const MOST: f64 = 9e15 * 1e3;
    (microseconds.abs() < MOST)
        .then(|| Timestamp::from_microsecond(microseconds as i64).ok())
        .flatten()
}

/// A time in RFC 3339 as the AWS CLI prints it: ISO 8601 in `zone`, with microseconds where there are any.
///
/// Text that is no time, or one out of the calendar's reach, comes back as it is: a printed value is never lost.
pub(crate) fn display(rfc3339: &str, zone: &TimeZone) -> String {
    let to_microseconds = TimestampRound::new()
        .smallest(Unit::Microsecond)
        .mode(RoundMode::HalfEven);
    let Ok(time) = rfc3339
        .parse::<Timestamp>()
        .and_then(|time| time.round(to_microseconds))
    else {
        return rfc3339.to_owned();
    };
    let format = if time.subsec_nanosecond() == 0 {
        "%Y-%m-%dT%H:%M:%S%:z"
    } else {
        "%Y-%m-%dT%H:%M:%S.%6f%:z"
    };
    time.to_zoned(zone.clone()).strftime(format).to_string()
}

/// How times in results are written.
#[derive(Debug)]
pub(crate) enum Times {
    /// In a zone, as [`display`] has them.
    Iso8601(TimeZone),
    /// As the service sends them, in seconds since 1970.
    Wire,
}

impl Times {
    fn write(&self, rfc3339: &str) -> Value {
        match (self, rfc3339.parse::<Timestamp>()) {
            (Self::Iso8601(zone), _) => display(rfc3339, zone).into(),
            (Self::Wire, Ok(time)) if time.subsec_nanosecond() == 0 => time.as_second().into(),
            // A double holds today's times to the microsecond.
            (Self::Wire, Ok(time)) => (time.as_microsecond() as f64 / 1e6).into(),
            (Self::Wire, Err(_)) => rfc3339.into(),
        }
    }
}

/// Rewrites the times in an output.
pub(crate) fn localise(members: &[Member], output: &mut Value, times: &Times) {
    let Value::Object(values) = output else {
        return;
    };
    for (name, value) in values {
        if let Some(member) = members.iter().find(|member| member.name == name) {
            localise_value(member.shape, value, times);
        }
    }
}

fn localise_value(shape: &Shape, value: &mut Value, times: &Times) {
    match (shape, value) {
        (Shape::Timestamp, value) => {
            if let Value::String(text) = value {
                *value = times.write(text);
            }
        }
        (Shape::List(element), Value::Array(values)) => {
            for value in values {
                localise_value(element, value, times);
            }
        }
        (Shape::Map(element), Value::Object(values)) => {
            for (_, value) in values {
                localise_value(element, value, times);
            }
        }
        (Shape::Structure(members) | Shape::Union(members), value) => {
            localise(members, value, times);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_times_are_rewritten() {
        const AT: Member = Member::optional("At", &Shape::Timestamp);
        static OUTPUT: &[Member] = &[
            AT,
            Member::optional("Text", &Shape::String),
            Member::optional(
                "Nested",
                &Shape::Map(&Shape::List(&Shape::Structure(&[AT]))),
            ),
        ];
        let time = "2023-11-14T22:13:20Z";
        let mut output =
            json!({"At": time, "Text": time, "Nested": {"k": [{"At": time}]}, "New": time});
        let mut on_the_wire = output.clone();
        localise(OUTPUT, &mut output, &Times::Iso8601(TimeZone::UTC));
        let local = "2023-11-14T22:13:20+00:00";
        let expected =
            json!({"At": local, "Text": time, "Nested": {"k": [{"At": local}]}, "New": time});
        assert_eq!(output, expected);
        on_the_wire["At"] = "2023-11-14T22:13:20.125Z".into();
        localise(OUTPUT, &mut on_the_wire, &Times::Wire);
        let nested = &on_the_wire["Nested"]["k"][0]["At"];
        assert_eq!(
            (&on_the_wire["At"], nested),
            (&json!(1_700_000_000.125), &json!(1_700_000_000))
        );
        assert_eq!(on_the_wire["Text"], time);
    }

    #[test]
    fn reads_what_the_aws_cli_reads() {
        for (text, expected) in [
            ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
            ("2023-11-14T22:13:20.25+01:00", "2023-11-14T21:13:20.25Z"),
            ("2023-11-14T22:13:20", "2023-11-14T22:13:20Z"),
            ("2023-11-14 22:13", "2023-11-14T22:13:00Z"),
            ("2023-11-14", "2023-11-14T00:00:00Z"),
            ("1700000000", "2023-11-14T22:13:20Z"),
            ("1700000000.125", "2023-11-14T22:13:20.125Z"),
            ("1.7e9", "2023-11-14T22:13:20Z"),
            ("-1", "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "noon", "2023-13-01", "1e300", "NaN", "99999999999999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn prints_the_zone_s_time_with_its_offset() {
        let utc = &TimeZone::UTC;
        let berlin = &TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        for (zone, time, expected) in [
            (utc, "2023-11-14T22:13:20Z", "2023-11-14T22:13:20+00:00"),
            (berlin, "2023-11-14T22:13:20Z", "2023-11-14T23:13:20+01:00"),
            (berlin, "2023-07-14T22:13:20Z", "2023-07-15T00:13:20+02:00"),
            (
                utc,
                "2023-11-14T22:13:20.25Z",
                "2023-11-14T22:13:20.250000+00:00",
            ),
            (
                utc,
                "2023-11-14T22:13:20.0000005Z",
                "2023-11-14T22:13:20+00:00",
            ),
            (utc, "never", "never"),
        ] {
            assert_eq!(display(time, zone), expected);
        }
    }
}
