//! Courses of what happens seldom, and of what the register does beside cases.

use shouxin_core::actor::Role;
use shouxin_core::command::assessment::AssessmentCommand;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::remedy::{RemedyOutcome, ReviewOf};
use shouxin_core::event::{
    CallFault, CaseHook, CaseRef, Finding, RepairAcceptance, Target, Trigger,
};
use shouxin_core::id::{
    AssessmentId, ListingId, MeasureId, ObjectionId, Position, RecordId, RepairId,
};
use shouxin_core::row::{Due, Key, Repairable};
use shouxin_core::rules::Severity;

use super::kit::later::{
    begin_testing, end_testing, listed, listing_of, newest, objection_of, office_head, remedy,
    remedy_of, repair_of, stay, suit,
};
use super::kit::rules::{HEARING, HIGHER, OFFICE, STATUTE, TAX, cite, day};
use super::kit::steps::*;
use super::kit::{Post, World, officer, operator, organisation, party, plugin, timer};
use super::{ended, hearing, lives, over, process, repairs, rests};

pub use super::entries::{amended, awaiting, catalogued};

/// A statement waived; a measure that its department declines.
pub fn declined() -> World {
    let mut world = World::seeded();
    let id = world.listing(&[], &[STATUTE], Stage::Noticed);
    let case = CaseRef::Listing(id);
    world.must(&handler(), &waive(case));
    world.must(&head(), &decision(case, 0, &[STATUTE]));
    world.must(&handler(), &serve(&world, case));
    world.pass(7);
    let measure = world.measure(id, STATUTE, Progress::Dispatched);
    let decline =
        Command::DeclineMeasure { measure, reasons: text(), legal_ground: Some(cite("law")) };
    world.must(&implementer(), &decline);
    world
}

/// A measure that its department does not execute within the days that the catalogue sets.
pub fn not_executed() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HEARING], Stage::Effective);
    world.measure(listing, HEARING, Progress::Dispatched);
    world.pass(30);
    world
}

/// Measures that end before anybody executed them: by their listing, and by their own date.
pub fn never_executed() -> World {
    let mut world = World::seeded();
    let all = [STATUTE, HEARING];
    let listing = world.listing(&[], &all, Stage::Effective);
    world.measure(listing, STATUTE, Progress::Accepted);
    world.measure(listing, HEARING, Progress::Dispatched);
    world.go_to(end().plus_days(1));
    world
}

/// A measure that nobody lifts within the days for it, and that is lifted late.
pub fn lifted_late() -> World {
    let (mut world, listing) = listed();
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    let revoke = ListingCommand::Revoke {
        case: CaseRef::Listing(listing),
        document_number: "尤市监撤〔2026〕3号".to_owned(),
        document_sha256: digest(39),
        reasons: text(),
        service: served(world.today),
    };
    world.must(&head(), &Command::Listing(revoke));
    world.must(&timer(), &Command::Tick { due: Due::Measure(measure) });
    world.pass(20);
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world
}

/// A nominee who withdraws; an exemplar whose revocation is dropped.
pub fn red_ways() -> World {
    let mut world = lives::red();
    let listing = listing_of(&world);
    let tell = ListingCommand::NoticeRedRevocation {
        listing,
        reasons: text(),
        document_sha256: digest(36),
        service: served(world.today),
    };
    world.must(&officer(OFFICE, Post::Handler), &Command::Listing(tell));
    let dropped = ListingCommand::DropRedRevocation { listing, reasons: text() };
    world.must(&office_head(), &Command::Listing(dropped));
    let nominator = officer(OFFICE, Post::Handler);
    let other = ListingId(world.must(&nominator, &nominate(organisation(1))));
    world.must(&party(organisation(1)), &close_red(other));
    world
}

/// A plugin that cannot be told of a suspension.
pub fn undelivered() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Executed);
    world.objection(organisation(1), Target::Record(record), false);
    let failed = Command::PluginFailed {
        measure,
        hook: CaseHook::Suspend,
        order: world.order(measure),
        fault: CallFault::Crash,
        detail: text(),
        attempt: 5,
        final_attempt: true,
    };
    world.must(&plugin(), &failed);
    let through = Position::local(world.next().sequence - 1);
    let plugin_name = "tax-plugin".to_owned();
    let told = Command::PluginTold { plugin: plugin_name, through, undelivered: Vec::new() };
    world.must(&plugin(), &told);
    // The department does it by hand.
    world.must(&implementer(), &by_hand(measure, CaseHook::Suspend));
    world
}

