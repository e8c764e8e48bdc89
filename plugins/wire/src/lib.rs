//! The JSON messages that cross the plugin contract.
//!
//! Every message is one JSON object of at most [`BODY_BYTES_MAX`] bytes that names its schema.
//! Additions do not raise the schema: whoever reads ignores fields it does not know. What is
//! released keeps its name and meaning; `tests/golden` holds the bytes of every released message.
//!
//! There is no I/O here and nothing about processes, frames or C.
#![forbid(unsafe_code)]

mod answer;
mod case;
mod date;
mod message;

pub use answer::{Answer, AnswerOutcome, DETAIL_BYTES_MAX, REFERENCE_BYTES_MAX};
pub use case::{Basis, Case, Decision, Measure};
pub use date::{Date, DateError};
pub use message::{Classified, Colour, Config, Forget, InForce, Mode, Subject};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The schema of every message of this version.
pub const SCHEMA: u32 = 1;

/// The longest message in either direction, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// What a plugin can be asked to do (`design.md` 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// What is in force for a subject changed; information only.
    Classified,
    /// Carry out an accepted case.
    Execute,
    /// Take a case out of effect for a time.
    Suspend,
    /// Put a suspended case back into effect.
    Resume,
    /// End a case for good.
    Lift,
    /// Remove every trace of a subject.
    Forget,
    /// The department asks its plugin's own store.
    Query,
}

impl Hook {
    /// Every hook, in the order of the contract.
    pub const ALL: [Hook; 7] = [
        Hook::Classified,
        Hook::Execute,
        Hook::Suspend,
        Hook::Resume,
        Hook::Lift,
        Hook::Forget,
        Hook::Query,
    ];

    /// The hook's name, as it stands in idempotency keys, logs and stored answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Hook::Classified => "classified",
            Hook::Execute => "execute",
            Hook::Suspend => "suspend",
            Hook::Resume => "resume",
            Hook::Lift => "lift",
            Hook::Forget => "forget",
            Hook::Query => "query",
        }
    }

    /// The hook with this name.
    pub fn from_name(name: &str) -> Option<Hook> {
        Hook::ALL.into_iter().find(|hook| hook.as_str() == name)
    }
}

impl std::fmt::Display for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why bytes are no message, or a value makes none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Longer than [`BODY_BYTES_MAX`].
    #[error("{bytes} bytes are more than the {BODY_BYTES_MAX} a message may have")]
    TooLarge {
        /// How long it is.
        bytes: usize,
    },
    /// No JSON, or not of this shape.
    #[error("not a valid message: {0}")]
    Shape(#[from] serde_json::Error),
    /// Written for a later, incompatible version.
    #[error("the message has schema {found}, this build reads schema {SCHEMA}")]
    Schema {
        /// What the message says.
        found: u32,
    },
    /// A field breaks its limit.
    #[error("`{field}` has {bytes} bytes, at most {bytes_max} are allowed")]
    FieldTooLong {
        /// The field's name.
        field: &'static str,
        /// Its length.
        bytes: usize,
        /// What it may have.
        bytes_max: usize,
    },
}

/// What every message can say about itself, checked after reading.
trait Message {
    fn check(&self) -> Result<(), MessageError>;
}

fn schema(found: u32) -> Result<(), MessageError> {
    if found == SCHEMA { Ok(()) } else { Err(MessageError::Schema { found }) }
}

fn decode<T: DeserializeOwned + Message>(bytes: &[u8]) -> Result<T, MessageError> {
    if bytes.len() > BODY_BYTES_MAX {
        return Err(MessageError::TooLarge { bytes: bytes.len() });
    }
    let message: T = serde_json::from_slice(bytes)?;
    message.check()?;
    Ok(message)
}

fn encode<T: Serialize + Message>(message: &T) -> Result<Vec<u8>, MessageError> {
    message.check()?;
    let bytes = serde_json::to_vec(message)?;
    if bytes.len() > BODY_BYTES_MAX {
        return Err(MessageError::TooLarge { bytes: bytes.len() });
    }
    Ok(bytes)
}

/// Gives a message type `decode` and `encode` with the limits of this crate.
macro_rules! codec {
    ($($type:ty),+) => {$(
        impl $type {
            /// Reads a message; unknown fields are ignored.
            ///
            /// # Errors
            /// Longer than [`BODY_BYTES_MAX`](crate::BODY_BYTES_MAX), another schema, another
            /// shape, or a field beyond its limit.
            pub fn decode(bytes: &[u8]) -> Result<Self, crate::MessageError> {
                crate::decode(bytes)
            }

            /// Writes a message as compact JSON.
            ///
            /// # Errors
            /// The same limits as for reading.
            pub fn encode(&self) -> Result<Vec<u8>, crate::MessageError> {
                crate::encode(self)
            }
        }
    )+};
}
pub(crate) use codec;
