//! Whole courses of commitments, tolerant acceptances, credit reviews, and of what others write:
//! received classifications, typical cases, associations' files.

use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::case_study::CaseStudyCommand;
use shouxin_core::command::commitment::CommitmentCommand;
use shouxin_core::command::erasure::{ErasureCommand, Kept};
use shouxin_core::command::imported::ImportedCommand;
use shouxin_core::command::member::MemberCommand;
use shouxin_core::command::support::SupportCommand;
use shouxin_core::event::case_study::TakenDownFor;
use shouxin_core::event::commitment::CommitmentKind;
use shouxin_core::event::member::NoteKind;
use shouxin_core::event::support::SuitGround;
use shouxin_core::event::{Finding, Target};
use shouxin_core::id::{
    CaseStudyId, CommitmentId, ImportedId, MemberNoteId, ObjectionId, RecordId, SupportId,
    ToleranceId,
};
use shouxin_core::limits::ARCHIVE_AFTER_DAYS;
use shouxin_core::row::{Key, Row};

use super::kit::commitments::*;
use super::kit::later::{office_head, stay, suit};
use super::kit::reviews::review;
use super::kit::rules::{GUILD, OFFICE, RATING, TAX, cite, day};
use super::kit::social::guild;
use super::kit::steps::*;
use super::kit::tolerance::{close, give_up, supply, tolerate};
use super::kit::{Post, Who, World, officer, operator, organisation, party, person, timer};
use super::lives;
use super::process::redressed;

/// A public commitment that is kept, another that is declined, and one that is withdrawn.
pub fn kept() -> World {
    let (mut world, id) = word(Word::InForce);
    world.must(&handler(), &fulfil(id));
    let offered = world.must(&handler(), &offer(organisation(1), CommitmentKind::Repair));
    world.must(&party(organisation(1)), &decline(CommitmentId(offered)));
    let offered = world.must(&handler(), &offer(organisation(2), CommitmentKind::Comprehensive));
    let id = CommitmentId(offered);
    world.must(&party(organisation(2)), &sign(id));
    world.must(&party(organisation(2)), &withdraw(id));
    world
}

/// Made to one department and signed at its counter; the matter is decided, and it is kept late.
pub fn permit() -> World {
    let mut world = World::seeded();
    let offered = world.must(&handler(), &offer(organisation(1), CommitmentKind::Permit));
    let id = CommitmentId(offered);
    world.must(&handler(), &sign(id));
    world.must(&handler(), &publish(id));
    world.must(&handler(), &decide_matter(id));
    world.go_to(due().plus_days(3));
    world.must(&handler(), &fulfil(id));
    world
}

/// Found broken after a statement, and made good.
pub fn broken() -> World {
    word(Word::Repaired).0
}

/// Found broken after a period that passed in silence; a first proposal was dropped, a second one
/// taken back by the head.
pub fn broken_in_silence() -> World {
    let (mut world, id) = word(Word::Proposed);
    world.must(&handler(), &drop_breach(id));
    world.must(&handler(), &propose_breach(id));
    let notice = breach_notice(&world, id);
    world.must(&handler(), &notice);
    world.must(&party(organisation(1)), &breach_waiver(id));
    world.must(&head(), &decide_breach(id, 0));
    world.must(&head(), &drop_breach(id));
    world.must(&handler(), &propose_breach(id));
    let notice = breach_notice(&world, id);
    world.must(&handler(), &notice);
    world.pass(8);
    world.must(&head(), &decide_breach(id, 0));
    let serve = serve_breach(&world, id);
    world.must(&handler(), &serve);
    world
}

/// Found broken; a first objection finds the finding correct, a second one voids it. It is found
/// broken anew, a court stays that, and it comes to its end on its date.
pub fn disputed() -> World {
    let (mut world, id) = word(Word::Breached);
    let target = Target::Commitment(id);
    for finding in [Finding::Correct, Finding::Error] {
        let filed = world.must(&party(organisation(1)), &object(target, true));
        let objection = ObjectionId(filed);
        world.must(&office_head(), &Command::AcceptObjection { objection });
        let received_on = world.today;
        world.must(&office_head(), &Command::ReferObjection { objection, received_on });
        world.must(&colleague(), &report(objection, finding));
        let outcome = resolve(&world, objection);
        world.must(&clerk(), &outcome);
    }
    world.must(&handler(), &propose_breach(id));
    let notice = breach_notice(&world, id);
    world.must(&handler(), &notice);
    world.must(&party(organisation(1)), &breach_waiver(id));
    world.must(&head(), &decide_breach(id, 0));
    let serve = serve_breach(&world, id);
    world.must(&handler(), &serve);
    let filed = suit(&world, target);
    world.must(&handler(), &filed);
    let ordered = stay(&world);
    world.must(&handler(), &ordered);
    world.go_to(shown_until().plus_days(1));
    world
}

