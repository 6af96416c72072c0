//! Which operation a request is for.

use std::borrow::Cow;

use super::ErrorResponse;
use crate::uri;

/// An operation's method, path and query literals, as its `http` trait states them.
#[derive(Debug)]
pub struct Route<T: 'static> {
    /// What the route leads to.
    pub operation: T,
    /// The method.
    pub method: &'static str,
    /// The path's segments.
    pub path: &'static [Part],
    /// Query literals: name and, if there is one, value.
    pub query: &'static [(&'static str, Option<&'static str>)],
}

/// A segment of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Literal(&'static str),
    /// One segment as the value of this member.
    Label(&'static str),
    /// One segment or more as the value of this member.
    Greedy(&'static str),
}

/// The values of a path's labels by their member, decoded.
pub(super) type Labels<'a> = Vec<(&'static str, Cow<'a, str>)>;

/// Finds the route of a request. Among several, the one that says more of the path wins, then the one without a greedy label, then
/// the one with more query literals.
///
/// # Errors
/// 404 if no route has the path, 405 if one has it under another method, 400 if a label is no UTF-8.
pub fn find<'r, 'a, T>(
    routes: &'r [Route<T>],
    method: &str,
    path: &'a str,
    query: Option<&str>,
) -> Result<(&'r T, Labels<'a>), ErrorResponse> {
    let mut best: Option<(&Route<T>, Segments<'a>, Weight)> = None;
    let mut path_known = false;
    for route in routes {
        let Some((labels, exact)) = match_path(route.path, path) else {
            continue;
        };
        if !has_literals(route.query, query) {
            continue;
        }
        path_known = true;
        if route.method != method {
            continue;
        }
        let is_greedy = |part: &Part| matches!(part, Part::Greedy(_));
        let one_each = !route.path.iter().any(is_greedy);
        let weight = (exact, one_each, route.query.len());
        if best
            .as_ref()
            .is_none_or(|(_, _, heaviest)| weight > *heaviest)
        {
            best = Some((route, labels, weight));
        }
    }
    match best {
        Some((route, labels, _)) => Ok((&route.operation, decoded(labels)?)),
        None if path_known => Err(ErrorResponse::text(
            "UnknownOperationException",
            405,
            "the method is not allowed here",
        )),
        None => Err(ErrorResponse::text(
            "UnknownOperationException",
            404,
            "there is no such operation",
        )),
    }
}

/// What a route says: how many segments are literals, whether no label is greedy, how many query literals there are.
type Weight = (usize, bool, usize);

/// The path's segments that fill labels, by the label's member.
type Segments<'a> = Vec<(&'static str, Cow<'a, str>)>;

fn decoded(segments: Segments<'_>) -> Result<Labels<'_>, ErrorResponse> {
    let decode = |(member, segment)| {
        let value = uri::decode(segment).map_err(|error| error.within(member))?;
        Ok((member, value))
    };
    segments.into_iter().map(decode).collect()
}

/// Matches a path, and counts the segments that are literals. A slash at the end is no segment.
fn match_path<'a>(parts: &[Part], path: &'a str) -> Option<(Segments<'a>, usize)> {
    let path = path.strip_prefix('/')?;
    let segments: Vec<&str> = if path.is_empty() {
        Vec::new()
    } else {
        path.split('/').collect()
    };
    let segments = match segments.as_slice() {
        [before @ .., ""] if before.len() == parts.len() => before,
        all => all,
    };
    let greedy = parts
        .iter()
        .position(|part| matches!(part, Part::Greedy(_)));
    let fits = match greedy {
        Some(_) => segments.len() >= parts.len(),
        None => segments.len() == parts.len(),
    };
    if !fits {
        return None;
    }
    let mut labels = Vec::new();
    let mut exact = 0;
    let mut at = 0;
    for part in parts {
        match part {
            Part::Literal(text) => {
                if !uri::decode(segments[at]).is_ok_and(|segment| segment == *text) {
                    return None;
                }
                exact += 1;
                at += 1;
            }
            Part::Label(member) => {
                if segments[at].is_empty() {
                    return None;
                }
                labels.push((*member, segments[at].into()));
                at += 1;
            }
            Part::Greedy(member) => {
                let end = at + segments.len() - (parts.len() - 1);
                if segments[at..end] == [""] {
                    return None;
                }
                labels.push((*member, segments[at..end].join("/").into()));
                at = end;
            }
        }
    }
    Some((labels, exact))
}

fn has_literals(literals: &[(&str, Option<&str>)], query: Option<&str>) -> bool {
    let is = |there: &str, literal: &str| uri::decode(there).is_ok_and(|there| there == literal);
    literals.iter().all(|(name, value)| {
        query
            .unwrap_or_default()
            .split('&')
            .any(|pair| match pair.split_once('=') {
                Some((there, held)) => is(there, name) && value.is_none_or(|value| is(held, value)),
                None => is(pair, name) && value.is_none_or(str::is_empty),
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn route(
        operation: &'static str,
        method: &'static str,
        path: &'static [Part],
    ) -> Route<&'static str> {
        Route {
            operation,
            method,
            path,
            query: &[],
        }
    }

    const ONE: &[Part] = &[Part::Literal("contact"), Part::Label("Id")];
    const ROUTES: &[Route<&str>] = &[
        route("one", "GET", ONE),
        route(
            "list",
            "GET",
            &[Part::Literal("contact"), Part::Literal("all")],
        ),
        Route {
            query: &[("mode of", Some("full"))],
            ..route("with literal", "GET", ONE)
        },
        route(
            "any",
            "PUT",
            &[Part::Literal("contact"), Part::Greedy("Id")],
        ),
        route("any one", "PUT", ONE),
        route(
            "deep",
            "PUT",
            &[
                Part::Literal("files"),
                Part::Greedy("Key"),
                Part::Literal("meta"),
            ],
        ),
    ];

    fn found<'a>(
        method: &str,
        path: &'a str,
        query: Option<&str>,
    ) -> Result<(&'static str, Labels<'a>), u16> {
        let found = find(ROUTES, method, path, query);
        found
            .map(|(operation, labels)| (*operation, labels))
            .map_err(|error| error.status())
    }

    #[test]
    fn labels_are_decoded() {
        assert_eq!(
            found("GET", "/contact/a%2Fb%20c", None),
            Ok(("one", vec![("Id", "a/b c".into())]))
        );
    }

    #[test]
    fn literals_beat_labels_and_query_literals_beat_none() {
        for (path, query, expected) in [
            ("/contact/all", None, "list"),
            ("/contact/1", Some("mode%20of=ful%6C"), "with literal"),
            ("/contact/1", Some("mode%20of=brief"), "one"),
        ] {
            assert_eq!(found("GET", path, query).unwrap().0, expected);
        }
    }

    #[test]
    fn greedy_labels_span_segments() {
        assert_eq!(
            found("PUT", "/files/a/b/meta", None),
            Ok(("deep", vec![("Key", "a/b".into())]))
        );
        assert_eq!(found("PUT", "/files/meta", None), Err(404));
        assert_eq!(found("PUT", "/files//meta", None), Err(404));
        assert_eq!(found("PUT", "/contact/a/b", None).unwrap().0, "any");
        assert_eq!(found("PUT", "/contact/a", None).unwrap().0, "any one");
    }

    #[test]
    fn what_has_no_route_or_is_no_utf_8_has_its_status() {
        let error = find(ROUTES, "GET", "/contact/a%FF", None).unwrap_err();
        let code = "SerializationException";
        assert_eq!((error.code(), error.status()), (code, 400));
        for (method, path, status) in [
            ("PUT", "/files/a/%C3/meta", 400),
            // What is no UTF-8 is no literal either, and the method is looked at first.
            ("GET", "/%FF/1", 404),
            ("POST", "/contact/%FF", 405),
            ("GET", "/nothing", 404),
            ("GET", "/contact/", 404),
            ("POST", "/contact/1", 405),
        ] {
            assert_eq!(found(method, path, None), Err(status), "{method} {path}");
        }
    }
}
