//! What was and is objected to each thing, as the audit folds it.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::event::{ObjectionGround, Trigger};
use shouxin_core::id::ObjectionId;

/// What was and is objected to a thing: a repeat is the same kind of filer with the same ground.
#[derive(Debug, Default)]
pub(crate) struct Disputes {
    pub open: BTreeMap<ObjectionId, Open>,
    pub rejected: BTreeSet<(Trigger, ObjectionGround)>,
}

/// An objection without an outcome, or one that is reviewed.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub trigger: Trigger,
    pub grounds: Vec<ObjectionGround>,
    pub suspends: bool,
}

impl Disputes {
    /// It has its outcome; only what was looked at is rejected.
    pub(crate) fn close(&mut self, id: ObjectionId, rejected: bool) {
        if let (Some(own), true) = (self.open.remove(&id), rejected) {
            self.rejected.extend(own.grounds.iter().map(|ground| (own.trigger, *ground)));
        }
    }

    /// Whether every ground stands in an open objection of the same kind of filer, with a hold
    /// where this one has one.
    pub(crate) fn said(&self, own: &Open) -> bool {
        own.grounds.iter().all(|ground| {
            self.open.values().any(|other| {
                let same = other.trigger == own.trigger && other.grounds.contains(ground);
                same && (other.suspends || !own.suspends)
            })
        })
    }
}
