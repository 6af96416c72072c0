//! Completions, manual pages, `configure check`, input in YAML and blobs.

use crate::connect::{KEYS, SECRET, command, connect, contains, file, folder, run, text};

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = connect(&format!("completions {shell}")).ok();
        for word in ["list-associated-contacts", "export", "no-cli-pager"] {
            contains(&script, word);
        }
    }
    contains(
        &connect("completions tcsh").failed(252),
        "possible values: bash",
    );
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = folder();
    let path = folder.path().join("share/man1");
    connect(&format!("man '{}'", text(&path))).ok();
    let read = |name: &str| std::fs::read_to_string(path.join(name)).expect("a page");
    let subcommands = connect("--help").ok();
    let (_, subcommands) = subcommands.split_once("Commands:").expect("a list");
    let (subcommands, _) = subcommands.split_once("Options:").expect("a list");
    let names = subcommands
        .lines()
        .filter_map(|line| line.strip_prefix("  "));
    let names = names
        .filter(|line| !line.starts_with([' ', '\n']))
        .filter_map(|line| line.split_whitespace().next());
    let names: Vec<_> = names.filter(|name| *name != "help").collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        contains(&read(&format!("connect-{name}.1")), ".SH OPTIONS");
    }
    contains(&read("connect.1"), ".SH SUBCOMMANDS");
    let not_a_folder = file(&folder, "file", "");
    contains(
        &connect(&format!("man '{not_a_folder}/x'")).failed(255),
        "cannot write into",
    );
}

#[test]
fn where_settings_come_from_is_shown_without_secrets() {
    let folder = folder();
    let config = "[profile work]\nregion = eu-west-2\nretry_mode = adaptive\nservices = mine\n\
        aws_access_key_id = AKIDPROFILE\naws_secret_access_key = profile-secret\n\
        [services mine]\nconnect =\n  endpoint_url = http://127.0.0.1:9\n\
        [profile half]\naws_access_key_id = AKIDHALF\nregion = r\n[profile process]\nregion = r\ncredential_process = print secret\n";
    let config = file(&folder, "config", config);
    let check = |arguments: &str, variables: &[(&str, &str)]| {
        let mut check = command(&format!("configure check {arguments}"));
        check
            .env("AWS_CONFIG_FILE", &config)
            .envs(variables.iter().copied());
        let ran = run(check);
        for secret in [SECRET, "profile-secret", "print secret", "hidden"] {
            assert!(!format!("{ran:?}").contains(secret), "{ran:?}");
        }
        ran
    };
    let work = check("--profile work", &KEYS).ok();
    for part in [
        "profile              work\n                     from --profile\n",
        &format!(
            "region               eu-west-2\n                     from {config}, line 2: region\n"
        ),
        &format!(
            "endpoint_url         http://127.0.0.1:9\n                     from {config}, line 9: endpoint_url\n"
        ),
        &format!(
            "credentials          a key pair\n                     from {config}, line 6: aws_secret_access_key\n"
        ),
    ] {
        contains(&work, part);
    }
    let variables = check(
        "--region x",
        &[KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", "http://h")],
    )
    .ok();
    contains(&variables, "x\n                     from --region\n");
    contains(&variables, "from AWS_ENDPOINT_URL\n");
    contains(
        &variables,
        "from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n",
    );
    let data = check("--profile process --query Settings[-1].Value", &[]).json();
    assert_eq!(data, "a process");
    for (arguments, variables, message) in [
        ("", &KEYS[..], "You must specify a region"),
        (
            "--region r",
            &[("AWS_EC2_METADATA_DISABLED", "true")],
            "Unable to locate credentials",
        ),
        ("--profile half", &[], "Partial credentials found in"),
        (
            "--region r --no-sign-request",
            &[("AWS_ENDPOINT_URL", "http://u:hidden@h")],
            "AWS_ENDPOINT_URL: ",
        ),
    ] {
        let ran = check(arguments, variables);
        if cfg!(feature = "aws-config") && message.starts_with("Unable") {
            continue;
        }
        assert_eq!(ran.code, Some(253), "{ran:?}");
        contains(&ran.stderr, message);
        contains(&ran.stdout, "region");
    }
}

#[test]
fn input_is_yaml_too() {
    let skeleton = connect("list-associated-contacts --generate-cli-skeleton yaml-input").ok();
    let begin = "# [REQUIRED] The ID of the Amazon Connect instance: the last part of its ARN.\nInstanceId: ''\n";
    assert!(skeleton.starts_with(begin), "{skeleton}");
    contains(&skeleton, "MaxResults: 0\n");
    let list = |yaml: &str| {
        let folder = folder();
        let path = file(&folder, "input.yaml", yaml);
        connect(&format!(
            "list-associated-contacts --local --cli-input-yaml 'file://{path}'"
        ))
    };
    let page = list("# three\nMaxResults: 3\n").json();
    assert_eq!(page["ContactSummaryList"].as_array().map(Vec::len), Some(3));
    let filled = skeleton.replace("''", "x");
    contains(&list(&filled).failed(252), "MaxResults");
    // Each alias doubles what the one before it stands for.
    let laughs = (1..60).map(|n| format!("l{n}: &l{n} [*l{}, *l{}]\n", n - 1, n - 1));
    let laughs = format!("l0: &l0 lol\n{}", laughs.collect::<String>());
    for (yaml, message) in [
        ("[1]", "expected a YAML mapping"),
        ("MaxResults: [", "Invalid YAML at line 1"),
        (
            "MaxResults: three",
            "Invalid value for parameter MaxResults",
        ),
        (&laughs, "Invalid YAML"),
    ] {
        contains(&list(yaml).failed(252), message);
    }
    let both = "list-associated-contacts --local --cli-input-yaml {} --cli-input-json {}";
    contains(&connect(both).failed(252), "cannot be used with");
}
