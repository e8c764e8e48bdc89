//! `DIR/admin.sock`: how commands of the operator reach a running server. One JSON object a line
//! in, one out. The socket is 0600: whoever may open it holds the machine.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access::AccessLog;
use crate::engine::Engine;
use crate::http::problem::Problem;
use crate::keys::{self, NewKey};
use crate::plugins::{Life, Step};

/// Longest line, in bytes: a batch of an import.
const LINE_BYTES_MAX: u64 = 8 << 20;

/// What the operator asks for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// A new key.
    KeyCreate(NewKey),
    /// Every key, without secrets.
    KeyList {},
    /// Voids a key.
    KeyRevoke {
        /// Its id.
        key_id: String,
    },
    /// A step of a plugin's life.
    Plugin(Step),
    /// A page of a plugin's dead letters, or an answer to one of them.
    Letters(LetterStep),
    /// The clock was checked after a jump.
    ConfirmClock {},
    /// A batch of an import.
    Import(crate::import::Batch),
    /// One or both steps of erasing a file.
    Erase(crate::erasure::Steps),
    /// A page of an export.
    Export(crate::export::Wanted),
    /// Nothing is to be withdrawn any more from a channel that is configured no more.
    ChannelWaive {
        /// Its name in channels.toml.
        channel: String,
        /// Why.
        reason: String,
    },
}

/// What the operator does about dead letters.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum LetterStep {
    /// A page of them.
    Page {
        /// Plugin.
        name: String,
        /// After this letter.
        after: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// It is delivered again.
    Retry {
        /// Plugin.
        name: String,
        /// Which.
        letter: String,
    },
    /// It is left as it is.
    Skip {
        /// Plugin.
        name: String,
        /// Which.
        letter: String,
        /// Why.
        reason: String,
    },
    /// It is the officers' to carry out.
    Hand {
        /// Plugin.
        name: String,
        /// Which.
        letter: String,
        /// Why.
        reason: String,
    },
}

/// The open socket.
pub struct Socket {
    path: PathBuf,
}

impl Socket {
    /// Takes no more commands.
    pub fn close(&self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "admin.sock was gone already");
        }
    }
}

/// Opens the socket of a running server.
pub fn listen(
    data: &Path,
    engine: Arc<Engine>,
    access: AccessLog,
    life: Arc<Life>,
) -> std::io::Result<Socket> {
    let path = data.join("admin.sock");
    if path.exists() {
        // The data folder's lock is held, so no other server can be behind it.
        std::fs::remove_file(&path)?;
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    // Weak: a connection that stays open must not keep the engine from stopping.
    let engine = Arc::downgrade(&engine);
    thread::Builder::new().name("admin".to_owned()).spawn(move || {
        for stream in listener.incoming().flatten() {
            let (engine, access, life) = (engine.clone(), access.clone(), life.clone());
            let served = thread::Builder::new().name("admin-client".to_owned()).spawn(move || {
                if let Err(error) = serve(&stream, &engine, &access, &life) {
                    tracing::debug!(%error, "an operator's connection ended");
                }
            });
            if let Err(error) = served {
                tracing::error!(%error, "no thread for an operator's connection");
            }
        }
    })?;
    Ok(Socket { path })
}

fn serve(
    stream: &UnixStream,
    engine: &std::sync::Weak<Engine>,
    access: &AccessLog,
    life: &Life,
) -> std::io::Result<()> {
    use std::io::Read as _;
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if (&mut lines).take(LINE_BYTES_MAX).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let answer = match (serde_json::from_str(&line), engine.upgrade()) {
            (Ok(ask), Some(engine)) => answer(ask, &engine, access, life),
            (Err(error), _) => json!({"error": format!("not understood: {error}"), "code": 2}),
            (_, None) => json!({"error": "the server is stopping", "code": 1}),
        };
        stream.write_all(format!("{answer}\n").as_bytes())?;
    }
}

/// Carries out what the operator asks; the same with and without a socket in between.
pub fn answer(ask: Ask, engine: &Engine, access: &AccessLog, life: &Life) -> Value {
    let done = match ask {
        Ask::KeyCreate(new) => new.create(engine).map(|key| json!({"key": key})),
        Ask::KeyList {} => keys::list(engine).map(|keys| json!({"keys": keys})),
        Ask::KeyRevoke { key_id } => keys::revoke(engine, &key_id).map(|()| json!({})),
        Ask::Plugin(step) => life.step(step, engine),
        Ask::Letters(step) => life.letters(step, engine),
        Ask::ConfirmClock {} => {
            engine.clock.confirm();
            Ok(json!({"now": engine.clock.now().to_string()}))
        }
        Ask::Import(batch) => crate::import::carry_out(&batch, engine).map(|done| json!(done)),
        Ask::Erase(steps) => steps.carry_out(engine).map(|done| json!(done)),
        Ask::ChannelWaive { channel, reason } => crate::channels::waive(engine, channel, reason)
            .map(|()| json!({}))
            .map_err(Refused::from),
        Ask::Export(wanted) => crate::export::page(&wanted, engine, access).map(|page| json!(page)),
    };
    match done {
        Ok(value) => value,
        Err(failure) => json!({"error": failure.text, "code": failure.code}),
    }
}

/// Why an operator's command failed, with the exit code it leads to.
#[derive(Debug)]
pub struct Refused {
    /// What to print.
    pub text: String,
    /// Exit code.
    pub code: u8,
}

impl From<crate::engine::EngineError> for Refused {
    fn from(error: crate::engine::EngineError) -> Refused {
        match error {
            crate::engine::EngineError::Refused(refusal) => {
                Refused { text: format!("{}\n{}", refusal.detail, refusal.cure), code: 3 }
            }
            // The key that an officer gave the operator was ended before the step was decided.
            own @ crate::engine::EngineError::KeyEnded => {
                Refused { text: Problem::from(own).in_words(), code: 3 }
            }
            other => Refused { text: other.to_string(), code: 1 },
        }
    }
}

/// A connection to a running server, if one runs.
pub struct Connection {
    lines: BufReader<UnixStream>,
}

impl Connection {
    /// Connects; nothing where no server runs.
    pub fn open(data: &Path) -> Option<Connection> {
        let stream = UnixStream::connect(data.join("admin.sock")).ok()?;
        Some(Connection { lines: BufReader::new(stream) })
    }

    /// Asks and waits for the answer.
    pub fn ask(&mut self, ask: &Ask) -> std::io::Result<Value> {
        let line = serde_json::to_string(ask)?;
        let stream = self.lines.get_mut();
        stream.write_all(line.as_bytes())?;
        stream.write_all(b"\n")?;
        let mut answer = String::new();
        if self.lines.read_line(&mut answer)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&answer)?)
    }
}
