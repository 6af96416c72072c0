//! What is printed and logged.

use std::error::Error;
use std::fmt::{Debug, Write};
use std::io;
use std::sync::{Arc, Mutex};

use connect_sdk::error::{DisplayErrorContext, SdkError};
use connect_tests::script::{Server, header};
use tracing_subscriber::fmt::MakeWriter;

/// A log in memory.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// What a program could print, and the signatures and keys that were made meanwhile.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) printed: String,
    pub(crate) signatures: Vec<String>,
}

impl Seen {
    pub(crate) fn print(&mut self, thing: &dyn Debug) {
        writeln!(self.printed, "{thing:?}\n{thing:#?}").unwrap();
    }

    /// An error with all its causes.
    pub(crate) fn error(&mut self, error: &(dyn Error + 'static)) {
        writeln!(self.printed, "{}", DisplayErrorContext(error)).unwrap();
        let mut cause = Some(error);
        while let Some(error) = cause {
            writeln!(self.printed, "{error}\n{error:?}\n{error:#?}").unwrap();
            cause = error.source();
        }
    }

    /// What a call ended with.
    pub(crate) fn outcome<T: Debug, E: Error + Debug + Send + Sync + 'static>(
        &mut self,
        outcome: Result<T, SdkError<E>>,
    ) {
        match outcome {
            Ok(output) => self.print(&output),
            Err(error) => {
                self.error(&error);
                self.print(&error.raw_response());
                self.print(&error.summary());
                self.error(error.into_source().unwrap().as_ref());
            }
        }
    }

    /// The signatures that a server has got.
    pub(crate) fn signed(&mut self, server: &Server) {
        for head in server.requests() {
            self.signature(header(&head, "authorization"));
        }
    }

    pub(crate) fn signature(&mut self, authorization: Option<&str>) {
        let signature = authorization.and_then(|text| text.split_once("Signature="));
        let signature = signature.map(|(_, signature)| signature.to_owned());
        self.signatures.extend(signature);
    }
}
