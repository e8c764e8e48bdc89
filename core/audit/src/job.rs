//! Jobs over everything that runs: one that is said to be done was done, for the rules in force and
//! the newest version that had begun, and left nothing of what it is there for.

use std::collections::BTreeMap;

use shouxin_core::event::job::{Job, JobEvent};
use shouxin_core::text::Digest;
use shouxin_core::time::Day;

use crate::fold::Fold;
use crate::here::Here;
use crate::names::INV_10;
use crate::version;

/// For which rules each job was last done.
#[derive(Debug, Default)]
pub(crate) struct Jobs(BTreeMap<Job, (Digest, Day)>);

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &JobEvent) {
    let JobEvent::Finished { job, rules, in_force_from } = event;
    if *rules != at.rules.version {
        at.broken(INV_10, "it was done for rules that are not those in force");
    }
    if *in_force_from != at.rules.pack(at.today).in_force_from {
        at.broken(INV_10, format!("{in_force_from} is not when the newest version began"));
    }
    let done = (*rules, *in_force_from);
    if fold.jobs.0.insert(*job, done) == Some(done) {
        at.broken(INV_10, "it was done for these rules already");
    }
    if *job == Job::Shorten {
        at.found.extend(version::left_long(fold, at.rules, at.event.position, at.today));
    }
}
