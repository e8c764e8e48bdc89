//! Walks through a family: after a change of a listing's standing every case under it is looked
//! at in bounded steps, and the walk is settled when nobody is owed anything any more.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::time::{Duration, Instant};

use shouxin_core::decide::{owed_hook, owes_an_end};
use shouxin_core::event::{CaseHook, Target};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::keys;
use shouxin_core::path::Standing;
use shouxin_core::row::{Index, Key, MeasureRow};
use shouxin_core::time::Day;

use crate::dispatch::retry::Backoff;
use crate::engine::query::{Query, QueryError};

/// Walks that are held in memory; beyond them later ones wait in the view, and the log says so.
const OPEN_MAX: usize = 100_000;
/// Walks that are read from the view in one pass.
const READ_MAX: usize = 1024;
/// Walks that are through and get a turn in a pass that comes before the time for the others: each commit
/// makes a pass, and must not cost more because a plugin is down.
const TURNS_BETWEEN: usize = 32;
/// Cases with news that are kept; beyond them their walks wait for their turn.
const NEWS_MAX: usize = 65_536;
/// Cases of one walk that are looked at in one pass, so that no family holds others up.
const CASES_PER_LOOK_MAX: usize = 256;
/// Cases whose attempts are counted.
const ATTEMPTS_MAX: usize = 200_000;
/// Cases of one walk that are owed a step at once; the walk goes on when some are answered.
const OUTSTANDING_MAX: usize = 65_536;

/// How long a walk waits that could not be settled.
const AGAIN: Duration = Duration::from_secs(1);

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
}

/// A change of a root's standing: the event and what it is about.
type Change = (Position, Target);

#[derive(Default)]
struct Walk {
    after: Option<MeasureId>,
    through: bool,
    outstanding: BTreeSet<MeasureId>,
    /// The outstanding case that was looked at last: the next look begins behind it.
    looked_at: Option<MeasureId>,
    settling: Settling,
}

/// Whether the log is being told that a walk is settled.
#[derive(Default)]
enum Settling {
    #[default]
    No,
    Now,
    /// It could not be, and is tried again from this moment.
    From(Instant),
}

impl Settling {
    fn may_be(&self) -> bool {
        match self {
            Settling::No => true,
            Settling::Now => false,
            Settling::From(at) => *at <= Instant::now(),
        }
    }
}

/// The walks under way.
///
/// A walk whose cases all wait for plugins that do not answer stays for as long as they do. It must
/// hold up no other, nor cost much: walks of cases with news come first, then those that are not through,
/// the newest before the others, and in what is left of a pass all take turns.
#[derive(Default)]
pub struct Walks {
    open: BTreeMap<Change, Walk>,
    /// Walks that have not been through their family yet.
    fresh: BTreeSet<Change>,
    /// Walks that have nobody left who is owed anything.
    ready: BTreeSet<Change>,
    /// The walk whose turn was last among those that are through.
    turn: Option<Change>,
    /// Cases whose call, answer or wait is over: their walks are looked at whoever's turn it is.
    news: BTreeSet<MeasureId>,
    /// Where reading the view's walks goes on: they are read once, in the order of the log.
    read_through: Option<Vec<u8>>,
    /// The changes under way of each root.
    by_root: HashMap<Target, BTreeSet<Position>>,
    attempts: HashMap<MeasureId, Backoff>,
    /// The step that a plugin last answered for a case, since the start.
    answered: HashMap<MeasureId, Position>,
    /// The first change whose walk is under way.
    oldest: Option<Position>,
    /// As many are under way as may, and the log says so.
    full: bool,
    /// The view holds walks that were not read yet, and there is room for more.
    unread: bool,
    /// The view holds walks for which there is no room.
    beyond: bool,
    /// The last pass ended before every new walk had its first turn.
    left: bool,
}

/// What one pass knows beside the rows.
struct Known<'a> {
    told: Told<'a>,
    /// Cases with a call or an answer under way.
    busy: &'a dyn Fn(MeasureId) -> bool,
}

/// What is known of what plugins were told.
struct Told<'a> {
    by_root: &'a HashMap<Target, BTreeSet<Position>>,
    answered: &'a HashMap<MeasureId, Position>,
    /// Plugins that are not retired.
    live: &'a BTreeSet<String>,
}

