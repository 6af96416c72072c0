//! What is measured, and the goals.

use clap::ValueEnum;

/// Who is measured: a column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Peer {
    /// connect-sdk.
    Ours,
    /// aws-sdk-connect.
    AwsSdk,
    /// Bare hyper, rustls, aws-sigv4 and serde_json.
    Floor,
    /// AWS's SDK for Python.
    Boto3,
    /// The AWS CLI.
    AwsCli,
}

impl Peer {
    /// The name in the table and in stored results.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::AwsSdk => "aws-sdk-connect",
            Self::Floor => "floor",
            Self::Boto3 => "boto3",
            Self::AwsCli => "AWS CLI",
        }
    }
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Microseconds,
    Milliseconds,
    Seconds,
    CallsPerSecond,
    Count,
    Mebibytes,
}

/// Which of two values is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Better {
    Less,
    More,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metric {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) unit: Unit,
    pub(super) better: Better,
    pub(super) goals: Goals,
}

/// Limits for what is ours: at most or, where more is better, at least.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goals {
    /// As a multiple of what `aws-sdk-connect` has.
    pub(super) aws_sdk: Option<f64>,
    /// As a multiple of what the floor has.
    pub(super) floor: Option<f64>,
    /// In the metric's unit.
    pub(super) absolute: Option<f64>,
}

const NONE: Goals = Goals {
    aws_sdk: None,
    floor: None,
    absolute: None,
};

/// Goals against `aws-sdk-connect` and the floor.
const fn against(aws_sdk: f64, floor: f64) -> Goals {
    Goals {
        aws_sdk: Some(aws_sdk),
        floor: Some(floor),
        absolute: None,
    }
}

/// A goal against `aws-sdk-connect`.
const fn against_aws_sdk(aws_sdk: f64) -> Goals {
    Goals {
        aws_sdk: Some(aws_sdk),
        ..NONE
    }
}

/// A goal in the metric's unit.
const fn at(absolute: f64) -> Goals {
    Goals {
        absolute: Some(absolute),
        ..NONE
    }
}

const fn less(id: &'static str, title: &'static str, unit: Unit, goals: Goals) -> Metric {
    Metric {
        id,
        title,
        unit,
        better: Better::Less,
        goals,
    }
}

const fn more(id: &'static str, title: &'static str, unit: Unit, goals: Goals) -> Metric {
    Metric {
        better: Better::More,
        ..less(id, title, unit, goals)
    }
}

/// The rows of the client's table, in order.
#[rustfmt::skip]
pub(super) const CLIENT: &[Metric] = &{
    use Unit::{CallsPerSecond, Count, Mebibytes, Microseconds, Milliseconds, Seconds};
    const GENERATE: Goals = at(1.0);
    [
        less("time-1", "time per call, 1 summary", Microseconds, against(0.5, 1.15)),
        less("time-apart-1", "the same, spread over processors", Microseconds, against(0.5, 1.15)),
        less("time-100", "time per call, 100 summaries", Microseconds, against(0.5, 1.0)),
        less("time-apart-100", "the same, spread over processors", Microseconds, against(0.5, 1.0)),
        more("rate-16-1", "calls/s, 16 tasks, 1 summary", CallsPerSecond, against(2.5, 0.9)),
        more("rate-16-100", "calls/s, 16 tasks, 100 summaries", CallsPerSecond, against(2.0, 1.1)),
        more("rate-256-1", "calls/s, 256 tasks, 1 summary", CallsPerSecond, NONE),
        more("rate-256-100", "calls/s, 256 tasks, 100 summaries", CallsPerSecond, NONE),
        less("instructions-1", "instructions per call, 1 summary", Count, against(0.5, 1.1)),
        less("instructions-100", "instructions per call, 100 summaries", Count, NONE),
        less("allocations-1", "allocations per call, 1 summary", Count, against(0.33, 1.2)),
        less("allocations-100", "allocations per call, 100 summaries", Count, against(0.85, 0.9)),
        less("memory-1", "peak memory, sequential, 1 summary", Mebibytes, NONE),
        less("memory-100", "peak memory, 256 tasks, 100 summaries", Mebibytes, NONE),
        less("first", "first response of a fresh process, start to end", Milliseconds, NONE),
        less("build-release", "clean release build with TLS", Seconds, against(0.15, 1.25)),
        less("build-release-chain", "the same, ours with `aws-config`'s chain too", Seconds, against_aws_sdk(0.35)),
        less("build-release-lean", "the same, both without `aws-config`", Seconds, against_aws_sdk(0.15)),
        less("build-debug", "clean debug build with TLS", Seconds, NONE),
        less("build-debug-chain", "the same, ours with `aws-config`'s chain too", Seconds, NONE),
        less("build-debug-lean", "the same, both without `aws-config`", Seconds, NONE),
        less("build-memory", "peak compiler memory, largest process", Mebibytes, against_aws_sdk(0.25)),
        less("build-memory-all", "peak compiler memory, all processes together", Mebibytes, NONE),
        less("rebuild-debug", "debug rebuild after touching the caller", Seconds, NONE),
        less("rebuild-release", "release rebuild after touching the caller", Seconds, NONE),
        less("crate-alone", "release build of the generated crate alone", Seconds, NONE),
        less("connect-per-operation", "all of Connect, release build per operation", Milliseconds, against_aws_sdk(0.25)),
        less("size", "binary with TLS, default", Mebibytes, NONE),
        less("size-stripped", "stripped binary with TLS", Mebibytes, against(0.3, 1.2)),
        less("size-stripped-chain", "the same, ours with `aws-config`'s chain too", Mebibytes, NONE),
        less("size-stripped-lean", "the same, both without `aws-config`", Mebibytes, NONE),
        less("size-small", "binary with TLS, optimised for size", Mebibytes, NONE),
        less("crates", "crates in the tree", Count, NONE),
        less("crates-chain", "the same, ours with `aws-config`'s chain too", Count, NONE),
        less("crates-lean", "the same, both without `aws-config`", Count, NONE),
        less("lines", "generated lines to compile", Count, NONE),
        less("lines-per-operation", "all of Connect, generated lines per operation", Count, NONE),
        less("generate-connect", "generating all 283 Connect operations", Seconds, GENERATE),
        less("generate-api-gateway", "generating API Gateway", Seconds, NONE),
        less("generate-iot", "generating IoT", Seconds, NONE),
        less("generate-lambda", "generating Lambda", Seconds, NONE),
    ]
};

