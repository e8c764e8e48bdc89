//! The steps of a credit commitment, right in every point, and one event of each name.

use shouxin_core::actor::SubjectKey;
use shouxin_core::calendar::Deadline;
use shouxin_core::command::Command;
use shouxin_core::command::commitment::CommitmentCommand;
use shouxin_core::event::Event;
use shouxin_core::event::RepairAcceptance;
use shouxin_core::event::commitment::{CommitmentEvent, CommitmentKind};
use shouxin_core::id::{CommitmentId, Position, RepairId};
use shouxin_core::row::commitment::CommitmentRow;
use shouxin_core::row::{Key, Repairable, Row};
use shouxin_core::time::Day;

use super::rules::{MARKET, cite, day};
use super::steps::{approve, ask_repair, digest, handler, head, repair_check, served, text};
use super::{World, authority, organisation, party};

/// The day on which the commitments of these tests are due.
pub fn due() -> Day {
    day("2026-04-30")
}

/// The last day on which a breach of these tests is shown.
pub fn shown_until() -> Day {
    day("2027-03-01")
}

fn asked(command: CommitmentCommand) -> Command {
    Command::Commitment(command)
}

/// Offers a commitment.
pub fn offer(subject: SubjectKey, kind: CommitmentKind) -> Command {
    asked(CommitmentCommand::Offer {
        subject,
        kind,
        template_sha256: digest(50),
        content: text(),
        conditions: text(),
        checks: text(),
        consequences: text(),
        ordinary_path_stated: true,
        due: due(),
    })
}

/// The subject declines.
pub fn decline(commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::Decline { commitment, document_sha256: None })
}

/// The subject signs.
pub fn sign(commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::Sign {
        commitment,
        template_sha256: digest(50),
        document_sha256: digest(51),
        agent_sha256: None,
    })
}

/// The department shows it.
pub fn publish(commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::Publish { commitment, consent_sha256: None })
}

/// The department decides the matter for which it was made.
pub fn decide_matter(commitment: CommitmentId) -> Command {
    let document_number = "尤市监许〔2026〕1号".to_owned();
    asked(CommitmentCommand::DecideMatter { commitment, document_number })
}

/// The subject withdraws it.
pub fn withdraw(commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::Withdraw { commitment, reasons: text(), document_sha256: None })
}

/// The department finds it kept.
pub fn fulfil(commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::Fulfil { commitment, evidence: vec![digest(52)] })
}

/// The cure notice, served today.
pub fn cure(world: &World, commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::ServeCureNotice {
        commitment,
        reasons: text(),
        document_sha256: digest(53),
        service: served(world.today),
        working_days: 10,
    })
}

/// The proposal to find it broken.
pub fn propose_breach(commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::ProposeBreach {
        commitment,
        basis: vec![cite("law")],
        facts: text(),
        evidence: vec![digest(54)],
    })
}

/// The notice of it, served today.
pub fn breach_notice(world: &World, commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::ServeBreachNotice {
        commitment,
        facts: text(),
        reasons: text(),
        rights_stated: true,
        document_sha256: digest(55),
        service: served(world.today),
    })
}

/// The subject's two points.
pub fn breach_statement(world: &World, commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::StateOnBreach {
        commitment,
        points: vec![text(), text()],
        received_on: world.today,
        document_sha256: None,
    })
}

/// The subject's waiver.
pub fn breach_waiver(commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::WaiveStatement { commitment, document_sha256: digest(56) })
}

/// The proposal is dropped.
pub fn drop_breach(commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::DropBreach { commitment, reasons: text() })
}

/// The head's finding.
pub fn decide_breach(commitment: CommitmentId, answers: usize) -> Command {
    asked(CommitmentCommand::DecideBreach {
        commitment,
        document_number: "尤市监诺〔2026〕1号".to_owned(),
        document_sha256: digest(57),
        facts: text(),
        reasons: text(),
        answers: vec![text(); answers],
        end: shown_until(),
        repair_conditions: text(),
        remedies: text(),
    })
}

/// The finding, served today.
pub fn serve_breach(world: &World, commitment: CommitmentId) -> Command {
    asked(CommitmentCommand::ServeBreach {
        commitment,
        service: served(world.today),
        repair_guide_sha256: digest(58),
    })
}

/// The first day on which the repair of a served finding is applied for.
pub fn ripe_on(world: &World, id: CommitmentId) -> Day {
    let case = commitment_row(world, id).breach.as_ref().expect("a finding");
    let decided_on = case.path.served().expect("it is served").decided.decision.on;
    decided_on.plus_months(world.rules.pack(world.today).publicity_general_months.0)
}

/// The finding is repaired on application, and everybody has heard of it.
pub fn made_good(world: &mut World, id: CommitmentId) -> RepairId {
    world.go_to(ripe_on(world, id));
    let subject = party(commitment_row(world, id).subject);
    let of = Repairable::Commitment(id);
    let repair = RepairId(world.must(&subject, &ask_repair(of)));
    world.must(&handler(), &repair_check(repair, RepairAcceptance::Accepted));
    let approval = approve(world, repair);
    world.must(&head(), &approval);
    assert_eq!(world.close(), ["repair.done"]);
    repair
}