/// A person's commitment, shown with consent; what was broken is not shown.
pub fn of_a_person() -> World {
    let mut world = World::seeded();
    let subject = person(1);
    let offered = world.must(&handler(), &offer(subject, CommitmentKind::Special));
    let id = CommitmentId(offered);
    world.must(&party(subject), &sign(id));
    let consent_sha256 = Some(digest(64));
    let shown = CommitmentCommand::Publish { commitment: id, consent_sha256 };
    world.must(&handler(), &Command::Commitment(shown));
    world.go_to(due().plus_days(1));
    let cure = cure(&world, id);
    world.must(&handler(), &cure);
    world.pass(20);
    world.must(&handler(), &propose_breach(id));
    let notice = breach_notice(&world, id);
    world.must(&handler(), &notice);
    let statement = breach_statement(&world, id);
    world.must(&party(subject), &statement);
    world.must(&head(), &decide_breach(id, 2));
    let serve = serve_breach(&world, id);
    world.must(&handler(), &serve);
    world
}

/// A credit review that lists a record, after one that had nothing to list.
pub fn looked_at() -> World {
    let mut world = World::seeded();
    world.must(&handler(), &review(organisation(1), &[]));
    let record = world.with_record();
    world.must(&handler(), &review(organisation(1), &[record]));
    world
}

/// A file that is complete in two steps, and one that its subject withdraws.
pub fn tolerated() -> World {
    let mut world = World::seeded();
    let open = tolerate(&world, organisation(1));
    let id = ToleranceId(world.must(&handler(), &open));
    let first = supply(&world, id, &[1]);
    world.must(&handler(), &first);
    let second = supply(&world, id, &[0]);
    world.must(&handler(), &second);
    let open = tolerate(&world, organisation(1));
    let id = ToleranceId(world.must(&handler(), &open));
    world.must(&party(organisation(1)), &give_up(id));
    world
}

/// A file whose documents never come.
pub fn tolerated_in_vain() -> World {
    let mut world = World::seeded();
    let open = tolerate(&world, organisation(1));
    let id = ToleranceId(world.must(&handler(), &open));
    world.pass(30);
    world.must(&handler(), &close(id));
    world
}

/// By right of a red listing.
pub fn tolerated_exemplar() -> World {
    let mut world = lives::red();
    let open = tolerate(&world, organisation(2));
    world.must(&handler(), &open);
    world
}

fn received(subject: SubjectKey, class_name: &str) -> Command {
    Command::Imported(ImportedCommand::Receive {
        subject,
        standard: RATING.to_owned(),
        class_name: class_name.to_owned(),
        decision_number: "税信〔2026〕1号".to_owned(),
        decided_on: day("2026-02-01"),
        valid_until: day("2026-12-31"),
    })
}

/// A classification that is replaced, taken back, and received again.
pub fn classified() -> World {
    let (mut world, tax) = (World::seeded(), officer(TAX, Post::Handler));
    world.must(&tax, &received(organisation(1), "B"));
    let id = ImportedId(world.must(&tax, &received(organisation(1), "A")));
    let back = ImportedCommand::Withdraw { classification: id, reasons: text() };
    world.must(&tax, &Command::Imported(back));
    world.must(&tax, &received(organisation(1), "B"));
    world.must(&tax, &received(organisation(2), "A"));
    world.must(&tax, &received(organisation(2), "B"));
    world
}

/// A typical case, published and taken down.
pub fn told() -> World {
    let mut world = World::seeded();
    let draft = CaseStudyCommand::Draft {
        title: "守信故事".to_owned(),
        text: "张某按期还清贷款，企业电话 0598-6320000。".to_owned(),
        subject: Some(organisation(1)),
        natural_persons: true,
        anonymised: true,
        persons_checked: 1,
        persons_named: 0,
    };
    let id = CaseStudyId(world.must(&handler(), &Command::CaseStudy(draft)));
    world.must(&head(), &Command::CaseStudy(CaseStudyCommand::Publish { case_study: id }));
    let down = CaseStudyCommand::Withdraw { case_study: id, ground: TakenDownFor::Outdated };
    world.must(&colleague(), &Command::CaseStudy(down));
    world
}

/// A suit in the public interest that is supported with evidence, and closed by the credit office.
pub fn supported() -> World {
    let (mut world, support, _) = support_begun();
    let close = SupportCommand::Close { support, outcome: text() };
    world.must(&clerk(), &Command::Support(close));
    world
}

