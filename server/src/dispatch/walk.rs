//! Walks through a family: after a change of a listing's standing every case under it is looked
//! at in bounded steps, and the walk is settled when nobody is owed anything any more.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shouxin_core::decide::{owed_hook, owes_an_end};
use shouxin_core::event::{CaseHook, Target};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::keys;
use shouxin_core::path::Standing;
use shouxin_core::row::{Index, Key, MeasureRow};
use shouxin_core::time::Day;

use crate::dispatch::retry::Backoff;
use crate::engine::query::{Query, QueryError};

/// Walks under way at once; later ones wait in the view.
const WALKS_MAX: usize = 256;
/// Cases of one walk that are owed a step at once; the walk goes on when some are answered.
const OUTSTANDING_MAX: usize = 1024;

/// What a case is owed after a change of what it rests on.
#[derive(Clone, Copy)]
pub struct Steps {
    /// Which hook of its plugin, if any.
    pub hook: Option<CaseHook>,
    /// A timer has to say that it has ended.
    pub end: bool,
}

/// A step that is owed.
pub struct Owed {
    /// The case.
    pub measure: MeasureId,
    /// Which.
    pub steps: Steps,
    /// The event from which it follows: the step of the call.
    pub cause: Position,
}

#[derive(Default)]
struct Walk {
    after: Option<Position>,
    through: bool,
    outstanding: BTreeSet<MeasureId>,
    settling: bool,
}

/// The walks under way.
#[derive(Default)]
pub struct Walks {
    open: BTreeMap<(Position, Target), Walk>,
    attempts: HashMap<MeasureId, Backoff>,
}

/// A case with its standing on `today`.
pub fn case(
    query: &mut Query<'_>,
    id: MeasureId,
    today: Day,
) -> Result<(MeasureRow, Standing), QueryError> {
    query.ask(|rows| {
        let row = rows.must_measure(id)?;
        let attribution = row.attribution.map(Key::Attribution);
        rows.want([Key::Listing(row.listing)].into_iter().chain(attribution))?;
        Ok((row.clone(), rows.measure_standing(id, today)?))
    })
}

impl Walks {
    /// How many are under way.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Takes in the walks of the view, drops those that are settled there.
    pub fn refresh(&mut self, query: &Query<'_>) -> Result<(), QueryError> {
        let found = query.range(keys::WALKS, None, WALKS_MAX)?;
        let live: BTreeSet<(Position, Target)> =
            found.iter().filter_map(|key| keys::read_walk(key)).collect();
        self.open.retain(|key, _| live.contains(key));
        for key in live {
            self.open.entry(key).or_default();
        }
        Ok(())
    }

    /// Steps that are owed, looking at no more than `rows_max` cases.
    pub fn owed(
        &mut self,
        query: &mut Query<'_>,
        today: Day,
        rows_max: usize,
    ) -> Result<Vec<Owed>, QueryError> {
        let mut left = rows_max;
        let mut found = Vec::new();
        for ((cause, root), walk) in &mut self.open {
            walk.step(query, *cause, *root, today, &mut left, &mut found)?;
        }
        // A later change of the same family is the newer step: the department acts on it.
        let newest: HashMap<MeasureId, Position> = found
            .iter()
            .map(|owed: &Owed| (owed.measure, owed.cause))
            .fold(HashMap::new(), |mut newest, (measure, cause)| {
                let entry = newest.entry(measure).or_insert(cause);
                *entry = (*entry).max(cause);
                newest
            });
        found.retain(|owed| newest.get(&owed.measure) == Some(&owed.cause));
        Ok(found)
    }

    /// Walks that are through, once each.
    pub fn take_settled(&mut self) -> Vec<(Position, Target)> {
        let mut settled = Vec::new();
        for (key, walk) in &mut self.open {
            if walk.through && walk.outstanding.is_empty() && !walk.settling {
                walk.settling = true;
                settled.push(*key);
            }
        }
        settled
    }

    /// A settlement may have failed: settle again what is still open.
    pub fn look_again(&mut self) {
        for walk in self.open.values_mut() {
            walk.settling = false;
        }
    }

    /// Keeps the attempts of a case while its call or answer is under way.
    pub fn keep_attempts(&mut self, id: MeasureId, backoff: Backoff) {
        self.attempts.insert(id, backoff);
    }

    /// Gives them back.
    pub fn take_attempts(&mut self, id: MeasureId) -> Option<Backoff> {
        self.attempts.remove(&id)
    }
}

impl Walk {
    fn step(
        &mut self,
        query: &mut Query<'_>,
        cause: Position,
        root: Target,
        today: Day,
        left: &mut usize,
        found: &mut Vec<Owed>,
    ) -> Result<(), QueryError> {
        let waiting: Vec<MeasureId> = self.outstanding.iter().copied().take(*left).collect();
        for id in waiting {
            *left = left.saturating_sub(1);
            match look(query, id, root, today)? {
                Some(steps) => found.push(Owed { measure: id, steps, cause }),
                None => {
                    self.outstanding.remove(&id);
                }
            }
        }
        if self.through || *left == 0 || self.outstanding.len() >= OUTSTANDING_MAX {
            return Ok(());
        }
        let listing = match root {
            Target::Listing(id) => id,
            Target::Attribution(id) => query.ask(|rows| Ok(rows.must_attribution(id)?.listing))?,
            Target::Measure(id) => {
                if look(query, id, root, today)?.is_some() {
                    self.outstanding.insert(id);
                }
                self.through = true;
                return Ok(());
            }
            Target::Record(_) | Target::Commitment(_) => {
                self.through = true;
                return Ok(());
            }
        };
        let entry = Index::Family(listing, MeasureId(Position::local(0)));
        let (page, more) = query.page(&entry, self.after, *left)?;
        *left = left.saturating_sub(page.len());
        for at in &page {
            let id = MeasureId(*at);
            if let Some(steps) = look(query, id, root, today)? {
                self.outstanding.insert(id);
                found.push(Owed { measure: id, steps, cause });
            }
        }
        self.after = page.last().copied().or(self.after);
        self.through = !more;
        Ok(())
    }
}

/// What a case under `root` is owed because of a change; an execution that merely waits is not.
fn look(
    query: &mut Query<'_>,
    id: MeasureId,
    root: Target,
    today: Day,
) -> Result<Option<Steps>, QueryError> {
    let (row, standing) = case(query, id, today)?;
    let under = match root {
        Target::Attribution(attribution) => row.attribution == Some(attribution),
        _ => true,
    };
    let hook = owed_hook(&row, standing).filter(|hook| *hook != CaseHook::Execute);
    let end = query.ask(|rows| owes_an_end(rows, id, today))?;
    Ok(Some(Steps { hook, end }).filter(|own| under && (own.hook.is_some() || own.end)))
}
