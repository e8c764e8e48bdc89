//! The finding that a commitment was broken is repaired like everything else that weighs on a
//! subject: on application, examined, with a refusal, a review and a revocation (domain.md 2.2, 2.5).

use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::command::commitment::CommitmentCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::commitment::CommitmentKind;
use shouxin_core::event::remedy::{RemedyEvent, ReviewOf};
use shouxin_core::event::{Event, Finding, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{CommitmentId, ObjectionId};
use shouxin_core::path::Standing;
use shouxin_core::row::commitment::CommitmentState;
use shouxin_core::row::{Index, Key, Repairable, Row};

use crate::kit::commitments::*;
use crate::kit::later::*;
use crate::kit::repairs::{Repaired, checked, done, found_right, knows_no_other_way, revoked};
use crate::kit::rules::TAX;
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{Post, Who, World, guard, machines, officer, organisation, party, person};

fn subject() -> Who {
    party(organisation(1))
}

/// A served finding on the first day on which its repair is applied for.
fn ripe() -> (World, CommitmentId, Repairable) {
    let (mut world, id) = word(Word::Breached);
    world.go_to(ripe_on(&world, id));
    (world, id, Repairable::Commitment(id))
}

fn standing(world: &World, id: CommitmentId) -> Standing {
    commitment_row(world, id).finding_standing(world.today)
}

/// Covers O60, T07.
#[test]
fn the_repair_of_a_breach_knows_no_other_way() {
    let (ripe, _, of) = ripe();
    let own = Repaired {
        machine: &machines::REPAIR_BREACH,
        party: subject(),
        of,
        last: shown_until(),
        applied: &["repair.breach_applied"],
        approved: &["repair.approved", "commitment.repaired"],
        restored: &["breach.restored"],
    };
    knows_no_other_way(ripe, &own);
}

/// What is asked of the party, and of whoever decides.
#[test]
fn a_breach_is_repaired_on_application_by_who_found_it() {
    let (world, id, of) = ripe();
    let apply = ask_repair(of);
    assert!(world.ask(&handler(), &apply).is_ok(), "at the counter, with the party's letter");
    assert_ne!(world.refused(&party(organisation(2)), &apply), STATE);
    for spoil in [set_proof(&apply, Vec::new()), set_proof(&apply, vec![[0; 32]])] {
        assert_eq!(world.refused(&subject(), &spoil), guard(Guard::RepairProof));
    }
    let (mut world, from) = (world.clone(), world.next());
    let repair = checked(&mut world, &subject(), of);
    let elsewhere = officer(TAX, Post::Head);
    assert_eq!(world.refused(&elsewhere, &approve(&world, repair)), guard(Guard::Competent));
    assert_eq!(world.refused(&handler(), &approve(&world, repair)), guard(Guard::FourEyes));
    assert_eq!(standing(&world, id), Standing::InForce, "an application ends nothing");
    world.must(&head(), &approve(&world.clone(), repair));
    assert_eq!(standing(&world, id), Standing::Ended);
    assert!(!commitment_row(&world, id).is_shown(world.today));
    assert!(changes(&world, from).contains(&Target::Commitment(id)), "channels withdraw it");
    assert!(world.marks(organisation(1)).is_empty());
    assert_eq!(world.replayed().rows, world.rows);
}

fn set_proof(
    apply: &shouxin_core::command::Command,
    proof: Vec<[u8; 32]>,
) -> shouxin_core::command::Command {
    let mut apply = apply.clone();
    if let shouxin_core::command::Command::ApplyForRepair { proof_sha256, .. } = &mut apply {
        *proof_sha256 = proof;
    }
    apply
}

/// A finding is not applied about before it is served, once it is void, or behind its last day; what
/// is disputed may be repaired as well.
#[test]
fn only_a_finding_that_stands_is_repaired() {
    let (world, id) = word(Word::Decided);
    assert_eq!(world.refused(&subject(), &ask_repair(Repairable::Commitment(id))), STATE);
    let (mut world, id, of) = ripe();
    let objected = object(Target::Commitment(id), false);
    let objection = ObjectionId(world.must(&subject(), &objected));
    assert_eq!(standing(&world, id), Standing::Suspended);
    assert!(world.ask(&subject(), &ask_repair(of)).is_ok());
    world.outcome(objection, Finding::Error);
    assert_eq!(world.refused(&subject(), &ask_repair(of)), STATE);
    let (mut world, _, of) = ripe();
    world.today = shown_until();
    assert!(world.ask(&subject(), &ask_repair(of)).is_ok(), "its last day counts");
    world.today = shown_until().plus_days(1);
    assert_eq!(world.refused(&subject(), &ask_repair(of)), STATE);
}

/// Refused with reasons, it is reviewed by the credit office, which has it decided anew.
#[test]
fn a_refused_repair_of_a_breach_is_reviewed() {
    let (mut world, id, of) = ripe();
    let repair = checked(&mut world, &subject(), of);
    let refusal = refuse_repair(&world, repair);
    world.must(&head(), &refusal);
    let ask = remedy(RemedyCommand::RequestReview {
        of: ReviewOf::Repair(repair),
        statement: text(),
        evidence: Vec::new(),
        new_facts: false,
    });
    assert_eq!(world.refused(&handler(), &ask), guard(Guard::Document), "without its paper");
    world.must(&subject(), &ask);
    let decide = remedy(RemedyCommand::DecideReview {
        of: ReviewOf::Repair(repair),
        upheld: true,
        reasons: text(),
        service: served(world.today),
    });
    world.must(&office_head(), &decide);
    assert_eq!(commitment_row(&world, id).open_repair, Some(repair), "it is open again");
    let accepted = shouxin_core::event::RepairAcceptance::Accepted;
    world.must(&handler(), &repair_check(repair, accepted));
    world.must(&head(), &approve(&world.clone(), repair));
    assert_eq!(standing(&world, id), Standing::Ended);
}

/// What was obtained by fraud comes back for the time that was left, shown as before, and can be
/// objected to before it does.
#[test]
fn a_revoked_repair_brings_back_the_finding_as_it_was() {
    let (mut world, id, of) = ripe();
    let repair = done(&mut world, &subject(), of);
    assert!(!world.index.contains(&Index::PublicCommitment(id)));
    assert_eq!(world.refused(&subject(), &object(Target::Commitment(id), false)), STATE);
    revoked(&mut world, &subject(), repair);
    assert_eq!(standing(&world, id), Standing::Ended, "not before the day it fixes");
    let mut held = world.clone();
    let objected = object(Target::Commitment(id), false);
    let objection = ObjectionId(held.must(&subject(), &objected));
    held.pass(20);
    assert_eq!(standing(&held, id), Standing::Ended, "what is disputed is not brought back");
    found_right(&mut held, objection);
    let Some(Row::Repair(row)) = held.row(&Key::Repair(repair)) else { panic!("a repair") };
    assert_eq!(row.state.name(), "done", "the revocation is void");
    let from = world.next();
    world.pass(12);
    assert_eq!(standing(&world, id), Standing::InForce);
    let row = commitment_row(&world, id);
    assert!(row.is_shown(world.today) && !row.is_shown(shown_until().plus_days(1)));
    assert!(changes(&world, from).contains(&Target::Commitment(id)));
    assert_eq!(comes_back_shown(&world), Some(true));
    let again_from = row.repair_again_from.expect("a bar");
    assert!(again_from <= shown_until());
    assert_eq!(world.refused(&subject(), &ask_repair(of)), guard(Guard::RepairPeriod));
    assert_eq!(world.replayed().rows, world.rows);
    world.go_to(shown_until().plus_days(1));
    assert_eq!(standing(&world, id), Standing::Ended);
}

/// An application is about the finding that stood when it was made: one that was void since and is
/// found anew is not repaired by it.
#[test]
fn a_finding_made_anew_needs_an_application_of_its_own() {
    let (mut world, id, of) = ripe();
    let repair = checked(&mut world, &subject(), of);
    let objected = object(Target::Commitment(id), false);
    let objection = ObjectionId(world.must(&subject(), &objected));
    world.outcome(objection, Finding::Error);
    assert!(matches!(commitment_row(&world, id).state, CommitmentState::CurePeriod { .. }));
    world.must(&handler(), &propose_breach(id));
    world.must(&handler(), &breach_notice(&world.clone(), id));
    world.must(&subject(), &breach_waiver(id));
    world.must(&head(), &decide_breach(id, 0));
    world.must(&handler(), &serve_breach(&world.clone(), id));
    let approval = approve(&world, repair);
    assert_eq!(world.run(&head(), &approval).unwrap(), ["repair.approved"]);
    assert_eq!(standing(&world, id), Standing::InForce);
    assert_eq!(world.close(), ["objection.closed", "repair.done"]);
    assert_eq!(world.refused(&handler(), &revocation_notice(&world, repair)), STATE);
}

/// What ended meanwhile is not repaired; the approval is on record.
#[test]
fn a_finding_that_ended_meanwhile_is_only_approved() {
    let (mut world, id, of) = ripe();
    world.today = shown_until();
    let repair = checked(&mut world, &subject(), of);
    world.go_to(shown_until().plus_days(1));
    let approval = approve(&world, repair);
    assert_eq!(world.run(&head(), &approval).unwrap(), ["repair.approved"]);
    assert!(matches!(commitment_row(&world, id).state, CommitmentState::Breached { .. }));
    assert_eq!(world.close(), ["repair.done"]);
}

/// What the log says of a finding that came back: whether it is shown.
fn comes_back_shown(world: &World) -> Option<bool> {
    world.log.iter().find_map(|own| match &own.event {
        Event::Remedy(RemedyEvent::BreachRestored { published, .. }) => Some(*published),
        _ => None,
    })
}

/// A person's broken word was never shown, and is not after a revocation: not even where the person had
/// consented to the commitment's being public.
#[test]
fn a_persons_finding_is_never_shown() {
    for kind in [CommitmentKind::Permit, CommitmentKind::Special] {
        let (mut world, id) = broken(person(1), kind);
        let own = party(person(1));
        assert_eq!(commitment_row(&world, id).published, kind.is_public());
        world.go_to(ripe_on(&world, id));
        let repair = done(&mut world, &own, Repairable::Commitment(id));
        revoked(&mut world, &own, repair);
        let from = world.next();
        world.pass(12);
        assert_eq!(standing(&world, id), Standing::InForce);
        assert!(changes(&world, from).is_empty());
        assert!(!commitment_row(&world, id).is_shown(world.today));
        assert_eq!(comes_back_shown(&world), Some(false), "and the log says so");
    }
    // What an organisation promised its department alone was never shown either.
    let (mut world, id) = broken(organisation(1), CommitmentKind::Permit);
    world.go_to(ripe_on(&world, id));
    let repair = done(&mut world, &subject(), Repairable::Commitment(id));
    revoked(&mut world, &subject(), repair);
    world.pass(12);
    assert_eq!(comes_back_shown(&world), Some(false));
}

/// A commitment of a kind, with the subject's consent to show it, that was found broken.
fn broken(of: SubjectKey, kind: CommitmentKind) -> (World, CommitmentId) {
    let mut world = World::seeded();
    let own = party(of);
    let id = CommitmentId(world.must(&handler(), &offer(of, kind)));
    world.must(&own, &sign(id));
    let consent_sha256 = Some(digest(64));
    let published = CommitmentCommand::Publish { commitment: id, consent_sha256 };
    world.must(&handler(), &Command::Commitment(published));
    world.go_to(due().plus_days(1));
    world.must(&handler(), &cure(&world.clone(), id));
    world.pass(20);
    world.must(&handler(), &propose_breach(id));
    world.must(&handler(), &breach_notice(&world.clone(), id));
    world.must(&own, &breach_waiver(id));
    world.must(&head(), &decide_breach(id, 0));
    world.must(&handler(), &serve_breach(&world.clone(), id));
    (world, id)
}