/// The same before it is closed, with the record it is about.
pub fn support_begun() -> (World, SupportId, RecordId) {
    let mut world = World::seeded();
    let record = world.with_record();
    let open = SupportCommand::Open {
        target: Target::Record(record),
        ground: SuitGround::Pollution,
        plaintiff: "某县人民检察院".to_owned(),
        plaintiff_basis: cite("law"),
        basis: vec![cite("plan")],
        request_sha256: digest(40),
    };
    let support = SupportId(world.must(&handler(), &Command::Support(open)));
    let receipt_sha256 = digest(41);
    let documents = vec![digest(42)];
    let hand = SupportCommand::HandOver { support, documents, receipt_sha256 };
    world.must(&handler(), &Command::Support(hand));
    (world, support, record)
}

/// A key for an officer, as the operator creates it.
pub fn give_key(world: &mut World, key_id: &str, role: Role, who: &Who) {
    let Actor::Officer(officer) = who.actor.clone() else { panic!("no officer") };
    let key = Command::CreateKey {
        key_id: key_id.to_owned(),
        secret_hash: digest(39),
        role,
        officer: Some(officer),
        acts_for: None,
        expires_on: day("2099-01-01"),
    };
    world.must(&operator(), &key);
}

/// A file that nothing happened to for years: proposed, taken back, proposed years later, erased,
/// and its code registered anew.
pub fn erased() -> World {
    let mut world = World::seeded();
    let guardian = Who { role: Role::DataOfficer, ..officer(OFFICE, Post::Colleague) };
    give_key(&mut world, "guardian", Role::DataOfficer, &guardian);
    let subject = organisation(1);
    // Nobody answers it, and after its day it binds nobody.
    world.must(&handler(), &offer(subject, CommitmentKind::Special));
    let own = world.with_record();
    world.must(&handler(), &Command::AnnulRecord { record: own, reasons: text() });
    world.must(&handler(), &redressed(Target::Record(own)));
    world.pass(ARCHIVE_AFTER_DAYS);
    let propose = |world: &mut World| {
        world.today = world.today.plus_months(60);
        let Some(Row::Subject(head)) = world.row(&Key::Subject(subject)) else { panic!("a file") };
        let kept = Kept { seen: head.last, by: None };
        let own = ErasureCommand::Propose { subject, basis: vec![cite("law")], kept };
        Kept { seen: world.must(&guardian, &Command::Erasure(own)), by: None }
    };
    propose(&mut world);
    world.must(&clerk(), &Command::Erasure(ErasureCommand::Withdraw { subject }));
    let kept = propose(&mut world);
    world.must(&clerk(), &Command::Erasure(ErasureCommand::Approve { subject, kept }));
    world.must(&timer(), &Command::Erasure(ErasureCommand::KeyDestroyed { subject }));
    world.must(&handler(), &register(subject));
    let new = record(subject, "尤市监罚〔2036〕1号");
    let records = vec![dated(new, world.today)];
    world.must(&handler(), &Command::SubmitRecords { records });
    world
}

/// Notes of an association, with every answer to an objection.
pub fn noted() -> World {
    let mut world = World::seeded();
    let own = guild(GUILD);
    let note = |kind: NoteKind| {
        Command::Member(MemberCommand::Note {
            association: GUILD.to_owned(),
            subject: organisation(1),
            kind,
            text: text(),
            rater: (kind == NoteKind::Rating).then(|| "某信用服务有限公司".to_owned()),
            charter: kind.is_discipline().then(|| "章程第八条".to_owned()),
        })
    };
    world.must(&own, &note(NoteKind::Rating));
    let id = MemberNoteId(world.must(&own, &note(NoteKind::Warning)));
    let correct = MemberCommand::Correct { note: id, text: text(), reasons: text() };
    world.must(&own, &Command::Member(correct));
    for (stands, corrected) in [(true, None), (false, Some(text())), (false, None)] {
        let statement = text();
        let object = MemberCommand::Object { note: id, statement, evidence: vec![digest(60)] };
        world.must(&party(organisation(1)), &Command::Member(object));
        let answer = MemberCommand::Answer { note: id, stands, answer: text(), corrected };
        world.must(&own, &Command::Member(answer));
    }
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("commitment kept", kept()),
        ("permit", permit()),
        ("breach", broken()),
        ("breach in silence", broken_in_silence()),
        ("disputed breach", disputed()),
        ("a person's commitment", of_a_person()),
        ("credit review", looked_at()),
        ("tolerant acceptance", tolerated()),
        ("tolerant acceptance, in vain", tolerated_in_vain()),
        ("tolerant acceptance, exemplar", tolerated_exemplar()),
        ("classification", classified()),
        ("typical case", told()),
        ("supported suit", supported()),
        ("member file", noted()),
        ("erased file", erased()),
    ]
}
