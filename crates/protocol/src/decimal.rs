//! Decimal text to whole numbers and timestamps, exactly: no detour over floating point.

use std::cmp::Ordering;

use aws_smithy_types::DateTime;

/// Nanoseconds in a second.
const NANOS: u32 = 1_000_000_000;

/// A decimal number, cut below the nanosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    whole: u64,
    nanos: u32,
    /// Whether a digit other than zero was cut off.
    cut: bool,
}

impl Decimal {
    /// Reads a number in JSON's form. `None` if the text has another form or the whole part does not fit 64 bits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (integer, fraction, exponent) = parts(text)?;
        Self::of(integer, fraction, exponent)
    }

    /// Reads a number from its parts: sign and digits, digits behind the point, sign and digits behind the `e`.
    pub(crate) fn of(integer: &str, fraction: &str, exponent: Option<&str>) -> Option<Self> {
        let (negative, integer) = sign(integer);
        if integer.is_empty() {
            return None;
        }
        let exponent = exponent.map_or(Some(0), parse_exponent)?;
        let mut number = Self {
            negative,
            whole: 0,
            nanos: 0,
            cut: false,
        };
        // Nearly every timestamp: digits, a point and no more than nine digits.
        if exponent == 0 && fraction.len() <= 9 {
            number.whole = digits(integer)?;
            if !fraction.is_empty() {
                let missing = 9_u32.checked_sub(u32::try_from(fraction.len()).ok()?)?;
                number.nanos = u32::try_from(digits(fraction)?).ok()? * 10_u32.pow(missing);
            }
            return Some(number);
        }
        // The power of ten of the next digit.
        let mut power = exponent.saturating_add(i64::try_from(integer.len()).ok()?) - 1;
        for byte in integer.bytes().chain(fraction.bytes()) {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number.push(digit, power)?;
            power -= 1;
        }
        while power >= 0 && number.whole != 0 {
            number.push(0, power)?;
            power -= 1;
        }
        Some(number)
    }

    fn push(&mut self, digit: u8, power: i64) -> Option<()> {
        if power >= 0 {
            let digit = u64::from(digit);
            self.whole = self.whole.checked_mul(10)?.checked_add(digit)?;
        } else if let Some(place) = u32::try_from(power + 9).ok().filter(|_| power >= -9) {
            self.nanos += u32::from(digit) * 10_u32.pow(place);
        } else {
            self.cut |= digit != 0;
        }
        Some(())
    }

    /// The number, if it is whole and fits.
    pub(crate) fn to_i64(self) -> Option<i64> {
        if self.nanos != 0 || self.cut {
            return None;
        }
        if self.negative {
            0_i64.checked_sub_unsigned(self.whole)
        } else {
            i64::try_from(self.whole).ok()
        }
    }

    /// The number as seconds since the epoch, cut below the nanosecond.
    pub(crate) fn to_date_time(self) -> Option<DateTime> {
        let (seconds, nanos) = match (self.negative, self.nanos) {
            (false, nanos) => (i64::try_from(self.whole).ok()?, nanos),
            (true, 0) => (0_i64.checked_sub_unsigned(self.whole)?, 0),
            (true, nanos) => ((-1_i64).checked_sub_unsigned(self.whole)?, NANOS - nanos),
        };
        Some(DateTime::from_secs_and_nanos(seconds, nanos))
    }
}

/// Compares two numbers of any size. `None` if a text does not have JSON's form.
pub(crate) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Significant::parse(a)?, Significant::parse(b)?);
    Some(match (a.negative, b.negative) {
        (false, false) => a.magnitude().cmp(&b.magnitude()),
        (true, true) => b.magnitude().cmp(&a.magnitude()),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

/// A number by its sign, its digits without zeros at either end, and the power of ten of the first.
struct Significant {
    negative: bool,
    digits: Vec<u8>,
    power: i64,
}

impl Significant {
    fn parse(text: &str) -> Option<Self> {
        let (integer, fraction, exponent) = parts(text)?;
        let exponent = exponent.map_or(Some(0), parse_exponent)?;
        let (negative, integer) = sign(integer);
        let all = integer.bytes().chain(fraction.bytes());
        if integer.is_empty() || !all.clone().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut digits: Vec<u8> = all.clone().skip_while(|byte| *byte == b'0').collect();
        let zeros = all.count() - digits.len();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits,
                power: i64::MIN,
            });
        }
        let place = i64::try_from(integer.len()).ok()? - i64::try_from(zeros).ok()?;
        Some(Self {
            negative,
            digits,
            power: exponent.saturating_add(place),
        })
    }

    fn magnitude(&self) -> (i64, &[u8]) {
        (self.power, &self.digits)
    }
}