/// A plugin that cannot be told that a measure has effect again.
pub fn unresumed() -> World {
    let mut world = undelivered();
    let id = objection_of(&world);
    world.outcome(id, Finding::Correct);
    let measure = newest(&world, |key| match key {
        Key::Measure(id) => Some(*id),
        _ => None,
    });
    let failed = Command::PluginFailed {
        measure,
        hook: CaseHook::Resume,
        order: world.order(measure),
        fault: CallFault::Deadline,
        detail: text(),
        attempt: 1,
        final_attempt: false,
    };
    world.must(&plugin(), &failed);
    world.must(&implementer(), &by_hand(measure, CaseHook::Resume));
    world
}

/// An officer suspends and lifts by hand what its plugin carries out and never failed at.
pub fn relieved() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Executing);
    let objection = world.objection(organisation(1), Target::Measure(measure), false);
    world.must(&implementer(), &by_hand(measure, CaseHook::Suspend));
    world.outcome(objection, Finding::Error);
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world
}

/// A plugin that was retired while it had a measure suspended, and one to execute: an officer resumes
/// the one; the other, and one that was accepted, are ordered anew and executed by hand. Another
/// plugin then takes its place, and the next order.
pub fn retired() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let mut next = |progress| {
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        world.measure(listing, STATUTE, progress)
    };
    let (held, left) = (next(Progress::Executed), next(Progress::Executing));
    let (accepted, last) = (next(Progress::Accepted), next(Progress::Accepted));
    let objection = world.objection(organisation(1), Target::Measure(held), false);
    let done = plugin_done(held, CaseHook::Suspend, world.order(held));
    world.must(&plugin(), &done);
    world.outcome(objection, Finding::Correct);
    world.must(&operator(), &retire(&[]));
    world.must(&implementer(), &by_hand(held, CaseHook::Resume));
    world.must(&implementer(), &by_hand(left, CaseHook::Execute));
    world.must(&implementer(), &Command::ExecuteMeasure { measure: accepted });
    world.must(&implementer(), &by_hand(accepted, CaseHook::Execute));
    let mut another = deploy();
    if let Command::DeployPlugin { name, .. } = &mut another {
        *name = "new-plugin".to_owned();
    }
    world.must(&operator(), &another);
    world.must(&implementer(), &Command::ExecuteMeasure { measure: last });
    world
}

/// A plugin gave an execution up: an officer executes one case by hand, and finds, once what it
/// rests on has ended, that another attempt had no effect.
pub fn given_up() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    for by_officer in [true, false] {
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let measure = world.measure(listing, STATUTE, Progress::Executing);
        let failed = Command::PluginFailed {
            measure,
            hook: CaseHook::Execute,
            order: world.order(measure),
            fault: CallFault::Crash,
            detail: text(),
            attempt: 5,
            final_attempt: true,
        };
        world.must(&plugin(), &failed);
        if by_officer {
            world.must(&implementer(), &by_hand(measure, CaseHook::Execute));
        } else {
            world.go_to(day("2027-03-02"));
            world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
        }
    }
    world
}

/// A measure of a higher authority: answered, exempted by a court, recalled at its end.
pub fn forwarded() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let forward = MeasureCommand::Forward {
        listing,
        attribution: None,
        measure: HIGHER.to_owned(),
        department: TAX.to_owned(),
        to: "福建省地方金融监督管理局".to_owned(),
        basis: vec![cite("law")],
        reasons: text(),
        until: day("2027-03-01"),
        court_document: None,
        document_sha256: digest(40),
        service: served(world.today),
        notice: Some(subject_notice(world.today)),
    };
    let measure = MeasureId(world.must(&handler(), &Command::Measure(forward)));
    let answer = MeasureCommand::AnswerForward {
        measure,
        answer: text(),
        document_sha256: digest(41),
        answered_on: world.today,
    };
    world.must(&handler(), &Command::Measure(answer));
    let document = ruling(organisation(1));
    let until = world.today.plus_days(30);
    let exempt = MeasureCommand::ExemptCourtLimit { measure, document, until };
    world.must(&handler(), &Command::Measure(exempt));
    let tick = Command::Tick { due: Due::Measure(measure) };
    let tell = |suspended: bool, world: &World| {
        Command::Measure(MeasureCommand::TellForward {
            measure,
            suspended,
            document_sha256: digest(43),
            service: served(world.today),
        })
    };
    // Told of a suspension too late, and of its end in time; another ends before it was told.
    let objection = world.objection(organisation(1), Target::Measure(measure), false);
    world.must(&timer(), &tick);
    world.pass(10);
    let held = tell(true, &world);
    world.must(&handler(), &held);
    let refer = Command::ReferObjection { objection, received_on: world.today };
    world.must(&clerk(), &refer);
    world.must(&head(), &report(objection, Finding::Correct));
    let result = resolve(&world, objection);
    world.must(&clerk(), &result);
    world.must(&timer(), &tick);
    let free = tell(false, &world);
    world.must(&handler(), &free);
    let objection = world.objection(organisation(1), Target::Listing(listing), true);
    world.must(&timer(), &tick);
    world.outcome(objection, Finding::Correct);
    world.must(&timer(), &tick);
    world.go_to(day("2027-03-02"));
    let service = served(world.today);
    let recall = MeasureCommand::RecallForward { measure, document_sha256: digest(42), service };
    world.must(&handler(), &Command::Measure(recall));
    world
}

