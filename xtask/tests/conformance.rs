//! `cargo xtask conformance` as people run it: the workspace's own suite.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::path::Path;
use std::process::Command;

#[test]
fn our_own_suite_passes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("conformance")
        .current_dir(root)
        .output()
        .unwrap();
    let (told, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{told}{errors}");
    // As many as there are, and none by way of an empty folder.
    let (passed, failed) = told
        .lines()
        .last()
        .unwrap()
        .split_once(" passed, ")
        .unwrap();
    assert_eq!(failed, "0 failed");
    assert!(passed.parse::<u32>().unwrap() > 700, "{passed}");
}
