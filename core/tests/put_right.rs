//! What an objection puts right without ending it: a correction, a supplement, the end of a display
//! (domain.md 2.6). Each is done by an officer of the provider, and the objection closes when every
//! channel has heard of it.

use crate::kit::later::*;
use crate::kit::rules::{STATUTE, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::{Asked, compare};
use crate::kit::{
    Post, World, guard, machines, misfit, officer, operator, organisation, party, timer,
};
use shouxin_core::apply::listing_is_published;
use shouxin_core::command::Command;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, ObjectionId, Position, RecordId, RepairId};
use shouxin_core::path::Standing;
use shouxin_core::row::{Closing, Key, RecordRow, Row};
use shouxin_core::rules::Severity;

/// A published record with a listing and an executed measure on it, disputed and referred.
fn verifying() -> (World, RecordId, ListingId, ObjectionId) {
    let mut world = World::seeded();
    let open = ChannelCommand::Open { channel: "portal".to_owned(), from: Position::local(0) };
    world.must(&operator(), &Command::Channel(open));
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    world.measure(listing, STATUTE, Progress::Executed);
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    (world, record, listing, id)
}

fn correction(record: RecordId) -> Command {
    Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕改1号".to_owned(),
        document_date: day("2026-01-14"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(Severity::Serious),
        reasons: text(),
    }
}

fn supplement(objection: ObjectionId) -> Command {
    remedy(RemedyCommand::SupplementRecord {
        objection,
        statement: text(),
        document_sha256: Some(digest(39)),
        reasons: text(),
    })
}

fn request(id: ObjectionId) -> Command {
    remedy(RemedyCommand::RequestReview {
        of: ReviewOf::Objection(id),
        statement: text(),
        evidence: Vec::new(),
        new_facts: false,
    })
}

fn confirmed(world: &World) -> World {
    let confirm = ChannelCommand::Confirm {
        channel: "portal".to_owned(),
        through: Position::local(world.next().sequence - 1),
        items: 1,
        batch_sha256: digest(43),
        reference: "000001.json".to_owned(),
    };
    after(world, &timer(), &Command::Channel(confirm))
}

fn row(world: &World, id: RecordId) -> RecordRow {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row.clone(),
        other => panic!("{other:?}"),
    }
}

