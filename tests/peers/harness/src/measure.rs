//! Running the calls and measuring them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::Barrier;

use crate::arguments::{Arguments, Limit, Mode};
use crate::{Failure, Peer};

/// Calls before the clock starts, of each task: the connection is open then, and what is set up once is set up. Their number
/// is fixed, so that the difference between a long and a short run holds nothing but calls.
const WARM_UP: u64 = 50;

#[cfg(feature = "allocations")]
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

/// What a run took.
pub(crate) struct Measured {
    calls: u64,
    elapsed: Duration,
    allocations: Option<usize>,
}

pub(crate) fn run<P: Peer>(arguments: &Arguments) -> Result<Measured, Failure> {
    let mut runtime = match arguments.mode {
        Mode::Once | Mode::Sequential(_) => Builder::new_current_thread(),
        Mode::Concurrent { .. } => Builder::new_multi_thread(),
    };
    runtime.enable_all().build()?.block_on(async {
        let started = Instant::now();
        let peer = P::new(&arguments.url).await?;
        let summaries = arguments.summaries;
        match arguments.mode {
            Mode::Once => {
                let allocations = allocations();
                page(&peer, summaries).await?;
                Ok(Measured::new(1, started, allocations))
            }
            Mode::Sequential(limit) => sequential(&peer, summaries, limit).await,
            Mode::Concurrent { limit, tasks } => concurrent(&peer, summaries, limit, tasks).await,
        }
    })
}

async fn sequential<P: Peer>(peer: &P, summaries: i32, limit: Limit) -> Result<Measured, Failure> {
    calls(peer, summaries, Limit::Calls(WARM_UP)).await?;
    let (started, allocations) = (Instant::now(), allocations());
    let calls = calls(peer, summaries, limit).await?;
    Ok(Measured::new(calls, started, allocations))
}

async fn concurrent<P: Peer>(
    peer: &P,
    summaries: i32,
    limit: Limit,
    tasks: usize,
) -> Result<Measured, Failure> {
    let warm = Arc::new(Barrier::new(tasks + 1));
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let (peer, warm) = (peer.clone(), warm.clone());
            tokio::spawn(async move {
                let warm_up = calls(&peer, summaries, Limit::Calls(WARM_UP)).await;
                // Also if that failed, for the others wait.
                warm.wait().await;
                warm_up?;
                calls(&peer, summaries, limit).await
            })
        })
        .collect();
    warm.wait().await;
    let (started, allocations) = (Instant::now(), allocations());
    let mut calls = 0;
    for task in tasks {
        calls += task.await??;
    }
    Ok(Measured::new(calls, started, allocations))
}

/// Makes calls up to the limit and returns how many.
async fn calls<P: Peer>(peer: &P, summaries: i32, limit: Limit) -> Result<u64, Failure> {
    let started = Instant::now();
    let mut calls = 0;
    while match limit {
        Limit::Calls(limit) => calls < limit,
        Limit::Time(limit) => started.elapsed() < limit,
    } {
        page(peer, summaries).await?;
        calls += 1;
    }
    Ok(calls)
}

/// One call, whose response must be complete.
async fn page<P: Peer>(peer: &P, summaries: i32) -> Result<(), Failure> {
    let got = peer.page(summaries).await?;
    if usize::try_from(summaries) == Ok(got) {
        Ok(())
    } else {
        Err(format!("{summaries} summaries asked for, {got} got").into())
    }
}

/// The allocations made so far, where they are counted. One that grows or shrinks counts again.
fn allocations() -> Option<usize> {
    #[cfg(feature = "allocations")]
    {
        let stats = ALLOCATOR.stats();
        Some(stats.allocations + stats.reallocations)
    }
    #[cfg(not(feature = "allocations"))]
    None
}

/// The most memory that this process has had in use, in KiB, where the system reports it.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

impl Measured {
    fn new(calls: u64, started: Instant, allocations_before: Option<usize>) -> Self {
        let elapsed = started.elapsed();
        Self {
            calls,
            elapsed,
            allocations: allocations()
                .zip(allocations_before)
                .map(|(after, before)| after - before),
        }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, seconds) = (self.calls, self.elapsed.as_secs_f64());
        write!(f, r#"{{"calls":{calls},"seconds":{seconds:.6}"#)?;
        if let Some(peak) = peak_kib() {
            write!(f, r#","peak_kib":{peak}"#)?;
        }
        if let Some(allocations) = self.allocations {
            write!(f, r#","allocations":{allocations}"#)?;
        }
        f.write_str("}")
    }
}
