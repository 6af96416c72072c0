//! Who gets in: the browser that opens the printed URL first, and no page of another origin.

use std::cell::RefCell;

use http::header::{COOKIE, HOST, HeaderMap, ORIGIN};
use http::request::Parts;
use http::{Method, StatusCode};
use subtle::ConstantTimeEq;

use super::query::Query;
use crate::failure::Failure;

/// The name of the token in the URL.
const TOKEN: &str = "token";

/// What requests are checked by.
pub(super) struct Guard {
    /// What a browser on this machine calls this server. Any other name may be somebody else's that leads here.
    hosts: Vec<String>,
    /// What the first request brings; none once it has come.
    token: RefCell<Option<String>>,
    /// The cookie's name. Browsers send the cookies of a host to all of its ports.
    name: String,
    /// The cookie's value.
    session: String,
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It gets what it asks for.
    Known,
    /// It is the first, and gets this cookie.
    Enters(String),
    /// It gets an error.
    Refused(StatusCode, &'static str),
}

impl Guard {
    /// A guard of a server on a port, with secrets of its own.
    ///
    /// # Errors
    ///
    /// A system without randomness.
    pub(super) fn new(port: u16) -> Result<Self, Failure> {
        let names = ["127.0.0.1", "localhost"];
        let mut hosts = names.map(|name| format!("{name}:{port}")).to_vec();
        if port == 80 {
            // Browsers leave it out.
            hosts.extend(names.map(str::to_owned));
        }
        Ok(Self {
            hosts,
            token: RefCell::new(Some(secret()?)),
            name: format!("connect-view-{port}"),
            session: secret()?,
        })
    }

    /// Where it can be entered, once.
    pub(super) fn url(&self) -> String {
        let token = self.token.borrow();
        let token = token.as_deref().unwrap_or_default();
        format!("http://{}/?{TOKEN}={token}", self.hosts[0])
    }

    /// Judges a request.
    pub(super) fn judge(&self, head: &Parts) -> Verdict {
        if !self.is_for_us(head) {
            let why = "This is another host than the request names.";
            return Verdict::Refused(StatusCode::MISDIRECTED_REQUEST, why);
        }
        if ![Method::GET, Method::HEAD].contains(&head.method) {
            let why = "Pages can be looked at, and no more.";
            return Verdict::Refused(StatusCode::METHOD_NOT_ALLOWED, why);
        }
        let refused = |why| Verdict::Refused(StatusCode::FORBIDDEN, why);
        if !self.is_of_our_origin(&head.headers) {
            return refused("Pages of other origins get nothing here.");
        }
        // A terminal in a browser is another site, whose link carries the token, and no cookie.
        let given = Query::of(head.uri.query());
        if head.method == Method::GET && head.uri.path() == "/" && self.spend(given.first(TOKEN)) {
            let (name, session) = (&self.name, &self.session);
            return Verdict::Enters(format!(
                "{name}={session}; HttpOnly; SameSite=Strict; Path=/"
            ));
        }
        if is_from_elsewhere(&head.headers) || !self.is_known(&head.headers) {
            return refused(
                "The URL that connect view prints lets in the browser that opens it first. Start it again for another.",
            );
        }
        Verdict::Known
    }

    fn is_for_us(&self, head: &Parts) -> bool {
        let is_ours = |host: &str| {
            self.hosts
                .iter()
                .any(|ours| ours.eq_ignore_ascii_case(host))
        };
        let mut named = head.headers.get_all(HOST).iter();
        let host = named.next().and_then(|host| host.to_str().ok());
        let of_uri = head.uri.authority();
        named.next().is_none()
            && host.is_some_and(is_ours)
            && of_uri.is_none_or(|host| is_ours(host.as_str()))
    }

    /// Browsers name the origin of what may be another's; they name none when a page is opened.
    fn is_of_our_origin(&self, headers: &HeaderMap) -> bool {
        headers.get_all(ORIGIN).iter().all(|origin| {
            let host = origin.to_str().ok();
            let host = host.and_then(|origin| origin.strip_prefix("http://"));
            host.is_some_and(|host| self.hosts.iter().any(|ours| ours == host))
        })
    }

    /// Whether this is the token, which is worth nothing from then on.
    fn spend(&self, given: &str) -> bool {
        let mut token = self.token.borrow_mut();
        let is_it = token.as_ref().is_some_and(|token| equal(token, given));
        if is_it {
            *token = None;
        }
        is_it
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(COOKIE).iter();
        let cookies = lines.filter_map(|line| line.to_str().ok());
        let mut pairs = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| name == self.name && equal(&self.session, value))
    }
}

