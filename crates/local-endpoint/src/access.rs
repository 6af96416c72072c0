//! The access log: one record of each request.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::{Serialize, Serializer};
use tokio::time::Instant;

/// What is known of a request once it is over.
///
/// It is shown as one line of fields between spaces, `-` where there is none, which no text of a caller can forge or steer
/// a terminal with; with serde, it is an object.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Access {
    /// When it came; in JSON of the form `2026-03-14T05:41:07.25Z`.
    #[serde(serialize_with = "date")]
    pub time: SystemTime,
    /// The ID in its response.
    pub request_id: String,
    /// Of the caller, if the signature was right.
    pub access_key_id: Option<String>,
    /// The method of the request.
    pub method: String,
    /// The path of the request, without its query.
    pub path: String,
    /// The operation, if the request came as far.
    pub operation: Option<&'static str>,
    /// The instance, by ID or ARN as the caller has it.
    pub instance: Option<String>,
    /// The response's status. There is none where the caller got no response, or left before it.
    pub status: Option<u16>,
    /// The code of the error that was returned.
    pub code: Option<String>,
    /// From the request's head to the response; in JSON in microseconds, as `micros`.
    #[serde(rename = "micros", serialize_with = "micros")]
    pub duration: Duration,
    /// The length of the response's body in bytes.
    pub bytes: usize,
}

fn date<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*time))
}

fn micros<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(duration.as_micros())
}

fn text(time: SystemTime) -> String {
    // Fails only beyond the year 9999.
    let time = DateTime::from(time).fmt(Format::DateTime);
    time.unwrap_or_default()
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let instance = self.instance.as_ref().map(|text| format!("{text:?}"));
        let status = self.status.map(|status| status.to_string());
        write!(
            f,
            "{} {} {} {} {:?} {} {} {} {} {}us {}B",
            text(self.time),
            self.request_id,
            or_none(&self.access_key_id),
            self.method,
            self.path,
            self.operation.unwrap_or("-"),
            or_none(&instance),
            or_none(&status),
            or_none(&self.code),
            self.duration.as_micros(),
            self.bytes,
        )
    }
}

/// Where records go.
#[derive(Clone)]
pub(crate) struct AccessLog(pub(crate) Arc<dyn Fn(&Access) + Send + Sync>);

/// Into the program's own log.
impl Default for AccessLog {
    fn default() -> Self {
        Self(Arc::new(|access| tracing::info!("served {access}")))
    }
}

impl fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessLog")
    }
}

/// A request under way: when this is dropped, whatever the reason, its record is written.
pub(crate) struct Recording {
    pub(crate) access: Access,
    begun: Instant,
    log: AccessLog,
}

impl Recording {
    pub(crate) fn begin(log: &AccessLog, time: SystemTime, method: &str, path: &str) -> Self {
        let access = Access {
            time,
            request_id: String::new(),
            access_key_id: None,
            method: method.to_owned(),
            path: path.to_owned(),
            operation: None,
            instance: None,
            status: None,
            code: None,
            duration: Duration::ZERO,
            bytes: 0,
        };
        Self {
            access,
            begun: Instant::now(),
            log: log.clone(),
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.access.duration = self.begun.elapsed();
        (self.log.0)(&self.access);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::auth::testing::now;

    #[test]
    fn a_caller_s_text_cannot_forge_lines_or_fields_or_steer_a_terminal() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&kept);
        let log = AccessLog(Arc::new(move |access| {
            keep.lock().unwrap().push(access.clone())
        }));
        let mut recording = Recording::begin(&log, now(), "GET", "/a\u{202e}b");
        recording.access.request_id = "id".to_owned();
        recording.access.operation = Some("StopContact");
        recording.access.instance = Some("x\n2026 y \u{1b}[2J\u{9b}\"".to_owned());
        recording.access.status = Some(400);
        drop(recording);
        let mut access = kept.lock().unwrap().pop().unwrap();
        access.duration = Duration::from_micros(1234);
        assert_eq!(
            access.to_string(),
            "2026-03-14T08:02:11Z id - GET \"/a\\u{202e}b\" StopContact \"x\\n2026 y \\u{1b}[2J\\u{9b}\\\"\" 400 - 1234us 0B"
        );
        let line = serde_json::to_string(&access).unwrap();
        assert!(
            !line.contains('\n') && line.contains(r#""micros":1234,"#),
            "{line}"
        );
        assert!(
            line.starts_with(
                r#"{"time":"2026-03-14T08:02:11Z","request_id":"id","access_key_id":null"#
            ),
            "{line}"
        );
    }
}
