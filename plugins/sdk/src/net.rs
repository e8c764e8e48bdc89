//! The way to the network: through the register, to what the operator granted.

use std::net::TcpStream;
use std::os::fd::FromRawFd;
use std::time::Duration;

use shouxin_plugin_abi as abi;

use crate::call;

/// Bytes of a host that has `connect`.
const HOST_BYTES: usize = std::mem::offset_of!(abi::Host, connect) + size_of::<usize>();

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The register grants this plugin no such `host:port`, or the instance is not the live one.
    #[error("the register grants this plugin no such connection; see `connect` in plugins.toml")]
    NotGranted,
    /// Nobody answers there, or the name is unknown.
    #[error("nobody answers there")]
    Unreachable,
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// What was asked for is no name of a host.
    #[error("that is no name of a host")]
    BadName,
    /// Too many open descriptors, or the register is stopping.
    #[error("no connection can be opened now")]
    Unavailable,
    /// The register is older than minor 1 of the contract.
    #[error("this register opens no connections for plugins; it speaks an older contract")]
    Unsupported,
    /// Not inside a call of the register, or on another thread than its own.
    #[error("connections are opened during a call and on its thread only")]
    NoCall,
}

/// Opens a TCP connection to a granted `host:port`, spelled as in the grant. Only during a call, on
/// its thread. The stream is blocking and belongs to the caller; set timeouts of its own.
///
/// # Errors
/// Why there is none.
pub fn connect(host: &str, port: u16, timeout: Duration) -> Result<TcpStream, ConnectError> {
    let answer = call::with_host(|own| {
        // An older register gives a shorter structure: what lies beyond its end is not read.
        if (own.struct_size as usize) < HOST_BYTES {
            return Err(ConnectError::Unsupported);
        }
        let function = own.connect.ok_or(ConnectError::Unsupported)?;
        let timeout_ms = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
        // SAFETY: the function borrows the name until it returns and gets the context it expects.
        Ok(unsafe { function(own.ctx, host.as_ptr(), host.len(), port, timeout_ms) })
    });
    let answer = answer.ok_or(ConnectError::NoCall)??;
    match answer {
        0.. => {
            // SAFETY: the contract gives a connected socket away, to nobody else.
            Ok(unsafe { TcpStream::from_raw_fd(answer) })
        }
        abi::CONNECT_NOT_GRANTED => Err(ConnectError::NotGranted),
        abi::CONNECT_TIMED_OUT => Err(ConnectError::TimedOut),
        abi::CONNECT_BAD_NAME => Err(ConnectError::BadName),
        abi::CONNECT_UNAVAILABLE => Err(ConnectError::Unavailable),
        _ => Err(ConnectError::Unreachable),
    }
}
