//! What a plugin gave up or was not told: who answers for it, what it blocks, and what a plugin learns
//! after an officer did it in its place (design.md 5).

use std::collections::BTreeSet;

use crate::kit::later::{after, listed, objection_of};
use crate::kit::plugins::*;
use crate::kit::rules::{OFFICE, STATUTE, cite, day};
use crate::kit::steps::*;
use crate::kit::table::{Asked, STATE, compare};
use crate::kit::{
    Post, Who, World, guard, machines, misfit, officer, operator, organisation, party, plugin,
    timer,
};
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::erasure::{ErasureCommand, Kept};
use shouxin_core::decide::{owed_courtesy, owed_hook};
use shouxin_core::event::plugin::Admission;
use shouxin_core::event::{CaseHook, Event, Finding, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::keys::{erasures_after, read_erasure};
use shouxin_core::limits::EVIDENCE_MAX;
use shouxin_core::row::{Courtesy, Index, Key, LetterEnd, MeasureRow, MeasureState, Order, Remote};
use shouxin_core::text::Sealed;

const BY_HAND: &[&str] = &["execution.ordered", "measure.executed", "assessment.feedback_due"];

fn owed(world: &World, id: MeasureId) -> Option<CaseHook> {
    owed_hook(world.measure_row(id), world.standing(|rows, on| rows.measure_standing(id, on)))
}

/// Whether the case is listed as a dead letter, by its plugin and by its subject there.
fn listed_dead(world: &World, id: MeasureId) -> bool {
    let subject = world.measure_row(id).subject;
    let by_plugin = world.index.contains(&Index::DeadLetter(NAME.to_owned(), id));
    let by_subject = world.index.contains(&Index::DeadOn(NAME.to_owned(), subject, id));
    assert_eq!(by_plugin, by_subject, "both say the same");
    by_plugin
}

fn execute(id: MeasureId) -> Command {
    Command::ExecuteMeasure { measure: id }
}

fn carrier(world: &World, id: MeasureId) -> Option<String> {
    world.measure_row(id).state.order().expect("an order").plugin.clone()
}

fn newest(world: &World) -> MeasureId {
    let found = world.rows.keys().filter_map(|key| match key {
        Key::Measure(id) => Some(*id),
        _ => None,
    });
    found.max().expect("a measure")
}

/// The plugin's answer to the call that tells it what an officer did; of nothing where none is owed.
fn knows(world: &World) -> Command {
    let id = newest(world);
    let owed = owed_courtesy(world.measure_row(id)).map(|(_, hook, step)| (hook, step));
    let (hook, step) = owed.unwrap_or((CaseHook::Suspend, world.next()));
    plugin_done(id, hook, step)
}

/// Covers O51.
#[test]
fn what_a_plugin_gave_up_knows_no_other_way() {
    let (dead, id, _) = given_up();
    let disputed = after(&dead, &party(organisation(1)), &object(Target::Measure(id), false));
    let held = after(&disputed, &implementer(), &by_hand(id, CaseHook::Suspend));
    let mut ended = dead.clone();
    ended.go_to(day("2027-03-02"));
    let closed = after(&ended, &implementer(), &by_hand(id, CaseHook::Lift));
    let by_officer = after(&dead, &implementer(), &by_hand(id, CaseHook::Execute));
    let mut over = by_officer.clone();
    over.go_to(day("2027-03-02"));
    let lifted = after(&over, &implementer(), &by_hand(id, CaseHook::Lift));
    let states = [
        ("dead letter", dead.clone()),
        ("its plugin retired", after(&dead, &operator(), &retire(&[]))),
        ("skipped", after(&dead, &operator(), &skip(id))),
        ("handed over", after(&dead, &operator(), &hand(id))),
        ("retried", after(&dead, &operator(), &retry(id))),
        ("disputed", disputed),
        ("disputed, held by hand", held),
        ("ended", ended),
        ("ended, found without effect", closed),
        ("executed by hand", by_officer),
        ("executed by hand, lifted by hand", lifted),
    ];
    let commands: [Asked<'_>; 6] = [
        ("retry", operator(), &|world| retry(newest(world))),
        ("skip", operator(), &|world| skip(newest(world))),
        ("hand over", operator(), &|world| hand(newest(world))),
        ("execute", implementer(), &|world| execute(newest(world))),
        ("done by hand", implementer(), &|world| by_hand(newest(world), CaseHook::Execute)),
        ("plugin told", plugin(), &knows),
    ];
    const ORDERED: &[&str] = &["execution.ordered"];
    const SKIPPED: &[&str] = &["dead_letter.skipped"];
    const HANDED: &[&str] = &["dead_letter.handed"];
    const TOLD: &[&str] = &["measure.plugin_told"];
    const SUSPENDED: Ground = Ground::Guard(Guard::NoSuspension);
    const ENDED: Ground = Ground::Guard(Guard::End);
    /// A plugin answers only for cases that it was given.
    const NOT_GIVEN: Ground = Ground::Misfit(Misfit::Forbidden);
    compare(
        &machines::DEAD_LETTER,
        &states,
        &commands,
        &[
            ("dead letter", "retry", &["dead_letter.retried"]),
            ("dead letter", "skip", SKIPPED),
            ("dead letter", "hand over", HANDED),
            ("dead letter", "execute", ORDERED),
            ("dead letter", "done by hand", BY_HAND),
            ("its plugin retired", "skip", SKIPPED),
            ("its plugin retired", "hand over", HANDED),
            ("its plugin retired", "execute", ORDERED),
            ("its plugin retired", "done by hand", BY_HAND),
            ("skipped", "execute", ORDERED),
            ("skipped", "done by hand", BY_HAND),
            ("handed over", "execute", ORDERED),
            ("handed over", "done by hand", BY_HAND),
            ("disputed", "skip", SKIPPED),
            ("disputed", "hand over", HANDED),
            ("disputed, held by hand", "skip", SKIPPED),
            ("disputed, held by hand", "hand over", HANDED),
            ("disputed, held by hand", "plugin told", TOLD),
            ("ended", "skip", SKIPPED),
            ("ended", "hand over", HANDED),
            ("ended, found without effect", "plugin told", TOLD),
            ("executed by hand, lifted by hand", "plugin told", TOLD),
        ],
        &[
            ("disputed", "retry", SUSPENDED),
            ("disputed", "execute", SUSPENDED),
            ("disputed", "done by hand", SUSPENDED),
            ("disputed, held by hand", "retry", SUSPENDED),
            ("disputed, held by hand", "execute", SUSPENDED),
            ("disputed, held by hand", "done by hand", SUSPENDED),
            ("ended", "retry", ENDED),
            ("ended", "execute", ENDED),
            ("ended", "done by hand", ENDED),
            ("ended, found without effect", "execute", ENDED),
            ("executed by hand, lifted by hand", "execute", ENDED),
            ("executed by hand", "plugin told", NOT_GIVEN),
        ],
    );
}

#[test]
fn what_a_plugin_gave_up_is_a_dead_letter_until_somebody_answers() {
    let (world, id, order) = given_up();
    assert!(listed_dead(&world, id));
    assert_eq!(world.measure_row(id).dead_letter(), Some(NAME));
    for (answer, letter) in
        [(skip(id), Some(LetterEnd::Skipped)), (hand(id), Some(LetterEnd::Handed))]
    {
        let answered = after(&world, &operator(), &answer);
        assert!(!listed_dead(&answered, id), "{answer:?}");
        let row = answered.measure_row(id);
        assert_eq!(row.letter, letter);
        let same = MeasureRow { letter: None, ..row.clone() };
        assert_eq!(same, *world.measure_row(id), "it stays given up, and the officer's");
        for again in [retry(id), skip(id), hand(id)] {
            assert_eq!(answered.refused(&operator(), &again), STATE, "once");
        }
        assert_eq!(answered.replayed().rows, answered.rows);
    }
    // An officer's new order or own hand answers it, too; what is given up again is a letter again.
    let anew = after(&world, &implementer(), &execute(id));
    assert!(!listed_dead(&anew, id));
    let newer = anew.order(id);
    assert!(newer > order);
    let dead = after(&anew, &plugin(), &gives_up(id, CaseHook::Execute, newer));
    assert!(listed_dead(&dead, id));
    let skipped = after(&dead, &operator(), &skip(id));
    let ordered = after(&skipped, &implementer(), &execute(id));
    assert_eq!(
        carrier(&ordered, id).as_deref(),
        Some(NAME),
        "left to the officers, not taken from it"
    );
    let dead = after(&ordered, &plugin(), &gives_up(id, CaseHook::Execute, ordered.order(id)));
    assert!(listed_dead(&dead, id), "a new order is a new letter");
    let mut by_officer = world.clone();
    assert_eq!(
        by_officer.run(&implementer(), &by_hand(id, CaseHook::Execute)),
        Ok(BY_HAND.to_vec())
    );
    assert!(!listed_dead(&by_officer, id));
    // What ends is lifted, dead letter or not, and is none any more.
    let mut ended = world.clone();
    ended.go_to(day("2027-03-02"));
    assert!(listed_dead(&ended, id));
    assert_eq!(owed(&ended, id), Some(CaseHook::Lift));
    let lifted = after(&ended, &plugin(), &plugin_done(id, CaseHook::Lift, order));
    assert!(!listed_dead(&lifted, id));
    // One that is still tried is none.
    let (mut world, listing) = listed();
    world.must(&operator(), &deploy());
    let id = world.measure(listing, STATUTE, Progress::Executing);
    assert!(!listed_dead(&world, id));
    assert_eq!(world.measure_row(id).dead_letter(), None);
    for answer in [retry(id), skip(id), hand(id)] {
        assert_eq!(world.refused(&operator(), &answer), STATE);
    }
}

/// Nobody but the operator answers for the register's deliveries, and says why.
#[test]
fn a_dead_letter_is_answered_by_the_operator_with_reasons() {
    let (world, id, _) = given_up();
    let forbidden = misfit(Misfit::Forbidden);
    for who in
        [implementer(), handler(), head(), clerk(), plugin(), timer(), party(organisation(1))]
    {
        for answer in [retry(id), skip(id), hand(id)] {
            assert_eq!(world.refused(&who, &answer), forbidden, "{answer:?}");
        }
    }
    let none = Sealed { clear_bytes: 0, ..text() };
    let reasons = || none.clone();
    let unstated = guard(Guard::Document);
    let skip = Command::SkipDeadLetter { measure: id, reasons: reasons() };
    assert_eq!(world.refused(&operator(), &skip), unstated);
    let hand = Command::HandDeadLetter { measure: id, reasons: reasons() };
    assert_eq!(world.refused(&operator(), &hand), unstated);
}

/// Delivered again, it is the officer's own order that is carried out, and no other.
#[test]
fn a_retry_delivers_the_same_order_again() {
    let (mut world, id, order) = given_up();
    let Order { by, .. } = world.measure_row(id).last_order.clone().expect("the order");
    assert_eq!(owed(&world, id), None);
    assert_eq!(world.run(&operator(), &retry(id)), Ok(vec!["dead_letter.retried"]));
    let row = world.measure_row(id).clone();
    let same = Order { at: order, by, plugin: Some(NAME.to_owned()) };
    assert_eq!(row.state, MeasureState::Executing { order: same, failures: 1 });
    assert_eq!((row.last_order, row.fault), (None, None));
    assert_eq!(owed(&world, id), Some(CaseHook::Execute));
    assert!(world.index.contains(&Index::Owed(NAME.to_owned(), id)));
    assert!(!listed_dead(&world, id));
    assert_eq!(world.refused(&operator(), &retry(id)), STATE, "once");
    assert_eq!(world.refused(&implementer(), &execute(id)), STATE, "it is under way");
    let again = after(&world, &plugin(), &gives_up(id, CaseHook::Execute, order));
    assert_eq!(again.measure_row(id).state, MeasureState::Accepted { failures: 2 });
    assert!(listed_dead(&again, id));
    after(&again, &operator(), &retry(id));
    let done = after(&world, &plugin(), &plugin_done(id, CaseHook::Execute, order));
    assert_eq!(done.measure_row(id).remote, Remote::Executed);
    assert_eq!(done.replayed().rows, done.rows);
    assert_eq!(done.replayed().index, done.index);
}

/// A burden begins by it: whatever stops an order stops it.
#[test]
fn a_retry_begins_nothing_that_could_not_be_ordered() {
    let (world, id, _) = given_up();
    let held = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
    assert_eq!(held.refused(&operator(), &retry(id)), guard(Guard::NoSuspension));
    // What is held up is answered all the same.
    after(&held, &operator(), &skip(id));
    after(&held, &operator(), &hand(id));
    let mut free = held.clone();
    free.outcome(objection_of(&held), Finding::Correct);
    after(&free, &operator(), &retry(id));
    let mut ended = world.clone();
    ended.go_to(day("2027-03-02"));
    assert_eq!(ended.refused(&operator(), &retry(id)), guard(Guard::End));
    let mut jumped = world.clone();
    jumped.starts_stopped = true;
    assert_eq!(jumped.refused(&operator(), &retry(id)), guard(Guard::Clock));
    let retired = after(&world, &operator(), &retire(&[]));
    assert_eq!(retired.refused(&operator(), &retry(id)), STATE);
    let removed = after(&world, &operator(), &remove());
    assert_eq!(removed.refused(&operator(), &retry(id)), STATE);
    after(&retired, &operator(), &hand(id));
    // One that is paused runs, and the case waits for it.
    let paused = after(&world, &operator(), &pause());
    let retried = after(&paused, &operator(), &retry(id));
    assert_eq!(owed(&retried, id), Some(CaseHook::Execute));
}

/// What was suspended there before it was given up is resumed first.
#[test]
fn a_retry_of_what_is_suspended_there_is_resumed_before_it_is_carried_out() {
    let (world, id, order) = given_up();
    let held = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
    let mut free = after(&held, &plugin(), &plugin_done(id, CaseHook::Suspend, order));
    free.outcome(objection_of(&free), Finding::Correct);
    free.must(&operator(), &retry(id));
    assert_eq!(owed(&free, id), Some(CaseHook::Resume));
    free.must(&plugin(), &plugin_done(id, CaseHook::Resume, order));
    assert_eq!(owed(&free, id), Some(CaseHook::Execute));
    free.must(&plugin(), &plugin_done(id, CaseHook::Execute, order));
}

/// Handed over, it is an officer's: the next order goes to no plugin.
#[test]
fn what_was_handed_over_goes_to_no_plugin() {
    let (world, id, order) = given_up();
    let handed = after(&world, &operator(), &hand(id));
    let ordered = after(&handed, &implementer(), &execute(id));
    assert_eq!(carrier(&ordered, id), None);
    assert_eq!(ordered.measure_row(id).letter, None, "an order ends it");
    after(&ordered, &implementer(), &by_hand(id, CaseHook::Execute));
    let late = plugin_done(id, CaseHook::Execute, order);
    assert_eq!(ordered.refused(&plugin(), &late), misfit(Misfit::Forbidden));
    let mut at_once = handed.clone();
    assert_eq!(at_once.run(&implementer(), &by_hand(id, CaseHook::Execute)), Ok(BY_HAND.to_vec()));
    assert_eq!(at_once.replayed().rows, at_once.rows);
    // Who has to do it are the officers of the department.
    assert_eq!(handed.refused(&handler(), &execute(id)), guard(Guard::Competent));
}

/// What relieves the subject is called whether the letter is dead, skipped or handed over.
#[test]
fn a_dead_letter_holds_no_relief_back() {
    let (world, id, order) = given_up();
    for world in [
        world.clone(),
        after(&world, &operator(), &skip(id)),
        after(&world, &operator(), &hand(id)),
    ] {
        let held = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
        assert_eq!(owed(&held, id), Some(CaseHook::Suspend));
        after(&held, &plugin(), &plugin_done(id, CaseHook::Suspend, order));
        let mut ended = world.clone();
        ended.go_to(day("2027-03-02"));
        assert_eq!(owed(&ended, id), Some(CaseHook::Lift));
        after(&ended, &plugin(), &plugin_done(id, CaseHook::Lift, order));
    }
}

fn told(through: u64, undelivered: &[u64]) -> Command {
    Command::PluginTold {
        plugin: NAME.to_owned(),
        through: Position::local(through),
        undelivered: undelivered.iter().map(|at| Position::local(*at)).collect(),
    }
}

fn told_late(at: u64) -> Command {
    Command::PluginToldLate { plugin: NAME.to_owned(), at: Position::local(at) }
}

fn skip_untold(at: u64) -> Command {
    let (plugin, reason) = (NAME.to_owned(), "该系统已停用".to_owned());
    Command::SkipUntold { plugin, at: Position::local(at), reason }
}

fn untold(world: &World) -> Vec<u64> {
    let mut rows = BTreeSet::new();
    for key in world.rows.keys() {
        if let Key::Untold { plugin, at } = key {
            assert_eq!(plugin, NAME);
            rows.insert(Index::Untold(plugin.clone(), *at));
        }
    }
    let entries = world.index.iter().filter(|own| matches!(own, Index::Untold(..)));
    assert_eq!(entries.cloned().collect::<BTreeSet<_>>(), rows, "each is listed");
    let at = rows.iter().map(|own| match own {
        Index::Untold(_, at) => at.sequence,
        other => panic!("{other:?}"),
    });
    at.collect()
}

#[test]
fn what_a_plugin_was_not_told_is_kept_until_it_is_told_or_left() {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let first = plugin_row(&world).told_through.sequence;
    world.must(&plugin(), &told(first + 9, &[first + 2, first + 5, first + 7]));
    assert_eq!(untold(&world), [first + 2, first + 5, first + 7]);
    let other = Who {
        actor: Actor::Plugin { name: "other".to_owned(), version: "1.0.0".to_owned() },
        role: Role::Operator,
    };
    for who in [other, operator(), clerk(), timer()] {
        assert_eq!(world.refused(&who, &told_late(first + 2)), misfit(Misfit::Forbidden));
    }
    assert_eq!(world.run(&plugin(), &told_late(first + 2)), Ok(vec!["plugin.told_late"]));
    assert_eq!(world.run(&plugin(), &told_late(first + 2)), Ok(Vec::new()), "once more is no news");
    for who in [plugin(), clerk(), timer(), implementer()] {
        assert_eq!(world.refused(&who, &skip_untold(first + 5)), misfit(Misfit::Forbidden));
    }
    let mut unreasoned = skip_untold(first + 5);
    if let Command::SkipUntold { reason, .. } = &mut unreasoned {
        reason.clear();
    }
    assert_eq!(world.refused(&operator(), &unreasoned), misfit(Misfit::Value));
    assert_eq!(world.run(&operator(), &skip_untold(first + 5)), Ok(vec!["plugin.untold_skipped"]));
    for gone in [first + 2, first + 5, first + 6] {
        assert_eq!(world.refused(&operator(), &skip_untold(gone)), misfit(Misfit::NotFound));
    }
    assert_eq!(untold(&world), [first + 7]);
    assert_eq!(world.replayed().rows, world.rows);
    assert_eq!(world.replayed().index, world.index);
}

/// One event names no more than its bound: what is behind it is told again, and none is forgotten.
#[test]
fn what_one_event_cannot_name_is_told_again() {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let first = plugin_row(&world).told_through.sequence;
    let many = u64::try_from(EVIDENCE_MAX).unwrap() + 4;
    // In any order, twice, and beside what it is not about.
    let mut missed: Vec<u64> = (first + 1..=first + many).rev().collect();
    missed.extend([first + 1, first, first + many + 50]);
    world.must(&plugin(), &told(first + many + 9, &missed));
    let reached = first + many - 4;
    assert_eq!(plugin_row(&world).told_through.sequence, reached);
    assert_eq!(untold(&world), (first + 1..=reached).collect::<Vec<_>>());
    // As many as it can name need no second event.
    let exact: Vec<u64> = (reached + 1..reached + many - 3).collect();
    assert_eq!(exact.len(), EVIDENCE_MAX);
    world.must(&plugin(), &told(reached + 60, &exact));
    assert_eq!(plugin_row(&world).told_through.sequence, reached + 60);
    assert_eq!(untold(&world).len(), 2 * EVIDENCE_MAX);
}

fn forgot(through: Position) -> Command {
    Command::PluginForgot { plugin: NAME.to_owned(), through }
}

fn erased(world: &mut World, subject: SubjectKey) -> Position {
    let kept = |world: &World| {
        let Some(shouxin_core::row::Row::Subject(head)) = world.row(&Key::Subject(subject)) else {
            panic!("a file");
        };
        Kept { seen: head.last, by: None }
    };
    let data_officer = Who { role: Role::DataOfficer, ..officer(OFFICE, Post::Colleague) };
    let basis = vec![cite("law")];
    let propose = ErasureCommand::Propose { subject, basis, kept: kept(world) };
    world.must(&data_officer, &Command::Erasure(propose));
    let approve = ErasureCommand::Approve { subject, kept: kept(world) };
    world.must(&clerk(), &Command::Erasure(approve))
}

/// Every erasure stands in its order, also when the code is registered anew; each plugin says itself how far
/// it has forgotten.
#[test]
fn a_plugin_forgets_erased_files_in_the_order_of_the_log() {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let start = plugin_row(&world).forgotten_through;
    assert_eq!(start, plugin_row(&world).since, "nothing before it was deployed is its own");
    world.today = world.today.plus_months(60);
    let first = erased(&mut world, organisation(1));
    let key_gone = ErasureCommand::KeyDestroyed { subject: organisation(1) };
    world.must(&timer(), &Command::Erasure(key_gone));
    world.must(&clerk(), &register(organisation(1)));
    let second = erased(&mut world, organisation(2));
    let listed = |after: Position| -> Vec<(Position, SubjectKey)> {
        let from = erasures_after(after);
        let entries = world.index.iter().filter(|own| matches!(own, Index::ErasedAt(..)));
        let bytes = entries.map(Index::encode).filter(|own| *own > from);
        bytes.map(|own| read_erasure(&own).expect("it reads what it writes")).collect()
    };
    assert_eq!(listed(start), [(first, organisation(1)), (second, organisation(2))]);
    assert_eq!(listed(first), [(second, organisation(2))]);
    assert_eq!(listed(second), []);
    for who in [operator(), clerk(), timer()] {
        assert_eq!(world.refused(&who, &forgot(first)), misfit(Misfit::Forbidden));
    }
    assert_eq!(world.refused(&plugin(), &forgot(world.next())), misfit(Misfit::Value));
    assert_eq!(world.run(&plugin(), &forgot(first)), Ok(vec!["plugin.forgot"]));
    for again in [first, start] {
        assert_eq!(world.run(&plugin(), &forgot(again)), Ok(Vec::new()), "it only goes on");
    }
    // The cursor is kept, whatever version is live, and also while none runs.
    let mut newer = after(&world, &operator(), &deploy_version(2, Admission::Unsigned));
    assert_eq!(plugin_row(&newer).forgotten_through, first);
    newer.must(&operator(), &retire(&[]));
    assert_eq!(plugin_row(&newer).forgotten_through, first);
    newer.must(&operator(), &deploy_version(2, Admission::Unsigned));
    newer.must(&plugin(), &forgot(second));
    assert_eq!(plugin_row(&newer).forgotten_through, second);
    assert_eq!(newer.replayed().rows, newer.rows);
    assert_eq!(newer.replayed().index, newer.index);
}

fn courtesy(world: &World, id: MeasureId) -> Option<(CaseHook, Position)> {
    let row = world.measure_row(id);
    let owed = owed_courtesy(row).map(|(plugin, hook, step)| {
        assert_eq!(plugin, NAME);
        (hook, step)
    });
    let listed = world.index.contains(&Index::Courtesy(NAME.to_owned(), id));
    assert_eq!(listed, owed.is_some(), "what is owed is listed");
    owed
}

/// What an officer did is told with the step of the officer's own confirmation.
fn of_last(world: &World, name: &str) -> Position {
    let found = world.log.iter().rev().find(|own| own.event.name() == name);
    found.expect("it happened").position
}

fn carried(progress: Progress) -> (World, MeasureId, Position) {
    let (mut world, listing) = listed();
    world.must(&operator(), &deploy());
    let id = world.measure(listing, STATUTE, progress);
    let order = world.order(id);
    (world, id, order)
}

/// What is told changes nothing about the case.
#[track_caller]
fn tells(world: &World, id: MeasureId, hook: CaseHook) -> World {
    let (owed, step) = courtesy(world, id).expect("something is to be told");
    assert_eq!(owed, hook);
    let mut told = world.clone();
    let failing = gives_up(id, hook, step);
    assert_eq!(told.run(&plugin(), &failing), Ok(Vec::new()), "it is tried again");
    assert_eq!(told.rows, world.rows);
    let done = plugin_done(id, hook, step);
    assert_eq!(told.run(&plugin(), &done), Ok(vec!["measure.plugin_told"]));
    assert!(matches!(
        told.log.last().map(|own| (&own.event, own.subject)),
        Some((Event::Delivery(_), None))
    ));
    let same = MeasureRow { courtesy: None, ..world.measure_row(id).clone() };
    assert_eq!(*told.measure_row(id), same);
    assert_eq!(courtesy(&told, id), None);
    assert!(told.run(&plugin(), &done).is_err(), "once");
    assert_eq!(told.replayed().rows, told.rows);
    assert_eq!(told.replayed().index, told.index);
    told
}

#[test]
fn what_an_officer_did_in_a_plugins_place_the_plugin_is_told() {
    let (world, id, order) = carried(Progress::Executed);
    assert_eq!(courtesy(&world, id), None);
    let mut hold = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
    assert_eq!(courtesy(&hold, id), None, "what it owes itself is no courtesy");
    hold.must(&implementer(), &by_hand(id, CaseHook::Suspend));
    assert_eq!(owed(&hold, id), None);
    let step = of_last(&hold, "measure.suspension_confirmed");
    assert_eq!(courtesy(&hold, id), Some((CaseHook::Suspend, step)));
    assert_eq!(
        hold.measure_row(id).courtesy,
        Some(Courtesy { hook: CaseHook::Suspend, cause: step })
    );
    let told = tells(&hold, id, CaseHook::Suspend);
    // Another plugin, another step of it, or somebody else says nothing of it.
    let done = |hook, at| plugin_done(id, hook, at);
    let forbidden = misfit(Misfit::Forbidden);
    let actor = Actor::Plugin { name: "other".to_owned(), version: "1.0.0".to_owned() };
    let other = Who { actor, role: Role::Operator };
    for who in [other, implementer(), operator()] {
        assert_eq!(hold.refused(&who, &done(CaseHook::Suspend, step)), forbidden);
    }
    let early = Position { sequence: step.sequence - 1, ..step };
    assert!(hold.clone().run(&plugin(), &done(CaseHook::Suspend, early)).is_err());
    assert!(hold.clone().run(&plugin(), &done(CaseHook::Lift, step)).is_err());
    // What the plugin was asked before the officer did it says that it knows.
    let mut under_way = hold.clone();
    assert_eq!(
        under_way.run(&plugin(), &done(CaseHook::Suspend, order)),
        Ok(vec!["measure.plugin_told"])
    );
    // Released, it is the plugin's own to resume, told or not; its word is the newest then.
    for world in [hold, told] {
        let mut free = world;
        free.outcome(objection_of(&free), Finding::Correct);
        assert_eq!(owed(&free, id), Some(CaseHook::Resume));
        free.must(&plugin(), &done(CaseHook::Resume, order));
        assert_eq!(courtesy(&free, id), None);
    }
    let mut ended = world;
    ended.go_to(day("2027-03-02"));
    ended.must(&implementer(), &by_hand(id, CaseHook::Lift));
    let lifted = tells(&ended, id, CaseHook::Lift);
    let closed = after(&ended, &implementer(), &feedback(id));
    assert_eq!(closed.measure_row(id).state, MeasureState::Closed);
    tells(&closed, id, CaseHook::Lift);
    assert_eq!(lifted.measure_row(id).state, MeasureState::Lifted { fed_back: false });
}

/// A resumption by hand follows a call that failed, and is told like the rest.
#[test]
fn what_an_officer_resumed_the_plugin_is_told() {
    let (world, id, order) = carried(Progress::Executed);
    let hold = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
    let mut free = after(&hold, &plugin(), &plugin_done(id, CaseHook::Suspend, order));
    free.outcome(objection_of(&free), Finding::Correct);
    free.must(&plugin(), &gives_up(id, CaseHook::Resume, order));
    free.must(&implementer(), &by_hand(id, CaseHook::Resume));
    tells(&free, id, CaseHook::Resume);
    // What was under way is an answer to it.
    let done = plugin_done(id, CaseHook::Resume, order);
    assert_eq!(free.run(&plugin(), &done), Ok(vec!["measure.plugin_told"]));
}

/// What a plugin gave up and an officer carried out may stand in the plugin's data: whatever is suspended or
/// ended later, it is told.
#[test]
fn a_plugin_is_told_of_what_it_gave_up() {
    let (world, id, order) = given_up();
    let mut by_officer = after(&world, &implementer(), &by_hand(id, CaseHook::Execute));
    assert_eq!(by_officer.measure_row(id).touched_by.as_deref(), Some(NAME));
    assert_eq!(courtesy(&by_officer, id), None, "to carry out is no courtesy");
    let target = Target::Measure(id);
    by_officer.must(&party(organisation(1)), &object(target, false));
    assert_eq!(owed(&by_officer, id), None, "the order is the officer's own");
    by_officer.must(&implementer(), &by_hand(id, CaseHook::Suspend));
    let mut told = tells(&by_officer, id, CaseHook::Suspend);
    told.outcome(objection_of(&told), Finding::Correct);
    told.must(&implementer(), &by_hand(id, CaseHook::Resume));
    // What is newer takes the place of what was not told yet.
    by_officer.outcome(objection_of(&by_officer), Finding::Correct);
    by_officer.must(&implementer(), &by_hand(id, CaseHook::Resume));
    for world in [told, by_officer] {
        let mut resumed = tells(&world, id, CaseHook::Resume);
        resumed.go_to(day("2027-03-02"));
        resumed.must(&implementer(), &by_hand(id, CaseHook::Lift));
        tells(&resumed, id, CaseHook::Lift);
    }
    // An attempt that was found without effect is closed, and told as an end.
    let mut ended = world.clone();
    ended.go_to(day("2027-03-02"));
    ended.must(&implementer(), &by_hand(id, CaseHook::Lift));
    assert_eq!(ended.measure_row(id).state, MeasureState::Closed);
    tells(&ended, id, CaseHook::Lift);
    // Executed by hand while it was held there, it has effect again there, too.
    let held = after(&world, &party(organisation(1)), &object(target, false));
    let mut free = after(&held, &plugin(), &plugin_done(id, CaseHook::Suspend, order));
    free.outcome(objection_of(&free), Finding::Correct);
    free.must(&implementer(), &by_hand(id, CaseHook::Execute));
    tells(&free, id, CaseHook::Resume);
}

/// A new order to the plugin says what the case is by now, and nothing older is told behind it.
#[test]
fn a_new_order_takes_the_place_of_what_was_to_be_told() {
    let (world, id, _) = given_up();
    let mut held = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
    held.must(&implementer(), &by_hand(id, CaseHook::Suspend));
    assert!(courtesy(&held, id).is_some());
    held.outcome(objection_of(&held), Finding::Correct);
    let ordered = after(&held, &implementer(), &execute(id));
    assert_eq!(courtesy(&ordered, id), None);
    assert_eq!(owed(&ordered, id), Some(CaseHook::Resume));
    // Delivered again under the old order, the plugin's own word takes its place.
    let mut retried = after(&held, &operator(), &retry(id));
    assert_eq!(owed(&retried, id), Some(CaseHook::Resume));
    let order = retried.order(id);
    retried.must(&plugin(), &plugin_done(id, CaseHook::Resume, order));
    assert_eq!(courtesy(&retried, id), None);
}

/// A case that no plugin ever had is told to none.
#[test]
fn what_no_plugin_had_is_told_to_none() {
    let (mut world, listing) = listed();
    let id = world.measure(listing, STATUTE, Progress::Executed);
    world.must(&operator(), &deploy());
    let mut hold = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
    hold.must(&implementer(), &by_hand(id, CaseHook::Suspend));
    assert_eq!(courtesy(&hold, id), None);
    world.go_to(day("2027-03-02"));
    world.must(&implementer(), &by_hand(id, CaseHook::Lift));
    assert_eq!((courtesy(&world, id), &world.measure_row(id).touched_by), (None, &None));
}

/// What was done by hand while a plugin was retired, it is told when it comes back.
#[test]
fn a_plugin_that_comes_back_is_told_what_was_done_without_it() {
    let (world, id, _) = carried(Progress::Executed);
    let mut retired = after(&world, &operator(), &retire(&[]));
    retired.go_to(day("2027-03-02"));
    retired.must(&implementer(), &by_hand(id, CaseHook::Lift));
    retired.must(&operator(), &deploy());
    tells(&retired, id, CaseHook::Lift);
}
