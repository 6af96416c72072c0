//! What retries do to a service that cannot keep up, and to one that comes back from an outage. On a clock that jumps:
//! some seconds of work for an hour of simulated time.
//!
//! ```text
//! cargo run --release -p connect-transport --example retry_amplification
//! ```
//!
//! Clients call a service, each with its own retry quota and send rate, as so many processes would have them. Calls
//! arrive at random times, whether or not earlier ones have ended.
#![allow(clippy::expect_used, reason = "a program of its own, which may end so")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use aws_smithy_types::body::SdkBody;
use connect_protocol::endpoint::Endpoint;
use connect_protocol::http::Request;
use connect_protocol::operation::{Auth, Operation, Service};
use connect_transport::Handle;
use connect_transport::config::retry::RetryConfig;
use connect_transport::config::{Config, RateLimit};
use connect_transport::sender::{SendFuture, SendSettings, Sender, SharedSender};
use connect_transport::test_util::{SeededRandom, TokioClock};
use tokio::time::Instant;

static SERVICE: Service = Service {
    sdk_id: "Simulated",
    version: "1",
    signing_name: "simulated",
    endpoint: |_| Ok(Endpoint::new("https://simulated.example.com")),
};
static CALL: Operation = Operation {
    service: &SERVICE,
    name: "Call",
    auth: &[Auth::SigV4],
    errors: &[],
    unsigned_payload: false,
    streaming_output: false,
    json_output: true,
    compressible: false,
    endpoint_params: &[],
};

/// What is simulated.
#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    clients: usize,
    /// All clients' calls together, per second.
    calls_per_second: f64,
    /// For how long calls arrive.
    duration: Duration,
    /// What the service serves: requests per second, and so many at once. More gets 429.
    served_per_second: f64,
    burst: f64,
    /// From and until when everything gets 503.
    outage: Option<(Duration, Duration)>,
}

const SCENARIOS: [Scenario; 3] = [
    Scenario {
        name: "a quota of 2 requests/s with burst 5, asked for 10 calls/s",
        clients: 1000,
        calls_per_second: 10.0,
        duration: Duration::from_secs(1800),
        served_per_second: 2.0,
        burst: 5.0,
        outage: None,
    },
    Scenario {
        name: "an outage of 10 minutes; else 50 calls/s where 75 requests/s are served",
        clients: 1000,
        calls_per_second: 50.0,
        duration: Duration::from_secs(1500),
        served_per_second: 75.0,
        burst: 75.0,
        outage: Some((Duration::from_secs(300), Duration::from_secs(900))),
    },
    Scenario {
        name: "a quota of 2 requests/s with burst 5, asked for 2.5 calls/s",
        clients: 1,
        calls_per_second: 2.5,
        duration: Duration::from_secs(1800),
        served_per_second: 2.0,
        burst: 5.0,
        outage: None,
    },
];

/// The service, as a sender.
#[derive(Debug)]
struct Simulated(Arc<Mutex<State>>);