/// Covers O63, O65, T03.
#[test]
fn what_puts_an_objection_right_knows_no_other_way() {
    let (verifying, record, listing, id) = verifying();
    let mut other = verifying.clone();
    let own = other.objection(organisation(1), Target::Listing(listing), false);
    other.must(&clerk(), &Command::AcceptObjection { objection: own });
    let received_on = other.today;
    other.must(&clerk(), &Command::ReferObjection { objection: own, received_on });
    let corrected = after(&verifying, &handler(), &correction(record));
    let supplemented = after(&verifying, &handler(), &supplement(id));
    let found = |world: &World, finding| after(world, &head(), &report(id, finding));
    let right = found(&corrected, Finding::Corrected);
    let whole = found(&supplemented, Finding::Supplemented);
    let hidden = found(&verifying, Finding::DisplayStopped);
    let resolved = after(&right, &clerk(), &resolve(&right, id));
    let told = confirmed(&resolved);
    let mut closed = told.clone();
    assert_eq!(closed.close(), ["objection.closed"]);
    let states = [
        ("listing, verifying", other),
        ("verifying", verifying),
        ("corrected", corrected),
        ("supplemented", supplemented),
        ("found, and corrected", right),
        ("found, and supplemented", whole),
        ("found not to be shown", hidden),
        ("upheld", resolved),
        ("upheld, channels told", told),
        ("closed", closed),
    ];
    let commands: [Asked<'_>; 8] = [
        ("correct", handler(), &|_| correction(record)),
        ("supplement", handler(), &|world| supplement(objection_of(world))),
        ("report corrected", head(), &|world| report(objection_of(world), Finding::Corrected)),
        ("report supplemented", head(), &|world| {
            report(objection_of(world), Finding::Supplemented)
        }),
        ("report not to be shown", head(), &|world| {
            report(objection_of(world), Finding::DisplayStopped)
        }),
        ("resolve", clerk(), &|world| resolve(world, objection_of(world))),
        ("close", timer(), &|world| Command::Close(Closing::Objection(objection_of(world)))),
        ("request", party(organisation(1)), &|world| request(objection_of(world))),
    ];
    const VALUE: Ground = Ground::Misfit(Misfit::Value);
    const CORRECTED: &[&str] = &["record.corrected"];
    const SUPPLEMENTED: &[&str] = &["record.supplemented"];
    const REPORTED: &[&str] = &["verification.reported", "assessment.result_due"];
    const HIDDEN: &[&str] =
        &["record.display_ended", "verification.reported", "assessment.result_due"];
    const KEPT: &[&str] = &["objection.resolved", "classification.changed", "redress.opened"];
    compare(
        &machines::OBJECTION_RIGHT,
        &states,
        &commands,
        &[
            ("*", "correct", CORRECTED),
            ("verifying", "supplement", SUPPLEMENTED),
            ("corrected", "supplement", SUPPLEMENTED),
            ("supplemented", "supplement", SUPPLEMENTED),
            ("corrected", "report corrected", REPORTED),
            ("supplemented", "report supplemented", REPORTED),
            ("verifying", "report not to be shown", HIDDEN),
            ("corrected", "report not to be shown", HIDDEN),
            ("supplemented", "report not to be shown", HIDDEN),
            ("found, and corrected", "resolve", KEPT),
            ("found, and supplemented", "resolve", KEPT),
            ("found not to be shown", "resolve", KEPT),
            ("upheld, channels told", "close", &["objection.closed"]),
            ("upheld", "request", &["review.requested"]),
            ("upheld, channels told", "request", &["review.requested"]),
            ("closed", "request", &["review.requested"]),
            (
                "listing, verifying",
                "report not to be shown",
                &["listing.display_ended", "verification.reported", "assessment.result_due"],
            ),
        ],
        &[
            ("listing, verifying", "supplement", VALUE),
            ("listing, verifying", "report corrected", VALUE),
            ("listing, verifying", "report supplemented", VALUE),
        ],
    );
}

/// What is put right stays in force, and the burden runs on to the end it always had; nothing was
/// lifted, and nothing is.
#[test]
fn what_is_put_right_stands_and_its_family_resumes() {
    for finding in [Finding::Corrected, Finding::Supplemented, Finding::DisplayStopped] {
        let (mut world, record, listing, id) = verifying();
        let standing =
            |world: &World| world.standing(|rows, on| rows.listing_standing(listing, on));
        match finding {
            Finding::Corrected => drop(world.must(&handler(), &correction(record))),
            Finding::Supplemented => drop(world.must(&handler(), &supplement(id))),
            _ => {}
        }
        world.must(&head(), &report(id, finding));
        assert_eq!(
            standing(&world),
            Standing::Suspended,
            "{finding:?}: until the result is served"
        );
        let outcome = resolve(&world, id);
        world.must(&clerk(), &outcome);
        assert_eq!(standing(&world), Standing::InForce, "{finding:?}");
        let shown = row(&world, record).published;
        assert_eq!(shown, finding != Finding::DisplayStopped, "{finding:?}");
        assert!(world.close().is_empty(), "{finding:?}: the portal has not heard of it");
        assert_eq!(confirmed(&world).close(), ["objection.closed"], "{finding:?}");
    }
}

