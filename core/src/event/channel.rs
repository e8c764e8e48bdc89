//! Events of the channels that show what is public: portals, the platform, keyed recipients
//! (domain.md A25, INV-13).

use serde::{Deserialize, Serialize};

use crate::id::Position;
use crate::text::Digest;
use crate::time::Day;

events! {
/// What happened between the register and a channel.
ChannelEvent {
    /// Changes of what is public go to this channel, from the position stated on.
    Opened "channel.opened" { channel: String, from: Position, }
    /// The operator answers for it, with a reason, that nothing is to be withdrawn from the channel
    /// any more; what it had confirmed stands in the event.
    Closed "channel.closed" { channel: String, confirmed_through: Position, reason: String, }
    /// The channel has shown, marked or withdrawn everything that changed up to a position.
    Confirmed "channel.confirmed" {
        channel: String, through: Position, items: u32, batch_sha256: Digest, reference: String,
    }
    /// The channel does not take what it is sent; said once for each kind of failure.
    Failed "channel.failed" { channel: String, detail: String, }
    /// A change has not been confirmed by its day.
    Overdue "channel.overdue" { channel: String, oldest: Position, due: Day, }
    /// The channel is configured no more; what it got is still waited for, until it is opened again
    /// and confirms, or the operator waives it.
    Closing "channel.closing" { channel: String, confirmed_through: Position, }
}
}
