//! What a caller sees when the network, the server, a proxy or the credentials misbehave.

mod server;
mod service;
mod table;
