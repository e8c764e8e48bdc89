//! Every command in every state of records and listings beside their decision path, and of
//! measures that are forwarded to a higher authority.

use crate::kit;
use crate::kit::later::*;
use crate::kit::rules::{COURT, HIGHER, OFFICE, STATUTE, TAX, cite, day};
use crate::kit::steps::*;
use crate::kit::table::{ABSENT, Asked, EXISTS, STATE, compare};
use crate::kit::{Post, World, guard, machines, misfit, officer, organisation, party, timer};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::{CaseHook, CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, MeasureId, ObjectionId, RecordId, RepairId};
use shouxin_core::row::{Due, Key, Row};
use shouxin_core::rules::Severity;

#[test]
fn the_red_list_knows_no_other_way() {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), officer(OFFICE, Post::Head));
    let mut nominated = World::seeded();
    let number = "尤市监罚〔2026〕9号";
    let record = RecordId(nominated.must(&handler(), &submit(organisation(2), number)));
    let id = ListingId(nominated.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&nominated, id, &[]);
    let mut checked = nominated.clone();
    checked.must(&nominator, &check);
    let mut noticed = checked.clone();
    noticed.must(&nominator, &Command::OpenPublicNotice { listing: id });
    let mut over = noticed.clone();
    over.pass(8);
    let mut active = over.clone();
    active.must(&decider, &decide_red_finding(&active, id, &[]));
    let mut end_passed = active.clone();
    end_passed.today = end_passed.today.plus_months(12).plus_days(1);
    let mut expired = end_passed.clone();
    expired.tick();
    let mut withdrawn = active.clone();
    withdrawn.must(&party(organisation(2)), &close_red(id));
    let dispute = object(Target::Listing(id), false);
    let mut disputed = over.clone();
    disputed.must(&party(organisation(2)), &dispute);
    let mut shown_disputed = active.clone();
    shown_disputed.must(&party(organisation(2)), &dispute);
    let states = [
        ("none", World::seeded()),
        ("nominated", nominated),
        ("checked", checked),
        ("public notice", noticed),
        ("public notice over", over),
        ("public notice over, disputed", disputed),
        ("active", active),
        ("active, disputed", shown_disputed),
        ("active, end passed", end_passed),
        ("expired", expired),
        ("closed", withdrawn),
    ];
    let leave = Command::CloseRedListing {
        listing: id,
        reasons: text(),
        document_sha256: Some(digest(64)),
    };
    let commands: [Asked<'_>; 12] = [
        (LEAVE, nominator.clone(), &|_| leave.clone()),
        ("check, adverse found", nominator.clone(), &|world| {
            check_nomination(world, id, &[record])
        }),
        ("nominate", nominator.clone(), &|_| nominate(organisation(2))),
        ("object", party(organisation(2)), &|_| dispute.clone()),
        ("check", nominator.clone(), &|world| check_nomination(world, id, &[])),
        ("open", nominator.clone(), &|_| Command::OpenPublicNotice { listing: id }),
        ("decide", decider.clone(), &|world| decide_red_finding(world, id, &[])),
        ("close", decider.clone(), &|_| close_red(id)),
        ("withdraw", party(organisation(2)), &|_| close_red(id)),
        ("black steps", handler(), &|world| notice(world, CaseRef::Listing(id), &[])),
        ("repair", party(organisation(2)), &|_| repair(id)),
        ("tick", timer(), &|_| Command::Tick { due: Due::Case(CaseRef::Listing(id)) }),
    ];
    const OBJECTED: &[&str] = &["objection.filed"];
    const LEAVE: &str = "leave at the counter";
    const LEFT: &[&str] = &["red_listing.withdrawal_received", "red_listing.closed"];
    const LEFT_ACTIVE: &[&str] =
        &["red_listing.withdrawal_received", "red_listing.closed", "classification.changed"];
    compare(
        &machines::RED,
        &states,
        &commands,
        &[
            ("*", "nominate", &["listing.nominated"]),
            ("nominated", "object", OBJECTED),
            ("checked", "object", OBJECTED),
            ("public notice", "object", OBJECTED),
            ("public notice over", "object", OBJECTED),
            ("active", "object", &["objection.filed", "classification.changed"]),
            ("public notice over, disputed", "close", &["red_listing.closed"]),
            ("public notice over, disputed", "withdraw", &["red_listing.closed"]),
            ("active, disputed", "withdraw", &["red_listing.closed", "classification.changed"]),
            ("public notice over, disputed", LEAVE, LEFT),
            ("active, disputed", LEAVE, LEFT_ACTIVE),
            ("nominated", LEAVE, LEFT),
            ("checked", LEAVE, LEFT),
            ("public notice", LEAVE, LEFT),
            ("public notice over", LEAVE, LEFT),
            ("active", LEAVE, LEFT_ACTIVE),
            ("active, end passed", LEAVE, LEFT_ACTIVE),
            ("nominated", "check", &["listing.checked"]),
            ("nominated", "check, adverse found", &["listing.checked"]),
            ("nominated", "close", &["red_listing.closed"]),
            ("checked", "open", &["public_notice.opened"]),
            ("checked", "close", &["red_listing.closed"]),
            ("public notice", "close", &["red_listing.closed"]),
            ("public notice over", "decide", &["red_listing.decided", "classification.changed"]),
            ("public notice over", "close", &["red_listing.closed"]),
            ("nominated", "withdraw", &["red_listing.closed"]),
            ("checked", "withdraw", &["red_listing.closed"]),
            ("public notice", "withdraw", &["red_listing.closed"]),
            ("public notice over", "withdraw", &["red_listing.closed"]),
            ("active", "withdraw", &["red_listing.closed", "classification.changed"]),
            ("active, end passed", "withdraw", &["red_listing.closed", "classification.changed"]),
            ("active, end passed", "tick", &["listing.expired", "classification.changed"]),
        ],
        &[
            ("nominated", "nominate", EXISTS),
            ("checked", "nominate", EXISTS),
            ("public notice", "nominate", EXISTS),
            ("public notice over", "nominate", EXISTS),
            ("public notice over, disputed", "nominate", EXISTS),
            ("active", "nominate", EXISTS),
            ("active, disputed", "nominate", EXISTS),
            ("public notice over, disputed", "object", EXISTS),
            ("active, disputed", "object", EXISTS),
            ("active, end passed", "nominate", EXISTS),
            ("public notice", "decide", Ground::Guard(Guard::PublicNotice)),
            ("public notice over, disputed", "decide", Ground::Guard(Guard::PublicNotice)),
            ("active, disputed", "close", Ground::Guard(Guard::Notice)),
            ("active", "close", Ground::Guard(Guard::Notice)),
            ("active, end passed", "close", Ground::Guard(Guard::Notice)),
        ],
    );
}

