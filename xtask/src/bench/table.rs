//! The tables: ratios and goals first, then what was measured, median and spread.

use super::metrics::{Better, CLIENT, ENDPOINT, Metric, Peer, Unit};
use super::results::Results;

const HEADINGS: [&str; 7] = [
    "",
    "ours / aws-sdk-connect",
    "ours / floor",
    "ours",
    "aws-sdk-connect",
    "floor",
    "others",
];

/// A table in Markdown of what was measured of `metrics`, columns aligned. Columns in which nothing stands are left out.
pub(super) fn table(metrics: &[Metric], results: &Results) -> String {
    let measured = metrics.iter().filter(|metric| {
        let peers = [Peer::Ours, Peer::AwsSdk, Peer::Floor];
        let mut samples = peers.iter().map(|peer| results.samples(metric.id, *peer));
        samples.any(|samples| !samples.is_empty())
    });
    let rows: Vec<_> = measured.map(|metric| row(metric, results)).collect();
    let mut lines = vec![String::from("|"); rows.len() + 2];
    for (column, heading) in HEADINGS.iter().enumerate() {
        let cells = rows.iter().map(|row| row[column].as_str());
        if cells.clone().all(|cell| matches!(cell, "" | "-")) {
            continue;
        }
        let lengths = cells.clone().map(|cell| cell.chars().count());
        let width = lengths.fold(heading.len().max(3), usize::max);
        let rule = "-".repeat(width);
        let cells = [*heading, &rule].into_iter().chain(cells);
        for (line, cell) in lines.iter_mut().zip(cells) {
            line.push_str(&format!(" {cell:width$} |"));
        }
    }
    lines.join("\n") + "\n"
}

/// How many goals are met, and which are not.
pub(super) fn goals(results: &Results) -> String {
    let (mut met, mut missed, mut open) = (0, Vec::new(), 0);
    for metric in CLIENT.iter().chain(ENDPOINT) {
        let goals = metric.goals;
        let ours = results.median(metric.id, Peer::Ours);
        let ratio = |peer| Some(ours? / results.median(metric.id, peer)?);
        for (value, goal) in [
            (ratio(Peer::AwsSdk), goals.aws_sdk),
            (ratio(Peer::Floor), goals.floor),
            (ours, goals.absolute),
        ] {
            match (value, goal) {
                (_, None) => {}
                (None, Some(_)) => open += 1,
                (Some(value), Some(goal)) if metric.better.holds(value, goal) => met += 1,
                (Some(_), Some(_)) => missed.push(metric.title),
            }
        }
    }
    let names = if missed.is_empty() { "" } else { ": " };
    format!(
        "Goals: {met} met, {} missed{names}{}; {open} not measured.",
        missed.len(),
        missed.join(", ")
    )
}

fn row(metric: &Metric, results: &Results) -> [String; HEADINGS.len()] {
    let samples = |peer| results.samples(metric.id, peer);
    let ours = results.median(metric.id, Peer::Ours);
    let ratio = |peer, goal| {
        let (Some(ours), Some(other)) = (ours, results.median(metric.id, peer)) else {
            return "-".to_owned();
        };
        let ratio = ours / other;
        // Two digits that mean something.
        let decimals = [0.1, 0.01].iter().filter(|limit| ratio < **limit).count() + 2;
        format!(
            "{ratio:.decimals$}{}",
            verdict(metric.better, ratio, goal, |goal| format!("{goal}"))
        )
    };
    let absolute = ours.map_or_else(String::new, |ours| {
        verdict(metric.better, ours, metric.goals.absolute, |goal| {
            number(metric.unit, goal)
        })
    });
    let others = [Peer::Boto3, Peer::AwsCli].into_iter().filter_map(|peer| {
        let samples = samples(peer);
        (!samples.is_empty()).then(|| format!("{} {}", peer.name(), spread(metric.unit, samples)))
    });
    [
        metric.title.to_owned(),
        ratio(Peer::AwsSdk, metric.goals.aws_sdk),
        ratio(Peer::Floor, metric.goals.floor),
        spread(metric.unit, samples(Peer::Ours)) + &absolute,
        spread(metric.unit, samples(Peer::AwsSdk)),
        spread(metric.unit, samples(Peer::Floor)),
        others.collect::<Vec<_>>().join(", "),
    ]
}

