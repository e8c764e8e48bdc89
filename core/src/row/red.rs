//! What a row says of a red listing and of a revocation under way.

use serde::{Deserialize, Serialize};

use crate::actor::SubjectKey;
use crate::id::ListingId;
use crate::row::{Owed, RedCase, RedState, Revocation};

impl Revocation {
    /// The points with those of one more statement.
    pub(crate) fn with(&self, points: usize) -> Option<u8> {
        let before = self.points.unwrap_or_default();
        Some(before.saturating_add(u8::try_from(points).ok()?))
    }
}

/// A revocation that the authority of a red listing has to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwedRevocation {
    /// The listing that makes it due.
    pub black: ListingId,
    /// By when, and whether the timer has said that the day passed.
    pub owed: Owed,
}

impl RedCase {
    /// Whether the public is told of the nomination, so that anybody may object. Natural persons
    /// and individual businesses are on no public list (domain.md 2.3c).
    pub fn is_noticed_publicly(&self, subject: SubjectKey) -> bool {
        matches!(self.state, RedState::PublicNotice { .. }) && !subject.is_personal()
    }
}