/// An objection for which evidence is asked and added; a court's document; a suit that is won and
/// redressed.
pub fn argued() -> World {
    let mut world = lives::suit(RemedyOutcome::Revoked);
    let id = remedy_of(&world);
    let (account, evidence) = (text(), vec![digest(44)]);
    let redressed = RemedyCommand::CompleteRemedyRedress { remedy: id, account, evidence };
    world.must(&handler(), &remedy(redressed));
    let (document, effect) = (ruling(organisation(1)), text());
    let filed = RemedyCommand::FileCourtDocument { document, effect };
    world.must(&clerk(), &remedy(filed));
    world.must(&handler(), &submit(organisation(1), "尤市监罚〔2026〕7号"));
    let record = super::kit::courses::held(&world).records[0];
    let id = world.objection(organisation(1), Target::Record(record), false);
    let ask = RemedyCommand::RequestEvidence { objection: id, request: text() };
    world.must(&clerk(), &remedy(ask));
    let add = RemedyCommand::AddEvidence {
        objection: objection_of(&world),
        statement: text(),
        evidence: vec![digest(32)],
    };
    world.must(&party(organisation(1)), &remedy(add));
    world
}

/// An objection to a record with a listing on it that ends with something put right.
pub fn put_right(finding: Finding) -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    world.measure(listing, STATUTE, Progress::Executed);
    let target = match finding {
        Finding::DisplayStopped => Target::Listing(listing),
        _ => Target::Record(record),
    };
    let id = world.objection(organisation(1), target, false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    match finding {
        Finding::Corrected => {
            let correct = Command::CorrectRecord {
                record,
                document_number: "尤市监罚〔2026〕改1号".to_owned(),
                document_date: day("2026-01-14"),
                document_sha256: Some(digest(38)),
                content: Some(text()),
                severity: Some(Severity::Serious),
                reasons: text(),
            };
            world.must(&handler(), &correct);
        }
        Finding::Supplemented => {
            let supplement = RemedyCommand::SupplementRecord {
                objection: id,
                statement: text(),
                document_sha256: Some(digest(39)),
                reasons: text(),
            };
            world.must(&handler(), &remedy(supplement));
        }
        _ => {}
    }
    world.must(&head(), &report(id, finding));
    world.must(&clerk(), &resolve(&world, id));
    world.close();
    world.must(&handler(), &redress(id));
    world
}

/// Expert testing that a law provides for, and a report in the time that was left.
pub fn tested() -> World {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.pass(2);
    world.must(&handler(), &begin_testing(&world, id));
    world.pass(9);
    world.must(&handler(), &end_testing(&world, id));
    world.pass(5);
    world.must(&head(), &report(id, Finding::Correct));
    world.must(&clerk(), &resolve(&world, id));
    world
}

/// A result that is served late, and a review that is decided late.
pub fn office_late() -> World {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.must(&head(), &report(id, Finding::Correct));
    world.pass(12);
    world.must(&clerk(), &resolve(&world, id));
    let of = ReviewOf::Objection(id);
    let (statement, evidence) = (text(), vec![digest(31)]);
    let asked = RemedyCommand::RequestReview { of, statement, evidence, new_facts: true };
    world.must(&party(organisation(1)), &remedy(asked));
    world.pass(60);
    let service = served(world.today);
    let decided = RemedyCommand::DecideReview { of, upheld: false, reasons: text(), service };
    world.must(&office_head(), &remedy(decided));
    world
}