impl Told<'_> {
    /// The changes under way of what a case rests on.
    fn changes(&self, row: &MeasureRow) -> impl DoubleEndedIterator<Item = Change> {
        let roots = [Some(Target::Listing(row.listing)), row.attribution.map(Target::Attribution)];
        let roots = roots.into_iter().flatten().chain([Target::Measure(row.id)]);
        let of = |root| self.by_root.get(&root).into_iter().flatten().map(move |at| (*at, root));
        roots.flat_map(of).collect::<BTreeSet<Change>>().into_iter()
    }

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
        let mut changes = self.changes(row);
        let ((last, _), (before, _)) = (changes.next_back()?, changes.next_back()?);
        let told = self.answered.get(&row.id).is_some_and(|at| *at >= last);
        // What was confirmed after the earlier change alone may be the answer to a call that was under way
        // when it came: it says nothing about what the plugin was told of it.
        let confirmed = row.confirmed_at.is_some_and(|at| at >= last) || order.at >= before;
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

    /// Takes in what was added to the view's walks since the last time.
    pub fn refresh(&mut self, query: &Query<'_>) -> Result<(), QueryError> {
        let room = OPEN_MAX.saturating_sub(self.open.len()).min(READ_MAX);
        (self.unread, self.beyond) = (false, false);
        if room == 0 {
            self.beyond = !query.range(keys::WALKS, self.read_through.as_deref(), 1)?.is_empty();
            if !std::mem::replace(&mut self.full, true) {
                let open = self.open.len();
                tracing::warn!(open, "as many changes are under way as may: later ones wait");
            }
            return Ok(());
        }
        self.full = false;
        let found = query.range(keys::WALKS, self.read_through.as_deref(), room)?;
        self.unread = found.len() == room;
        for entry in found {
            if let Some(change) = keys::read_walk(&entry) {
                self.open.entry(change).or_default();
                self.fresh.insert(change);
                self.by_root.entry(change.1).or_default().insert(change.0);
            }
            self.read_through = Some(entry);
        }
        // An answer from before every walk says nothing about any of them.
        let oldest = self.open.keys().next().map(|(at, _)| *at);
        if self.oldest != oldest {
            self.answered.retain(|_, at| oldest.is_some_and(|oldest| *at >= oldest));
            self.oldest = oldest;
        }
        Ok(())
    }

    /// Steps that are owed, looking at no more than about `rows_max` cases; at few of those that merely wait
    /// unless `all` have their turn. A case is kept in its walks for as long as it is `busy`: what a plugin
    /// answers may be what the next step follows from. What cannot be read holds up nothing else.
    pub fn owed(
        &mut self,
        query: &mut Query<'_>,
        today: Day,
        rows_max: usize,
        live: &BTreeSet<String>,
        busy: &dyn Fn(MeasureId) -> bool,
        all: bool,
    ) -> Vec<Owed> {
        let mut found = Vec::new();
        self.look_at_news(query, today, rows_max / 4, (live, busy), &mut found);
        // New changes get three quarters, and the rest is for all in turn: those whose cases wait for an
        // answer, and new ones that newer ones overtook.
        let mut left = rows_max - rows_max / 4;
        let fresh: Vec<Change> = self.fresh.iter().rev().take(rows_max).copied().collect();
        for change in fresh {
            if left == 0 {
                break;
            }
            self.look(query, change, today, &mut left, (live, busy), &mut found);
        }
        self.left = left == 0 && !self.fresh.is_empty();
        left += rows_max / 4;
        let turns = if all { rows_max } else { TURNS_BETWEEN };
        let after = self.turn.take();
        let mut waiting: Vec<Change> = match after {
            Some(after) => {
                let behind = (Bound::Excluded(after), Bound::Unbounded);
                self.open.range(behind).map(|(change, _)| *change).take(turns).collect()
            }
            None => self.open.keys().copied().take(turns).collect(),
        };
        if waiting.len() < turns && after.is_some() {
            let from_the_start = self.open.keys().take_while(|change| Some(**change) <= after);
            waiting.extend(from_the_start.take(turns - waiting.len()).copied());
        }
        for change in waiting {
            if left == 0 {
                break;
            }
            // Each turn costs something, also of a walk that has nothing left to look at.
            left -= 1;
            self.turn = Some(change);
            self.look(query, change, today, &mut left, (live, busy), &mut found);
        }
        let mut once = BTreeSet::new();
        found.retain(|owed: &Owed| once.insert(owed.measure));
        found
    }

    /// Looks at the cases with news, each in its walks.
    fn look_at_news(
        &mut self,
        query: &mut Query<'_>,
        today: Day,
        most: usize,
        (live, busy): (&BTreeSet<String>, &dyn Fn(MeasureId) -> bool),
        found: &mut Vec<Owed>,
    ) {
        let news: Vec<MeasureId> = self.news.iter().copied().take(most).collect();
        for id in news {
            self.news.remove(&id);
            let told = Told { by_root: &self.by_root, answered: &self.answered, live };
            let known = Known { told, busy };
            let row = match query.ask(|rows| rows.must_measure(id).cloned()) {
                Ok(row) => row,
                Err(error) => {
                    tracing::error!(%error, case = %id, "a case cannot be read; others go on");
                    continue;
                }
            };
            for change in known.told.changes(&row) {
                let Some(walk) = self.open.get_mut(&change) else {
                    continue;
                };
                match look(query, &known, id, change, today, found) {
                    Ok(true) => continue,
                    Ok(false) => walk.outstanding.remove(&id),
                    Err(error) => {
                        tracing::error!(%error, case = %id, "a case under a change cannot be read");
                        continue;
                    }
                };
                if walk.through && walk.outstanding.is_empty() {
                    self.ready.insert(change);
                }
            }
        }
    }

    /// The call, answer or wait of a case is over: what it owes now may be another thing.
    pub fn has_news(&mut self, id: MeasureId) {
        if !self.open.is_empty() && self.news.len() < NEWS_MAX {
            self.news.insert(id);
        }
    }

    /// Goes on with one walk.
    fn look(
        &mut self,
        query: &mut Query<'_>,
        change: Change,
        today: Day,
        left: &mut usize,
        (live, busy): (&BTreeSet<String>, &dyn Fn(MeasureId) -> bool),
        found: &mut Vec<Owed>,
    ) {
        let Some(walk) = self.open.get_mut(&change) else {
            self.fresh.remove(&change);
            return;
        };
        let told = Told { by_root: &self.by_root, answered: &self.answered, live };
        let known = Known { told, busy };
        let mut own = left.saturating_sub(1).min(CASES_PER_LOOK_MAX) + 1;
        let before = own;
        let mut cases = Cases { query, known: &known, change, today, found };
        if let Err(error) = walk.step(&mut own, &mut cases) {
            tracing::error!(%error, cause = %change.0, "a case under a change cannot be read; others go on");
            // It takes turns with the others from here on.
            self.fresh.remove(&change);
        }
        *left = left.saturating_sub(before.saturating_sub(own));
        if walk.through || walk.is_full() {
            self.fresh.remove(&change);
            if walk.outstanding.is_empty() {
                self.ready.insert(change);
            }
        }
    }

    /// A walk was settled in the log, or could not be yet.
    pub fn settled(&mut self, change: Change, committed: bool) {
        if !committed {
            if let Some(walk) = self.open.get_mut(&change) {
                walk.settling = Settling::From(Instant::now() + AGAIN);
            }
            return;
        }
        self.open.remove(&change);
        self.fresh.remove(&change);
        if let Some(changes) = self.by_root.get_mut(&change.1) {
            changes.remove(&change.0);
            if changes.is_empty() {
                self.by_root.remove(&change.1);
            }
        }
    }

    /// Whether another pass at once would find what this one had no room for.
    pub fn left(&self) -> bool {
        self.unread || self.left || !self.news.is_empty()
    }

    /// Whether walks stand in the view that will be read by the passes that follow at once. Until then nothing
    /// is called for: a call would stand for an older change than the last, and a department that has seen a
    /// later one would confirm it and do nothing.
    pub fn unread(&self) -> bool {
        self.unread
    }

    /// Whether it is known what plugins were told last, so that a burden may begin.
    pub fn known(&self) -> bool {
        !self.unread && !self.beyond
    }

    /// A plugin has answered for a step of a case.
    pub fn answered(&mut self, id: MeasureId, step: Position) {
        if !self.open.is_empty() {
            self.answered.insert(id, step);
        }
    }

    /// Whether it is open what the plugin of a case was last told, so that nothing begins yet.
    pub fn unsure(&self, row: &MeasureRow, standing: Standing, live: &BTreeSet<String>) -> bool {
        let told = Told { by_root: &self.by_root, answered: &self.answered, live };
        told.untold(row, standing).is_some()
    }

    /// Walks that were found through with nobody owed anything, once each.
    pub fn take_settled(&mut self) -> Vec<Change> {
        let mut settled = Vec::new();
        for change in std::mem::take(&mut self.ready) {
            // One that could not be settled is found again by its next turn.
            if let Some(walk) = self.open.get_mut(&change).filter(|walk| walk.settling.may_be()) {
                walk.settling = Settling::Now;
                settled.push(change);
            }
        }
        settled
    }

    /// Keeps the attempts of a case while its call or answer is under way.
    pub fn keep_attempts(&mut self, id: MeasureId, backoff: Backoff) {
        if self.attempts.len() >= ATTEMPTS_MAX && !self.attempts.contains_key(&id) {
            // Somebody's count begins anew; nobody's call is lost by it.
            let any = self.attempts.keys().next().copied();
            any.map(|any| self.attempts.remove(&any));
        }
        self.attempts.insert(id, backoff);
    }

    /// Gives them back.
    pub fn take_attempts(&mut self, id: MeasureId) -> Option<Backoff> {
        self.attempts.remove(&id)
    }
}