#[test]
fn the_revocation_of_a_red_listing_knows_no_other_way() {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), office_head());
    let mut world = World::seeded();
    let id = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, id, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: id });
    let noticed = world.clone();
    world.pass(8);
    let decision = decide_red(&world, id);
    world.must(&decider, &decision);
    let tell = |world: &World| {
        Command::Listing(ListingCommand::NoticeRedRevocation {
            listing: id,
            reasons: text(),
            document_sha256: digest(36),
            service: served(world.today),
        })
    };
    let state = |world: &World| {
        Command::Listing(ListingCommand::StateOnRedRevocation {
            listing: id,
            points: vec![text()],
            document_sha256: Some(digest(14)),
            received_on: world.today,
        })
    };
    let revoke = |world: &World| {
        Command::Listing(ListingCommand::RevokeRed {
            listing: id,
            document_number: "尤信撤〔2026〕1号".to_owned(),
            document_sha256: digest(37),
            reasons: text(),
            answers: vec![text()],
            service: served(world.today),
        })
    };
    let drop = |_: &World| {
        Command::Listing(ListingCommand::DropRedRevocation { listing: id, reasons: text() })
    };
    let told = after(&world, &nominator, &tell(&world));
    let heard = after(&told, &party(organisation(2)), &state(&told));
    let revoked = after(&heard, &decider, &revoke(&heard));
    assert!(revoked.marks(organisation(2)).is_empty());
    let states = [
        ("public notice", noticed),
        ("active", world),
        ("told", told.clone()),
        ("told, period over", kit::later::later(&told, 12)),
        ("heard", heard),
        ("revoked", revoked),
    ];
    let unanswered = |world: &World| {
        let mut command = revoke(world);
        if let Command::Listing(ListingCommand::RevokeRed { answers, .. }) = &mut command {
            answers.clear();
        }
        command
    };
    let commands: [Asked<'_>; 5] = [
        ("revoke unanswered", decider.clone(), &unanswered),
        ("tell", nominator, &tell),
        ("state", party(organisation(2)), &state),
        ("revoke", decider.clone(), &revoke),
        ("drop", decider, &drop),
    ];
    const NO_NOTICE: Ground = Ground::Guard(Guard::Notice);
    const NOT_HEARD: Ground = Ground::Guard(Guard::Heard);
    compare(
        &machines::RED_REVOCATION,
        &states,
        &commands,
        &[
            ("active", "tell", &["red_listing.revocation_noticed"]),
            ("told", "state", &["red_listing.revocation_stated"]),
            (
                "told, period over",
                "revoke unanswered",
                &["red_listing.revoked", "classification.changed"],
            ),
            ("told, period over", "drop", &["red_listing.revocation_dropped"]),
            ("told", "drop", &["red_listing.revocation_dropped"]),
            ("heard", "revoke", &["red_listing.revoked", "classification.changed"]),
            ("heard", "state", &["red_listing.revocation_stated"]),
            ("heard", "drop", &["red_listing.revocation_dropped"]),
        ],
        &[
            ("active", "state", NO_NOTICE),
            ("active", "revoke", NO_NOTICE),
            ("active", "drop", NO_NOTICE),
            ("active", "revoke unanswered", NO_NOTICE),
            ("told", "revoke unanswered", NOT_HEARD),
            ("heard", "revoke unanswered", NOT_HEARD),
            ("told, period over", "tell", EXISTS),
            ("told, period over", "revoke", NOT_HEARD),
            ("told", "tell", EXISTS),
            ("heard", "tell", EXISTS),
            ("told", "revoke", NOT_HEARD),
        ],
    );
}

