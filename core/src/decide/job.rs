//! Jobs over everything that runs: that one was done for the rules in force is said once.
//!
//! Source: design.md 1, 6.

use crate::decide::checks::{self, wrong_state};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::job::{Job, JobEvent};
use crate::rows::{Rows, Stop};
use crate::time::Day;

/// Says that a job is done which was begun under the version that began on a day. Where another one
/// has begun meanwhile it is not done: some things were looked at by the version before.
pub(super) fn finish(
    rows: &Rows,
    (job, in_force_from): (Job, Day),
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    checks::system(context)?;
    let newest = context.rules.pack(context.today).in_force_from;
    if in_force_from != newest {
        return Ok(wrong_state("规则 / rules", &in_force_from.to_string(), &newest.to_string())?);
    }
    let mut drafts = Drafts::new(context);
    let rules = context.rules.version;
    if !rows.job(job)?.is_some_and(|row| row.covers(rules, newest)) {
        let event = JobEvent::Finished { job, rules, in_force_from };
        drafts.push(None, Event::Job(event));
    }
    drafts.finish()
}
