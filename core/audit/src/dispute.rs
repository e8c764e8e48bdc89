//! What was and is objected to each thing, as the audit folds it.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::event::{ObjectionGround, Target, Trigger};
use shouxin_core::id::ObjectionId;
use shouxin_core::time::Day;

use crate::fold::{Fold, Measure, RecordStage, Standing};

/// What was and is objected to a thing: a repeat is the same kind of filer with the same ground.
#[derive(Debug, Default)]
pub(crate) struct Disputes {
    pub open: BTreeMap<ObjectionId, Open>,
    pub rejected: BTreeSet<(Trigger, ObjectionGround)>,
    /// An outcome found it void, and its redress is owed or done.
    pub redressed: bool,
}

/// An objection without an outcome, or one that is reviewed.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub trigger: Trigger,
    pub grounds: Vec<ObjectionGround>,
    pub suspends: bool,
}

/// Whether there is anything to dispute: it stands, or is to come back, or somebody has to undo it.
pub(crate) fn live(fold: &Fold, target: Target, today: Day) -> bool {
    let stands = match target {
        Target::Record(id) => {
            fold.records.get(&id).is_some_and(|own| own.stage == RecordStage::Live)
        }
        Target::Listing(id) => {
            let mut all = fold.with_extensions(id).into_iter();
            all.any(|own| fold.listing_standing(own, today) != Standing::Ended)
        }
        Target::Attribution(id) => fold.attribution_standing(id, today) != Standing::Ended,
        Target::Measure(id) => {
            fold.measure_standing(id, today) != Standing::Ended
                || fold.measures.get(&id).is_some_and(Measure::unlifted)
        }
        Target::Commitment(id) => fold.commitments.get(&id).is_some_and(|own| own.is_broken(today)),
    };
    stands || fold.comes_back(target).is_some()
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