struct State {
    scenario: Scenario,
    start: Instant,
    tokens: f64,
    filled: Instant,
    random: fastrand::Rng,
    /// Requests and served requests in each second.
    requests: Vec<u32>,
    served: Vec<u32>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

impl State {
    fn status(&mut self) -> u16 {
        let (now, scenario) = (Instant::now(), self.scenario);
        let since = now - self.start;
        count(&mut self.requests, since);
        let filled = (now - self.filled).as_secs_f64() * scenario.served_per_second;
        self.tokens = (self.tokens + filled).min(scenario.burst);
        self.filled = now;
        let is_out = |(from, until): (Duration, Duration)| (from..until).contains(&since);
        if scenario.outage.is_some_and(is_out) {
            return 503;
        }
        if self.tokens < 1.0 {
            return 429;
        }
        self.tokens -= 1.0;
        count(&mut self.served, since);
        200
    }
}

fn count(seconds: &mut Vec<u32>, at: Duration) {
    let second = at.as_secs() as usize;
    if seconds.len() <= second {
        seconds.resize(second + 1, 0);
    }
    seconds[second] += 1;
}

impl Sender for Simulated {
    fn send<'a>(&'a self, _: http::Request<SdkBody>, settings: &'a SendSettings) -> SendFuture<'a> {
        use aws_smithy_async::rt::sleep::AsyncSleep;
        Box::pin(async move {
            let round_trip = {
                let mut state = self.0.lock().expect("no panic");
                Duration::from_millis(state.random.u64(10..40))
            };
            settings.sleep().sleep(round_trip).await;
            let status = self.0.lock().expect("no panic").status();
            let mut response = http::Response::new(SdkBody::empty());
            *response.status_mut() = http::StatusCode::from_u16(status).expect("valid");
            Ok(response)
        })
    }
}

/// What came of it.
struct Outcome {
    calls: usize,
    succeeded: usize,
    state: Arc<Mutex<State>>,
    /// When calls that succeeded had begun.
    successes: Vec<u32>,
    begun: Vec<u32>,
    /// How long calls took, sorted.
    latencies: Vec<Duration>,
}

async fn simulate(scenario: Scenario, mode: &Mode) -> Outcome {
    let start = Instant::now();
    // The same half seconds in every run: adaptive mode measures by them.
    let begin = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let state = Arc::new(Mutex::new(State {
        scenario,
        start,
        tokens: scenario.burst,
        filled: start,
        random: fastrand::Rng::with_seed(1),
        requests: Vec::new(),
        served: Vec::new(),
    }));
    let sender = SharedSender::new(Simulated(state.clone()));
    let clients: Vec<Handle> = (0..scenario.clients as u64)
        .map(|seed| {
            let mut config = Config::builder()
                .with_test_defaults()
                .time_source(TokioClock::starting_at(begin))
                .random(SeededRandom::new(seed))
                .sender(sender.clone())
                .retry_config(mode.retries.clone());
            config.set_rate_limit(mode.limited.then(RateLimit::connect));
            Handle::new(&SERVICE, config.build())
        })
        .collect();
    let mut random = fastrand::Rng::with_seed(2);
    let mut calls = tokio::task::JoinSet::new();
    let mut begun = Vec::new();
    loop {
        // Exponentially distributed pauses: arrivals that know nothing of each other.
        let pause = -(1.0 - random.f64()).ln() / scenario.calls_per_second;
        tokio::time::sleep(Duration::from_secs_f64(pause)).await;
        let at = start.elapsed();
        if at >= scenario.duration {
            break;
        }
        count(&mut begun, at);
        let client = clients[random.usize(..scenario.clients)].clone();
        calls.spawn_local(async move {
            let request = Request::new(http::Method::GET, "/".to_owned());
            let outcome = client.send(&CALL, Ok(request), None, |_| Ok(()), |_, meta| meta);
            (at, outcome.await.is_ok(), start.elapsed() - at)
        });
    }
    let mut outcome = Outcome {
        calls: calls.len(),
        succeeded: 0,
        state,
        successes: vec![0; begun.len()],
        begun,
        latencies: Vec::new(),
    };
    while let Some(call) = calls.join_next().await {
        let (at, succeeded, took) = call.expect("no panic");
        outcome.latencies.push(took);
        if succeeded {
            outcome.succeeded += 1;
            outcome.successes[at.as_secs() as usize] += 1;
        }
    }
    outcome.latencies.sort_unstable();
    outcome
}

/// How long after the outage it is until 99 % of the calls begun within ten seconds succeed, and go on so for a minute.
fn recovery(outcome: &Outcome, until: Duration) -> Option<u64> {
    let good = |second: usize| {
        let window = second..second + 10;
        let begun: u32 = outcome.begun.get(window.clone())?.iter().sum();
        let successes: u32 = outcome.successes[window].iter().sum();
        Some(f64::from(successes) >= 0.99 * f64::from(begun))
    };
    let end = until.as_secs() as usize;
    let recovered = (end..outcome.begun.len())
        .find(|&second| (second..second + 60).all(|second| good(second) == Some(true)));
    recovered.map(|second| (second - end) as u64)
}

fn rate(seconds: &[u32], from: u64, until: u64) -> f64 {
    let until = (until as usize).min(seconds.len());
    let range = &seconds[(from as usize).min(until)..until];
    f64::from(range.iter().sum::<u32>()) / range.len().max(1) as f64
}

/// How clients behave.
struct Mode {
    name: &'static str,
    retries: RetryConfig,
    /// Each client keeps to the service's quota by itself.
    limited: bool,
}

fn main() {
    let limited = "standard, `RateLimit::connect()`";
    let modes = [
        ("none", RetryConfig::disabled(), false),
        ("standard", RetryConfig::standard(), false),
        ("adaptive", RetryConfig::adaptive(), false),
        (limited, RetryConfig::standard(), true),
    ];
    let modes = modes.map(|(name, retries, limited)| Mode {
        name,
        retries,
        limited,
    });
    for scenario in SCENARIOS {
        let plural = if scenario.clients == 1 { "" } else { "s" };
        println!("{} client{plural}; {}", scenario.clients, scenario.name);
        println!(
            "| retries | calls | succeed | attempts per call | requests/s | useful/s | p50 | p99 |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        let mut outages = Vec::new();
        for mode in &modes {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_time().start_paused(true).build();
            let runtime = runtime.expect("a runtime");
            let local = tokio::task::LocalSet::new();
            let outcome = local.block_on(&runtime, simulate(scenario, mode));
            print_outcome(scenario, mode, &outcome);
            if let Some(outage) = scenario.outage {
                outages.push((mode.name, outage, outcome));
            }
        }
        println!();
        if !outages.is_empty() {
            println!(
                "| retries | requests/s before | first minute of the outage | last minute | minute after | recovered after |"
            );
            println!("|---|---|---|---|---|---|");
        }
        for (name, (from, until), outcome) in outages {
            print_outage(name, from.as_secs(), until.as_secs(), &outcome);
        }
        println!();
    }
}

fn print_outcome(scenario: Scenario, mode: &Mode, outcome: &Outcome) {
    let state = outcome.state.lock().expect("no panic");
    let requests: u32 = state.requests.iter().sum();
    let end = scenario.duration.as_secs();
    let percentile =
        |part: f64| outcome.latencies[(outcome.latencies.len() as f64 * part) as usize];
    println!(
        "| {} | {} | {:.1} % | {:.2} | {:.1} | {:.2} | {:.2?} | {:.2?} |",
        mode.name,
        outcome.calls,
        100.0 * outcome.succeeded as f64 / outcome.calls as f64,
        f64::from(requests) / outcome.calls as f64,
        rate(&state.requests, 0, end),
        rate(&state.served, 0, end),
        percentile(0.5),
        percentile(0.99),
    );
}

fn print_outage(name: &str, from: u64, until: u64, outcome: &Outcome) {
    let state = outcome.state.lock().expect("no panic");
    let recovered = recovery(outcome, Duration::from_secs(until));
    println!(
        "| {name} | {:.1} | {:.1} | {:.1} | {:.1} | {} |",
        rate(&state.requests, 0, from),
        rate(&state.requests, from, from + 60),
        rate(&state.requests, until - 60, until),
        rate(&state.requests, until, until + 60),
        recovered.map_or("never".to_owned(), |seconds| format!("{seconds} s")),
    );
}
