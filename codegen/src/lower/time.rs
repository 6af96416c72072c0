//! Times as models spell them: seconds and nanoseconds since the epoch.

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
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let fits = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !fits {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some((seconds, nanos(fraction)?))
}

fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text
        .split(separator)
        .map(|part| part.parse::<u16>().ok().map(i64::from));
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

/// Days since the epoch. Years are counted from March, so that the leap day is a year's last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
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
            json!("2014-04-29T18:30:38+01:00"),
            json!("2014-04-29T18:30:38.\u{e9}Z"),
            json!(1e300),
        ] {
            assert_eq!(time(&value), None, "{value}");
        }
    }
}
