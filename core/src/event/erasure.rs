//! Erasing a file: the data key is destroyed, and with it every personal field and free text of the
//! subject, while the log still verifies (domain.md 2.1 Archived -> Erased, PIPL 47).

use serde::{Deserialize, Serialize};

use crate::id::Position;
use crate::rules::Citation;

events! {
/// What happens to a file that nobody needs any more.
ErasureEvent {
    /// A data officer found that the retention is over and nothing is open.
    Proposed "erasure.proposed" { basis: Vec<Citation>, }
    /// The proposal is taken back.
    Withdrawn "erasure.withdrawn" { proposal: Position, }
    /// The credit office agreed: from here on the file takes nothing more.
    Erased "subject.erased" { proposal: Position, slot: u64, }
    /// The data key is gone.
    KeyDestroyed "subject.key_destroyed" { slot: u64, }
}
}
