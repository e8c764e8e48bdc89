//! Commands of the register's own outbox; none of them is an officer's.

use crate::id::Position;
use crate::text::Digest;
use crate::time::Day;

/// A command about a channel.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum ChannelCommand {
    Open {
        channel: String,
        from: Position,
    },
    /// It is configured no more.
    Close {
        channel: String,
    },
    Confirm {
        channel: String,
        through: Position,
        items: u32,
        batch_sha256: Digest,
        reference: String,
    },
    Fail {
        channel: String,
        detail: String,
    },
    Overdue {
        channel: String,
        oldest: Position,
        due: Day,
    },
    /// Nothing is to be withdrawn from it any more, for the reason stated.
    Waive {
        channel: String,
        reason: String,
    },
}