/// A record that nobody verified, found not to be shown, and ended by a review.
pub fn hidden_and_ended() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.pass(40);
    let service = served(world.today);
    let unverified = RemedyCommand::MarkUnverified { objection: id, reasons: text(), service };
    world.must(&clerk(), &remedy(unverified));
    world.must(&head(), &report(id, Finding::DisplayStopped));
    world.must(&clerk(), &resolve(&world, id));
    let of = ReviewOf::Objection(id);
    let (statement, evidence) = (text(), vec![digest(31)]);
    let asked = RemedyCommand::RequestReview { of, statement, evidence, new_facts: true };
    world.must(&party(organisation(1)), &remedy(asked));
    let service = served(world.today);
    let decided = RemedyCommand::DecideReview { of, upheld: true, reasons: text(), service };
    world.must(&office_head(), &remedy(decided));
    world.close();
    world
}

/// A repair that is checked late, given more time, decided late, and refused.
pub fn repair_late() -> World {
    let (mut world, listing) = listed();
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.pass(8);
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    world.must(&handler(), &extend_repair(&world, id));
    world.pass(40);
    world.must(&head(), &refuse_repair(&world, id));
    world
}

/// A revocation of a repair that is dropped.
pub fn repair_stands() -> World {
    let mut world = lives::repaired();
    noticed(&mut world);
    let repair = repair_of(&world);
    world.must(&head(), &remedy(RemedyCommand::DropRevocation { repair, reasons: text() }));
    world
}

/// A revocation that was served, and whose day came after the end of the listing.
pub fn revoked_in_vain() -> World {
    let mut world = lives::repaired();
    let repair = noticed(&mut world);
    let stated = RemedyCommand::StateOnRevocation {
        repair,
        points: vec![text()],
        document_sha256: Some(digest(14)),
        received_on: world.today,
    };
    world.must(&party(organisation(1)), &remedy(stated));
    world.must(&head(), &remedy(revoking(&world, repair, 1)));
    // The timer was down until then.
    world.today = end().plus_days(1);
    assert!(world.tick().contains(&"repair.revocation_lapsed"));
    world
}

/// A revoked repair that is applied for again once the bar is over.
pub fn repaired_again() -> World {
    let mut world = lives::repaired();
    let repair = noticed(&mut world);
    world.pass(12);
    world.must(&head(), &remedy(revoking(&world, repair, 0)));
    world.pass(12);
    let listing = listing_of(&world);
    world.go_to(day("2027-01-20"));
    world.must(&party(organisation(1)), &super::kit::steps::repair(listing));
    world
}

/// A record whose repair is done, on its own.
fn record_repaired(withheld: bool) -> (World, RecordId, RepairId) {
    let mut world = World::seeded();
    let withheld_reason = withheld.then(text);
    let own = record(organisation(1), "尤市监罚〔2026〕1号");
    let own = NewRecord { withheld, withheld_reason, ..own };
    let submit = Command::SubmitRecords { records: vec![own] };
    let id = RecordId(world.must(&handler(), &submit));
    world.go_to(day("2026-07-15"));
    let asked = ask_repair(Repairable::Record(id));
    let repair = RepairId(world.must(&party(organisation(1)), &asked));
    world.must(&handler(), &repair_check(repair, RepairAcceptance::Accepted));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world.close();
    (world, id, repair)
}

fn brought_back(withheld: bool) -> World {
    let (mut world, _, repair) = record_repaired(withheld);
    noticed(&mut world);
    world.pass(12);
    world.must(&head(), &remedy(revoking(&world, repair, 0)));
    world.pass(12);
    world
}

/// A record whose repair was revoked, and which has effect again.
pub fn record_restored() -> World {
    brought_back(false)
}

/// The same of one that was never shown.
pub fn withheld_restored() -> World {
    brought_back(true)
}

/// A record that was repaired and is archived once its time is over.
pub fn kept() -> World {
    let (mut world, ..) = record_repaired(false);
    world.go_to(day("2029-01-20"));
    world
}

/// A listing that rests on a record, and whose repair is applied for.
pub fn under_a_listing() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[], Stage::Effective);
    world.go_to(day("2026-09-01"));
    world.must(&party(organisation(1)), &repair(listing));
    world
}