fn record_key(key: &Key) -> Option<RecordId> {
    match key {
        Key::Record(id) => Some(*id),
        _ => None,
    }
}

fn objection_key(key: &Key) -> Option<ObjectionId> {
    match key {
        Key::Objection(id) => Some(*id),
        _ => None,
    }
}

fn correct(record: RecordId, severity: Severity) -> Command {
    Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕2号".to_owned(),
        document_date: day("2026-01-14"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(severity),
        reasons: text(),
    }
}

/// Covers O12, O66.
#[test]
fn the_life_of_a_record_knows_no_other_way() {
    let mut accepted = World::seeded();
    let id = accepted.with_record();
    let corrected = after(&accepted, &colleague(), &correct(id, Severity::General));
    let end_display = |_: &World| Command::EndDisplay { record: id, reasons: text() };
    let annul = |_: &World| Command::AnnulRecord { record: id, reasons: text() };
    let tick = Command::Tick { due: Due::Record(id) };
    let long_ago = |world: &World| {
        let mut world = world.clone();
        world.today = world.today.plus_days(90);
        world
    };
    let hidden = after(&accepted, &colleague(), &end_display(&accepted));
    let annulled = after(&accepted, &colleague(), &annul(&accepted));
    let mut over = accepted.clone();
    over.today = day("2029-01-16");
    let expired = after(&over, &timer(), &tick);
    let archived = after(&long_ago(&expired), &timer(), &tick);
    let owner = party(organisation(1));
    let disputed = after(&accepted, &owner, &object(Target::Record(id), false));
    let reported = |finding| {
        let own = objection_of(&disputed);
        let accepted = after(&disputed, &clerk(), &Command::AcceptObjection { objection: own });
        let refer = Command::ReferObjection { objection: own, received_on: accepted.today };
        let verifying = after(&accepted, &clerk(), &refer);
        after(&verifying, &head(), &report(own, finding))
    };
    let mut over_disputed = disputed.clone();
    over_disputed.today = day("2029-01-16");
    let expired_disputed = after(&over_disputed, &timer(), &tick);
    let mut to_repair = accepted.clone();
    let listing = to_repair.listing(&[id], &[STATUTE], Stage::Effective);
    to_repair.pass(120);
    let own = RepairId(to_repair.must(&owner, &repair(listing)));
    to_repair.must(&handler(), &repair_check(own, RepairAcceptance::Accepted));
    let repaired = after(&to_repair, &head(), &approve(&to_repair, own));
    let minor = {
        let mut world = World::seeded();
        let mut new = record(organisation(1), "尤市监罚〔2026〕9号");
        new.severity = Some(Severity::Minor);
        world.must(&handler(), &Command::SubmitRecords { records: vec![new] });
        world
    };
    let states = [
        ("none", World::seeded()),
        ("accepted", accepted),
        ("accepted, its listing under repair", to_repair),
        ("accepted, minor", minor),
        ("corrected", corrected),
        ("off display", hidden),
        ("disputed", disputed.clone()),
        ("disputed, found correct", reported(Finding::Correct)),
        ("disputed, found wrong", reported(Finding::Error)),
        ("annulled long ago", long_ago(&annulled)),
        ("annulled", annulled),
        ("accepted, period over", over),
        ("disputed, period over", over_disputed),
        ("expired long ago", long_ago(&expired)),
        ("expired, disputed, long ago", long_ago(&expired_disputed)),
        ("expired", expired),
        // As long as some of its time is left, its repair may be revoked.
        ("repaired long ago", World { today: day("2029-01-16"), ..repaired.clone() }),
        ("repaired", repaired),
        ("archived", archived),
    ];
    let newest = |world: &World| kit::later::newest_or(world, record_key, RecordId(world.next()));
    let objection =
        |world: &World| kit::later::newest_or(world, objection_key, ObjectionId(world.next()));
    let commands: [Asked<'_>; 10] = [
        ("submit", handler(), &|world| {
            let new = record(organisation(1), "尤市监罚〔2026〕7号");
            Command::SubmitRecords { records: vec![dated(new, world.today)] }
        }),
        ("submit what nobody listed", handler(), &|_| {
            let mut new = record(organisation(1), "尤市监罚〔2026〕8号");
            new.item = "XY-9999".to_owned();
            Command::SubmitRecords { records: vec![new] }
        }),
        ("correct", colleague(), &|world| correct(newest(world), Severity::General)),
        ("correct heavier", colleague(), &|world| correct(newest(world), Severity::Serious)),
        ("end display", colleague(), &|world| Command::EndDisplay {
            record: newest(world),
            reasons: text(),
        }),
        ("annul", colleague(), &|world| Command::AnnulRecord {
            record: newest(world),
            reasons: text(),
        }),
        ("object", owner, &|world| object(Target::Record(newest(world)), false)),
        ("resolve the objection", clerk(), &|world| resolve(world, objection(world))),
        ("approve the repair", head(), &|world| approve(world, own)),
        ("tick", timer(), &|world| Command::Tick { due: Due::Record(newest(world)) }),
    ];
    const CORRECTED: &[&str] = &["record.corrected"];
    const HIDDEN: &[&str] = &["record.display_ended"];
    const REPAIRED_VOID: &[&str] =
        &["record.annulled", "listing.annulled", "redress.owed_by_annulment"];
    const FILED: &[&str] = &["objection.filed"];
    const NO_NOTICE: Ground = Ground::Guard(Guard::Notice);
    compare(
        &machines::RECORD,
        &states,
        &commands,
        &[
            ("*", "submit", &["record.accepted", "publicity.filed"]),
            // An item of a batch that is not taken is rejected by itself, with its reason.
            ("*", "submit what nobody listed", &[]),
            ("accepted", "correct", CORRECTED),
            // It ends earlier now, and what rests on it no later.
            (
                "accepted, its listing under repair",
                "correct",
                &["record.corrected", "listing.shortened", "classification.changed"],
            ),
            ("corrected", "correct", CORRECTED),
            ("off display", "correct", CORRECTED),
            ("disputed", "correct", CORRECTED),
            ("disputed, found correct", "correct", CORRECTED),
            ("disputed, found wrong", "correct", CORRECTED),
            ("accepted, period over", "correct", CORRECTED),
            ("disputed, period over", "correct", CORRECTED),
            // The record is serious already: as heavy is not heavier.
            ("accepted", "correct heavier", CORRECTED),
            ("accepted, its listing under repair", "correct heavier", CORRECTED),
            ("off display", "correct heavier", CORRECTED),
            ("disputed", "correct heavier", CORRECTED),
            ("disputed, found correct", "correct heavier", CORRECTED),
            ("disputed, found wrong", "correct heavier", CORRECTED),
            ("accepted, period over", "correct heavier", CORRECTED),
            ("disputed, period over", "correct heavier", CORRECTED),
            ("accepted", "end display", HIDDEN),
            ("accepted, its listing under repair", "end display", HIDDEN),
            ("corrected", "end display", HIDDEN),
            ("disputed", "end display", HIDDEN),
            ("disputed, found correct", "end display", HIDDEN),
            ("disputed, found wrong", "end display", HIDDEN),
            ("accepted, period over", "end display", HIDDEN),
            ("disputed, period over", "end display", HIDDEN),
            ("*", "annul", &["record.annulled", "redress.owed_by_annulment"]),
            ("accepted, minor", "annul", &["record.annulled"]),
            // The listing that was repaired with it is void too.
            ("repaired", "annul", REPAIRED_VOID),
            ("repaired long ago", "annul", REPAIRED_VOID),
            (
                "accepted, its listing under repair",
                "annul",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "redress.owed_by_annulment",
                ],
            ),
            ("accepted", "object", FILED),
            (
                "accepted, its listing under repair",
                "object",
                &["objection.filed", "classification.changed"],
            ),
            ("accepted, minor", "object", FILED),
            ("corrected", "object", FILED),
            ("off display", "object", FILED),
            ("accepted, period over", "object", FILED),
            ("disputed, found correct", "resolve the objection", &["objection.resolved"]),
            (
                "disputed, found wrong",
                "resolve the objection",
                &["objection.resolved", "record.annulled", "redress.opened"],
            ),
            (
                "accepted, its listing under repair",
                "approve the repair",
                &[
                    "repair.approved",
                    "listing.removed",
                    "classification.changed",
                    "record.repaired",
                ],
            ),
            ("annulled long ago", "tick", &["record.archived"]),
            ("accepted, period over", "tick", &["record.expired"]),
            ("disputed, period over", "tick", &["record.expired"]),
            ("expired long ago", "tick", &["record.archived"]),
            ("repaired long ago", "tick", &["record.archived"]),
        ],
        &[
            ("disputed", "object", EXISTS),
            ("disputed, found correct", "object", EXISTS),
            ("disputed, found wrong", "object", EXISTS),
            ("disputed, period over", "object", EXISTS),
            ("accepted, minor", "correct", NO_NOTICE),
            ("accepted, minor", "correct heavier", NO_NOTICE),
            ("corrected", "correct heavier", NO_NOTICE),
            ("none", "annul", ABSENT),
            ("annulled long ago", "annul", STATE),
            ("annulled", "annul", STATE),
            ("*", "resolve the objection", ABSENT),
            ("disputed", "resolve the objection", STATE),
            ("disputed, period over", "resolve the objection", STATE),
            ("expired, disputed, long ago", "resolve the objection", STATE),
            ("*", "approve the repair", ABSENT),
            ("repaired long ago", "approve the repair", STATE),
            ("repaired", "approve the repair", STATE),
        ],
    );
}

