//! HTTP POST of a plugin to the system of its department or of another organ.
//!
//! One connection at a time, opened by the register and only to a granted `host:port`
//! ([`shouxin_plugin::connect`]); HTTP and TLS by `ureq` and `rustls`. Every request is signed and
//! carries the call's idempotency key; every answer is bounded in size and time and becomes one of
//! the four outcomes of the contract. No redirect is followed and no proxy is used: what is sent
//! goes to the configured address or nowhere.
//!
//! The scheme of the signature stands in [`signature`], what each answer means in [`reply`].
#![forbid(unsafe_code)]

mod endpoint;
mod envelope;
mod post;
pub mod reply;
mod secrets;
pub mod signature;
mod transport;

pub use endpoint::{Endpoint, EndpointError};
pub use envelope::sealed;
pub use post::Poster;
pub use secrets::Secrets;