/// Two listings on one record, the second as far as a stage, and the repair of the first.
pub fn fallen(stage: Stage) -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let first = world.listing(&[record], &[], Stage::Effective);
    world.go_to(day("2026-09-01"));
    world.second_listing(&[record], stage);
    let id = RepairId(world.must(&party(organisation(1)), &repair(first)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    world
}

/// A record that expires, with what rests on it.
pub fn outlived() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    world.listing(&[record], &[], Stage::Noticed);
    world.go_to(day("2029-01-20"));
    world
}

/// A listing that is decided late, and served late.
pub fn case_late() -> World {
    let mut world = World::seeded();
    let id = CaseRef::Listing(world.listing(&[], &[], Stage::Heard));
    world.pass(60);
    world.must(&head(), &decision(id, 2, &[]));
    world.pass(20);
    world.must(&handler(), &serve(&world.clone(), id));
    world
}

/// A listing and its extension, both on the same record.
pub fn extended() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[], Stage::Effective);
    let extend = ListingCommand::Extend {
        listing,
        basis: vec![cite("law")],
        facts: vec![fact(organisation(1))],
        records: vec![record],
        act: text(),
    };
    world.must(&handler(), &Command::Listing(extend));
    world
}

/// A record corrected to end earlier, and the listing on it shortened.
pub fn shortened() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    world.listing(&[record], &[], Stage::Effective);
    let correction = Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕改1号".to_owned(),
        document_date: day("2026-01-14"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(Severity::General),
        reasons: text(),
    };
    world.must(&handler(), &correction);
    world
}

/// An objection that the credit office turned away.
pub fn turned_away() -> World {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &refuse_objection(&world, id));
    world
}

/// An honour in force that somebody objected to, found right.
pub fn honour_disputed() -> World {
    let mut world = World::seeded();
    let (nominator, other) = (officer(OFFICE, Post::Handler), officer(OFFICE, Post::Colleague));
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decision = decide_red(&world, listing);
    world.must(&office_head(), &decision);
    let mut filing = object(Target::Listing(listing), false);
    if let Command::FileObjection { trigger, .. } = &mut filing {
        *trigger = Trigger::Complaint;
    }
    let id = ObjectionId(world.must(&other, &filing));
    world.must(&other, &Command::AcceptObjection { objection: id });
    let received_on = world.today;
    world.must(&other, &Command::ReferObjection { objection: id, received_on });
    world.must(&other, &report(id, Finding::Correct));
    world
}

/// A first objection to what a court has stayed.
pub fn disputed_while_stayed() -> World {
    let (mut world, listing) = listed();
    let suit = suit(&world, Target::Listing(listing));
    world.must(&handler(), &suit);
    let stay = stay(&world);
    world.must(&handler(), &stay);
    world.objection(organisation(1), Target::Listing(listing), false);
    world
}

/// A case that was decided and never served, taken off the books.
pub fn never_served() -> World {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[], Stage::Decided));
    world.must(&head(), &Command::DropCase { case, reasons: text() });
    world
}

fn revoking(world: &World, repair: RepairId, answers: usize) -> RemedyCommand {
    RemedyCommand::RevokeRepair {
        repair,
        document_number: "尤市监撤〔2026〕1号".to_owned(),
        document_sha256: digest(34),
        reasons: text(),
        answers: vec![text(); answers],
        service: served(world.today),
    }
}

fn noticed(world: &mut World) -> RepairId {
    let repair = repair_of(world);
    let told = RemedyCommand::NoticeRevocation {
        repair,
        reasons: text(),
        document_sha256: digest(33),
        service: served(world.today),
    };
    world.must(&handler(), &remedy(told));
    repair
}

/// A channel that is slow, fails, and is closed.
pub fn channel_closed() -> World {
    let (mut world, _) = listed();
    let name = || "portal".to_owned();
    let channel = Command::Channel;
    let from = Position::local(0);
    world.must(&operator(), &channel(ChannelCommand::Open { channel: name(), from }));
    let due = world.today.plus_days(-1);
    let oldest = Position::local(5);
    world.must(&timer(), &channel(ChannelCommand::Overdue { channel: name(), oldest, due }));
    let detail = "timeout".to_owned();
    world.must(&timer(), &channel(ChannelCommand::Fail { channel: name(), detail }));
    world.must(&operator(), &channel(ChannelCommand::Close { channel: name() }));
    let back = ChannelCommand::Open { channel: name(), from };
    world.must(&operator(), &channel(back));
    world.must(&operator(), &channel(ChannelCommand::Close { channel: name() }));
    let reason = "门户已关停".to_owned();
    world.must(&operator(), &channel(ChannelCommand::Waive { channel: name(), reason }));
    world
}