#[test]
fn a_correction_shows_no_longer_than_what_it_corrects() {
    let mut world = World::seeded();
    let id = world.with_record();
    let until = |world: &World| match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row.publicity_until.unwrap(),
        _ => panic!("there is no {id}"),
    };
    let before = until(&world);
    let mut later = correct(id, Severity::Serious);
    if let Command::CorrectRecord { document_date, .. } = &mut later {
        *document_date = world.today;
    }
    world.must(&colleague(), &later);
    assert_eq!(until(&world), before, "a later date of the document prolongs nothing");
    world.must(&colleague(), &correct(id, Severity::General));
    assert_eq!(until(&world), day("2027-01-14"));
    let other = officer(TAX, Post::Handler);
    let ground = world.refused(&other, &correct(id, Severity::General));
    assert_eq!(ground, guard(Guard::Competent), "another unit corrects nothing");
}

/// Covers INV-3.
#[test]
fn an_extension_is_a_case_of_its_own() {
    let (mut world, listing) = listed();
    let extend = Command::Listing(ListingCommand::Extend {
        listing,
        basis: vec![cite("law")],
        facts: vec![fact(organisation(1))],
        records: Vec::new(),
        act: text(),
    });
    let names = world.run(&handler(), &extend).unwrap();
    assert_eq!(
        names,
        ["listing.proposed", "listing.repair_rule_kept", "listing.extension_proposed"]
    );
    let new = listing_of(&world);
    assert_eq!(world.listing_row(new).extends, Some(listing));
    assert_eq!(world.marks(organisation(1)).len(), 1, "nothing has effect before its decision");
    let early = decision(CaseRef::Listing(new), 0, &[]);
    assert_eq!(world.refused(&head(), &early), guard(Guard::Notice));
    world.objection(organisation(1), Target::Listing(listing), false);
    assert_eq!(world.refused(&handler(), &extend), guard(Guard::NoSuspension));
}