/// How far along a commitment is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each name is a state of a commitment or of its breach")]
pub enum Word {
    Offered,
    Signed,
    InForce,
    Overdue,
    CurePeriod,
    CureOver,
    Proposed,
    Noticed,
    Heard,
    Decided,
    Breached,
    Repaired,
}

/// A public commitment of organisation 1, up to and including a state.
pub fn word(until: Word) -> (World, CommitmentId) {
    let mut world = World::seeded();
    let offer = offer(organisation(1), CommitmentKind::Special);
    let id = CommitmentId(world.must(&handler(), &offer));
    if until >= Word::Signed {
        world.must(&party(organisation(1)), &sign(id));
    }
    if until >= Word::InForce {
        world.must(&handler(), &publish(id));
    }
    if until >= Word::Overdue {
        assert_eq!(world.go_to(due().plus_days(1)), ["commitment.overdue"]);
    }
    if until >= Word::CurePeriod {
        let cure = cure(&world, id);
        world.must(&handler(), &cure);
    }
    if until >= Word::CureOver {
        assert!(world.pass(20).is_empty(), "no timer ends the time to cure");
    }
    if until >= Word::Proposed {
        world.must(&handler(), &propose_breach(id));
    }
    if until >= Word::Noticed {
        let notice = breach_notice(&world, id);
        world.must(&handler(), &notice);
    }
    if until >= Word::Heard {
        let statement = breach_statement(&world, id);
        world.must(&party(organisation(1)), &statement);
    }
    if until >= Word::Decided {
        world.must(&head(), &decide_breach(id, 2));
    }
    if until >= Word::Breached {
        let serve = serve_breach(&world, id);
        world.must(&handler(), &serve);
    }
    if until >= Word::Repaired {
        made_good(&mut world, id);
    }
    (world, id)
}

/// A commitment's row.
pub fn commitment_row(world: &World, id: CommitmentId) -> &CommitmentRow {
    match world.row(&Key::Commitment(id)) {
        Some(Row::Commitment(row)) => row,
        _ => panic!("there is no {id}"),
    }
}

fn at(sequence: u64) -> Position {
    Position { log: 3, sequence }
}

fn deadline() -> Deadline {
    Deadline { day: day("2026-05-20"), provisional: true, from: day("2026-05-13"), working_days: 5 }
}

fn offered(kind: CommitmentKind) -> Event {
    Event::Commitment(CommitmentEvent::Offered {
        authority: authority(MARKET),
        kind,
        template_sha256: digest(50),
        content: text(),
        conditions: text(),
        checks: text(),
        consequences: text(),
        due: due(),
    })
}

/// One event of each name.
pub fn samples() -> Vec<Event> {
    use CommitmentEvent as E;
    let commitment = CommitmentId(at(13));
    let later = vec![
        E::Declined { commitment, document_sha256: Some(digest(51)) },
        E::Signed { commitment, document_sha256: digest(51), agent_sha256: Some(digest(52)) },
        E::Published { commitment, consent_sha256: Some(digest(53)) },
        E::Accepted { commitment },
        E::MatterDecided { commitment, document_number: "尤市监许〔2026〕1号".to_owned() },
        E::Withdrawn { commitment, reasons: text(), document_sha256: Some(digest(54)) },
        E::Fulfilled { commitment, evidence: vec![digest(55)] },
        E::Overdue { commitment },
        E::CureNoticeServed {
            commitment,
            reasons: text(),
            document_sha256: digest(56),
            service: served(day("2026-05-06")),
            cure_by: deadline(),
        },
        E::BreachProposed {
            commitment,
            basis: vec![cite("law")],
            facts: text(),
            evidence: vec![digest(57)],
            decide_by: deadline(),
            cap: day("2027-06-01"),
        },
        E::BreachNoticeServed {
            commitment,
            facts: text(),
            reasons: text(),
            document_sha256: digest(58),
            service: served(day("2026-05-21")),
            window: deadline(),
        },
        E::BreachStatementReceived {
            commitment,
            points: vec![text()],
            received_on: day("2026-05-22"),
            document_sha256: Some(digest(59)),
        },
        E::BreachStatementWaived { commitment, document_sha256: digest(59) },
        E::BreachWindowClosed { commitment },
        E::BreachDropped { commitment, reasons: text() },
        E::BreachDecided {
            commitment,
            document_number: "尤市监诺〔2026〕1号".to_owned(),
            document_sha256: digest(60),
            facts: text(),
            reasons: text(),
            answers: vec![text()],
            end: shown_until(),
            repair_conditions: text(),
            remedies: text(),
        },
        E::BreachServed {
            commitment,
            service: served(day("2026-05-25")),
            repair_guide_sha256: digest(61),
            published: true,
        },
        E::Repaired { commitment, repair: RepairId(at(14)) },
        E::BreachAnnulled { commitment, reasons: text() },
        E::BreachExpired { commitment },
        E::BreachShortened { commitment, end: day("2026-12-01") },
    ];
    let offered = offered(CommitmentKind::Permit);
    later.into_iter().map(Event::Commitment).chain([offered]).collect()
}

/// Kinds that the sample above does not show.
pub fn variants() -> Vec<(String, Event)> {
    use CommitmentKind as K;
    let kinds = [
        K::ProofOfFact,
        K::TolerantAcceptance,
        K::Comprehensive,
        K::Special,
        K::TradeSelfDiscipline,
        K::Repair,
    ];
    kinds.map(|kind| (format!("{kind:?}"), offered(kind))).to_vec()
}