/// Keys and legacy codes.
pub fn keys() -> World {
    let mut world = World::seeded();
    let key_id = || "k1".to_owned();
    let created = Command::CreateKey {
        key_id: key_id(),
        secret_hash: [1; 32],
        role: Role::Auditor,
        officer: None,
        acts_for: None,
        expires_on: day("2027-01-01"),
    };
    world.must(&operator(), &created);
    world.must(&operator(), &Command::RevokeKey { key_id: key_id() });
    let (kind, code) = ("organisation_code".to_owned(), "XY000001-2".to_owned());
    world.must(&handler(), &Command::LinkAlias { subject: organisation(1), kind, code });
    world
}

/// An assessment of the departments, to its end.
pub fn assessed() -> World {
    let mut world = World::seeded();
    world.today = day("2026-04-01");
    let ask = Command::Assessment;
    let open = AssessmentCommand::Open {
        from: "2026-01".parse().expect("a month"),
        to: "2026-03".parse().expect("a month"),
    };
    let assessment = AssessmentId(world.must(&clerk(), &ask(open)));
    world.must(&clerk(), &ask(AssessmentCommand::Freeze { assessment }));
    let comment = "系统切换所致".to_owned();
    let comment = AssessmentCommand::Comment { assessment, comment };
    world.must(&officer(TAX, Post::Colleague), &ask(comment));
    world.pass(10);
    let finalise = AssessmentCommand::Finalise {
        assessment,
        document_number: "尤信考〔2026〕1号".to_owned(),
        document_sha256: digest(40),
    };
    world.must(&office_head(), &ask(finalise));
    let order = AssessmentCommand::Order {
        assessment,
        department: TAX.to_owned(),
        reasons: "反馈逾期".to_owned(),
        by: day("2026-06-30"),
    };
    world.must(&clerk(), &ask(order));
    let rectify = AssessmentCommand::Rectify {
        assessment,
        account: "已补报".to_owned(),
        document_sha256: digest(41),
    };
    let report = AssessmentCommand::Report {
        assessment,
        document_number: "尤信报〔2026〕1号".to_owned(),
        document_sha256: digest(42),
    };
    world.must(&office_head(), &ask(report));
    // The order stays open when the county has been told.
    world.must(&officer(TAX, Post::Handler), &ask(rectify));
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    let mut all = vec![
        ("not executed", not_executed()),
        ("declined", declined()),
        ("never executed", never_executed()),
        ("lifted late", lifted_late()),
        ("red ways", red_ways()),
        ("undelivered", undelivered()),
        ("unresumed", unresumed()),
        ("relieved", relieved()),
        ("retired", retired()),
        ("given up", given_up()),
        ("forwarded", forwarded()),
        ("argued", argued()),
        ("corrected", put_right(Finding::Corrected)),
        ("supplemented", put_right(Finding::Supplemented)),
        ("off display", put_right(Finding::DisplayStopped)),
        ("tested", tested()),
        ("office late", office_late()),
        ("hidden and ended", hidden_and_ended()),
        ("repair late", repair_late()),
        ("repaired again", repaired_again()),
        ("repair stands", repair_stands()),
        ("record restored", record_restored()),
        ("record never shown restored", withheld_restored()),
        ("record kept", kept()),
        ("under a listing", under_a_listing()),
        ("turned away", turned_away()),
        ("honour disputed", honour_disputed()),
        ("disputed while stayed", disputed_while_stayed()),
        ("never served", never_served()),
        ("revoked in vain", revoked_in_vain()),
        ("channel closed", channel_closed()),
        ("keys", keys()),
        ("assessed", assessed()),
        ("catalogued", catalogued()),
        ("amended", amended()),
        ("awaiting", awaiting()),
        ("fallen with its record", fallen(Stage::Heard)),
        ("ended with its record", fallen(Stage::Effective)),
        ("outlived", outlived()),
        ("shortened", shortened()),
        ("extended", extended()),
        ("case late", case_late()),
    ];
    for more in [process::all, hearing::all, repairs::all, ended::all, rests::all, over::all] {
        all.extend(more());
    }
    all
}
