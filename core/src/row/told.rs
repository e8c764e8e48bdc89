//! When channels were told of a thing, so that what closes about it waits for the newest of it.

use serde::{Deserialize, Serialize};

use crate::id::Position;

/// When channels were told of a thing: what they got at all, and what they have to confirm last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// First of its public changes.
    pub first: Position,
    /// Newest of its public changes.
    pub last: Position,
}

impl Told {
    /// Both together.
    pub fn with(self, other: Told) -> Told {
        Told { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}