/// The cases under what changed.
trait Family {
    /// Whether the walk waits for a case: see [`look`].
    fn waits_for(&mut self, id: MeasureId) -> Result<bool, QueryError>;

    /// Cases behind one, and whether there are more behind them.
    fn page(
        &mut self,
        after: Option<MeasureId>,
        most: usize,
    ) -> Result<(Vec<MeasureId>, bool), QueryError>;
}

/// The cases under what changed in the view, and what a pass finds of them.
struct Cases<'a, 'v, 'k> {
    query: &'a mut Query<'v>,
    known: &'a Known<'k>,
    change: Change,
    today: Day,
    found: &'a mut Vec<Owed>,
}

impl Family for Cases<'_, '_, '_> {
    fn waits_for(&mut self, id: MeasureId) -> Result<bool, QueryError> {
        look(self.query, self.known, id, self.change, self.today, self.found)
    }

    fn page(
        &mut self,
        after: Option<MeasureId>,
        most: usize,
    ) -> Result<(Vec<MeasureId>, bool), QueryError> {
        let listing = match self.change.1 {
            Target::Listing(id) => id,
            Target::Attribution(id) => {
                self.query.ask(|rows| Ok(rows.must_attribution(id)?.listing))?
            }
            Target::Measure(id) => return Ok((vec![id], false)),
            Target::Record(_) | Target::Commitment(_) => return Ok((Vec::new(), false)),
        };
        let entry = Index::Family(listing, MeasureId(Position::local(0)));
        let (page, more) = self.query.page(&entry, after.map(|id| id.0), most)?;
        Ok((page.into_iter().map(MeasureId).collect(), more))
    }
}

