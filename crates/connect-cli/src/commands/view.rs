//! `connect view`.

mod find;
mod guard;
mod html;
mod query;
mod server;
mod site;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::rc::Rc;

use connect_sdk::config::RateLimit;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use self::guard::Guard;
use self::site::Site;
use super::contacts;
use crate::client;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::{output, signals};

/// Look at contacts and trees in a browser on this machine
///
/// The first line on standard output is the URL. It works once: the browser that opens it first gets a cookie, and nobody
/// else gets in. Amazon Connect is called no more often than it allows an account, twice a second. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The ID of the Amazon Connect instance: the last part of its ARN
    #[arg(long, value_name = "STRING")]
    instance_id: Option<String>,
    /// The port of 127.0.0.1 to listen on; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
}

/// Runs the command until it is interrupted.
///
/// # Errors
///
/// A file, a setting or a port that cannot be used.
pub(crate) async fn run(arguments: Arguments, settings: Settings) -> Result<(), Failure> {
    // Before the URL is printed: its reader may end this process at once.
    let mut interrupted = pin!(signals::interruption().map_err(Failure::other)?);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let (listener, guard) = listen(address).await?;
    let site = tokio::select! {
        site = open(arguments, settings, guard) => Rc::new(site?),
        failure = &mut interrupted => return Err(failure),
    };
    match output::print(&format!("{}\n", site.guard.url())) {
        // The reader of the URL is gone, but may still open it.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        printed => printed?,
    }
    let serving = server::serve(listener, Rc::clone(&site), interrupted);
    LocalSet::new().run_until(serving).await;
    // With their tasks, all that shared it are gone.
    if let Some(site) = Rc::into_inner(site) {
        site.connection.close().await;
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, Guard), Failure> {
    let wrong = |error| Failure::other(format!("cannot listen on {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(wrong)?;
    let port = listener.local_addr().map_err(wrong)?.port();
    Ok((listener, Guard::new(port)?))
}

async fn open(arguments: Arguments, settings: Settings, guard: Guard) -> Result<Site, Failure> {
    let place = contacts::place(arguments.instance_id, &settings).await?;
    let local = place.local;
    let title = match &local {
        Some(local) => local.place().to_owned(),
        None => format!("instance {}", place.instance_id),
    };
    let is_local = local.is_some();
    let connection = client::connect_with(&settings, local, |config| match is_local {
        true => config,
        false => config.rate_limit(RateLimit::connect()),
    });
    Ok(Site {
        connection: connection.await?,
        instance_id: place.instance_id,
        title,
        zone: TimeZone::system(),
        settings,
        guard,
        shown: Default::default(),
    })
}
