//! Times as models spell them: seconds and nanoseconds since the epoch.

use jiff::civil::DateTime;
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
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.get(..fraction.len().min(9))?;
    if digits.is_empty() {
        return Some(0);
    }
    let missing = u32::try_from(9 - digits.len()).ok()?;
    Some(digits.parse::<u32>().ok()? * 10_u32.pow(missing))
}

fn date_time(text: &str) -> Option<(i64, u32)> {
    let text = text.strip_suffix('Z')?;
    let (date, fraction) = text.split_once('.').unwrap_or((text, ""));
    // jiff would skip blanks, read a leap second as the second before it, and take years before Christ.
    let is_plain = |byte: u8| byte.is_ascii_digit() || b"-:T".contains(&byte);
    if !date.bytes().all(is_plain) || date.contains(":60") || date.starts_with('-') {
        return None;
    }
    let time = DateTime::strptime("%Y-%m-%dT%H:%M:%S", date).ok()?;
    // A timestamp of jiff's ends a day before the year 9999 does.
    let since = time.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    Some((since.as_secs(), nanos(fraction)?))
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
            (json!("0000-01-01T00:00:00Z"), (-62_167_219_200, 0)),
            (
                json!("9999-12-31T23:59:59.9999999999Z"),
                (253_402_300_799, 999_999_999),
            ),
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
            json!(" 2014-04-29T18:30:38Z"),
            json!("2014-04- 9T18:30:38Z"),
            json!("2014-04-29T 8:30:38Z"),
            json!("2014-04-29T18:30:38.+5Z"),
            json!("10000-01-01T00:00:00Z"),
            json!("2014-04-29T18:30:38"),
            json!("2014-04-29T18:30:38+01:00"),
            json!("2014-04-29T18:30:38.\u{e9}Z"),
            json!(1e300),
        ] {
            assert_eq!(time(&value), None, "{value}");
        }
    }
}