impl Walk {
    /// Looks at `left` cases: at those that wait, and at further ones of the family.
    fn step(&mut self, left: &mut usize, family: &mut impl Family) -> Result<(), QueryError> {
        // Those behind what waits for a plugin may belong to another: the family goes on whatever waits.
        let most = if self.through { *left } else { *left / 2 };
        for id in self.turns(most) {
            *left = left.saturating_sub(1);
            self.looked_at = Some(id);
            if !family.waits_for(id)? {
                self.outstanding.remove(&id);
            }
        }
        if self.through || *left == 0 || self.is_full() {
            return Ok(());
        }
        let (page, more) = family.page(self.after, *left)?;
        *left = left.saturating_sub(page.len());
        for id in &page {
            if family.waits_for(*id)? {
                self.outstanding.insert(*id);
            }
        }
        self.after = page.last().copied().or(self.after);
        self.through = !more;
        Ok(())
    }

    /// Whether as many cases wait as may: it goes on when some are answered, in its turns.
    fn is_full(&self) -> bool {
        self.outstanding.len() >= OUTSTANDING_MAX
    }

    /// The outstanding cases whose turn it is: behind the one that was looked at last, then from the
    /// start.
    fn turns(&self, most: usize) -> Vec<MeasureId> {
        let Some(after) = self.looked_at else {
            return self.outstanding.iter().copied().take(most).collect();
        };
        let behind = self.outstanding.range((Bound::Excluded(after), Bound::Unbounded));
        let turns = behind.chain(self.outstanding.range(..=after));
        turns.copied().take(most).collect()
    }
}