/// Whether a page of another site, or of another port of this host, made the browser ask.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all("sec-fetch-site").iter();
    sites.any(|site| site != "none" && site != "same-origin")
}

/// Compares without telling by the time it takes how much is right.
fn equal(secret: &str, given: &str) -> bool {
    secret.as_bytes().ct_eq(given.as_bytes()).into()
}

/// 256 random bits.
fn secret() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::other(format!("no randomness for secrets: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn judge(guard: &Guard, method: &str, uri: &str, headers: &[(&str, &str)]) -> Verdict {
        let request = Request::builder().method(method).uri(uri);
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        guard.judge(&request.body(()).unwrap().into_parts().0)
    }

    fn status(verdict: &Verdict) -> u16 {
        match verdict {
            Verdict::Known => 200,
            Verdict::Enters(_) => 201,
            Verdict::Refused(status, _) => status.as_u16(),
        }
    }

    #[test]
    fn the_token_lets_in_once_and_the_cookie_from_then_on() {
        let guard = Guard::new(8080).unwrap();
        let host = ("host", "127.0.0.1:8080");
        let url = guard.url();
        let enter = url.strip_prefix("http://127.0.0.1:8080").unwrap();
        let wrong = format!("{enter}0");
        for (method, uri) in [
            ("GET", "/"),
            ("GET", &wrong),
            ("GET", "/?token="),
            ("HEAD", enter),
        ] {
            assert_eq!(status(&judge(&guard, method, uri, &[host])), 403, "{uri}");
        }
        // A link in a terminal that is a page itself.
        let cross = ("sec-fetch-site", "cross-site");
        let Verdict::Enters(cookie) = judge(&guard, "GET", enter, &[host, cross]) else {
            panic!("the token is right");
        };
        assert!(
            cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"),
            "{cookie}"
        );
        assert_eq!(status(&judge(&guard, "GET", enter, &[host])), 403);
        assert!(guard.url().ends_with("token="));
        let pair = cookie.split(';').next().unwrap();
        let cookies = format!("other=1; {pair}");
        for cookie in [pair, &cookies] {
            assert_eq!(
                judge(&guard, "GET", "/", &[host, ("cookie", cookie)]),
                Verdict::Known
            );
        }
        let other_name = pair.replace("8080", "8081");
        for cookie in [&pair[..pair.len() - 1], &other_name, "connect-view-8080="] {
            assert_eq!(
                status(&judge(&guard, "GET", "/", &[host, ("cookie", cookie)])),
                403
            );
        }
    }

    #[test]
    fn other_names_origins_and_methods_get_nothing() {
        let guard = Guard::new(8080).unwrap();
        let cookie = format!("{}={}", guard.name, guard.session);
        let judged = |method, uri, host, more: &[(&str, &str)]| {
            let known = [("host", host), ("cookie", cookie.as_str())];
            status(&judge(&guard, method, uri, &[&known, more].concat()))
        };
        let ours = "localhost:8080";
        for (host, expected) in [
            (ours, 200),
            ("LOCALHOST:8080", 200),
            ("127.0.0.1:8080", 200),
            ("127.0.0.1", 421),
            ("127.0.0.1:80", 421),
            ("evil.test:8080", 421),
            ("localhost.evil.test:8080", 421),
            ("", 421),
        ] {
            assert_eq!(judged("GET", "/", host, &[]), expected, "{host}");
        }
        assert_eq!(judged("GET", "/", ours, &[("host", "evil.test")]), 421);
        assert_eq!(judged("GET", "http://evil.test/", ours, &[]), 421);
        assert_eq!(
            status(&judge(&guard, "GET", "/", &[("cookie", &cookie)])),
            421
        );
        for (name, value, expected) in [
            ("origin", "http://localhost:8080", 200),
            ("origin", "http://evil.test", 403),
            ("origin", "https://localhost:8080", 403),
            ("origin", "null", 403),
            ("sec-fetch-site", "none", 200),
            ("sec-fetch-site", "same-origin", 200),
            ("sec-fetch-site", "same-site", 403),
            ("sec-fetch-site", "cross-site", 403),
        ] {
            assert_eq!(
                judged("GET", "/", ours, &[(name, value)]),
                expected,
                "{value}"
            );
        }
        for method in [
            "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get",
        ] {
            assert_eq!(judged(method, "/", ours, &[]), 405, "{method}");
        }
        assert_eq!(judged("HEAD", "/", ours, &[]), 200);
    }
}
