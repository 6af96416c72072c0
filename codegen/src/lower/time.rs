//! Times as models spell them: seconds and nanoseconds since the epoch.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::Value;

/// A number of seconds, or a date and time in UTC (`2014-04-29T18:30:38.5Z`). `None` for anything else.
pub fn time(value: &Value) -> Option<(i64, u32)> {
    match value {
        // By its text: no detour over floating point, which would change the last digits of a fraction.
        Value::Number(number) => epoch_seconds(&number.to_string()),
        Value::String(text) => date_time(text),
        _ => None,
    }
}

fn epoch_seconds(text: &str) -> Option<(i64, u32)> {
    if text.contains(['e', 'E']) {
        let seconds: f64 = text.parse().ok()?;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "checked to be whole and in range"
        )]
        return (seconds.fract() == 0.0 && seconds.abs() < 9e15).then_some((seconds as i64, 0));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (seconds, nanos): (i64, u32) = (whole.parse().ok()?, nanos(fraction)?);
    // The fraction of a time before the epoch counts backwards.
    if whole.starts_with('-') && nanos > 0 {
        return Some((seconds - 1, 1_000_000_000 - nanos));
    }
    Some((seconds, nanos))
}

fn nanos(fraction: &str) -> Option<u32> {
    let digits = fraction.get(..fraction.len().min(9))?;
    if digits.is_empty() {
        return Some(0);
    }
    let missing = u32::try_from(9 - digits.len()).ok()?;
    Some(digits.parse::<u32>().ok()? * 10_u32.pow(missing))
}

fn date_time(text: &str) -> Option<(i64, u32)> {
    // jiff would take a leap second for the one before it, and years before Christ.
    if text.contains(":60") || text.starts_with('-') {
        return None;
    }
    let time = DateTime::strptime("%Y-%m-%dT%H:%M:%S%.fZ", text).ok()?;
    let nanos = Offset::UTC.to_timestamp(time).ok()?.as_nanosecond();
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    let nanos = u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    Some((seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_dates_are_read() {
        for (value, expected) in [
            (json!(0), (0, 0)),
            (json!(1_398_796_238), (1_398_796_238, 0)),
            (json!(946_845_296.123), (946_845_296, 123_000_000)),
            (json!(-1.25), (-2, 750_000_000)),
            (json!(1.5e3), (1500, 0)),
            (json!("2014-04-29T18:30:38Z"), (1_398_796_238, 0)),
            (json!("2000-02-29T00:00:00.000001Z"), (951_782_400, 1_000)),
            (json!("1969-12-31T23:59:59.75Z"), (-1, 750_000_000)),
        ] {
            assert_eq!(time(&value), Some(expected), "{value}");
        }
    }

    #[test]
    fn anything_else_is_no_time() {
        for value in [
            json!(null),
            json!("now"),
            json!("2014-13-29T18:30:38Z"),
            json!("2014-02-29T18:30:38Z"),
            json!("2014-04-29T18:30:60Z"),
            json!("-2014-04-29T18:30:38Z"),
            json!("2014-04-29T18:30:38Z "),
            json!("2014-04-29T18:30:38"),
            json!("2014-04-29T18:30:38+01:00"),
            json!("2014-04-29T18:30:38.\u{e9}Z"),
            json!(1e300),
        ] {
            assert_eq!(time(&value), None, "{value}");
        }
    }
}