/// A number's parts: sign and digits, digits behind the point, sign and digits behind the `e`. `None` for a point without
/// digits behind it.
fn parts(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    match mantissa.split_once('.') {
        Some((_, "")) => None,
        Some((integer, fraction)) => Some((integer, fraction, exponent)),
        None => Some((mantissa, "", exponent)),
    }
}

/// Whether a number is negative, and its digits.
fn sign(integer: &str) -> (bool, &str) {
    match integer.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, integer),
    }
}

/// The number that digits spell. `None` for anything else, and beyond 64 bits.
fn digits(text: &str) -> Option<u64> {
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// An exponent; one too large for 64 bits is as good as the largest that fits.
fn parse_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut exponent = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        exponent = exponent.saturating_mul(10).saturating_add(i64::from(digit));
    }
    // Half the range: adding the length of the text must not overflow.
    Some(sign * exponent.min(i64::MAX / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Option<(i64, u32)> {
        let time = Decimal::parse(text)?.to_date_time()?;
        Some((time.secs(), time.subsec_nanos()))
    }

    #[test]
    fn timestamps_keep_nanoseconds() {
        for (text, expected) in [
            ("1700000000", Some((1_700_000_000, 0))),
            ("1700000000.123456789", Some((1_700_000_000, 123_456_789))),
            ("1.7000000005E9", Some((1_700_000_000, 500_000_000))),
            ("17e8", Some((1_700_000_000, 0))),
            ("1700000000123e-3", Some((1_700_000_000, 123_000_000))),
            ("0.0000000019", Some((0, 1))),
            ("-0.5", Some((-1, 500_000_000))),
            ("-1.5", Some((-2, 500_000_000))),
            ("-9223372036854775808", Some((i64::MIN, 0))),
            // Huge exponents end quickly.
            ("1e999999999999999999999", None),
            ("0e999999999999999999999", Some((0, 0))),
            ("1e-999999999999999999999", Some((0, 0))),
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
    }

    #[test]
    fn whole_numbers() {
        let whole = |text| Decimal::parse(text).and_then(Decimal::to_i64);
        assert_eq!(whole("1.0"), Some(1));
        assert_eq!(whole("1e2"), Some(100));
        assert_eq!(whole("120e-1"), Some(12));
        assert_eq!(whole("-1.50e1"), Some(-15));
        assert_eq!(whole("9223372036854775807"), Some(i64::MAX));
        assert_eq!(whole("9223372036854775808"), None);
        assert_eq!(whole("1.001"), None);
        assert_eq!(whole("0.00000000001"), None);
    }

    #[test]
    fn numbers_of_any_size_have_an_order() {
        let ascending = [
            "-1e400",
            "-1000000000000000000000000000000.5",
            "-1e30",
            "-2",
            "-1.00000000000000000000000000000000000001",
            "-1",
            "-1e-400",
            "0",
            "1e-400",
            "0.00999",
            "0.01",
            "0.010000000000000000000000000000000000001",
            "9.99",
            "10",
            "1e30",
            "1000000000000000000000000000001",
            "1e400",
        ];
        for (at, a) in ascending.iter().enumerate() {
            for (other, b) in ascending.iter().enumerate() {
                assert_eq!(compare(a, b), Some(at.cmp(&other)), "{a} and {b}");
            }
        }
        for (a, b) in [("1.50", "15e-1"), ("-0", "0.0e9"), ("00012", "1.2E+1")] {
            assert_eq!(compare(a, b), Some(Ordering::Equal), "{a} and {b}");
        }
    }

    #[test]
    fn other_forms_are_no_numbers() {
        for text in " - 1. .5 e1 1e 1e+ 1x 0x42 1.2.3 NaN --1 +1".split(' ') {
            assert_eq!(Decimal::parse(text), None, "{text}");
            assert_eq!(compare(text, "1"), None, "{text}");
        }
    }
}
