//! `--database postgres://…`: what it says without a server, and what it does with one.

use crate::connect::{connect, contains, file, folder};

/// Every command that takes a database.
const COMMANDS: [&str; 11] = [
    "import RECORDS",
    "serve",
    "stats --output json",
    "prune --contact c",
    "tree --contact-id c",
    "find --output json",
    "export --contact-id c",
    "export --contact-ids c --out RECORDS.out",
    "view",
    "watch --contact-id c --debug",
    "describe-contact --contact-id c",
];

#[test]
fn a_database_that_cannot_be_used_is_named_without_its_password() {
    let folder = folder();
    let records = file(&folder, "records.jsonl", "{}");
    for line in COMMANDS {
        let line = line.replace("RECORDS", &records);
        // Nobody listens there.
        let ran = connect(&format!(
            "{line} --database 'PostgreSQL://me:hunter@2@127.0.0.1:1/x?password=hunter2'"
        ));
        let stderr = ran.failed(255);
        assert!(!stderr.contains("hunter"), "{line}: {stderr}");
        contains(
            &stderr,
            "cannot use the database postgres://me@127.0.0.1:1/x: ",
        );
        let why = match cfg!(feature = "postgres") {
            true => "PostgreSQL: error connecting to server",
            false => "cargo install --path crates/connect-cli --features postgres",
        };
        contains(&stderr, why);
    }
}

#[test]
fn a_wrong_command_line_does_not_show_the_password() {
    for (line, code) in [
        ("stats postgres://me:hunter2@h/x", 252),
        ("stats --records=postgres://me:hunter2@h/x", 252),
        ("tree --records postgres://me:hunter2@h/x", 255),
        ("tree --local --database postgres://me:hunter2@h/x", 252),
        ("samples --database postgres://me:hunter2@h/x", 252),
    ] {
        let stderr = connect(line).failed(code);
        assert!(!stderr.contains("hunter2"), "{line}: {stderr}");
    }
}

#[test]
fn help_says_where_the_password_may_be_and_shells_complete_files() {
    for line in COMMANDS {
        let command = line.split(' ').next().expect("a word");
        let help = connect(&format!("{command} --help")).ok();
        contains(&help, "--database <FILE|URL>");
        contains(&help, "PGPASSWORD");
    }
    let script = connect("completions zsh").ok();
    let completed = |line: &&str| line.contains("--database=[");
    let mut lines = script.lines().filter(completed).peekable();
    assert!(lines.peek().is_some());
    assert!(lines.all(|line| line.contains(":FILE|URL:_files")));
}

#[cfg(feature = "postgres")]
pub(crate) mod with_a_server {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use serde_json::json;
    use tokio_postgres::SimpleQueryMessage;

    use super::*;
    use crate::connect::{KEYS, Ran, Served, command, database, run, starts_with, text};

    const CONTACT: &str = "51705299-7f7e-4b61-91df-49e93d3ec8a9";
    const INSTANCE: &str = "--instance-id 5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48";

    /// Where throw-away databases may be made, as `postgres://USER@HOST:PORT`.
    pub(crate) fn server() -> Option<String> {
        let server = std::env::var("CONNECT_TEST_POSTGRES").ok();
        if server.is_none() {
            eprintln!("skipped: CONNECT_TEST_POSTGRES names no server");
        }
        server
    }

