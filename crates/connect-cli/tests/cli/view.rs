//! `connect view`: who gets in, what the pages show, whatever the contacts hold.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::connect::{Served, command, connect, contains, database, file, folder, starts_with};

const INSTANCE: &str = "5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48";
const CONTACT: &str = "51705299-7f7e-4b61-91df-49e93d3ec8a9";

/// A response.
#[derive(Debug)]
struct Got {
    status: u16,
    head: String,
    body: String,
}

impl Got {
    /// The body of a page that is there.
    #[track_caller]
    fn ok(self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.body
    }

    /// The body of a page with an error.
    #[track_caller]
    fn failed(self, status: u16) -> String {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.body.matches("role=\"alert\"").count(), 1, "{self:?}");
        self.body
    }
}

/// `connect view`, ended when dropped, and its browser.
struct View {
    child: Child,
    host: String,
    entrance: String,
    cookie: String,
}

impl View {
    /// Starts it, and opens its URL.
    fn open(line: &str) -> Self {
        Self::of(command(line))
    }

    fn of(command: Command) -> Self {
        let mut view = Self::start(command);
        let entered = view.get(&view.entrance.clone());
        assert_eq!(entered.status, 200);
        let (_, cookie) = entered.head.split_once("set-cookie: ").expect("a cookie");
        let (cookie, _) = cookie.split_once(';').expect("attributes");
        view.cookie = cookie.to_owned();
        view
    }

    fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("UTF-8");
        let url = line.trim().strip_prefix("http://").expect("a URL");
        let (host, entrance) = url.split_once('/').expect("a path");
        Self {
            child,
            host: host.to_owned(),
            entrance: format!("/{entrance}"),
            cookie: String::new(),
        }
    }

    /// What a browser gets that has the cookie, if there is one.
    fn get(&self, path: &str) -> Got {
        let (host, cookie) = (&self.host, &self.cookie);
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        ))
    }

    fn send(&self, request: &str) -> Got {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("UTF-8");
        let (head, body) = response.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).expect("a status");
        Got {
            status: status.parse().expect("a number"),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a link of a page leads, by its text.
fn link(page: &str, text: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!("\">{text}</a>"))?;
    let (_, to) = before.rsplit_once("href=\"")?;
    Some(to.replace("&amp;", "&"))
}

/// The IDs of the contacts that a page lists.
fn listed(page: &str) -> Vec<String> {
    let rows = page.split("<th scope=\"row\"").skip(1);
    let ids = rows.map(|row| row.split_once("<bdi>").expect("an ID").1);
    ids.map(|row| row.split_once("</bdi>").expect("its end").0.to_owned())
        .collect()
}

/// The IDs of all pages from one on, by the links of this text.
fn walk(view: &View, first: &str, next: &str) -> Vec<String> {
    let (mut ids, mut to) = (Vec::new(), Some(first.to_owned()));
    while let Some(path) = to {
        let page = view.get(&path).ok();
        ids.extend(listed(&page));
        to = link(&page, next);
    }
    ids
}

