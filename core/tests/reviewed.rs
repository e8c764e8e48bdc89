//! What a review takes up is referred by a day like any objection (T02, domain.md 2.6).
//!
//! Covers: domain.md O63, T02.

use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::Target;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::row::ObjectionState;

use crate::kit::later::*;
use crate::kit::steps::*;
use crate::kit::{organisation, party};

#[test]
fn what_a_review_takes_up_is_referred_by_a_day() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    let refusal = refuse_objection(&world, id);
    world.must(&clerk(), &refusal);
    let of = ReviewOf::Objection(id);
    let (statement, evidence) = (text(), vec![digest(31)]);
    let asks = RemedyCommand::RequestReview { of, statement, evidence, new_facts: false };
    world.must(&party(organisation(1)), &remedy(asks));
    let (reasons, service) = (text(), served(world.today));
    let upheld = RemedyCommand::DecideReview { of, upheld: true, reasons, service };
    world.must(&office_head(), &remedy(upheld));
    let row = world.objection_row(id);
    assert!(matches!(row.state, ObjectionState::Accepted));
    let refer_wd = world.rules.pack(world.today).objection_refer_wd;
    let due = world.rules.calendar.after(world.today, refer_wd);
    assert_eq!(row.referral.map(|own| own.by), Some(due));
    let mut late = world.clone();
    assert!(late.pass(10).contains(&"assessment.referral_overdue"));
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    assert!(!world.pass(10).contains(&"assessment.referral_overdue"), "nobody is late");
}
