//! The objections to one thing: those that are open, and what was rejected on the merits.
//!
//! A repeat is the same kind of filer with the same ground (domain.md Q04). What others object to,
//! and a filing that the formal check turned away, use up nobody's first objection.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::event::{ObjectionGround, Trigger};
use crate::id::ObjectionId;

/// An objection without an outcome, or one whose outcome is under review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct OpenObjection {
    pub id: ObjectionId,
    pub trigger: Trigger,
    pub grounds: Vec<ObjectionGround>,
    pub suspends: bool,
}

/// What is and was disputed about one thing. Both parts are bounded: by the kinds of filers times
/// the grounds, and the open ones beyond that by the reviews that are under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disputes {
    /// Open objections, whether they suspend or not.
    pub open: Vec<OpenObjection>,
    /// Kind of filer and ground of what was looked at and found without reason.
    pub rejected: BTreeSet<(Trigger, ObjectionGround)>,
    /// An outcome found it void, and its redress is owed or done: another outcome adds none.
    pub redressed: bool,
}

impl Disputes {
    /// Whether every ground was rejected on the merits before, from the same kind of filer.
    pub fn is_repeat(&self, trigger: Trigger, grounds: &[ObjectionGround]) -> bool {
        grounds.iter().all(|ground| self.rejected.contains(&(trigger, *ground)))
    }

    /// The open objection that says all of this already: of the same kind of filer, with a hold if
    /// this one would have one.
    pub fn same(
        &self,
        trigger: Trigger,
        grounds: &[ObjectionGround],
        suspends: bool,
    ) -> Option<ObjectionId> {
        let mut own = self
            .open
            .iter()
            .filter(|own| own.trigger == trigger && (own.suspends || !suspends))
            .filter(|own| grounds.iter().any(|ground| own.grounds.contains(ground)));
        let said: BTreeSet<ObjectionGround> =
            own.clone().flat_map(|own| own.grounds.iter().copied()).collect();
        match grounds.iter().all(|ground| said.contains(ground)) {
            true => own.next().map(|own| own.id),
            false => None,
        }
    }

    /// Notes an objection that is open from now on; under review it is the same one again.
    pub fn opened(&mut self, own: OpenObjection) {
        self.open.retain(|other| other.id != own.id);
        self.open.push(own);
    }

    /// Notes that an objection has its outcome, and whether that rejected it on the merits.
    pub fn ended(&mut self, id: ObjectionId, on_the_merits: bool) {
        let ended = self.open.iter().find(|own| own.id == id);
        if let Some(own) = ended.filter(|_| on_the_merits) {
            self.rejected.extend(own.grounds.iter().map(|ground| (own.trigger, *ground)));
        }
        self.open.retain(|own| own.id != id);
    }
}
