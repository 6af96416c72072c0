//! `connect serve`: who may call, how often, over what, and what goes wrong on purpose.

use crate::connect::{Served, call, connect, contains, database, file, folder, read, run};

const LIST: &str = "list-associated-contacts --instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48 \
    --contact-id 51705299-7f7e-4b61-91df-49e93d3ec8a9 --no-paginate";

const KEYS: &str = r#"
[[key]]
access_key_id = "AKIDREADER"
secret_access_key = "reader-secret"
session_token = "reader-token"
operations = ["ListAssociatedContacts"]
instances = ["5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48"]
"#;

#[test]
fn keys_of_a_file_have_rights_and_the_environment_s_has_none() {
    let folder = folder();
    let keys = file(&folder, "keys.toml", KEYS);
    let mut served = Served::samples_with(&format!("--keys '{keys}'"));
    let as_reader = |line: &str| {
        let mut command = call(&served.url, line);
        command.envs([
            ("AWS_ACCESS_KEY_ID", "AKIDREADER"),
            ("AWS_SECRET_ACCESS_KEY", "reader-secret"),
            ("AWS_SESSION_TOKEN", "reader-token"),
        ]);
        run(command)
    };
    as_reader(LIST).ok();
    let denied = [
        "stop-contact --instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48 --contact-id x",
        "list-associated-contacts --instance-id elsewhere --contact-id x",
    ];
    for line in denied {
        let stderr = as_reader(line).failed(254);
        contains(&stderr, "AccessDeniedException");
        contains(
            &stderr,
            "user/AKIDREADER is not authorized to perform: connect:",
        );
    }
    contains(
        &served.connect(LIST).failed(254),
        "UnrecognizedClientException",
    );
    served.child.kill().expect("it runs");
    let stderr = read(served.child.stderr.take());
    assert_eq!(
        stderr.contains("Warning: other users can read"),
        cfg!(unix),
        "{stderr}"
    );
    assert!(!stderr.contains("reader-"), "{stderr}");
}

#[test]
fn what_is_wrong_with_a_file_of_keys_is_said() {
    let folder = folder();
    let keys = file(&folder, "keys.toml", &KEYS.replace("operations", "rights"));
    let serve = |keys: &str| {
        connect(&format!(
            "serve --database '{}' --keys '{keys}'",
            database(&folder)
        ))
    };
    let stderr = serve(&keys).failed(253);
    contains(
        &stderr,
        "keys.toml: key 1 (AKIDREADER): operations: expected a list",
    );
    assert!(!stderr.contains("reader-secret"), "{stderr}");
    contains(
        &serve("nowhere.toml").failed(253),
        "cannot use nowhere.toml: ",
    );
}