/// A supplement is a new version with the missing statement; the provider alone adds it, to what is
/// disputed, with the document it rests on.
#[test]
fn a_supplement_needs_its_document_and_the_provider() {
    let (mut world, record, _, id) = verifying();
    let right = supplement(id);
    let spoiled = |document, reasons| {
        remedy(RemedyCommand::SupplementRecord {
            objection: id,
            statement: text(),
            document_sha256: document,
            reasons,
        })
    };
    let elsewhere = officer(TAX, Post::Head);
    assert_eq!(world.refused(&elsewhere, &right), guard(Guard::Competent));
    assert_eq!(world.refused(&handler(), &spoiled(None, text())), guard(Guard::Fact));
    assert_eq!(world.refused(&handler(), &spoiled(Some([0; 32]), text())), guard(Guard::Fact));
    assert_eq!(
        world.refused(&handler(), &spoiled(Some(digest(1)), no_text())),
        guard(Guard::Document)
    );
    world.must(&handler(), &right);
    let own = row(&world, record);
    assert_eq!((own.corrections, own.supplement.map(|own| own.1)), (1, Some(text())));
    // Who made the record does not verify it, whatever it reports.
    let reported = report(id, Finding::Supplemented);
    assert_eq!(world.refused(&handler(), &reported), guard(Guard::FourEyes));
}

/// What was done before the objection is not what puts it right.
#[test]
fn a_correction_before_the_objection_is_none() {
    let mut world = World::seeded();
    let record = world.with_record();
    world.must(&handler(), &correction(record));
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    let reported = report(id, Finding::Corrected);
    assert_eq!(world.refused(&head(), &reported), misfit(Misfit::State));
    world.must(&handler(), &correction(record));
    world.must(&head(), &reported);
}

/// A listing is taken off display and keeps its effect; a repair that is revoked later does not
/// bring the display back. Nothing of a listing is corrected or supplemented: that is an error.
#[test]
fn a_listing_off_display_stays_so() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    for finding in [Finding::Corrected, Finding::Supplemented] {
        assert_eq!(world.refused(&head(), &report(id, finding)), misfit(Misfit::Value));
    }
    assert_eq!(world.refused(&handler(), &supplement(id)), misfit(Misfit::Value));
    let shown = |world: &World| match world.row(&Key::Listing(listing)) {
        Some(Row::Listing(row)) => (listing_is_published(row), row.display_ended),
        other => panic!("{other:?}"),
    };
    let standing = |world: &World| world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!(shown(&world), (true, false));
    let said = world.run(&head(), &report(id, Finding::DisplayStopped)).unwrap();
    assert_eq!(said[..2], ["listing.display_ended", "verification.reported"]);
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    assert_eq!((shown(&world), standing(&world)), ((false, true), Standing::InForce));
    world.pass(120);
    let repaired = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(repaired, RepairAcceptance::Accepted));
    let approval = approve(&world, repaired);
    world.must(&head(), &approval);
    world.close();
    let told = remedy(RemedyCommand::NoticeRevocation {
        repair: repaired,
        reasons: text(),
        document_sha256: digest(33),
        service: served(world.today),
    });
    world.must(&handler(), &told);
    world.pass(12);
    let revoked = remedy(RemedyCommand::RevokeRepair {
        repair: repaired,
        document_number: "尤市监撤〔2026〕1号".to_owned(),
        document_sha256: digest(34),
        reasons: text(),
        answers: Vec::new(),
        service: served(world.today),
    });
    world.must(&head(), &revoked);
    world.pass(12);
    assert_eq!((shown(&world), standing(&world)), ((false, true), Standing::InForce));
    assert_eq!(world.replayed().rows, world.rows);
}

/// What nobody verified is off display; found not to be shown, it stays so, and corrected, it is
/// shown again with the result.
#[test]
fn what_nobody_verified_is_shown_again_only_if_it_may_be() {
    let ways = [
        (Finding::Corrected, Severity::General, true),
        // A minor act is not shown in principle.
        (Finding::Corrected, Severity::Minor, false),
        (Finding::DisplayStopped, Severity::General, false),
    ];
    for (finding, severity, shown) in ways {
        let (mut world, record, _, id) = verifying();
        world.pass(40);
        let unverified = remedy(RemedyCommand::MarkUnverified {
            objection: id,
            reasons: text(),
            service: served(world.today),
        });
        world.must(&clerk(), &unverified);
        assert!(!row(&world, record).published);
        if finding == Finding::Corrected {
            let mut correction = correction(record);
            if let Command::CorrectRecord { severity: own, .. } = &mut correction {
                *own = Some(severity);
            }
            world.must(&handler(), &correction);
        }
        world.must(&head(), &report(id, finding));
        let outcome = resolve(&world, id);
        world.must(&clerk(), &outcome);
        assert_eq!(row(&world, record).published, shown, "{finding:?}, {severity:?}");
    }
}

