//! In which style a scalar reads back as it is.

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
}

/// The plainest style that reads back as this text.
pub(super) fn style(text: &str) -> Style {
    let characters: Vec<char> = text.chars().collect();
    let blank = |index: Option<&char>| index.is_none_or(|next| matches!(next, ' ' | '\n'));
    let mut plain = !text.starts_with("---") && !text.starts_with("...");
    for (index, character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1);
        if !is_printable(*character) && *character != '\n' {
            return Style::Double;
        }
        match (before, character, after) {
            // The spaces beside the break would read as the indent.
            (Some('\n'), ' ', _) | (Some(' '), '\n', _) => return Style::Double,
            (_, '\n', _) | (None, ' ', _) | (_, ' ', None) => plain = false,
            (None, ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>', _)
            | (None, '\'' | '"' | '%' | '@' | '`', _)
            | (Some(' '), '#', _) => plain = false,
            (None, '?' | '-', after) | (_, ':', after) if blank(after) => plain = false,
            _ => {}
        }
    }
    if plain && !reads_as_something_else(text) {
        Style::Plain
    } else {
        Style::Single
    }
}

/// Whether the plain scalar is null, a boolean, a number, a time or a merge key to YAML.
fn reads_as_something_else(text: &str) -> bool {
    matches!(
        text,
        "" | "~"
            | "null"
            | "Null"
            | "NULL"
            | "true"
            | "True"
            | "TRUE"
            | "false"
            | "False"
            | "FALSE"
            | "<<"
            | "="
            | ".nan"
            | ".NaN"
            | ".NAN"
    ) || is_number(text)
        || is_time(text)
}

/// Whether a plain scalar is an integer or a float.
fn is_number(text: &str) -> bool {
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return false;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all = |text: &str, radix: u32| {
        let is_digit = |character: char| character == '_' || character.is_digit(radix);
        !text.is_empty() && text.chars().all(is_digit)
    };
    for (prefix, radix) in [("0b", 2), ("0o", 8), ("0x", 16)] {
        if let Some(digits) = unsigned.strip_prefix(prefix) {
            return all(digits, radix);
        }
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || all(unsigned, 10) {
        return true;
    }
    let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (unsigned, None),
    };
    let signed_exponent = exponent.and_then(|exponent| exponent.strip_prefix(['-', '+']));
    let exponent_is_well_formed = exponent.is_none_or(|exponent| {
        let digits = signed_exponent.unwrap_or(exponent);
        all(digits, 10) && !digits.contains('_')
    });
    let digits_are_well_formed = match digits.split_once('.') {
        None => exponent.is_some() && all(digits, 10) && !digits.starts_with('_'),
        // Without a digit before the point, the exponent needs its sign.
        Some(("", fraction)) => {
            all(fraction, 10) && (exponent.is_none() || signed_exponent.is_some())
        }
        Some((whole, fraction)) => {
            all(whole, 10) && !whole.starts_with('_') && (fraction.is_empty() || all(fraction, 10))
        }
    };
    exponent_is_well_formed && digits_are_well_formed
}

/// Whether a plain scalar is a date, or a date and a time.
fn is_time(text: &str) -> bool {
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit())
    };
    let (date, time) = match text.split_once(['T', 't', ' ', '\t']) {
        Some((date, time)) => (date, Some(time.trim_start_matches([' ', '\t']))),
        None => (text, None),
    };
    let least = if time.is_some() { 1 } else { 2 };
    let is_date = match date.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => {
            digits(year, 4, 4) && digits(month, least, 2) && digits(day, least, 2)
        }
        _ => false,
    };
    let Some(time) = time else {
        return is_date;
    };
    let (clock, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => (time[..at].trim_end_matches([' ', '\t']), &time[at..]),
        None => (time, "Z"),
    };
    let is_clock = match clock.split(':').collect::<Vec<_>>()[..] {
        [hour, minute, seconds] => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
            digits(hour, 1, 2)
                && digits(minute, 2, 2)
                && digits(whole, 2, 2)
                && digits(fraction, 0, usize::MAX)
        }
        _ => false,
    };
    let is_offset = offset == "Z"
        || offset.strip_prefix(['-', '+']).is_some_and(|offset| {
            let (hour, minute) = offset.split_once(':').unwrap_or((offset, "00"));
            digits(hour, 1, 2) && digits(minute, 2, 2)
        });
    is_date && is_clock && is_offset
}

/// Whether a character may stand as it is. Those beyond the basic plane may, but libyaml escapes them.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// A character in a double-quoted scalar that may not stand as it is.
pub(super) fn escape(character: char) -> String {
    match character {
        '\0' => "\\0".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        '\u{85}' => "\\N".to_owned(),
        '\u{2028}' => "\\L".to_owned(),
        '\u{2029}' => "\\P".to_owned(),
        other => match u32::from(other) {
            code @ ..=0xff => format!("\\x{code:02X}"),
            code @ ..=0xffff => format!("\\u{code:04X}"),
            code => format!("\\U{code:08X}"),
        },
    }
}