fn record(id: &str, initial: &str, minute: usize) -> Value {
    let time = format!(
        "2026-03-{:02}T{:02}:{:02}:00Z",
        1 + minute / 1440,
        minute / 60 % 24,
        minute % 60
    );
    json!({
        "AWSContactTraceRecordFormatVersion": "2017-03-10", "AWSAccountId": "111122223333", "ContactId": id,
        "InstanceARN": format!("arn:aws:connect:eu-central-1:111122223333:instance/{INSTANCE}"),
        "InitialContactId": initial, "Channel": "VOICE", "InitiationMethod": "INBOUND",
        "InitiationTimestamp": time, "DisconnectTimestamp": null, "LastUpdateTimestamp": time,
    })
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

#[test]
fn the_first_browser_gets_in_and_nobody_else() {
    let mut view = View::start(command("view --local"));
    assert_eq!(view.get("/").status, 403);
    assert_eq!(view.get("/style.css").status, 403);
    let entered = view.get(&view.entrance.clone());
    let (_, cookie) = entered.head.split_once("set-cookie: ").expect("a cookie");
    let (cookie, attributes) = cookie.split_once(';').expect("attributes");
    starts_with(attributes, " HttpOnly; SameSite=Strict; Path=/\r\n");
    contains(&entered.body, "<a href=\"/\">Go on</a>");
    assert_eq!(view.get(&view.entrance.clone()).status, 403, "it is spent");
    view.cookie = cookie.to_owned();
    let page = view.get("/");
    for header in [
        "content-security-policy: default-src 'none'; style-src 'self';",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
        "content-type: text/html; charset=utf-8",
    ] {
        contains(&page.head, header);
    }
    contains(&page.ok(), "<h1>Recent trees</h1>");
    contains(&view.get("/style.css").ok(), "prefers-color-scheme: dark");
    starts_with(&view.get("/icon.svg").ok(), "<svg");

    let (host, cookie) = (&view.host, &view.cookie);
    let request = |line: &str, host: &str, more: &str| {
        view.send(&format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n{more}Connection: close\r\n\r\n"
        ))
    };
    assert_eq!(request("GET /", host, "").status, 200);
    assert_eq!(request("GET /", "evil.test", "").status, 421);
    assert_eq!(
        request("GET /", host, "Origin: http://evil.test\r\n").status,
        403
    );
    assert_eq!(
        request("GET /", host, "Sec-Fetch-Site: same-site\r\n").status,
        403
    );
    let posted = request("POST /", host, "Content-Length: 0\r\n");
    assert_eq!(posted.status, 405);
    contains(&posted.head, "allow: GET, HEAD");
    let head = request("HEAD /", host, "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(view.send("nonsense\r\n\r\n").status, 400);
    assert_eq!(view.send("GET / HTTP/1.0\r\n\r\n").status, 421);
}

#[cfg(unix)]
#[test]
fn it_ends_in_order_when_it_is_asked_to() {
    for signal in ["-INT", "-TERM"] {
        let mut view = View::open("view --local");
        // A browser keeps connections open.
        let kept = TcpStream::connect(&view.host).expect("it listens");
        crate::connect::kill(signal, &view.child);
        assert_eq!(view.child.wait().expect("it ends").code(), Some(0));
        drop(kept);
    }
}

#[test]
fn the_pages_lead_from_trees_to_contacts() {
    let view = View::open("view --local");
    let recent = view.get("/").ok();
    let to_tree = link(&recent, &format!("<bdi>{CONTACT}</bdi>")).expect("the tree");
    let tree = view.get(&to_tree).ok();
    contains(&tree, "<dt>Contacts</dt><dd>127</dd>");
    contains(
        &tree,
        "<tr aria-current=\"true\"><th scope=\"row\" class=\"level-0\">",
    );
    contains(
        &tree,
        &format!("<iframe title=\"Timeline\" src=\"/timeline?id={CONTACT}\" height=\"640\">"),
    );
    assert_eq!(listed(&tree).len(), 127);
    let timeline = view.get(&format!("/timeline?id={CONTACT}"));
    contains(&timeline.head, "frame-ancestors 'self'\r");
    contains(&timeline.ok(), "; script-src 'sha256-");
    let to_contact = link(&tree, &format!("<bdi>{CONTACT}</bdi>")).expect("the contact");
    let contact = view.get(&to_contact).ok();
    let described = connect("describe-contact --local").json();
    for (name, value) in described["Contact"].as_object().expect("members") {
        if let Some(value) = value.as_str() {
            contains(&contact, &format!("<bdi>{name}</bdi>"));
            contains(&contact, &format!("<bdi>{value}</bdi>"));
        }
    }
    assert_eq!(link(&contact, "The tree that it is in"), Some(to_tree));
    let largest = listed(&view.get("/largest").ok());
    let expected = connect("find --local --largest --query Trees[].ContactId").json();
    assert_eq!(json!(largest), expected);

    contains(
        &view.get("/tree?id=nobody").failed(404),
        "ResourceNotFoundException",
    );
    contains(
        &view.get("/contact?id=nobody").failed(404),
        "ResourceNotFoundException",
    );
    for path in ["/tree", "/contact?id=", "/timeline?id=%20"] {
        contains(&view.get(path).failed(400), "Its ID is missing");
    }
    let long = format!("/contact?id={}", "x".repeat(300));
    view.get(&long).failed(400);
    view.get("/nothing").failed(404);
    view.get("/../etc/passwd").failed(404);
}

#[test]
fn the_form_finds_what_the_command_finds() {
    let view = View::open("view --local");
    let form = view.get("/find").ok();
    assert!(!form.contains("<h2>"), "nothing is asked for yet: {form}");
    for (query, line) in [
        ("order=newest", ""),
        (
            "order=newest&channel=TASK&channel=CHAT",
            "--channel TASK CHAT",
        ),
        (
            "order=newest&since=2026-03-14T06%3A00&until=+2026-03-14T08%3A00%3A00Z&method=API",
            "--since 2026-03-14T06:00 --until 2026-03-14T08:00:00Z --method API",
        ),
        (
            "order=newest&agent=nobody&queue=a+b",
            "--agent nobody --queue a b",
        ),
        (
            "order=newest&attribute=language%3Dde%0D%0Alanguage%3Dfr",
            "--attribute language=de language=fr",
        ),
        ("order=largest&channel=CHAT", "--largest --channel CHAT"),
    ] {
        let page = view.get(&format!("/find?{query}")).ok();
        let found = "--query [Contacts[].Id,Trees[].ContactId][]|[]";
        let found = connect(
            &format!("find --local --max-items 50 {line} '{found}'")
                .replace("'--query ", "--query '"),
        )
        .json();
        let found: Vec<_> = found
            .as_array()
            .expect("a list")
            .iter()
            .filter(|id| id.is_string())
            .collect();
        assert_eq!(json!(listed(&page)), json!(found), "{query}");
        assert_eq!(page.contains("Nothing was found."), found.is_empty());
    }
    let page = view
        .get("/find?order=newest&since=soon&attribute=x")
        .failed(400);
    contains(&page, "Began at or after: expected a date or time");
    contains(&page, "name=\"since\" value=\"soon\"");
    contains(
        &view.get("/find?order=newest&attribute=x").failed(400),
        "expected KEY=VALUE",
    );
    view.get("/find?order=newest&behind=x").failed(400);
    contains(
        &view
            .get("/find?order=largest&from=99999999999999999999")
            .ok(),
        "<h2>Trees</h2>",
    );
}

#[test]
fn long_lists_are_paged_and_nothing_is_lost() {
    let folder = folder();
    let mut records: Vec<_> = (0..5_000)
        .map(|place| record(&format!("leg-{place:04}"), "leg-0000", place / 7))
        .collect();
    records.extend((0..70).map(|place| {
        let id = format!("single-{place:02}");
        record(&id, &id, 10_000)
    }));
    let records = file(&folder, "records.jsonl", &lines(&records));
    let view = View::open(&format!("view --records '{records}'"));

    let found = walk(&view, "/find?order=newest&since=2026-03-01T09:00", "Older");
    let line = format!(
        "find --records '{records}' --since 2026-03-01T09:00 --max-items 9999 --query Contacts[].Id"
    );
    assert_eq!(json!(found), connect(&line).json());
    assert!(found.len() > 1_000, "{}", found.len());

    let trees = walk(&view, "/largest", "Smaller");
    assert_eq!((trees.len(), trees[0].as_str()), (71, "leg-0000"));
    let distinct: std::collections::BTreeSet<_> = trees.iter().collect();
    assert_eq!(distinct.len(), 71);

    let page = view.get("/tree?id=leg-4321").ok();
    contains(&page, "part 22 of 25");
    assert_eq!(page.matches("<tr aria-current=\"true\">").count(), 1);
    let contacts = walk(&view, "/tree?id=leg-4321&page=1", "Next");
    let expected: Vec<_> = (0..5_000).map(|place| format!("leg-{place:04}")).collect();
    assert_eq!(contacts, expected);
    contains(
        &view.get("/tree?id=leg-4321&page=99999").ok(),
        "part 25 of 25",
    );
    let timeline = view.get("/timeline?id=leg-4321").ok();
    assert_eq!(timeline.matches("data-channel=").count(), 5_000);
}

#[test]
fn hostile_text_stays_text() {
    let evil = "</bdi></title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;\u{202e}\u{2066}\u{0}\u{1b}]0;x\u{7}";
    let mut record = record(evil, evil, 0);
    for (name, value) in [
        ("Channel", json!(evil)),
        ("InitiationMethod", json!(evil)),
        ("PreviousContactId", json!(evil)),
        ("Attributes", json!({ evil: evil })),
        (
            "Agent",
            json!({"Username": evil, "ARN": format!("arn:aws:connect:r:1:instance/i/agent/{evil}")}),
        ),
        (
            "Queue",
            json!({"Name": evil, "ARN": format!("arn:aws:connect:r:1:instance/i/queue/{evil}")}),
        ),
        ("Name", json!(evil)),
        ("Description", json!(evil)),
        ("Tags", json!({ evil: evil })),
    ] {
        record[name] = value;
    }
    let mut other = record.clone();
    other["ContactId"] = json!("other");
    let folder = folder();
    let records = file(&folder, "records.jsonl", &lines(&[record, other]));
    let view = View::open(&format!("view --records '{records}'"));
    let id: String = form_urlencoded::byte_serialize(evil.as_bytes()).collect();
    for path in [
        "/".to_owned(),
        "/largest".to_owned(),
        format!("/find?order=newest&since=2026-01-01&channel={id}"),
        format!("/tree?id={id}"),
        format!("/timeline?id={id}"),
        format!("/contact?id={id}"),
        "/contact?id=other".to_owned(),
        format!("/contact?id=x{id}"),
        format!("/{id}"),
    ] {
        let got = view.get(&path);
        assert!([200, 400, 404].contains(&got.status), "{path}: {got:?}");
        // The timeline has its own.
        let scripts = usize::from(path.starts_with("/timeline"));
        assert_eq!(got.body.matches("<script").count(), scripts, "{path}");
        for raw in [
            "<img",
            "onerror=alert(2)>",
            "\u{202e}",
            "\u{2066}",
            "\u{0}",
            "\u{1b}",
        ] {
            assert!(!got.body.contains(raw), "{path} has {raw:?}: {}", got.body);
        }
    }
    // A field holds what was written into it.
    let form = view.get(&format!(
        "/find?order=newest&agent={id}&attribute={id}&since={id}"
    ));
    let form = form.failed(400);
    assert!(
        !form.contains("<script") && !form.contains("<img"),
        "{form}"
    );
    contains(&form, "value=\"&lt;/bdi&gt;");

    let contact = view.get("/contact?id=other").ok();
    let shown = "<bdi>&lt;/bdi&gt;&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;";
    assert!(contact.matches(shown).count() >= 4, "{contact}");
    contains(
        &contact,
        "&amp;lt;\\u202e\\u2066\\u0000\\u001b]0;x\\u0007</bdi>",
    );
    contains(
        &view.get(&format!("/tree?id={id}")).ok(),
        "<dt>Contacts</dt><dd>2</dd>",
    );
}

#[test]
fn it_reads_what_the_other_commands_read() {
    let served = Served::samples_with("--quota DescribeContact=0.001/1");
    let path = database(&served.folder);
    let view = View::open(&format!("view --database '{path}'"));
    let tree = view.get(&format!("/tree?id={CONTACT}")).ok();
    contains(&tree, &path);

    let mut call = served.command(&format!("view --instance-id {INSTANCE}"));
    call.env("AWS_MAX_ATTEMPTS", "1");
    let view = View::of(call);
    contains(&view.get("/").ok(), "<h1>Recent contacts</h1>");
    contains(
        &view.get("/largest").ok(),
        "does not say how large trees are",
    );
    let of_instance = view.get(&format!("/tree?id={CONTACT}")).ok();
    contains(&of_instance, &format!("<bdi>instance {INSTANCE}</bdi>"));
    assert_eq!(listed(&of_instance), listed(&tree));
    let found = view
        .get("/find?order=newest&since=2026-03-01&until=2026-04-01")
        .ok();
    contains(&found, "disabled");
    assert_eq!(listed(&found).len(), 50);
    view.get(&format!("/contact?id={CONTACT}")).ok();
    let throttled = view.get(&format!("/contact?id={CONTACT}")).failed(502);
    contains(&throttled, "ThrottlingException");
    contains(&throttled, "try later");
}

#[test]
fn what_cannot_be_viewed_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let failed = connect(&format!("view --local --port {port}")).failed(255);
    starts_with(&failed, &format!("cannot listen on 127.0.0.1:{port}: "));
    for (line, message) in [
        ("view --region r", "required: --instance-id"),
        ("view --local --query x", "does not apply to"),
        ("view --local --port 65536", "invalid value"),
    ] {
        contains(&connect(line).failed(252), message);
    }
}
