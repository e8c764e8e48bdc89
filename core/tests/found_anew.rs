//! A commitment that was found broken anew: what disputes the former finding leaves the new one, which is
//! disputed by itself.
//!
//! Covers: INV-4, INV-6.

use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::{RemedyOutcome, ReviewOf};
use shouxin_core::event::{Finding, Target};
use shouxin_core::id::{CommitmentId, ObjectionId};
use shouxin_core::path::Standing;

use crate::kit::commitments::*;
use crate::kit::later::*;
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{Who, World, organisation, party};

fn own() -> Who {
    party(organisation(1))
}

fn standing(world: &World, id: CommitmentId) -> Standing {
    commitment_row(world, id).finding_standing(world.today)
}

/// The former finding is found void, and the commitment is found broken anew.
fn anew(world: &mut World, id: CommitmentId) {
    let objection = world.objection(organisation(1), Target::Commitment(id), true);
    world.outcome(objection, Finding::Error);
    world.must(&handler(), &propose_breach(id));
    let told = breach_notice(world, id);
    world.must(&handler(), &told);
    let said = breach_statement(world, id);
    world.must(&own(), &said);
    world.must(&head(), &decide_breach(id, 2));
    let service = serve_breach(world, id);
    world.must(&handler(), &service);
    assert_eq!(standing(world, id), Standing::InForce);
}

#[test]
fn a_suit_about_a_former_finding_leaves_the_new_one() {
    let (mut world, id) = word(Word::Breached);
    let filed = suit(&world, Target::Commitment(id));
    world.must(&own(), &filed);
    anew(&mut world, id);
    assert_eq!(world.refused(&handler(), &stay(&world)), STATE, "there is nothing to stay");
    let until = shown_until().plus_days(-30);
    for outcome in [RemedyOutcome::Revoked, RemedyOutcome::Changed { end: until }] {
        let mut world = world.clone();
        let ruled = rule(&world, outcome);
        world.must(&clerk(), &ruled);
        assert_eq!(standing(&world, id), Standing::InForce, "it judged the finding before it");
        let case = commitment_row(&world, id).breach.as_ref().expect("a finding");
        let end = case.path.served().expect("it is served").decided.decision.end;
        assert_eq!(end, shown_until());
    }
    // One about the new finding ends it.
    let filed = suit(&world, Target::Commitment(id));
    world.must(&own(), &filed);
    let ruled = rule(&world, RemedyOutcome::Revoked);
    world.must(&handler(), &ruled);
    assert_eq!(standing(&world, id), Standing::Ended);
}

/// An objection to the former finding that the formal check turned away.
fn turned_away(world: &mut World, id: CommitmentId) -> ObjectionId {
    let objection = world.objection(organisation(1), Target::Commitment(id), false);
    let refusal = refuse_objection(world, objection);
    world.must(&clerk(), &refusal);
    objection
}

fn ask_review(id: ObjectionId, new_facts: bool) -> Command {
    remedy(RemedyCommand::RequestReview {
        of: ReviewOf::Objection(id),
        statement: text(),
        evidence: vec![digest(31)],
        new_facts,
    })
}

#[test]
fn a_review_about_a_former_finding_leaves_the_new_one() {
    let (mut world, id) = word(Word::Breached);
    let objection = turned_away(&mut world, id);
    anew(&mut world, id);
    for new_facts in [false, true] {
        let mut world = world.clone();
        world.must(&own(), &ask_review(objection, new_facts));
        assert_eq!(standing(&world, id), Standing::InForce);
        let (of, service) = (ReviewOf::Objection(objection), served(world.today));
        let taken_up = RemedyCommand::DecideReview { of, upheld: true, reasons: text(), service };
        world.must(&office_head(), &remedy(taken_up));
        assert_eq!(standing(&world, id), Standing::InForce);
        // The same ground is brought against the new one by itself.
        world.must(&own(), &object(Target::Commitment(id), false));
        assert_eq!(standing(&world, id), Standing::Suspended);
    }
}

#[test]
fn an_objection_to_a_former_finding_that_is_right_leaves_the_new_one() {
    let (mut world, id) = word(Word::Breached);
    let objection = turned_away(&mut world, id);
    anew(&mut world, id);
    world.must(&own(), &ask_review(objection, false));
    let (of, service) = (ReviewOf::Objection(objection), served(world.today));
    let taken_up = RemedyCommand::DecideReview { of, upheld: true, reasons: text(), service };
    world.must(&office_head(), &remedy(taken_up));
    let referred = Command::ReferObjection { objection, received_on: world.today };
    world.must(&clerk(), &referred);
    world.must(&colleague(), &report(objection, Finding::Error));
    let outcome = resolve(&world, objection);
    world.must(&clerk(), &outcome);
    assert_eq!(standing(&world, id), Standing::InForce);
}
