//! Retaliation reaches two bodies: whom, and that one of them does nothing else.

use super::*;
use crate::kit::rules::SUPERVISION;
use shouxin_core::whistle::{escalated_to, supervises};

fn organ() -> Who {
    officer(SUPERVISION, Post::Handler, Role::Triage)
}

/// Covers O44.
#[test]
fn the_supervision_organ_takes_no_step_of_a_report() {
    let competent = guard(Guard::Competent);
    for (stage, command) in [
        (Stage::Received, Command::Triage { note: text() }),
        (Stage::Received, Command::PutOutOfScope { pointer: text() }),
        (Stage::Triaged, assign()),
        (Stage::Triaged, ask()),
        (Stage::FedBack, Command::PostFeedback { text: text() }),
    ] {
        assert_eq!(refused(at(stage), &organ(), &command), competent, "{command:?}");
    }
    // Where it is the department that has the report, it verifies like any other.
    let mut world = at(Stage::Triaged);
    world.must(&triager(), &Command::Assign { department: SUPERVISION.to_owned() });
    world.must(&officer(SUPERVISION, Post::Handler, Role::Department), &verify(true));
}

#[test]
fn an_account_reaches_two_bodies_and_neither_where_it_is_about_itself() {
    let told = |about: &dyn Fn(Uscc) -> Option<bool>| {
        let told = escalated_to::<()>(rules(), |own| Ok(about(own))).expect("it is known");
        told.into_iter().map(|own| own.code.clone()).collect::<Vec<_>>()
    };
    let of = |whom: &'static str| move |own: Uscc| Some(own == authority(whom));
    assert_eq!(told(&of(MARKET)), [OFFICE, SUPERVISION]);
    assert_eq!(told(&of(OFFICE)), [SUPERVISION]);
    assert_eq!(told(&of(SUPERVISION)), [OFFICE]);
    assert_eq!(
        told(&|_| None),
        [SUPERVISION],
        "where nobody can know, the credit office stands aside"
    );
}

#[test]
fn whoever_takes_reports_in_for_the_supervision_organ_supervises() {
    let (organ, office) = (authority(SUPERVISION), authority(OFFICE));
    assert!(supervises(Role::Triage, organ, rules()));
    assert!(
        !supervises(Role::Department, organ, rules()) && !supervises(Role::Triage, office, rules())
    );
    let mut unmarked = rules().clone();
    unmarked.departments.iter_mut().for_each(|own| own.supervision = false);
    assert!(!supervises(Role::Triage, organ, &unmarked));
}
