//! The body spoken to in frames, several at once, so that what it does with them is certain.

use std::io::Write;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::*;
use crate::handshake::hex;

/// A plugin that is served on a thread, spoken to in frames.
struct Spoken {
    socket: UnixStream,
    decoder: Decoder,
    served: std::thread::JoinHandle<Served>,
    _folder: tempfile::TempDir,
}

impl Spoken {
    fn start() -> Spoken {
        let folder = tempfile::TempDir::new().unwrap();
        let exe = std::env::current_exe().unwrap();
        let library = exe.parent().unwrap().join("libshouxin_fixture_faulty.so");
        let data_dir = folder.path().to_str().unwrap().to_owned();
        let config = json!({"schema": 1, "name": "faulty", "data_dir": data_dir, "settings": null});
        let hello = Hello {
            protocol: PROTOCOL,
            register: std::process::id(),
            name: "faulty".to_owned(),
            sha256: hex(&Sha256::digest(std::fs::read(&library).unwrap())),
            library: library.to_str().unwrap().to_owned(),
            config: config.to_string(),
            memory_bytes_max: u64::MAX,
            open_files_max: u64::MAX,
            file_bytes_max: u64::MAX,
            data_dir,
            require_landlock: false,
            start_deadline_ms: 60_000,
            deadline_ms: 60_000,
            gated: false,
        };
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let served = std::thread::spawn(move || serve(theirs, None, |_| Ok(None)));
        let decoder = Decoder::default();
        let mut spoken = Spoken { socket: ours, decoder, served, _folder: folder };
        spoken.say(&[(Kind::Hello, 0, serde_json::to_vec(&hello).unwrap())]);
        assert_eq!(spoken.next(), (Kind::Ready, 0));
        spoken
    }

    /// Sends frames in one piece, so that they are read before the first of them is worked on.
    fn say(&mut self, frames: &[(Kind, u64, Vec<u8>)]) {
        let mut bytes = Vec::new();
        for (kind, ticket, body) in frames {
            frame::encode(&mut bytes, *kind, *ticket, body).unwrap();
        }
        self.socket.write_all(&bytes).unwrap();
    }

    fn next(&mut self) -> (Kind, u64) {
        loop {
            if let Some(frame) = self.decoder.next().unwrap() {
                return (frame.kind, frame.ticket);
            }
            let mut buffer = [0; 4_096];
            let bytes = (&self.socket).read(&mut buffer).unwrap();
            assert!(bytes > 0, "it closed its end");
            self.decoder.push(&buffer[..bytes]);
        }
    }

    fn end(self) -> Served {
        drop(self.socket);
        self.served.join().unwrap()
    }
}

fn question(kind: fn(Hook) -> Kind, ticket: u64) -> (Kind, u64, Vec<u8>) {
    (kind(Hook::Query), ticket, b"{\"try\":\"raise\"}".to_vec())
}

#[test]
fn a_call_out_of_its_order_is_named_before_it_begins_and_one_in_its_order_is_not() {
    let mut spoken = Spoken::start();
    spoken.say(&[
        question(Kind::Call, 1),
        question(Kind::Call, 2),
        question(Kind::First, 3),
        question(Kind::First, 4),
    ]);
    let expected = [
        (Kind::Begun, 3),
        (Kind::Answered, 3),
        (Kind::Begun, 4),
        (Kind::Answered, 4),
        (Kind::Answered, 1),
        (Kind::Answered, 2),
    ];
    assert_eq!(expected.map(|_| spoken.next()), expected);
    spoken.say(&[question(Kind::First, 5), question(Kind::Call, 6)]);
    let expected = [(Kind::Answered, 5), (Kind::Answered, 6)];
    assert_eq!(expected.map(|_| spoken.next()), expected);
    assert_eq!(spoken.end(), Served::Finished);
}

#[test]
fn a_cancelled_call_is_dropped_and_said_to_be_once() {
    let mut spoken = Spoken::start();
    let cancel = |ticket| (Kind::Cancel, ticket, Vec::new());
    spoken.say(&[
        question(Kind::Call, 1),
        question(Kind::Call, 2),
        question(Kind::First, 3),
        cancel(2),
        cancel(3),
        cancel(2),
        cancel(77),
    ]);
    let expected = [(Kind::Cancelled, 2), (Kind::Cancelled, 3), (Kind::Answered, 1)];
    assert_eq!(expected.map(|_| spoken.next()), expected);
    // What was answered is answered; the ticket may be used again.
    spoken.say(&[cancel(1), question(Kind::Call, 1)]);
    assert_eq!(spoken.next(), (Kind::Answered, 1));
    assert_eq!(spoken.end(), Served::Finished);
}

#[test]
fn frames_that_only_the_plugin_side_sends_end_the_service() {
    for kind in [Kind::Answered, Kind::Begun, Kind::Cancelled, Kind::Ready, Kind::Hello] {
        let mut spoken = Spoken::start();
        spoken.say(&[(kind, 1, Vec::new())]);
        assert_eq!(spoken.served.join().unwrap(), Served::Broken, "{kind:?}");
    }
}
