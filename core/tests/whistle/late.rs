//! Steps of a report that are late.

use super::*;
use shouxin_core::whistle::Late;

/// What is late is marked on the day after its last one, once, by a timer alone, and counted by its
/// step in the office's own ledger. Covers O44.
#[test]
fn what_is_late_is_marked_once_for_the_office() {
    type Count = fn(&Late) -> u32;
    let stages: [(World, Count); 4] = [
        (at(Stage::Received), |late| late.triage),
        (at(Stage::Assigned), |late| late.verification),
        (extended(), |late| late.verification),
        (unsubstantiated(), |late| late.feedback),
    ];
    for (mut world, own) in stages {
        let due = world.row().state.due().expect("a last day").day;
        let lists = |world: &World, list: Worklist| {
            world.row().entries().iter().any(|key| key.starts_with(&list.prefix()))
        };
        world.today = due;
        assert!(lists(&world, Worklist::Due) && !lists(&world, Worklist::Overdue));
        assert_eq!(refused(world.clone(), &timer(), &Command::MarkOverdue), STATE);
        world.pass(1);
        for who in [reporter(), triager(), case_officer()] {
            let ground = refused(world.clone(), &who, &Command::MarkOverdue);
            assert_eq!(ground, Ground::Misfit(Misfit::Forbidden));
        }
        world.must(&timer(), &Command::MarkOverdue);
        assert_eq!((world.row().overdue, own(&world.ledger.late)), (Some(due), 1));
        assert!(!lists(&world, Worklist::Due) && lists(&world, Worklist::Overdue));
        assert_eq!(refused(world.clone(), &timer(), &Command::MarkOverdue), STATE);
    }
    let mut world = at(Stage::Received);
    world.pass(60);
    world.must(&timer(), &Command::MarkOverdue);
    world.must(&triager(), &Command::Triage { note: text() });
    assert_eq!(world.row().overdue, None, "what is done is late no more");
    world.must(&triager(), &assign());
    world.pass(60);
    world.must(&timer(), &Command::MarkOverdue);
    let late = world.ledger.late;
    assert_eq!((late.triage, late.verification, late.feedback), (1, 1, 0));
}
