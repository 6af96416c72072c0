//! Responses that are well-formed HTTP, and what they mean.

use crate::Seen::{Response, Service};
use crate::{ok, row, rows};
use connect_tests::script::{Read, Script, Step, ok as good, response, send};

/// A connection for one response.
fn once(step: Step) -> Script {
    vec![Read, step]
}

/// The same response to each of three attempts.
fn thrice(step: Step) -> [Script; 3] {
    [once(step.clone()), once(step.clone()), once(step)]
}

fn error(status: &str, code: &str) -> Step {
    let headers = format!("x-amzn-requestid: r-1\r\nx-amzn-errortype: {code}\r\n");
    response(status, &headers, r#"{"message":"so it goes"}"#)
}

/// A modelled error whose body is not what the model says.
fn modelled(body: &str) -> Step {
    let headers = "x-amzn-requestid: r-1\r\nx-amzn-errortype: ResourceNotFoundException\r\n";
    response("404 Not Found", headers, body)
}

/// Of a modelled error, as far as a length or an encoding of its body.
const HEAD_OF_404: &str = "HTTP/1.1 404 Not Found\r\nx-amzn-requestid: r-1\r\nx-amzn-errortype: ResourceNotFoundException\r\n";

fn unreadable() -> crate::Seen {
    service("ResourceNotFoundException (HTTP 404, request ID r-1, 1 attempt)")
}

fn html(status: &str) -> Step {
    response(
        status,
        "content-type: text/html\r\n",
        "<html><body>Service Unavailable</body></html>",
    )
}

fn service(text: &str) -> crate::Seen {
    Service(format!("ListAssociatedContacts: {text}"))
}

rows! {
    a_modelled_error: [once(error("404 Not Found", "ResourceNotFoundException"))]
        => service("ResourceNotFoundException: so it goes (HTTP 404, request ID r-1, 1 attempt)"), 1;
    a_modelled_error_that_passes: [once(error("500 Oops", "InternalServiceException"))] => ok(), 2;
    an_unknown_error: [once(error("400 Bad Request", "Unheard"))]
        => service("Unheard: so it goes (HTTP 400, request ID r-1, 1 attempt)"), 1;
    a_modelled_error_in_html: [once(modelled("<html>"))] => unreadable(), 1;
    a_modelled_error_in_text: [once(modelled("gone"))] => unreadable(), 1;
    a_modelled_error_in_a_list: [once(modelled("[1]"))] => unreadable(), 1;
    a_modelled_error_that_is_cut_off: [once(modelled("{\"Message\":\"go"))] => unreadable(), 1;
    a_modelled_error_with_a_number_for_a_message: [once(modelled("{\"Message\":17}"))] => unreadable(), 1;
    a_modelled_error_that_breaks_off: [once(send(format!("{HEAD_OF_404}content-length: 99\r\n\r\n{{\"Mess")))] => unreadable(), 1;
    a_modelled_error_of_bad_chunks: [once(send(format!("{HEAD_OF_404}transfer-encoding: chunked\r\n\r\nzz\r\n")))] => unreadable(), 1;
    an_error_that_breaks_off_without_a_code: [once(send("HTTP/1.1 404 Not Found\r\ncontent-length: 99\r\n\r\n{"))] => ok(), 2;
    throttling_that_breaks_off: [once(send("HTTP/1.1 400 No\r\nx-amzn-errortype: ThrottlingException\r\ncontent-length: 99\r\n\r\n{"))]
        => ok(), 2;
    an_error_that_is_encoded: [once(response("400 Bad Request", "content-encoding: gzip\r\n", "\u{1f}"))]
        => service("service error without a code: the body is encoded as gzip, which was not asked for (HTTP 400, 1 attempt)"), 1;
    a_modelled_error_that_is_encoded: [once(response(
        "404 Not Found",
        "x-amzn-errortype: ResourceNotFoundException\r\ncontent-encoding: br\r\n",
        "\u{1f}",
    ))] => service("ResourceNotFoundException: the body is encoded as br, which was not asked for (HTTP 404, 1 attempt)"), 1;
    a_success_that_is_encoded: [once(response("200 OK", "content-encoding: gzip\r\n", "\u{1f}"))]
        => Response(
            "ListAssociatedContacts: the response could not be read: the body is encoded as gzip, which was not asked for (HTTP 200, 1 attempt)".to_owned(),
        ), 1;
    a_success_that_is_only_said_to_be_encoded: [once(response("200 OK", "content-encoding: gzip\r\n", r#"{"NextToken":"hello"}"#))]
        => ok(), 1;
    a_folded_header: [once(response("404 Not Found", "x-amzn-requestid: r\r\n 1\r\nx-amzn-errortype: Unheard\r\n", ""))]
        => service("Unheard (HTTP 404, request ID r 1, 1 attempt)"), 1;
    an_error_code_with_decoration: [once(error("400 Bad Request", "ns#Unheard:http://example.com"))]
        => service("Unheard: so it goes (HTTP 400, request ID r-1, 1 attempt)"), 1;
    a_request_timeout_of_the_service: [once(error("400 Bad Request", "RequestTimeout"))] => ok(), 2;

    throttling_with_a_known_code: [once(error("429 Too Many Requests", "ThrottlingException"))] => ok(), 2;
    throttling_with_another_status: [once(error("400 Bad Request", "ThrottlingException"))] => ok(), 2;
    throttling_with_an_unknown_code: [once(error("429 Too Many Requests", "Unheard"))] => ok(), 2;
    throttling_without_a_code: [once(response("429 Too Many Requests", "", ""))] => ok(), 2;
    throttling_that_lasts: thrice(error("429 Too Many Requests", "ThrottlingException"))
        => service("ThrottlingException: so it goes (HTTP 429, request ID r-1, 3 attempts)"), 3;

    an_empty_500: [once(response("500 Oops", "", ""))] => ok(), 2;
    an_empty_500_that_lasts: thrice(response("500 Oops", "", ""))
        => service("service error without a code (HTTP 500, 3 attempts)"), 3;
    html_of_a_proxy_with_503: [once(html("503 Service Unavailable"))] => ok(), 2;
    html_of_a_proxy_with_503_that_lasts: thrice(html("503 Service Unavailable"))
        => service("service error without a code (HTTP 503, 3 attempts)"), 3;
    html_of_a_proxy_with_403: [once(html("403 Forbidden"))]
        => service("service error without a code (HTTP 403, 1 attempt)"), 1;
    a_502: [once(html("502 Bad Gateway"))] => ok(), 2;
    a_504: [once(html("504 Gateway Timeout"))] => ok(), 2;
    a_501: [once(html("501 Not Implemented"))]
        => service("service error without a code (HTTP 501, 1 attempt)"), 1;

    a_redirect_is_not_followed: [once(response("301 Moved", "location: http://127.0.0.1:1/\r\n", ""))]
        => service("service error without a code (HTTP 301, 1 attempt)"), 1;
    not_modified: [once(send("HTTP/1.1 304 Not Modified\r\n\r\n"))]
        => service("service error without a code (HTTP 304, 1 attempt)"), 1;

    no_content_type: [once(response("200 OK", "", r#"{"NextToken":"hello"}"#))] => ok(), 1;
    a_wrong_content_type: [once(response("200 OK", "content-type: image/png\r\n", r#"{"NextToken":"hello"}"#))] => ok(), 1;
    an_empty_success: [once(response("200 OK", "", ""))] => crate::Seen::Ok(String::new()), 1;
    no_content: [once(send("HTTP/1.1 204 No Content\r\n\r\n"))] => crate::Seen::Ok(String::new()), 1;
    an_informational_response_first: [vec![Read, send("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"), good()]]
        => ok(), 1;
}

#[tokio::test]
async fn garbage_json_is_not_retried() {
    let (seen, attempts) = row(vec![once(response(
        "200 OK",
        "x-amzn-requestid: r-2\r\n",
        r#"{"NextToken":"hel"#,
    ))])
    .await;
    let Response(text) = &seen else {
        panic!("{seen:?}")
    };
    assert!(
        text.starts_with("ListAssociatedContacts: the response could not be read: "),
        "{text}"
    );
    assert!(
        text.ends_with(" (HTTP 200, request ID r-2, 1 attempt)"),
        "{text}"
    );
    assert_eq!(attempts, 1);
}

#[tokio::test]
async fn html_with_success_is_not_retried() {
    let (seen, attempts) = row(vec![once(html("200 OK"))]).await;
    assert!(
        matches!(&seen, Response(text) if text.contains("could not be read")),
        "{seen:?}"
    );
    assert_eq!(attempts, 1);
}
