//! A plain HTTP/1.1 load generator: blocking sockets, keep-alive, one request at a time each.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What a run of clients came to.
pub struct Load {
    /// Answers with a status below 300.
    pub done: usize,
    /// Answers with another status, or none.
    pub failed: usize,
    /// How long, in seconds.
    pub seconds: f64,
    /// Latencies in microseconds, sorted.
    pub latencies_us: Vec<u64>,
}

impl Load {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.seconds.max(0.001)
    }

    /// A percentile of the latencies, in milliseconds.
    pub fn percentile_ms(&self, percent: f64) -> f64 {
        let place = (self.latencies_us.len() as f64 * percent / 100.0) as usize;
        let at = place.min(self.latencies_us.len().saturating_sub(1));
        self.latencies_us.get(at).copied().unwrap_or_default() as f64 / 1000.0
    }
}

/// One connection.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> Connection {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Connection { stream, buffer: vec![0; 64 * 1024] }
    }

    /// Sends a request and reads the whole answer; answers its status.
    fn exchange(&mut self, request: &[u8]) -> Option<u16> {
        self.stream.write_all(request).ok()?;
        let mut held = 0;
        loop {
            if held == self.buffer.len() {
                self.buffer.resize(held * 2, 0);
            }
            let read = self.stream.read(self.buffer.get_mut(held..)?).ok()?;
            if read == 0 {
                return None;
            }
            held += read;
            let text = self.buffer.get(..held)?;
            if let Some((status, length)) = whole(text)
                && held >= length
            {
                return Some(status);
            }
        }
    }
}

/// Status and whole length of an answer, once its head has arrived.
fn whole(bytes: &[u8]) -> Option<(u16, usize)> {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
        })
        .unwrap_or(0usize);
    Some((status, end + length))
}

/// Runs so many clients for so long; `request` makes the bytes of a client's n-th request.
pub fn run(
    address: &str,
    clients: usize,
    seconds: u64,
    request: impl Fn(usize, u64) -> Vec<u8> + Sync,
) -> Load {
    let stop = AtomicBool::new(false);
    let began = Instant::now();
    let request = &request;
    let results: Vec<(usize, usize, Vec<u64>)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..clients)
            .map(|client| {
                let stop = &stop;
                scope.spawn(move || {
                    let mut connection = Connection::open(address);
                    let (mut done, mut failed, mut latencies) = (0, 0, Vec::new());
                    let mut number = 0;
                    while !stop.load(Ordering::Relaxed) {
                        let bytes = request(client, number);
                        number += 1;
                        let sent = Instant::now();
                        match connection.exchange(&bytes) {
                            Some(status) if status < 300 => done += 1,
                            _ => failed += 1,
                        }
                        latencies.push(sent.elapsed().as_micros() as u64);
                    }
                    (done, failed, latencies)
                })
            })
            .collect();
        std::thread::park_timeout(Duration::from_secs(seconds));
        stop.store(true, Ordering::Relaxed);
        handles.into_iter().map(|handle| handle.join().expect("a client")).collect()
    });
    let seconds = began.elapsed().as_secs_f64();
    let mut load = Load { done: 0, failed: 0, seconds, latencies_us: Vec::new() };
    for (done, failed, latencies) in results {
        load.done += done;
        load.failed += failed;
        load.latencies_us.extend(latencies);
    }
    load.latencies_us.sort_unstable();
    load
}

/// One request on a connection of its own; its status.
pub fn once(address: &str, request: &[u8]) -> Option<u16> {
    Connection::open(address).exchange(request)
}
