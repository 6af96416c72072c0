//! `connect export` of many trees: killed, under faults and a quota, and with contacts that are not there.
//! `cargo xtask verify export` runs this with ten thousand trees.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::SystemTime;
use std::{env, fs, thread};

use connect_sdk::primitives::{DateTime, DateTimeFormat};
use serde_json::{Value, json};

use crate::connect::{KEYS, Ran, Served, command, connect, contains, file, folder, run, text};

/// How many trees, unless the environment says.
const TREES: usize = 300;
const KILLS: usize = 3;
const RATE: f64 = 200.0;
const BURST: f64 = 50.0;
const FAULTS: &str = "--fault latency=1ms..50ms@0.1 --fault error=InternalServiceException@0.02 \
    --fault error=ThrottlingException@0.02 --fault reset@0.01 --fault stall@0.0005 --fault-seed 5";

const INSTANCE: &str = "arn:aws:connect:eu-central-1:111122223333:instance/i";

/// Records of trees of one to three contacts, and the IDs in each tree.
fn trees(count: usize) -> (String, Vec<Vec<String>>) {
    let (mut records, mut trees) = (String::new(), Vec::new());
    for tree in 0..count {
        let ids: Vec<_> = (0..=tree % 3).map(|n| format!("tree-{tree}-{n}")).collect();
        for (n, id) in ids.iter().enumerate() {
            let previous = (n > 0).then(|| &ids[n - 1]);
            let time = format!("2026-03-14T{:02}:{:02}:00Z", tree % 24, n);
            let record = json!({
                "InstanceARN": INSTANCE, "ContactId": id, "PreviousContactId": previous, "Channel": "VOICE",
                "InitiationMethod": "INBOUND", "InitiationTimestamp": time, "LastUpdateTimestamp": time,
            });
            records += &format!("{record}\n");
        }
        trees.push(ids);
    }
    (records, trees)
}

/// The most memory that a process has taken, in KiB, where the system says so.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The contacts of an export, in the order of its lines.
fn exported(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("it is there");
    let id = |line: &str| {
        let record: Value = serde_json::from_str(line).expect("JSON");
        record["ContactId"].as_str().expect("an ID").to_owned()
    };
    text.lines().map(id).collect()
}

#[test]
fn every_tree_is_exported_once_within_the_quota_whenever_the_export_is_killed() {
    let count = env::var("CONNECT_TEST_EXPORT_TREES").ok();
    let count = count.map_or(TREES, |count| count.parse().expect("a number"));
    let folder = folder();
    let (records, trees) = trees(count);
    let records = file(&folder, "records.jsonl", &records);
    let ids: String = trees.iter().map(|ids| ids.join("\n") + "\n").collect();
    let (ids, log) = (file(&folder, "ids", &ids), folder.path().join("log"));
    let (out, journal) = (folder.path().join("out"), folder.path().join("out.journal"));
    let flags = format!(
        "--seed '{records}' --quota {RATE}/{BURST} --access-log '{}' {FAULTS}",
        text(&log)
    );
    let (served, _) = Served::serve(crate::connect::folder(), &KEYS, &flags);
    let export = || {
        let mut export = served.command(&format!(
            "export --instance-id i --ids-from '{ids}' --out '{}' --rate {RATE} --burst {BURST} --concurrency 16 \
            --cli-read-timeout 2",
            text(&out)
        ));
        export.stdout(Stdio::piped()).stderr(Stdio::piped());
        export.spawn().expect("the binary runs")
    };
    let began = SystemTime::now();
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut kills, mut most) = (0, 0);
    // A contact whose calls met a fault again and again is tried by the same command.
    for _ in 0..KILLS + 5 {
        let written = || fs::metadata(&journal).map_or(0, |journal| journal.len());
        let until = written() + rng.u64(0..=count as u64 * 15);
        let mut child = export();
        while child.try_wait().expect("a child").is_none() {
            most = most.max(peak(child.id()).unwrap_or_default());
            if kills < KILLS && written() > until {
                child.kill().expect("it is a child");
                kills += 1;
                break;
            }
            thread::yield_now();
        }
        let ran = Ran::from(child.wait_with_output().expect("it ends"));
        if ran.code == Some(0) && kills == KILLS {
            break;
        }
        assert!(matches!(ran.code, None | Some(255)), "{ran:?}");
    }
    let took = began.elapsed().expect("time goes on").as_secs_f64();
    assert!(!journal.exists(), "it has not ended");

    let contacts = exported(&out);
    let expected: Vec<_> = trees.concat();
    assert_eq!(contacts.len(), expected.len());
    assert_eq!(
        contacts.iter().collect::<BTreeSet<_>>(),
        expected.iter().collect()
    );
    // Each tree is whole and in one piece.
    let place: BTreeMap<_, _> = contacts
        .iter()
        .enumerate()
        .map(|(place, id)| (id, place))
        .collect();
    for ids in &trees {
        assert!(
            ids.iter()
                .enumerate()
                .all(|(n, id)| place[id] == place[&ids[0]] + n)
        );
    }
    let (mut times, mut throttled) = (Vec::new(), 0);
    for line in BufReader::new(fs::File::open(&log).expect("it is there")).lines() {
        let access: Value = serde_json::from_str(&line.expect("UTF-8")).expect("JSON");
        let time = access["time"].as_str().expect("a time");
        times.push(
            DateTime::from_str(time, DateTimeFormat::DateTime)
                .expect("a time")
                .as_secs_f64(),
        );
        throttled += u32::from(access["status"] == 429);
    }
    let (first, last) = (
        times.iter().copied().fold(f64::MAX, f64::min),
        times.iter().copied().fold(0.0, f64::max),
    );
    let allowed = BURST + RATE * (last - first);
    println!(
        "export: {count} trees, {} contacts, {kills} kills, {took:.1} s; {} requests of {allowed:.0} that the quota allows, \
         {throttled} throttled; {} MiB at the most",
        contacts.len(),
        times.len(),
        most / 1024
    );
    assert!(
        times.len() as f64 <= allowed,
        "{} of {allowed}",
        times.len()
    );
    // What came with a tree is not asked for again.
    assert!(times.len() < expected.len(), "{} requests", times.len());
    assert!(most < 100 * 1024, "{most} KiB");
}

