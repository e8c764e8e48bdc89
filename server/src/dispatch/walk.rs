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
    /// The event from which it follows.
    pub cause: Position,
    /// The step of the call.
    pub step: Position,
    /// What its plugin was last told is open.
    pub unsure: bool,
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
    /// The step that a plugin last answered for a case, since the start.
    answered: HashMap<MeasureId, Position>,
    /// Cases of which nobody knows what their plugin was last told.
    unsure: BTreeSet<MeasureId>,
}

/// What one pass knows beside the rows.
struct Known<'a> {
    /// Every walk under way.
    causes: Vec<(Position, Target)>,
    answered: &'a HashMap<MeasureId, Position>,
    /// Plugins that are not retired.
    live: &'a BTreeSet<String>,
    /// Cases with a call or an answer under way.
    busy: &'a dyn Fn(MeasureId) -> bool,
}

impl Known<'_> {
    /// The two last changes of a case of which the walks are not through, where its plugin may have been
    /// told of the earlier one although the log does not say so. A server or a child that was killed
    /// leaves it open whether a call took effect, and so does a change while a call is under way.
    fn untold(&self, row: &MeasureRow, standing: Standing) -> Option<(Position, Position)> {
        let order = row.order_to_undo()?;
        let live = order.plugin.as_ref().is_some_and(|name| self.live.contains(name));
        let told_again = match standing {
            Standing::Suspended => true,
            // What was given up begins again by an officer's new order alone.
            Standing::InForce => !row.state.given_up(),
            Standing::Ended | Standing::Pending => false,
        };
        if !live || !told_again {
            return None;
        }
        let above = |root: Target| match root {
            Target::Listing(id) => row.listing == id,
            Target::Attribution(id) => row.attribution == Some(id),
            Target::Measure(id) => row.id == id,
            Target::Record(_) | Target::Commitment(_) => false,
        };
        let mut changes: Vec<Position> =
            self.causes.iter().filter(|(_, root)| above(*root)).map(|(at, _)| *at).collect();
        changes.sort_unstable();
        changes.dedup();
        let (last, before) = (changes.pop()?, changes.pop()?);
        let told = self.answered.get(&row.id).is_some_and(|at| *at >= last);
        let confirmed = row.confirmed_at.is_some_and(|at| at >= before) || order.at >= before;
        (!told && !confirmed).then_some((before, last))
    }
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
        if live.is_empty() {
            self.answered.clear();
        }
        for key in live {
            self.open.entry(key).or_default();
        }
        Ok(())
    }

    /// Steps that are owed, looking at no more than `rows_max` cases. A case is kept in its walks for
    /// as long as it is `busy`: what a plugin answers may be what the next step follows from.
    pub fn owed(
        &mut self,
        query: &mut Query<'_>,
        today: Day,
        rows_max: usize,
        live: &BTreeSet<String>,
        busy: &dyn Fn(MeasureId) -> bool,
    ) -> Result<Vec<Owed>, QueryError> {
        let mut left = rows_max;
        let mut found = Vec::new();
        let causes = self.open.keys().copied().collect();
        let known = Known { causes, answered: &self.answered, live, busy };
        for ((cause, root), walk) in &mut self.open {
            walk.step(query, &known, *cause, *root, today, &mut left, &mut found)?;
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
        self.unsure = found.iter().filter(|owed| owed.unsure).map(|owed| owed.measure).collect();
        Ok(found)
    }

    /// A plugin has answered for a step of a case.
    pub fn answered(&mut self, id: MeasureId, step: Position) {
        if !self.open.is_empty() {
            self.answered.insert(id, step);
        }
    }

    /// Whether it is open what the plugin of a case was last told, so that nothing begins yet.
    pub fn unsure(&self, id: MeasureId) -> bool {
        self.unsure.contains(&id)
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
    #[expect(clippy::too_many_arguments, reason = "what one look of a pass goes by")]
    fn step(
        &mut self,
        query: &mut Query<'_>,
        known: &Known<'_>,
        cause: Position,
        root: Target,
        today: Day,
        left: &mut usize,
        found: &mut Vec<Owed>,
    ) -> Result<(), QueryError> {
        let waiting: Vec<MeasureId> = self.outstanding.iter().copied().take(*left).collect();
        for id in waiting {
            *left = left.saturating_sub(1);
            if !self.take(id, look(query, known, id, (cause, root), today)?, found) {
                self.outstanding.remove(&id);
            }
        }
        if self.through || *left == 0 || self.outstanding.len() >= OUTSTANDING_MAX {
            return Ok(());
        }
        let listing = match root {
            Target::Listing(id) => id,
            Target::Attribution(id) => query.ask(|rows| Ok(rows.must_attribution(id)?.listing))?,
            Target::Measure(id) => {
                self.take(id, look(query, known, id, (cause, root), today)?, found);
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
            self.take(id, look(query, known, id, (cause, root), today)?, found);
        }
        self.after = page.last().copied().or(self.after);
        self.through = !more;
        Ok(())
    }

    /// Takes in what a look at a case found; whether the walk still waits for it.
    fn take(&mut self, id: MeasureId, seen: Seen, found: &mut Vec<Owed>) -> bool {
        let waits = seen.owed.is_some() || seen.waits;
        if waits {
            self.outstanding.insert(id);
        }
        found.extend(seen.owed);
        waits
    }
}

/// What a look at a case found.
#[derive(Default)]
struct Seen {
    owed: Option<Owed>,
    /// Nothing can be owed yet, and may be later: an answer is under way, or it is open what the plugin
    /// was told last.
    waits: bool,
}

/// What a case under `root` is owed because of a change; an execution that merely waits is not.
fn look(
    query: &mut Query<'_>,
    known: &Known<'_>,
    id: MeasureId,
    (cause, root): (Position, Target),
    today: Day,
) -> Result<Seen, QueryError> {
    let (row, standing) = case(query, id, today)?;
    if let Target::Attribution(attribution) = root
        && row.attribution != Some(attribution)
    {
        return Ok(Seen::default());
    }
    let mut hook = owed_hook(&row, standing).filter(|hook| *hook != CaseHook::Execute);
    let untold = known.untold(&row, standing);
    let mut step = cause;
    if let (None, Some((before, last))) = (hook, untold)
        && last == cause
    {
        // Saying once more that it is suspended makes sure of it: what is owed then follows from the
        // answer. Where it is in force again, the suspension that may not have arrived comes first.
        hook = Some(CaseHook::Suspend);
        step = if standing == Standing::Suspended { cause } else { before };
    }
    let end = query.ask(|rows| owes_an_end(rows, id, today))?;
    let unsure = untold.is_some();
    let owed = Owed { measure: id, steps: Steps { hook, end }, cause, step, unsure };
    let owed = Some(owed).filter(|own| own.steps.hook.is_some() || own.steps.end);
    Ok(Seen { owed, waits: unsure || (known.busy)(id) })
}