#[test]
fn the_head_may_take_the_authoritys_own_decision_back() {
    let (world, listing) = listed();
    let revoke = |world: &World| {
        Command::Listing(ListingCommand::Revoke {
            case: CaseRef::Listing(listing),
            document_number: "尤市监撤〔2026〕2号".to_owned(),
            document_sha256: digest(39),
            reasons: text(),
            service: served(world.today),
        })
    };
    assert_eq!(world.refused(&handler(), &revoke(&world)), guard(Guard::FourEyes));
    for (number, sha) in [("", digest(39)), ("尤市监撤〔2026〕2号", [0; 32])] {
        let mut bare = revoke(&world);
        if let Command::Listing(ListingCommand::Revoke {
            document_number, document_sha256, ..
        }) = &mut bare
        {
            (*document_number, *document_sha256) = (number.to_owned(), sha);
        }
        assert_eq!(world.refused(&head(), &bare), guard(Guard::Document), "{number}");
    }
    let mut revoked = world.clone();
    let names = revoked.run(&head(), &revoke(&world)).unwrap();
    assert_eq!(names, ["listing.revoked", "classification.changed", "redress.owed_by_annulment"]);
    assert_eq!(revoked.refused(&head(), &revoke(&revoked)), STATE);
}

fn forwarded() -> (World, MeasureId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER, COURT], Stage::Effective);
    let at = world.must(&handler(), &forward(&world, listing));
    (world, MeasureId(at))
}