/// Whether a goal is met, and if not by how much of it it is missed; nothing, where there is no goal.
fn verdict(better: Better, value: f64, goal: Option<f64>, show: impl Fn(f64) -> String) -> String {
    let Some(goal) = goal else {
        return String::new();
    };
    let sign = match better {
        Better::Less => '≤',
        Better::More => '≥',
    };
    let shown = show(goal);
    if better.holds(value, goal) {
        format!(" ({sign} {shown}: met)")
    } else {
        let percent = ((value - goal) / goal * 100.0).abs();
        format!(" ({sign} {shown}: missed by {percent:.1} %)")
    }
}

impl Better {
    /// Whether a value keeps to a goal, which is the last that does.
    fn holds(self, value: f64, goal: f64) -> bool {
        match self {
            Self::Less => value <= goal,
            Self::More => value >= goal,
        }
    }
}

impl Results {
    fn median(&self, metric: &str, peer: Peer) -> Option<f64> {
        median(self.samples(metric, peer))
    }
}

/// The median and, if there are several, the least and the greatest.
fn spread(unit: Unit, samples: &[f64]) -> String {
    let Some(median) = median(samples) else {
        return "-".to_owned();
    };
    let least = samples.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (least, greatest) = (number(unit, least), number(unit, greatest));
    let range = if least == greatest {
        String::new()
    } else {
        format!(" ({least}–{greatest})")
    };
    let space = if unit.symbol().is_empty() { "" } else { " " };
    format!("{}{space}{}{range}", number(unit, median), unit.symbol())
}

fn median(samples: &[f64]) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 {
        *upper
    } else {
        f64::midpoint(sorted[middle - 1], *upper)
    })
}

/// A value with as many digits as mean something.
fn number(unit: Unit, value: f64) -> String {
    match unit {
        Unit::CallsPerSecond | Unit::Count if value >= 1_000.0 => thousands(value),
        _ if value >= 100.0 => format!("{value:.0}"),
        Unit::Count if (value - value.round()).abs() < 0.05 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        Unit::Count => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A whole number with commas.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Unit {
    fn symbol(self) -> &'static str {
        match self {
            Self::Microseconds => "µs",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::CallsPerSecond | Self::Count => "",
            Self::Mebibytes => "MiB",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::results::Part;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn a_goal_is_met_up_to_its_limit() {
        let show = |goal: f64| goal.to_string();
        let less = |value| verdict(Better::Less, value, Some(0.5), show);
        assert_eq!(less(0.5), " (≤ 0.5: met)");
        assert_eq!(less(0.6), " (≤ 0.5: missed by 20.0 %)");
        let more = |value| verdict(Better::More, value, Some(2.0), show);
        assert_eq!(more(2.0), " (≥ 2: met)");
        assert_eq!(more(1.5), " (≥ 2: missed by 25.0 %)");
        assert_eq!(verdict(Better::More, 1.5, None, show), "");
    }

    #[test]
    fn numbers_have_the_digits_that_mean_something() {
        assert_eq!(number(Unit::Count, 1_234_567.0), "1,234,567");
        assert_eq!(number(Unit::Count, 93.01), "93");
        assert_eq!(number(Unit::Count, 93.1), "93.1");
        assert_eq!(number(Unit::Microseconds, 1_234.0), "1234");
        assert_eq!(number(Unit::Seconds, 0.456), "0.46");
    }

    #[test]
    fn a_row_has_ratios_first_and_no_column_is_empty() {
        let mut part = Part::default();
        for value in [50.0, 60.0, 55.0] {
            part.sample("time-1", Peer::Ours, value);
        }
        part.sample("time-1", Peer::AwsSdk, 100.0);
        let mut results = Results::default();
        results.replace("calls", part);
        let table = table(CLIENT, &results);
        let row = table.lines().last().unwrap();
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let expected = [
            "time per call, 1 summary",
            "0.55 (≤ 0.5: missed by 10.0 %)",
            "55.0 µs (50.0–60.0)",
            "100 µs",
        ];
        assert_eq!(cells, expected);
        let goals = goals(&results);
        assert!(
            goals.starts_with("Goals: 0 met, 1 missed: time per call, 1 summary; "),
            "{goals}"
        );
    }
}
