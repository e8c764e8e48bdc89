//! The way of HTTP onto a connection that the register opened.
//!
//! `ureq` resolves no name and opens no socket here: the register does both, and only for what it
//! granted. TLS is put on top by `ureq`'s own connector.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use shouxin_plugin::connect;
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use crate::endpoint::host_and_port;

/// Resolves nothing: names are the register's to resolve.
#[derive(Debug)]
pub(crate) struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        // The trait promises at least one address; nobody reads it.
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from(([0, 0, 0, 0], 0)));
        Ok(addresses)
    }
}

/// Opens a granted connection through the register.
#[derive(Debug)]
pub(crate) struct Granted;

impl Connector for Granted {
    type Out = Stream;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> Result<Option<Stream>, Error> {
        let address = || Error::BadUri("no host and port".to_owned());
        let (host, port) = host_and_port(details.uri).ok_or_else(address)?;
        let left = left(details.timeout)?.unwrap_or(Duration::MAX);
        let stream = connect(host, port, left).map_err(|error| Error::Other(Box::new(error)))?;
        stream.set_nodelay(true)?;
        let sizes = (details.config.input_buffer_size(), details.config.output_buffer_size());
        let buffers = LazyBuffers::new(sizes.0, sizes.1);
        Ok(Some(Stream { stream, buffers }))
    }
}

/// A connection with its buffers.
#[derive(Debug)]
pub(crate) struct Stream {
    stream: TcpStream,
    buffers: LazyBuffers,
}

/// What is left of the time, `None` if it is unbounded.
fn left(timeout: NextTimeout) -> Result<Option<Duration>, Error> {
    if timeout.after.is_not_happening() {
        return Ok(None);
    }
    if timeout.after.is_zero() {
        return Err(Error::Timeout(timeout.reason));
    }
    Ok(Some(*timeout.after))
}

fn failed(error: std::io::Error, timeout: NextTimeout) -> Error {
    match error.kind() {
        // What a blocking socket says when its time is up.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Error::Timeout(timeout.reason),
        _ => Error::Io(error),
    }
}

impl Transport for Stream {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        let until = left(timeout)?.and_then(|left| Instant::now().checked_add(left));
        let Stream { stream, buffers } = self;
        let mut output = buffers.output().get(..amount).unwrap_or_default();
        // By hand, because the socket's timeout is one of each write: who takes a byte at a time
        // could hold up a whole body for hours.
        while !output.is_empty() {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(Error::Timeout(timeout.reason));
            }
            stream.set_write_timeout(left)?;
            match stream.write(output) {
                Ok(0) => return Err(Error::Io(ErrorKind::WriteZero.into())),
                Ok(written) => output = output.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error, timeout)),
            }
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        self.stream.set_read_timeout(left(timeout)?)?;
        let input = self.buffers.input_append_buf();
        let amount = loop {
            match self.stream.read(input) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other.map_err(|error| failed(error, timeout))?,
            }
        };
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        // Never asked: a connection serves one request (`post.rs`).
        false
    }
}