fn forward(world: &World, listing: ListingId) -> Command {
    Command::Measure(MeasureCommand::Forward {
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
    })
}

/// Covers O42.
#[test]
fn a_forwarded_measure_knows_no_other_way() {
    let (sent, id) = forwarded();
    let answer = |world: &World| {
        Command::Measure(MeasureCommand::AnswerForward {
            measure: id,
            answer: text(),
            document_sha256: digest(41),
            answered_on: world.today,
        })
    };
    let recall = |world: &World| {
        Command::Measure(MeasureCommand::RecallForward {
            measure: id,
            document_sha256: digest(42),
            service: served(world.today),
        })
    };
    let exempt = |world: &World| {
        Command::Measure(MeasureCommand::ExemptCourtLimit {
            measure: id,
            document: ruling(organisation(1)),
            until: world.today.plus_days(30),
        })
    };
    let tell = |suspended: bool| {
        move |world: &World| {
            Command::Measure(MeasureCommand::TellForward {
                measure: id,
                suspended,
                document_sha256: digest(43),
                service: served(world.today),
            })
        }
    };
    let (held, free) = (tell(true), tell(false));
    let tick = |_: &World| Command::Tick { due: Due::Measure(id) };
    let answered = after(&sent, &handler(), &answer(&sent));
    let disputed = after(&sent, &party(organisation(1)), &object(Target::Measure(id), false));
    let required = after(&disputed, &timer(), &tick(&disputed));
    let mut late = required.clone();
    late.today = late.today.plus_days(30);
    let told = after(&required, &handler(), &held(&required));
    let mut resumed = told.clone();
    let objection = objection_of(&resumed);
    resumed.outcome(objection, Finding::Correct);
    let mut moot = required.clone();
    moot.outcome(objection_of(&required), Finding::Correct);
    let mut over = answered.clone();
    over.go_to(day("2027-03-02"));
    let recalled = after(&over, &handler(), &recall(&over));
    let mut none = World::seeded();
    let listing = none.listing(&[], &[HIGHER, COURT], Stage::Effective);
    let exempted = after(&sent, &handler(), &exempt(&sent));
    let states = [
        ("none", none),
        ("forwarded", sent),
        ("exempted", exempted),
        ("answered", answered),
        ("over", over),
        ("recalled", recalled),
        ("disputed", disputed),
        ("disputed, to be told", required),
        ("disputed, not told in time", late),
        ("disputed, told", told),
        ("free again", resumed),
        ("free before it was told", moot),
    ];
    let commands: [Asked<'_>; 10] = [
        ("forward", handler(), &|world| forward(world, listing)),
        ("answer", handler(), &answer),
        ("recall", handler(), &recall),
        ("exempt", handler(), &exempt),
        ("tell it is suspended", handler(), &held),
        ("tell it has effect", handler(), &free),
        ("tick", timer(), &tick),
        ("dispatch", handler(), &|_| Command::DispatchMeasure { measure: id }),
        ("execute", implementer(), &|_| Command::ExecuteMeasure { measure: id }),
        ("lift", implementer(), &|_| by_hand(id, CaseHook::Lift)),
    ];
    const ENDED: Ground = Ground::Guard(Guard::End);
    const SUSPENDED: Ground = Ground::Guard(Guard::NoSuspension);
    compare(
        &machines::FORWARDED,
        &states,
        &commands,
        &[
            ("none", "forward", &["measure.forwarded", "measure.forward_noticed"]),
            ("exempted", "answer", &["measure.forward_answered"]),
            ("exempted", "exempt", &["court_limit.exempted"]),
            ("forwarded", "answer", &["measure.forward_answered"]),
            ("forwarded", "exempt", &["court_limit.exempted"]),
            ("answered", "exempt", &["court_limit.exempted"]),
            ("over", "recall", &["measure.forward_recalled"]),
            ("disputed", "answer", &["measure.forward_answered"]),
            ("disputed", "exempt", &["court_limit.exempted"]),
            ("disputed, to be told", "answer", &["measure.forward_answered"]),
            ("disputed, to be told", "exempt", &["court_limit.exempted"]),
            ("disputed, not told in time", "answer", &["measure.forward_answered"]),
            ("disputed, not told in time", "exempt", &["court_limit.exempted"]),
            ("disputed, told", "answer", &["measure.forward_answered"]),
            ("disputed, told", "exempt", &["court_limit.exempted"]),
            ("free again", "answer", &["measure.forward_answered"]),
            ("free again", "exempt", &["court_limit.exempted"]),
            ("free before it was told", "answer", &["measure.forward_answered"]),
            ("free before it was told", "exempt", &["court_limit.exempted"]),
            ("disputed", "tick", &["measure.forward_telling_required"]),
            ("disputed", "tell it is suspended", &["measure.forward_told"]),
            ("disputed, to be told", "tell it is suspended", &["measure.forward_told"]),
            ("disputed, not told in time", "tick", &["measure.forward_telling_overdue"]),
            ("disputed, not told in time", "tell it is suspended", &["measure.forward_told"]),
            ("free again", "tick", &["measure.forward_telling_required"]),
            ("free again", "tell it has effect", &["measure.forward_told"]),
            ("free before it was told", "tick", &["measure.forward_telling_moot"]),
        ],
        &[
            ("*", "forward", EXISTS),
            ("over", "forward", ENDED),
            ("recalled", "forward", ENDED),
            ("over", "dispatch", ENDED),
            ("over", "execute", ENDED),
            ("recalled", "dispatch", ENDED),
            ("recalled", "execute", ENDED),
            ("disputed", "dispatch", SUSPENDED),
            ("disputed", "execute", SUSPENDED),
            ("disputed, to be told", "dispatch", SUSPENDED),
            ("disputed, to be told", "execute", SUSPENDED),
            ("disputed, not told in time", "dispatch", SUSPENDED),
            ("disputed, not told in time", "execute", SUSPENDED),
            ("disputed, told", "dispatch", SUSPENDED),
            ("disputed, told", "execute", SUSPENDED),
        ],
    );
}