/// The rows of the local endpoint's table, in order.
#[rustfmt::skip]
pub(super) const ENDPOINT: &[Metric] = &{
    use Unit::{Count, Mebibytes, Microseconds, Milliseconds};
    const OF_COPY: Goals = Goals { floor: Some(0.3), ..NONE };
    [
        more("import", "records imported/s of one core", Count, Goals { floor: Some(0.4), ..at(50_000.0) }),
        more("import-postgres", "records imported/s over PostgreSQL of one core, its server included", Count, OF_COPY),
        more("import-clock", "records imported/s by the clock", Count, NONE),
        more("import-clock-postgres", "records imported/s over PostgreSQL by the clock", Count, OF_COPY),
        less("import-last", "last tenth of an import / first", Count, at(1.5)),
        less("import-last-postgres", "the same over PostgreSQL, its server included", Count, NONE),
        less("import-memory", "peak memory of an import", Mebibytes, at(150.0)),
        less("import-memory-postgres", "the same over PostgreSQL, without its server", Mebibytes, NONE),
        less("import-bytes", "bytes a contact", Count, NONE),
        less("import-bytes-postgres", "the same in PostgreSQL", Count, NONE),
        more("pages-10k", "signed pages of 10/s of one core, 10,000 contacts", Count, at(20_000.0)),
        more("pages-10k-postgres", "the same over PostgreSQL, its server included", Count, NONE),
        less("page-10k", "page of 10, 10,000 contacts, median", Microseconds, NONE),
        less("page-p99-10k", "the same, 99th percentile", Microseconds, NONE),
        less("page-10k-postgres", "the same over PostgreSQL, median", Microseconds, NONE),
        less("page-p99-10k-postgres", "the same, 99th percentile", Microseconds, NONE),
        more("pages-100k", "signed pages of 10/s of one core, 100,000 contacts", Count, NONE),
        more("pages-100k-postgres", "the same over PostgreSQL, its server included", Count, NONE),
        less("page-100k", "page of 10, 100,000 contacts, median", Microseconds, NONE),
        less("page-p99-100k", "the same, 99th percentile", Microseconds, NONE),
        less("page-100k-postgres", "the same over PostgreSQL, median", Microseconds, NONE),
        less("page-p99-100k-postgres", "the same, 99th percentile", Microseconds, NONE),
        more("pages-1m", "signed pages of 10/s of one core, 1,000,000 contacts", Count, at(20_000.0)),
        more("pages-1m-postgres", "the same over PostgreSQL, its server included", Count, NONE),
        less("page-1m", "page of 10, 1,000,000 contacts, median", Microseconds, NONE),
        less("page-p99-1m", "the same, 99th percentile", Microseconds, NONE),
        less("page-1m-postgres", "the same over PostgreSQL, median", Microseconds, NONE),
        less("page-p99-1m-postgres", "the same, 99th percentile", Microseconds, NONE),
        more("pages-10m", "signed pages of 10/s of one core, 10,000,000 contacts", Count, at(20_000.0)),
        more("pages-10m-postgres", "the same over PostgreSQL, its server included", Count, NONE),
        less("page-10m", "page of 10, 10,000,000 contacts, median", Microseconds, NONE),
        less("page-p99-10m", "the same, 99th percentile", Microseconds, NONE),
        less("page-10m-postgres", "the same over PostgreSQL, median", Microseconds, NONE),
        less("page-p99-10m-postgres", "the same, 99th percentile", Microseconds, NONE),
        less("page-growth", "page in the largest database / the smallest", Count, at(1.3)),
        less("page-growth-postgres", "the same over PostgreSQL", Count, NONE),
        less("page-first", "first page of the largest tree", Microseconds, NONE),
        less("page-middle", "the same, the page in the middle", Microseconds, NONE),
        less("page-last", "the same, the last page", Microseconds, NONE),
        less("reset", "back to a seed of 10,000 contacts", Milliseconds, at(5.0)),
        less("serve-start", "start of `connect serve` to its URL", Milliseconds, at(50.0)),
        less("serve-idle", "memory of `connect serve`, idle", Mebibytes, at(20.0)),
    ]
};

/// Whether there is such a row.
pub(super) fn is_known(id: &str) -> bool {
    CLIENT.iter().chain(ENDPOINT).any(|metric| metric.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_own_id() {
        let ids = CLIENT.iter().chain(ENDPOINT).map(|metric| metric.id);
        let ids: std::collections::BTreeSet<_> = ids.collect();
        assert_eq!(ids.len(), CLIENT.len() + ENDPOINT.len());
    }
}