/// What a case under `root` is owed because of a change; an execution that merely waits is not. Says
/// whether the walk waits for the case: something is owed, an answer is under way, or it is open what its
/// plugin was told last.
fn look(
    query: &mut Query<'_>,
    known: &Known<'_>,
    id: MeasureId,
    (cause, root): Change,
    today: Day,
    found: &mut Vec<Owed>,
) -> Result<bool, QueryError> {
    let (row, standing) = case(query, id, today)?;
    if let Target::Attribution(attribution) = root
        && row.attribution != Some(attribution)
    {
        return Ok(false);
    }
    // A later change of the same family is the newer step: the department acts on it.
    let newest = known.told.changes(&row).next_back();
    let cause = newest.map_or(cause, |(newest, _)| newest.max(cause));
    let mut hook = owed_hook(&row, standing).filter(|hook| *hook != CaseHook::Execute);
    let untold = known.told.untold(&row, standing);
    let mut step = cause;
    if let (None, Some((before, _))) = (hook, untold) {
        // Saying once more that it is suspended makes sure of it: what is owed then follows from the
        // answer. Where it is in force again, the suspension that may not have arrived comes first.
        hook = Some(CaseHook::Suspend);
        step = if standing == Standing::Suspended { cause } else { before };
    }
    let end = query.ask(|rows| owes_an_end(rows, id, today))?;
    let owes = hook.is_some() || end;
    if owes {
        found.push(Owed { measure: id, steps: Steps { hook, end }, cause, step });
    }
    Ok(owes || untold.is_some() || (known.busy)(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A family of so many cases, those that wait for their plugin, and how often each was looked at.
    struct Many {
        cases: u64,
        wait: BTreeSet<u64>,
        looked_at: HashMap<u64, usize>,
    }

    impl Family for Many {
        fn waits_for(&mut self, id: MeasureId) -> Result<bool, QueryError> {
            *self.looked_at.entry(id.0.sequence).or_default() += 1;
            Ok(self.wait.contains(&id.0.sequence))
        }

        fn page(
            &mut self,
            after: Option<MeasureId>,
            most: usize,
        ) -> Result<(Vec<MeasureId>, bool), QueryError> {
            let from = after.map_or(1, |id| id.0.sequence + 1);
            let to = (from + most as u64).min(self.cases + 1);
            let page = (from..to).map(|number| MeasureId(Position::local(number)));
            Ok((page.collect(), to <= self.cases))
        }
    }

    /// Steps until the walk is through; how many it took.
    fn steps(walk: &mut Walk, family: &mut Many, each: usize) -> usize {
        for taken in 1..10_000 {
            walk.step(&mut each.clone(), family).unwrap();
            if walk.through {
                return taken;
            }
        }
        panic!("it never gets through: {} wait", walk.outstanding.len());
    }

    #[test]
    fn a_family_is_gone_through_however_many_of_it_wait() {
        for each in [1, 2, CASES_PER_LOOK_MAX + 1] {
            let wait = (1..=1_000).collect();
            let mut family = Many { cases: 1_000, wait, looked_at: HashMap::new() };
            let mut walk = Walk::default();
            let taken = steps(&mut walk, &mut family, each);
            assert!(taken <= 2 * 1_000_usize.div_ceil(each) + 1, "{taken} of {each}");
            assert_eq!((family.looked_at.len(), walk.outstanding.len()), (1_000, 1_000));
        }
    }

    #[test]
    fn those_that_wait_have_their_turn_one_after_the_other_until_they_are_answered() {
        let mut family = Many { cases: 600, wait: (1..=600).collect(), looked_at: HashMap::new() };
        let mut walk = Walk::default();
        steps(&mut walk, &mut family, 100);
        family.looked_at.clear();
        for _ in 0..6 {
            walk.step(&mut 100, &mut family).unwrap();
        }
        assert!(family.looked_at.len() == 600 && family.looked_at.values().all(|own| *own == 1));
        family.wait = [7, 300].into();
        for _ in 0..6 {
            walk.step(&mut 100, &mut family).unwrap();
        }
        let left: Vec<u64> = walk.outstanding.iter().map(|id| id.0.sequence).collect();
        assert_eq!(left, [7, 300]);
    }
}