#[test]
fn nobody_in_the_county_executes_what_a_higher_authority_takes() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER, STATUTE], Stage::Effective);
    let here = initiate(listing, None, HIGHER);
    assert_eq!(world.refused(&handler(), &here), guard(Guard::Competent));
    let mut there = forward(&world, listing);
    if let Command::Measure(MeasureCommand::Forward { measure, .. }) = &mut there {
        *measure = STATUTE.to_owned();
    }
    assert_eq!(world.refused(&handler(), &there), guard(Guard::Competent));
    let right = forward(&world, listing);
    world.must(&handler(), &right);
    assert_eq!(world.refused(&handler(), &right), EXISTS, "once is enough");
}

/// Covers G-COURT, O42.
#[test]
fn a_court_document_is_about_this_very_subject() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[COURT], Stage::Effective);
    let with = |document| {
        let mut command = initiate(listing, None, COURT);
        if let Command::InitiateMeasure { court_document, .. } = &mut command {
            *court_document = document;
        }
        command
    };
    for wrong in [None, Some(fact(organisation(1))), Some(ruling(organisation(2)))] {
        let ground = world.refused(&handler(), &with(wrong));
        assert_eq!(ground, guard(Guard::Court));
    }
    world.must(&handler(), &with(Some(ruling(organisation(1)))));
    let filed = |effect| {
        let document = ruling(organisation(1));
        remedy(RemedyCommand::FileCourtDocument { document, effect })
    };
    assert_eq!(world.refused(&handler(), &filed(no_text())), misfit(Misfit::Value));
    world.must(&handler(), &filed(text()));
}

