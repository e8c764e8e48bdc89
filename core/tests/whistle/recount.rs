//! Steps of a report whose last day was counted beyond the calendar.

use std::sync::LazyLock;

use super::*;
use shouxin_core::calendar::Calendar;

const OFFICIAL: &str = include_str!("../../../config/calendar/holidays-2007-2026.csv");

static NEWER: LazyLock<RuleSet> = LazyLock::new(|| {
    let files = [("holidays-2007-2026.csv", OFFICIAL)];
    let calendar = Calendar::parse(&files).expect("the county's calendar");
    RuleSet { calendar, ..rules().clone() }
});

/// The same report, once a newer calendar is loaded.
pub(super) fn by_newer(mut world: World) -> World {
    world.rules = &NEWER;
    world
}

/// Every step that is awaited is counted anew, from the same day and as many days, by a timer alone
/// and once; what has passed has had its effect. Covers O44.
#[test]
fn a_newer_calendar_counts_every_awaited_step_anew() {
    for stopped in [at(Stage::Received), at(Stage::Assigned), extended(), unsubstantiated()] {
        let before = stopped.row().state.due().expect("a last day");
        assert!(before.provisional);
        assert_eq!(refused(stopped.clone(), &timer(), &Command::Recount), STATE, "no newer one");
        let mut world = by_newer(stopped);
        for who in [reporter(), triager(), case_officer()] {
            let ground = refused(world.clone(), &who, &Command::Recount);
            assert_eq!(ground, Ground::Misfit(Misfit::Forbidden));
        }
        let mut late = world.clone();
        late.today = before.day.plus_days(1);
        assert_eq!(refused(late, &timer(), &Command::Recount), STATE, "it has passed");
        let state = world.row().state.name();
        world.must(&timer(), &Command::Recount);
        let counted = world.row().state.due().expect("a last day");
        assert_eq!(counted, NEWER.calendar.after(before.from, before.working_days));
        assert_eq!((world.row().state.name(), world.row().overdue), (state, None));
        assert!(!counted.provisional);
        let due = Worklist::Due.prefix();
        let listed = world.row().entries().into_iter().filter(|key| key.starts_with(&due));
        assert_eq!(listed.count(), 1, "it is listed by its new day");
        assert_eq!(refused(world, &timer(), &Command::Recount), STATE, "once");
    }
    // In the week of the Spring Festival as many days take longer than the week alone says.
    let mut world = World::new();
    world.today = day("2026-02-13");
    world.must(&reporter(), &receive());
    let mut world = by_newer(world);
    world.must(&timer(), &Command::Recount);
    assert_eq!(world.row().state.due().map(|own| own.day), Some(day("2026-02-25")));
}

/// An extended verification is counted from the day on which the department got it, both times
/// together: a newer calendar moves the whole.
#[test]
fn a_newer_calendar_counts_the_whole_of_an_extended_verification() {
    let by_week = Calendar::default();
    for first in [true, false] {
        let mut world = World::new();
        // The Spring Festival lies before the day to which the first time runs.
        world.today = day("2026-02-02");
        let given = world.today;
        for (who, command) in [
            (reporter(), receive()),
            (triager(), Command::Triage { note: text() }),
            (triager(), Command::Assign { department: TAX.to_owned() }),
        ] {
            world.must(&who, &command);
        }
        let extend = Command::Extend { reasons: text() };
        if first {
            world.must(&case_officer(), &extend);
            assert_eq!(world.row().state.due(), Some(by_week.after(given, 30)));
            world = by_newer(world);
            world.must(&timer(), &Command::Recount);
        } else {
            world = by_newer(world);
            world.must(&case_officer(), &extend);
        }
        let counted = world.row().state.due().expect("a last day");
        assert_eq!(counted, NEWER.calendar.after(given, 30));
        let moved = NEWER.calendar.after(by_week.after(given, 15).day, 15);
        assert!(counted.day > moved.day, "not from a day that has moved");
    }
}

#[test]
fn a_step_that_would_have_been_late_by_now_stays_as_it_was() {
    // 28 February 2026 is a Saturday on which the county works.
    let mut world = World::new();
    world.today = day("2026-02-26");
    world.must(&reporter(), &receive());
    let mut world = by_newer(world);
    assert_eq!(world.row().state.due().map(|own| own.day), Some(day("2026-03-03")));
    world.today = day("2026-03-03");
    assert_eq!(refused(world.clone(), &timer(), &Command::Recount), STATE);
    world.today = day("2026-03-02");
    world.must(&timer(), &Command::Recount);
    assert_eq!(world.row().state.due().map(|own| own.day), Some(day("2026-03-02")));
}