#[test]
fn what_fails_is_named_and_tried_again() {
    let folder = folder();
    let (records, trees) = trees(5);
    let records = file(&folder, "records.jsonl", &records);
    let out = folder.path().join("out.csv");
    let export = |ids: &str| {
        let mut export = command(&format!(
            "export --records '{records}' --format csv --out '{}' --ids-from - --contact-ids {ids}",
            text(&out)
        ));
        export.stdin(
            fs::File::open(file(&folder, "ids", "tree-4-0\n\ntree-4-1\n")).expect("it is there"),
        );
        run(export)
    };
    let failed = export("tree-2-2 nobody tree-0-0").failed(255);
    contains(&failed, "1 contact could not be exported");
    let side = folder.path().join("out.csv.failed");
    let reason: Value =
        serde_json::from_str(&fs::read_to_string(&side).expect("it is there")).expect("one line");
    assert_eq!(reason["ContactId"], "nobody");
    assert_eq!(reason["Code"], "ResourceNotFoundException");
    contains(
        reason["Message"].as_str().expect("a text"),
        "Contact not found",
    );
    assert_eq!(export("tree-2-2 tree-0-0 tree-1-0").ok(), "");
    assert!(!side.exists());
    let csv = fs::read_to_string(&out).expect("it is there");
    let (header, rows) = csv.split_once('\n').expect("a header");
    let rows: Vec<_> = rows.lines().collect();
    assert!(header.starts_with("depth,contact_id,"));
    let ids: BTreeSet<_> = rows
        .iter()
        .filter_map(|row| row.split(',').nth(1))
        .collect();
    let expected = [&trees[0], &trees[1], &trees[2], &trees[4]]
        .into_iter()
        .flatten();
    assert_eq!(ids, expected.map(String::as_str).collect());
    assert_eq!(rows.len(), ids.len());
    contains(
        &export("tree-3-0").failed(255),
        "is not an interrupted export",
    );

    let one = folder.path().join("one.csv");
    connect(&format!(
        "export --local --format csv --out '{}'",
        text(&one)
    ))
    .ok();
    let printed = connect("export --local --format csv").ok();
    assert_eq!(fs::read_to_string(one).expect("it is there"), printed);
    for (line, message) in [
        ("--contact-ids a", "--out"),
        (
            "--contact-ids a --out x --format dot",
            "as tables or records",
        ),
        (
            "--contact-ids a --out x --rate 0",
            "expected a number from 0.001",
        ),
        (
            "--contact-ids a --contact-id b --out x",
            "cannot be used with",
        ),
        ("--ids-from /no/such/file --out x", "/no/such/file"),
    ] {
        let ran = connect(&format!("export --local {line}"));
        assert!(matches!(ran.code, Some(252 | 255)), "{ran:?}");
        contains(&ran.stderr, message);
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_is_written_when_all_trees_are_there() {
    let folder = folder();
    let (records, trees) = trees(5);
    let records = file(&folder, "records.jsonl", &records);
    let out = folder.path().join("out.parquet");
    let export = |ids: &str| {
        connect(&format!(
            "export --records '{records}' --format parquet --out '{}' --contact-ids {ids}",
            text(&out)
        ))
    };
    export("tree-0-0 nobody").failed(255);
    assert!(!out.exists());
    assert_eq!(export("tree-0-0 tree-2-1").ok(), "");
    let bytes = fs::read(&out).expect("it is there");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let holds = |id: &String| bytes.windows(id.len()).any(|part| part == id.as_bytes());
    assert!(trees[0].iter().chain(&trees[2]).all(holds) && !holds(&trees[1][0]));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
    contains(&export("tree-1-0").failed(255), "it is there");
}

/// Nothing is asked for that would show that there are no credentials.
#[cfg(feature = "parquet")]
#[test]
fn parquet_of_one_tree_is_rejected_at_once() {
    for command in ["export", "tree"] {
        let line = format!("{command} --region r --instance-id i --contact-id c --format parquet");
        contains(&connect(&line).failed(252), "--contact-ids or --ids-from");
    }
}