/// Each part of a letter to and from a higher authority by itself.
#[test]
fn what_is_sent_and_answered_is_whole_and_of_today_at_the_latest() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER, COURT], Stage::Effective);
    let there = forward(&world, listing);
    for (to, sha) in [("", digest(40)), ("福建省地方金融监督管理局", [0; 32])] {
        let mut bare = there.clone();
        if let Command::Measure(MeasureCommand::Forward { to: own, document_sha256, .. }) =
            &mut bare
        {
            (*own, *document_sha256) = (to.to_owned(), sha);
        }
        assert_eq!(world.refused(&handler(), &bare), guard(Guard::Document), "{to}");
    }
    let id = MeasureId(world.must(&handler(), &there));
    let answer = |sha: u8, days: i32| {
        let own = MeasureCommand::AnswerForward {
            measure: id,
            answer: text(),
            document_sha256: [sha; 32],
            answered_on: world.today.plus_days(days),
        };
        world.ask(&handler(), &Command::Measure(own)).map_err(|own| own.ground)
    };
    assert!(answer(41, 0).is_ok());
    assert_eq!(answer(41, -1).expect_err("before the letter"), misfit(Misfit::Value));
    assert_eq!(answer(41, 1).expect_err("tomorrow"), misfit(Misfit::Value));
    assert_eq!(answer(0, 0).expect_err("no reply"), misfit(Misfit::Value));
    let exempt = |days: i32| {
        let own = MeasureCommand::ExemptCourtLimit {
            measure: id,
            document: ruling(organisation(1)),
            until: world.today.plus_days(days),
        };
        world.ask(&handler(), &Command::Measure(own)).map_err(|own| own.ground)
    };
    for until in [0, 1] {
        assert!(exempt(until).is_ok(), "{until}");
    }
    assert_eq!(exempt(-1).expect_err("over"), misfit(Misfit::Value));
}
