//! What holds of every state of every machine: a timer does nothing before its day, and a
//! deadline that was counted beyond the calendar is counted anew as long as it runs; and what is
//! still waited for keeps its file.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use shouxin_core::calendar::Calendar;
use shouxin_core::command::Command;
use shouxin_core::event::Event;
use shouxin_core::event::calendar::{CalendarEvent, Clock};
use shouxin_core::row::clock::provisional;
use shouxin_core::row::{Due, Index, derived};
use shouxin_core::rules::RuleSet;
use shouxin_core::time::Day;

use super::rules::{day, rules};
use super::{World, timer};

/// Days off in every year's notice.
const ALWAYS_OFF: [&str; 5] = ["01-01", "05-01", "10-01", "10-02", "10-03"];

/// A calendar of the years of the tests on which a day is worked or not as `works` says.
fn calendar(works: impl Fn(Day) -> bool) -> Calendar {
    let mut file = "date,kind,holiday,notice_year\n".to_owned();
    let mut on = day("2026-01-01");
    while on < day("2034-01-01") {
        let (year, month, of_month) = on.ymd();
        let off = ALWAYS_OFF.contains(&&*format!("{month:02}-{of_month:02}")) || !works(on);
        let kind = if off { "off" } else { "work" };
        writeln!(file, "{on},{kind},试验,{year}").expect("a text takes more");
        on = on.plus_days(1);
    }
    Calendar::parse(&[("试验.csv", &file)]).expect("a calendar")
}

fn rules_with(calendar: Calendar) -> Arc<RuleSet> {
    Arc::new(RuleSet { calendar, ..rules().clone() })
}

/// Every third day is worked, so that most deadlines come later.
static SPARSE: LazyLock<Arc<RuleSet>> =
    LazyLock::new(|| rules_with(calendar(|on| on.number() % 3 == 0)));
/// Weekends are worked, so that most deadlines come sooner.
static DENSE: LazyLock<Arc<RuleSet>> = LazyLock::new(|| rules_with(calendar(|_| true)));

/// The deadline before and after, as the last event of the log counted it.
fn recounted(world: &World) -> (Day, Day) {
    match world.log.last().map(|own| &own.event) {
        Some(Event::Calendar(CalendarEvent::Recomputed { before, deadline, .. })) => {
            (*before, deadline.day)
        }
        other => panic!("not recounted: {other:?}"),
    }
}

/// The register on another day, by other rules, after a clock was recounted.
fn by(world: &World, rules: &Arc<RuleSet>, today: Day, clock: Clock) -> (World, bool) {
    let mut world = World { rules: Arc::clone(rules), ..world.clone() };
    world.today = today;
    let said = world.run(&timer(), &Command::Recompute(clock)).expect("a timer is not refused");
    assert!(said.is_empty() || said == ["deadline.recomputed"], "{clock:?}: {said:?}");
    (world, !said.is_empty())
}

fn counted_anew(state: &str, world: &World, clock: Clock) {
    let row = world.row(&clock.key()).expect("what the clock belongs to");
    let runs = provisional(row).into_iter().find(|(own, _)| *own == clock);
    let (_, counted) = runs.expect("the index lists what runs");
    for rules in [&*SPARSE, &*DENSE] {
        let wanted = rules.calendar.after(counted.from, counted.working_days);
        let runs = world.today <= counted.day.min(wanted.day);
        let (recounted_world, moved) = by(world, rules, world.today, clock);
        assert_eq!(moved, runs && wanted != counted, "{state}: {clock:?} on {}", world.today);
        if !moved {
            continue;
        }
        let (before, after) = recounted(&recounted_world);
        let replayed = recounted_world.replayed().rows;
        assert_eq!(replayed, recounted_world.rows, "{state}: {clock:?}: replay differs");
        let subject = recounted_world.log.last().and_then(|own| own.subject);
        let own = !matches!(clock, Clock::Comment(_));
        assert_eq!(subject.is_some(), own, "{state}: {clock:?}: departments have no file");
        // It runs on its last day and not behind it; and a day that would have passed by now
        // takes nobody's time away.
        let last = before.min(after);
        assert!(by(world, rules, last, clock).1, "{state}: {clock:?} runs on {last}");
        let next = last.plus_days(1);
        assert!(!by(world, rules, next, clock).1, "{state}: {clock:?} is counted on {next}");
    }
}

/// A timer does nothing a day before its day. Several days may wait for one thing; each is looked
/// at behind the one before.
fn comes_on_its_day(state: &str, world: &World, due: Due) {
    let mut world = world.clone();
    // What is late already comes first.
    world.run(&timer(), &Command::Tick { due }).expect("a timer is not refused");
    loop {
        let days = world.index.iter().filter_map(|entry| match entry {
            Index::Due(on, own) if *own == due && *on > world.today => Some(*on),
            _ => None,
        });
        let Some(on) = days.min() else {
            return;
        };
        let mut early = world.clone();
        early.today = on.plus_days(-1);
        let said = early.run(&timer(), &Command::Tick { due }).expect("a timer is not refused");
        assert!(said.is_empty(), "{state}: {due:?} of {on}, a day early: {said:?}");
        world.today = on;
        world.run(&timer(), &Command::Tick { due }).expect("a timer is not refused");
    }
}

/// What a timer, a plugin or a confirmation still has to do with keeps its file from being erased.
fn keeps_its_file(state: &str, world: &World) {
    for (key, row) in &world.rows {
        let entries = derived(row);
        let waits = |entry: &Index| match entry {
            // The comments of departments are about no file.
            Index::Provisional(clock) => !matches!(clock, Clock::Comment(_)),
            Index::Due(..) | Index::Closing(_) | Index::Owed(..) | Index::TargetRemedy(..) => true,
            _ => false,
        };
        let kept = entries.iter().any(|entry| matches!(entry, Index::Keeps(..)));
        let waiting: Vec<&Index> = entries.iter().filter(|entry| waits(entry)).collect();
        assert!(kept || waiting.is_empty(), "{state}: {key:?} keeps no file: {waiting:?}");
    }
}

/// Holds a state to all of it.
pub fn keeps_its_days(state: &str, world: &World) {
    keeps_its_file(state, world);
    for entry in &world.index {
        match entry {
            Index::Due(on, due) if *on > world.today => comes_on_its_day(state, world, *due),
            Index::Provisional(clock) => counted_anew(state, world, *clock),
            _ => {}
        }
    }
}
