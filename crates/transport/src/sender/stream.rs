//! The byte stream to a server: TCP, through a proxy or not, with TLS or without.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::{Connected, Connection};

/// TCP, or what a proxy passes on. Boxed, so that TLS within TLS is the same code as TLS alone.
pub(super) type Route = Box<dyn Duplex>;

/// Read from, written to and asked about.
pub(super) trait Duplex: Read + Write + Connection + Send + Sync + Unpin {}

impl<T: Read + Write + Connection + Send + Sync + Unpin> Duplex for T {}

impl Connection for Route {
    fn connected(&self) -> Connected {
        (**self).connected()
    }
}

/// A stream whose server may stop reading before a request's end, when it has responded already: 413, 403. What is still to
/// be written is then thrown away, so that the response is read; if there is none, reading fails as writing did.
pub(super) struct ServerStream {
    stream: MaybeHttpsStream<Route>,
    unread: bool,
}

impl ServerStream {
    pub(super) fn new(stream: MaybeHttpsStream<Route>) -> Self {
        Self {
            stream,
            unread: false,
        }
    }

    /// Whether the server has chosen HTTP/2.
    pub(super) fn speaks_http2(&self) -> bool {
        self.stream.connected().is_negotiated_h2()
    }

    /// Writes, or throws away; `discarded` is the result of what nobody reads.
    fn write<T>(
        &mut self,
        discarded: T,
        write: impl FnOnce(Pin<&mut MaybeHttpsStream<Route>>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if self.unread {
            return Poll::Ready(Ok(discarded));
        }
        Poll::Ready(match ready!(write(Pin::new(&mut self.stream))) {
            Err(error) if is_closed(&error) => {
                self.unread = true;
                Ok(discarded)
            }
            written => written,
        })
    }
}

/// Whether the other side has closed the connection.
fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
    )
}

impl Read for ServerStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl Write for ServerStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(bytes.len(), |stream| stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length = slices.iter().map(|slice| slice.len()).sum();
        self.write(length, |stream| stream.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write((), |stream| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
