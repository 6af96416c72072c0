//! The network side of generated clients: HTTP, TLS, SigV4, credentials, retries.