/// Who asked for the end of a record, and had it put right instead, may ask for a review: upheld, it
/// ends; rejected, it stays put right.
#[test]
fn a_review_of_what_was_put_right_ends_it_or_leaves_it() {
    for upheld in [true, false] {
        let (mut world, record, listing, id) = verifying();
        world.must(&handler(), &correction(record));
        world.must(&head(), &report(id, Finding::Corrected));
        let outcome = resolve(&world, id);
        world.must(&clerk(), &outcome);
        world.must(&party(organisation(1)), &request(id));
        let decided = remedy(RemedyCommand::DecideReview {
            of: ReviewOf::Objection(id),
            upheld,
            reasons: text(),
            service: served(world.today),
        });
        world.must(&office_head(), &decided);
        let standing = world.standing(|rows, on| rows.listing_standing(listing, on));
        assert_eq!(standing, if upheld { Standing::Ended } else { Standing::InForce });
        let row = match world.row(&Key::Objection(id)) {
            Some(Row::Objection(row)) => row.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!((row.state.name(), row.kept), ("upheld", !upheld));
        assert_eq!(confirmed(&world).close().is_empty(), upheld, "what ended has to be lifted");
    }
}

/// What its provider says should not be shown is not shown again by the outcome of the objection that
/// nobody verified in time.
#[test]
fn the_provider_ends_a_display_that_is_off_meanwhile() {
    let mut world = World::seeded();
    let record = world.with_record();
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.pass(60);
    let (reasons, service) = (text(), served(world.today));
    let off = RemedyCommand::MarkUnverified { objection: id, reasons, service };
    world.must(&clerk(), &remedy(off));
    let resolved = |world: &World| {
        let mut world = world.clone();
        world.must(&head(), &report(id, Finding::Correct));
        let outcome = resolve(&world, id);
        world.must(&clerk(), &outcome);
        assert_eq!(world.replayed().rows, world.rows);
        match world.row(&Key::Record(record)) {
            Some(Row::Record(row)) => row.published,
            other => panic!("{other:?}"),
        }
    };
    assert!(resolved(&world), "it is shown again");
    let ends = Command::EndDisplay { record, reasons: text() };
    world.must(&colleague(), &ends);
    assert_eq!(world.refused(&colleague(), &ends), misfit(Misfit::State), "once");
    assert!(!resolved(&world), "it should not be shown");
}

/// What a correction says takes the place of what was wrong, and no time is counted from later than
/// before; what is found to weigh little is shown no more.
#[test]
fn a_correction_takes_the_place_of_what_was_wrong() {
    for (severity, shown) in [(Severity::Serious, true), (Severity::Minor, false)] {
        let mut world = World::seeded();
        let record = world.with_record();
        let of = |world: &World| match world.row(&Key::Record(record)) {
            Some(Row::Record(row)) => row.clone(),
            other => panic!("{other:?}"),
        };
        let before = of(&world);
        let mut right = correction(record);
        let new_text = shouxin_core::text::Sealed { nonce: [7; 24], ..text() };
        if let Command::CorrectRecord { severity: own, content, .. } = &mut right {
            *own = Some(severity);
            *content = Some(new_text.clone());
        }
        let at = world.must(&colleague(), &right);
        let row = of(&world);
        assert_eq!(row.document_number, "尤市监罚〔2026〕改1号");
        assert_eq!((row.document_date, row.counted_from), (day("2026-01-14"), day("2026-01-14")));
        assert!(before.counted_from > row.counted_from);
        assert_eq!((row.document_sha256, row.content), (Some(digest(38)), Some(new_text)));
        assert_eq!((row.severity, row.published), (Some(severity), shown));
        assert_eq!((row.corrections, row.corrected_at, row.changed), (1, Some(at), at));
    }
}