    /// Executes statements. Returns how many rows they find.
    pub(crate) fn execute(url: &str, statements: &str) -> Result<usize, tokio_postgres::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let execute = async {
            let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
            let connection = tokio::spawn(connection);
            let answers = client.simple_query(statements).await;
            connection.abort();
            let is_row = |answer: &SimpleQueryMessage| matches!(answer, SimpleQueryMessage::Row(_));
            Ok(answers?.iter().filter(|answer| is_row(answer)).count())
        };
        // Async tests may not wait for another runtime on their own thread.
        thread::scope(|scope| {
            let execute = || runtime.expect("a runtime").block_on(execute);
            scope.spawn(execute).join().expect("no panic")
        })
    }

    /// A new name for a database or a role.
    fn name(kind: &str) -> String {
        format!("{kind}_{:016x}", fastrand::u64(..))
    }

    /// A new database on this server, by a URL with a password, which the server does not ask for.
    pub(crate) fn new_database(server: &str) -> String {
        let name = name("cli");
        execute(
            &format!("{server}/postgres"),
            &format!("CREATE DATABASE {name}"),
        )
        .expect("the server is there");
        format!("{}/{name}", server.replacen('@', ":hunter2@", 1))
    }

    /// Runs a command, which must not show the password.
    fn of(url: &str, line: &str) -> Ran {
        let ran = connect(&format!("{line} --database '{url}'"));
        assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
        ran
    }

    /// Command lines and their exit codes, one after another.
    const LINES: [(i32, &str); 24] = [
        (0, "import FOLDER/samples.jsonl"),
        (0, "import FOLDER/samples.jsonl"),
        (255, "import --strict FOLDER/bad.jsonl"),
        (0, STATS),
        (0, "tree --contact-id 51705299"),
        (254, "tree --contact-id nobody"),
        (0, "export --format csv --contact-id 51705299"),
        (0, "export --format html --contact-id CONTACT"),
        (0, "find --max-items 1000"),
        (0, "find --largest --max-items 2"),
        (0, "find --channel CHAT TASK --output json"),
        (254, "watch --contact-id nobody"),
        (0, "list-associated-contacts --contact-id CONTACT"),
        (0, "describe-contact --contact-id CONTACT"),
        (0, "get-contact-attributes --initial-contact-id CONTACT"),
        (
            0,
            "search-contacts --time-range Type=INITIATION_TIMESTAMP,StartTime=2026-03-01,EndTime=2026-04-01",
        ),
        (0, "import FOLDER/synthetic.jsonl"),
        (0, STATS),
        (0, "prune --dry-run --contact CONTACT"),
        (0, "prune --contact CONTACT"),
        (255, "prune --contact CONTACT"),
        (0, STATS),
        (0, "prune --before 2026-03-15"),
        (0, STATS),
    ];

    /// All but the bytes, and which of the trees of one size are first.
    const STATS: &str = "stats --largest 20 --query '[Contacts, ContactsWithoutRecord, Trees, FirstInitiationTimestamp, \
        LastInitiationTimestamp, Instances, LargestTrees[].Contacts]'";

    #[test]
    fn commands_do_over_postgresql_what_they_do_over_a_file() {
        let Some(server) = server() else { return };
        let (url, folder) = (new_database(&server), folder());
        let path = database(&folder);
        let synthetic = connect("samples --contacts 300 --seed 1").ok();
        for (name, records) in [
            ("samples.jsonl", connect("samples").ok()),
            ("synthetic.jsonl", synthetic),
            ("bad.jsonl", "{}".to_owned()),
        ] {
            file(&folder, name, &records);
        }
        for (code, line) in LINES {
            let line = line.replace("FOLDER", text(folder.path()));
            let line = line.replace("CONTACT", CONTACT);
            let [ours, theirs] = [of(&url, &line), of(&path, &line)];
            let codes = [ours.code, theirs.code];
            assert_eq!(codes, [Some(code); 2], "{line}: {ours:?} {theirs:?}");
            assert_eq!(ours.stdout, theirs.stdout, "{line}");
            // Each names itself.
            let place = url.replace(":hunter2", "");
            assert_eq!(ours.stderr.replace(&place, &path), theirs.stderr, "{line}");
        }
        let bytes = of(&url, "stats --query Bytes").json();
        assert!(bytes.as_u64() > Some(10_000), "{bytes}");
        let records = text(folder.path());
        for (name, database) in [("ours", &url), ("theirs", &path)] {
            of(database, &format!("import '{records}/samples.jsonl'")).ok();
            let line = format!("export --contact-ids {CONTACT} --out '{records}/{name}'");
            of(database, &line).ok();
        }
        let exported = |name| std::fs::read(folder.path().join(name)).expect("it is there");
        assert_eq!(exported("ours"), exported("theirs"));
    }

    #[test]
    fn an_endpoint_serves_it_and_what_is_written_stays() {
        let Some(server) = server() else { return };
        let url = new_database(&server);
        let place = url.replace(":hunter2", "");
        let serve = |flags: &str| {
            let flags = format!("{flags} --database '{url}'");
            Served::serve(folder(), &KEYS, &flags).0
        };
        #[cfg(unix)]
        {
            let stderr = serve("").interrupt();
            assert_eq!(stderr, format!("{place} holds no contacts\n"));
        }
        let seed = folder();
        file(&seed, "records.jsonl", &connect("samples").ok());
        let seeded = serve(&format!("--seed '{}'", text(seed.path())));
        let list = format!("list-associated-contacts {INSTANCE} --contact-id {CONTACT}");
        let local = connect(&format!("{list} --local")).ok();
        assert_eq!(seeded.connect(&list).ok(), local);
        // Two endpoints over one database.
        let other = serve("");
        let task = other.connect(&format!("start-task-contact {INSTANCE} --name n"));
        let task = task.json()["ContactId"].clone();
        let describe = format!("describe-contact --contact-id {task}");
        let found = seeded
            .connect(&format!("{describe} {INSTANCE} --query Contact.Id"))
            .json();
        assert_eq!(found, task);
        drop((seeded, other));
        let name = of(&url, &format!("{describe} --query Contact.Name")).json();
        assert_eq!(name, json!("n"));
        let missing = of(&format!("{url}_not"), "stats").failed(255);
        starts_with(
            &missing,
            &format!("cannot use the database {place}_not: PostgreSQL: database "),
        );
    }

    #[test]
    fn what_only_reads_needs_no_right_to_write_and_creates_nothing() {
        let Some(server) = server() else { return };
        let (url, folder) = (new_database(&server), folder());
        for line in ["stats", "prune --contact c", "tree --contact-id c", "find"] {
            let stderr = of(&url, line).failed(255);
            contains(&stderr, "not a database of contacts");
        }
        let records = file(&folder, "records.jsonl", &connect("samples").ok());
        let import = format!("import '{records}'");
        of(&url, &import).ok();
        let role = name("reader");
        execute(
            &url,
            &format!(
                "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA connect TO {role};
                GRANT SELECT ON ALL TABLES IN SCHEMA connect TO {role}"
            ),
        )
        .expect("it is SQL");
        let (_, host) = url.rsplit_once('@').expect("a user");
        let theirs = format!("postgres://{role}:hunter2@{host}");
        starts_with(&of(&theirs, "stats").ok(), "132 contacts");
        contains(
            &of(&theirs, "tree --contact-id 51705299").ok(),
            "127 contacts",
        );
        for line in [&import, "prune --before 2027-01-01"] {
            contains(&of(&theirs, line).failed(255), "permission denied");
        }
        let flags = format!("--database '{theirs}'");
        let (served, _) = Served::serve(folder, &KEYS, &flags);
        let describe = format!("describe-contact {INSTANCE} --contact-id {CONTACT}");
        served.connect(&describe).ok();
        let tag = format!("update-contact {INSTANCE} --contact-id {CONTACT} --name n");
        contains(
            &served.connect(&tag).failed(254),
            "InternalServiceException",
        );
    }

    #[test]
    fn the_environments_password_is_sent_and_one_that_is_wrong_is_named_by_its_user() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it listens");
        for (user, password) in [("me", "hun ter+2%"), ("me:own", "own")] {
            let sent = thread::scope(|scope| {
                let sent = scope.spawn(|| refuse(listener.accept().expect("a caller").0));
                let database = format!("postgres://{user}@{address}/x?sslmode=disable");
                let mut stats = command(&format!("stats --database '{database}'"));
                stats.env("PGPASSWORD", "hun ter+2%");
                let stderr = run(stats).failed(255);
                assert_eq!(
                    stderr,
                    format!(
                        "cannot use the database postgres://me@{address}/x: PostgreSQL: password is wrong"
                    )
                );
                sent.join().expect("it heard of a password")
            });
            assert_eq!(sent, password);
        }
    }

    /// Asks a client of PostgreSQL for its password as text, refuses it and returns it.
    fn refuse(mut stream: TcpStream) -> String {
        let message = |stream: &mut TcpStream| {
            let mut length = [0; 4];
            stream.read_exact(&mut length).expect("a length");
            let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
            stream.read_exact(&mut body).expect("a message");
            body
        };
        message(&mut stream);
        stream
            .write_all(b"R\0\0\0\x08\0\0\0\x03")
            .expect("it reads");
        stream.read_exact(&mut [0]).expect("a kind");
        let password = message(&mut stream);
        let error = b"SFATAL\0C28P01\0Mpassword is wrong\0\0";
        let length = (error.len() as u32 + 4).to_be_bytes();
        let error = [b"E", &length[..], error].concat();
        stream.write_all(&error).expect("it reads");
        let password = password.strip_suffix(b"\0").expect("it ends so");
        String::from_utf8(password.to_vec()).expect("UTF-8")
    }
}
