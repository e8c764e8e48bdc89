//! Of a plugin after it was deployed: how it was admitted, which version is live, what it was not told.

use serde::{Deserialize, Serialize};

use crate::id::Position;
use crate::text::Digest;
use crate::time::Day;

/// By what a version of a plugin was let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Admission {
    /// By a manifest that a key of the trust list signed.
    Signed {
        /// SHA-256 of the manifest's bytes.
        manifest_sha256: Digest,
        /// Which key of the trust list signed it.
        key_id: String,
        /// First day on which it may be live.
        valid_from: Day,
        /// Last one.
        valid_until: Day,
    },
    /// By its SHA-256 in the operator's own configuration alone.
    Unsigned,
}

impl Admission {
    /// The last day of the signed manifest; none where nothing was signed.
    pub fn valid_until(&self) -> Option<Day> {
        match self {
            Admission::Signed { valid_until, .. } => Some(*valid_until),
            Admission::Unsigned => None,
        }
    }

    /// Whether its first day has come, be its last one over.
    pub fn began_by(&self, day: Day) -> bool {
        match self {
            Admission::Signed { valid_from, .. } => *valid_from <= day,
            Admission::Unsigned => true,
        }
    }

    /// Whether it lets a version in on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        match self {
            Admission::Signed { valid_from, valid_until, .. } => {
                (*valid_from..=*valid_until).contains(&day)
            }
            Admission::Unsigned => true,
        }
    }
}

events! {
/// Of a plugin after it was deployed.
PluginEvent {
    /// It is called no more from here on: it was taken off the list, or the register did not admit
    /// it again. What went to it is done by hand until it is deployed anew.
    Retired "plugin.retired" { name: String, }
    /// By what the version that was deployed in the same commit was let in.
    Admitted "plugin.admitted" { name: String, sha256: Digest, admission: Admission, }
    /// A version stands beside the live one and its answers are only compared.
    Shadowed "plugin.shadowed" {
        name: String, version: String, sha256: Digest, department: String, measures: Vec<String>,
        admission: Admission,
    }
    /// The version in the shadow is live, and told of the classification changes after a position.
    Promoted "plugin.promoted" {
        name: String, version: String, sha256: Digest, from: Position,
    }
    /// The version in the shadow is none any more.
    ShadowDropped "plugin.shadow_dropped" { name: String, reason: String, }
    /// The version before the live one is live again.
    RolledBack "plugin.rolled_back" {
        name: String, version: String, sha256: Digest, reason: String,
    }
    /// It begins no burden until it is resumed; what relieves is called all the same.
    Paused "plugin.paused" { name: String, reason: String, }
    /// It is called for everything again: a pause ends by it, or a breaker that had opened is closed.
    Resumed "plugin.resumed" { name: String, }
    /// The operator took it away: it is called no more, as one that is retired.
    Removed "plugin.removed" { name: String, reason: String, }
    /// A classification change that had not reached it did.
    ToldLate "plugin.told_late" { plugin: String, at: Position, }
    /// The operator found that it need not be told of a classification change that did not reach it.
    UntoldSkipped "plugin.untold_skipped" { plugin: String, at: Position, reason: String, }
    /// It removed what it kept of every file that was erased up to a position.
    Forgot "plugin.forgot" { plugin: String, through: Position, }
}
}
