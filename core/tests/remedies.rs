//! Every command in every state of what comes after a first outcome: review, reconsideration and
//! suit, revoked repairs, relief, revoked red listings, corrections, forwarded measures, channels.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

mod kit;

use kit::rules::{COURT, HIGHER, OFFICE, STATUTE, TAX, cite, day};
use kit::steps::*;
use kit::table::{Asked, EXISTS, STATE, compare};
use kit::{Post, Who, World, guard, misfit, officer, operator, organisation, party, timer};
use shouxin_core::command::Command;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::{RemedyKind, RemedyOutcome, ReviewOf};
use shouxin_core::event::{CaseHook, CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{
    ListingId, MeasureId, ObjectionId, Position, RecordId, ReliefId, RemedyId, RepairId,
};
use shouxin_core::path::Standing;
use shouxin_core::row::{Due, Index, Key, RepairState, Row};
use shouxin_core::rules::Severity;

fn office_head() -> Who {
    officer(OFFICE, Post::Head)
}

fn remedy(command: RemedyCommand) -> Command {
    Command::Remedy(command)
}

fn after(world: &World, who: &Who, command: &Command) -> World {
    let mut world = world.clone();
    world.must(who, command);
    world
}

fn later(world: &World, days: i32) -> World {
    let mut world = world.clone();
    world.pass(days);
    world
}

/// The newest id of a kind.
fn newest<T: Ord + Copy>(world: &World, of: impl Fn(&Key) -> Option<T>) -> T {
    world.rows.keys().filter_map(of).max().expect("there is one")
}

fn listed() -> (World, ListingId) {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    (world, listing)
}

fn listing_of(world: &World) -> ListingId {
    newest(world, |key| match key {
        Key::Listing(id) => Some(*id),
        _ => None,
    })
}

fn objection_of(world: &World) -> ObjectionId {
    newest(world, |key| match key {
        Key::Objection(id) => Some(*id),
        _ => None,
    })
}

fn repair_of(world: &World) -> RepairId {
    newest(world, |key| match key {
        Key::Repair(id) => Some(*id),
        _ => None,
    })
}

fn remedy_of(world: &World) -> RemedyId {
    newest(world, |key| match key {
        Key::Remedy(id) => Some(*id),
        _ => None,
    })
}

fn request(of: ReviewOf, new_facts: bool) -> Command {
    remedy(RemedyCommand::RequestReview {
        of,
        statement: text(),
        evidence: vec![digest(31)],
        new_facts,
    })
}

fn review(world: &World, of: ReviewOf, upheld: bool) -> Command {
    let service = served(world.today);
    remedy(RemedyCommand::DecideReview { of, upheld, reasons: text(), service })
}

#[test]
fn the_review_of_an_objection_knows_no_other_way() {
    let (world, listing) = listed();
    let mut filed = world.clone();
    let id = filed.objection(organisation(1), Target::Listing(listing), false);
    let of = |world: &World| ReviewOf::Objection(objection_of(world));
    let refused = after(&filed, &clerk(), &refuse_objection(&filed, id));
    let accepted = after(&filed, &clerk(), &Command::AcceptObjection { objection: id });
    let refer = Command::ReferObjection { objection: id, received_on: accepted.today };
    let verifying = after(&accepted, &clerk(), &refer);
    let overdue = later(&verifying, 12);
    let waited = later(&verifying, 40);
    let unverified = after(
        &waited,
        &clerk(),
        &remedy(RemedyCommand::MarkUnverified {
            objection: id,
            reasons: text(),
            service: served(waited.today),
        }),
    );
    let correct = after(&verifying, &head(), &report(id, Finding::Correct));
    let rejected = after(&correct, &clerk(), &resolve(&correct, id));
    let error = after(&verifying, &head(), &report(id, Finding::Error));
    let upheld = after(&error, &clerk(), &resolve(&error, id));
    let mut closed = rejected.clone();
    assert_eq!(closed.close(), ["objection.closed"]);
    let under = after(&rejected, &party(organisation(1)), &request(of(&rejected), false));
    let under_suspended = after(&rejected, &party(organisation(1)), &request(of(&rejected), true));
    let of_refusal = after(&refused, &party(organisation(1)), &request(of(&refused), false));
    let reviewed = after(&under, &office_head(), &review(&under, of(&under), false));
    let too_late = later(&rejected, 30);
    let states = [
        ("filed", filed),
        ("refused", refused),
        ("verifying", verifying),
        ("overdue", overdue),
        ("overdue for long", waited),
        ("unverified", unverified),
        ("rejected", rejected),
        ("rejected, period over", too_late),
        ("upheld", upheld),
        ("closed", closed),
        ("under review", under),
        ("under review, suspended", under_suspended),
        ("refusal under review", of_refusal),
        ("reviewed", reviewed),
    ];
    let commands: [Asked<'_>; 8] = [
        ("request", party(organisation(1)), &|world| request(of(world), false)),
        ("request on new facts", party(organisation(1)), &|world| request(of(world), true)),
        ("uphold", office_head(), &|world| review(world, of(world), true)),
        ("reject", office_head(), &|world| review(world, of(world), false)),
        ("unverified", clerk(), &|world| {
            remedy(RemedyCommand::MarkUnverified {
                objection: objection_of(world),
                reasons: text(),
                service: served(world.today),
            })
        }),
        ("ask for evidence", handler(), &|world| {
            remedy(RemedyCommand::RequestEvidence {
                objection: objection_of(world),
                request: text(),
            })
        }),
        ("add evidence", party(organisation(1)), &|world| {
            remedy(RemedyCommand::AddEvidence {
                objection: objection_of(world),
                statement: text(),
                evidence: vec![digest(32)],
            })
        }),
        ("report", head(), &|world| report(objection_of(world), Finding::Correct)),
    ];
    const SUSPENDS: &[&str] = &["review.requested", "classification.changed"];
    const ANNULS: &[&str] =
        &["review.decided", "listing.annulled", "classification.changed", "redress.opened"];
    compare(
        &states,
        &commands,
        &[
            ("filed", "ask for evidence", &["evidence.requested"]),
            ("filed", "add evidence", &["evidence.added"]),
            ("refused", "request", &["review.requested"]),
            ("refused", "request on new facts", SUSPENDS),
            ("verifying", "ask for evidence", &["evidence.requested"]),
            ("verifying", "add evidence", &["evidence.added"]),
            ("verifying", "report", &["verification.reported"]),
            ("overdue", "ask for evidence", &["evidence.requested"]),
            ("overdue", "add evidence", &["evidence.added"]),
            ("overdue", "report", &["verification.reported"]),
            ("overdue for long", "unverified", &["objection.unverified"]),
            ("overdue for long", "ask for evidence", &["evidence.requested"]),
            ("overdue for long", "add evidence", &["evidence.added"]),
            ("overdue for long", "report", &["verification.reported"]),
            ("unverified", "ask for evidence", &["evidence.requested"]),
            ("unverified", "add evidence", &["evidence.added"]),
            ("unverified", "report", &["verification.reported"]),
            ("rejected", "request", &["review.requested"]),
            ("rejected", "request on new facts", SUSPENDS),
            ("closed", "request", &["review.requested"]),
            ("closed", "request on new facts", SUSPENDS),
            ("under review", "uphold", ANNULS),
            ("under review", "reject", &["review.decided"]),
            ("under review", "ask for evidence", &["evidence.requested"]),
            ("under review", "add evidence", &["evidence.added"]),
            ("under review, suspended", "uphold", ANNULS),
            ("under review, suspended", "reject", &["review.decided", "classification.changed"]),
            ("under review, suspended", "ask for evidence", &["evidence.requested"]),
            ("under review, suspended", "add evidence", &["evidence.added"]),
            ("refusal under review", "uphold", &["review.decided", "classification.changed"]),
            ("refusal under review", "reject", &["review.decided"]),
            ("refusal under review", "ask for evidence", &["evidence.requested"]),
            ("refusal under review", "add evidence", &["evidence.added"]),
        ],
        &[],
    );
}

#[test]
fn who_decided_before_does_not_review_it() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.must(&head(), &report(id, Finding::Correct));
    let outcome = resolve(&world, id);
    world.must(&office_head(), &outcome);
    let of = ReviewOf::Objection(id);
    world.must(&party(organisation(1)), &request(of, false));
    for who in [office_head(), clerk()] {
        let ground = world.refused(&who, &review(&world, of, true));
        assert_eq!(ground, guard(Guard::FourEyes), "{who:?}");
    }
    let ground = world.refused(&head(), &review(&world, of, true));
    assert_eq!(ground, misfit(Misfit::Forbidden), "another authority does not review");
}

#[test]
fn what_nobody_verified_is_off_display_until_it_is_verified() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.pass(40);
    let shown = |world: &World| {
        world.index.iter().any(|entry| matches!(entry, Index::Published(_, own) if *own == listing))
    };
    assert!(shown(&world));
    let command = remedy(RemedyCommand::MarkUnverified {
        objection: id,
        reasons: text(),
        service: served(world.today),
    });
    let from = world.next();
    world.must(&clerk(), &command);
    assert!(!shown(&world));
    assert!(changes(&world, from).contains(&Target::Listing(listing)), "channels withdraw it");
    let standing = world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!(standing, Standing::Suspended, "it stays suspended");
    world.must(&head(), &report(id, Finding::Correct));
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    assert!(shown(&world), "a reasoned outcome shows it again");
}

/// What channels have to be told of from a position on.
fn changes(world: &World, from: Position) -> Vec<Target> {
    let found = world.index.iter().filter_map(|entry| match entry {
        Index::PublicChange(at, target) if *at >= from => Some(*target),
        _ => None,
    });
    found.collect()
}

fn applied() -> (World, RepairId) {
    let (mut world, listing) = listed();
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    (world, id)
}

fn revocation_notice(world: &World, repair: RepairId) -> Command {
    remedy(RemedyCommand::NoticeRevocation {
        repair,
        reasons: text(),
        document_sha256: digest(33),
        service: served(world.today),
    })
}

fn revocation_statement(world: &World, repair: RepairId) -> Command {
    remedy(RemedyCommand::StateOnRevocation {
        repair,
        points: vec![text(), text()],
        received_on: world.today,
    })
}

fn revoke_repair(world: &World, repair: RepairId, answers: usize) -> Command {
    remedy(RemedyCommand::RevokeRepair {
        repair,
        document_number: "尤市监撤〔2026〕1号".to_owned(),
        document_sha256: digest(34),
        reasons: text(),
        answers: vec![text(); answers],
        service: served(world.today),
    })
}

#[test]
fn what_follows_a_repair_knows_no_other_way() {
    let (accepted, id) = applied();
    let of = ReviewOf::Repair(id);
    let refused = after(&accepted, &head(), &refuse_repair(&accepted, id));
    let under = after(&refused, &party(organisation(1)), &request(of, false));
    let reviewed = after(&under, &office_head(), &review(&under, of, false));
    let again = after(&under, &office_head(), &review(&under, of, true));
    let approved = after(&accepted, &head(), &approve(&accepted, id));
    let mut done = approved.clone();
    assert_eq!(done.close(), ["repair.done"]);
    let told = after(&done, &handler(), &revocation_notice(&done, id));
    let silent = later(&told, 12);
    let heard = after(&told, &party(organisation(1)), &revocation_statement(&told, id));
    let revoked = after(&heard, &head(), &revoke_repair(&heard, id, 2));
    let mut due = revoked.clone();
    due.today = due.today.plus_days(8);
    let mut lapsed = revoked.clone();
    lapsed.today = end().plus_days(1);
    let restored = after(&due, &timer(), &Command::Tick { due: Due::Repair(id) });
    let states = [
        ("accepted", accepted),
        ("refused", refused),
        ("under review", under),
        ("reviewed", reviewed),
        ("to be decided again", again),
        ("approved", approved),
        ("done", done),
        ("told", told),
        ("told, period over", silent),
        ("heard", heard),
        ("revoked", revoked),
        ("revoked, day come", due),
        ("revoked, end passed", lapsed),
        ("restored", restored),
    ];
    let commands: [Asked<'_>; 10] = [
        ("request", party(organisation(1)), &|_| request(of, false)),
        ("uphold", office_head(), &|world| review(world, of, true)),
        ("reject", office_head(), &|world| review(world, of, false)),
        ("check", handler(), &|_| repair_check(id, RepairAcceptance::Accepted)),
        ("tell", handler(), &|world| revocation_notice(world, id)),
        ("state", party(organisation(1)), &|world| revocation_statement(world, id)),
        ("revoke", head(), &|world| revoke_repair(world, id, 2)),
        ("revoke unanswered", head(), &|world| revoke_repair(world, id, 0)),
        ("drop", head(), &|_| {
            remedy(RemedyCommand::DropRevocation { repair: id, reasons: text() })
        }),
        ("tick", timer(), &|_| Command::Tick { due: Due::Repair(id) }),
    ];
    const NO_NOTICE: Ground = Ground::Guard(Guard::Notice);
    const NOT_HEARD: Ground = Ground::Guard(Guard::Heard);
    compare(
        &states,
        &commands,
        &[
            ("refused", "request", &["review.requested"]),
            ("under review", "uphold", &["review.decided"]),
            ("under review", "reject", &["review.decided"]),
            ("to be decided again", "check", &["repair.accept_decided"]),
            ("done", "tell", &["repair.revocation_noticed"]),
            ("told", "state", &["repair.revocation_stated"]),
            ("told", "drop", &["repair.revocation_dropped"]),
            ("told, period over", "revoke unanswered", &["repair.revoked"]),
            ("told, period over", "drop", &["repair.revocation_dropped"]),
            ("heard", "revoke", &["repair.revoked"]),
            ("heard", "drop", &["repair.revocation_dropped"]),
            ("revoked, day come", "tick", &["listing.restored", "classification.changed"]),
            ("revoked, end passed", "tick", &["repair.revocation_lapsed"]),
        ],
        &[
            ("done", "state", NO_NOTICE),
            ("done", "revoke", NO_NOTICE),
            ("done", "revoke unanswered", NO_NOTICE),
            ("done", "drop", NO_NOTICE),
            ("told", "revoke", NOT_HEARD),
            ("told", "revoke unanswered", NOT_HEARD),
            ("told, period over", "revoke", NOT_HEARD),
            ("heard", "revoke unanswered", NOT_HEARD),
        ],
    );
}

#[test]
fn a_revoked_repair_brings_back_the_listing_to_its_old_end_and_no_person() {
    let (mut world, listing) = listed();
    let person = kit::person(1);
    let attribution = world.attribution(listing, person, Stage::Effective);
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    world.close();
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    world.pass(12);
    let decision = revoke_repair(&world, id, 0);
    world.must(&head(), &decision);
    assert!(world.marks(organisation(1)).is_empty(), "nothing before the day it fixes");
    world.pass(12);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    let served = world.path(CaseRef::Listing(listing)).served().unwrap();
    assert_eq!(served.decided.decision.end, end());
    assert!(world.marks(person).is_empty());
    let standing = world.standing(|rows, on| rows.attribution_standing(attribution, on));
    assert_eq!(standing, Standing::Ended, "a person answers by a decision of their own (INV-8)");
    world.go_to(end().plus_days(1));
    assert!(world.marks(organisation(1)).is_empty());
    assert_eq!(world.replayed().rows, world.rows);
}

fn file_remedy(world: &World, target: Target) -> Command {
    remedy(RemedyCommand::FileRemedy {
        target,
        kind: RemedyKind::Litigation,
        body: "尤溪县人民法院".to_owned(),
        number: "（2026）闽0426行初1号".to_owned(),
        filed_on: world.today,
        document_sha256: digest(35),
    })
}

fn decide_remedy(world: &World, outcome: RemedyOutcome) -> Command {
    remedy(RemedyCommand::DecideRemedy {
        remedy: remedy_of(world),
        outcome,
        document: ruling(organisation(1)),
        reasons: text(),
    })
}

#[test]
fn a_reconsideration_or_suit_knows_no_other_way() {
    let (world, listing) = listed();
    let filed = after(&world, &handler(), &file_remedy(&world, Target::Listing(listing)));
    let order = |world: &World| RemedyCommand::OrderStay {
        remedy: remedy_of(world),
        document: ruling(organisation(1)),
    };
    let end_stay = |world: &World| RemedyCommand::EndStay {
        remedy: remedy_of(world),
        document: ruling(organisation(1)),
    };
    let redress = |world: &World| RemedyCommand::CompleteRemedyRedress {
        remedy: remedy_of(world),
        account: text(),
        evidence: Vec::new(),
    };
    let stayed = after(&filed, &handler(), &remedy(order(&filed)));
    let upheld = after(&filed, &handler(), &decide_remedy(&filed, RemedyOutcome::Upheld));
    let revoked = after(&stayed, &handler(), &decide_remedy(&stayed, RemedyOutcome::Revoked));
    let restored = after(&revoked, &handler(), &remedy(redress(&revoked)));
    let states = [
        ("filed", filed),
        ("stayed", stayed),
        ("upheld", upheld),
        ("revoked", revoked),
        ("redressed", restored),
    ];
    let earlier = RemedyOutcome::Changed { end: day("2027-01-01") };
    let commands: [Asked<'_>; 7] = [
        ("stay", handler(), &|world| remedy(order(world))),
        ("end the stay", handler(), &|world| remedy(end_stay(world))),
        ("revoke", handler(), &|world| decide_remedy(world, RemedyOutcome::Revoked)),
        ("uphold", handler(), &|world| decide_remedy(world, RemedyOutcome::Upheld)),
        ("withdraw", handler(), &|world| decide_remedy(world, RemedyOutcome::Withdrawn)),
        ("shorten", handler(), &|world| decide_remedy(world, earlier)),
        ("redress", handler(), &|world| remedy(redress(world))),
    ];
    compare(
        &states,
        &commands,
        &[
            ("filed", "stay", &["remedy.stay_ordered", "classification.changed"]),
            (
                "filed",
                "revoke",
                &["remedy.decided", "listing.annulled", "classification.changed", "redress.owed"],
            ),
            ("filed", "uphold", &["remedy.decided"]),
            ("filed", "withdraw", &["remedy.decided"]),
            (
                "filed",
                "shorten",
                &["remedy.decided", "listing.shortened", "classification.changed"],
            ),
            ("stayed", "end the stay", &["remedy.stay_ended", "classification.changed"]),
            (
                "stayed",
                "revoke",
                &["remedy.decided", "listing.annulled", "classification.changed", "redress.owed"],
            ),
            ("stayed", "uphold", &["remedy.decided", "classification.changed"]),
            ("stayed", "withdraw", &["remedy.decided", "classification.changed"]),
            (
                "stayed",
                "shorten",
                &["remedy.decided", "listing.shortened", "classification.changed"],
            ),
            ("revoked", "redress", &["redress.done"]),
        ],
        &[],
    );
}

#[test]
fn a_changed_decision_never_ends_later() {
    let (world, listing) = listed();
    let mut world = after(&world, &handler(), &file_remedy(&world, Target::Listing(listing)));
    for wrong in [end(), end().plus_days(1), world.today.plus_days(-1)] {
        let command = decide_remedy(&world, RemedyOutcome::Changed { end: wrong });
        assert_eq!(world.refused(&handler(), &command), guard(Guard::End), "{wrong}");
    }
    let command = decide_remedy(&world, RemedyOutcome::Changed { end: day("2026-06-30") });
    world.must(&handler(), &command);
    world.go_to(day("2026-06-30"));
    assert_eq!(world.marks(organisation(1)).len(), 1);
    world.pass(1);
    assert!(world.marks(organisation(1)).is_empty());
}

#[test]
fn relief_knows_no_other_way() {
    let (listed, listing) = listed();
    let grant = |world: &World| {
        remedy(RemedyCommand::GrantRelief {
            listing: listing_of(world),
            ruling: ruling(organisation(1)),
            reasons: text(),
            until: day("2027-12-31"),
        })
    };
    let relief_of = |world: &World| {
        world
            .rows
            .keys()
            .filter_map(|key| match key {
                Key::Relief(id) => Some(*id),
                _ => None,
            })
            .max()
            .unwrap_or(ReliefId(Position::local(9_999)))
    };
    let complete = |world: &World| {
        remedy(RemedyCommand::CompleteRelief {
            relief: relief_of(world),
            document: ruling(organisation(1)),
            reasons: text(),
        })
    };
    let fail = |world: &World| {
        remedy(RemedyCommand::EndRelief {
            relief: relief_of(world),
            document: ruling(organisation(1)),
            reasons: text(),
        })
    };
    let open = after(&listed, &head(), &grant(&listed));
    let performed = after(&open, &head(), &complete(&open));
    let failed = after(&open, &head(), &fail(&open));
    let standing = |world: &World| world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!(standing(&open), Standing::Suspended);
    assert_eq!(standing(&performed), Standing::Ended);
    assert_eq!(standing(&failed), Standing::InForce);
    let states = [("listed", listed), ("open", open), ("performed", performed), ("failed", failed)];
    let commands: [Asked<'_>; 3] =
        [("grant", head(), &grant), ("complete", head(), &complete), ("fail", head(), &fail)];
    const REMOVED: &[&str] =
        &["relief.completed", "listing.relieved", "classification.changed", "record.display_ended"];
    compare(
        &states,
        &commands,
        &[
            ("listed", "grant", &["relief.granted", "classification.changed"]),
            ("open", "complete", REMOVED),
            ("open", "fail", &["relief.ended", "classification.changed"]),
            ("failed", "grant", &["relief.granted", "classification.changed"]),
        ],
        &[
            ("open", "grant", EXISTS),
            ("listed", "complete", Ground::Misfit(Misfit::NotFound)),
            ("listed", "fail", Ground::Misfit(Misfit::NotFound)),
        ],
    );
}

#[test]
fn the_revocation_of_a_red_listing_knows_no_other_way() {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), office_head());
    let mut world = World::seeded();
    let id = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = Command::CheckNomination { listing: id, adverse_records: Vec::new() };
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
        ("told", told),
        ("heard", heard),
        ("revoked", revoked),
    ];
    let commands: [Asked<'_>; 4] = [
        ("tell", nominator, &tell),
        ("state", party(organisation(2)), &state),
        ("revoke", decider.clone(), &revoke),
        ("drop", decider, &drop),
    ];
    const NO_NOTICE: Ground = Ground::Guard(Guard::Notice);
    compare(
        &states,
        &commands,
        &[
            ("active", "tell", &["red_listing.revocation_noticed"]),
            ("told", "state", &["red_listing.revocation_stated"]),
            ("told", "drop", &["red_listing.revocation_dropped"]),
            ("heard", "revoke", &["red_listing.revoked", "classification.changed"]),
            ("heard", "drop", &["red_listing.revocation_dropped"]),
        ],
        &[
            ("active", "state", NO_NOTICE),
            ("active", "revoke", NO_NOTICE),
            ("active", "drop", NO_NOTICE),
            ("told", "tell", EXISTS),
            ("heard", "tell", EXISTS),
            ("told", "revoke", Ground::Guard(Guard::Heard)),
        ],
    );
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

#[test]
fn the_life_of_a_record_knows_no_other_way() {
    let mut accepted = World::seeded();
    let id = accepted.with_record();
    let corrected = after(&accepted, &colleague(), &correct(id, Severity::General));
    let end_display = |_: &World| Command::EndDisplay { record: id, reasons: text() };
    let annul = |_: &World| Command::AnnulRecord { record: id, reasons: text() };
    let hidden = after(&accepted, &colleague(), &end_display(&accepted));
    let annulled = after(&accepted, &colleague(), &annul(&accepted));
    let mut over = accepted.clone();
    over.today = day("2029-01-16");
    let expired = after(&over, &timer(), &Command::Tick { due: Due::Record(id) });
    let mut old = expired.clone();
    old.today = old.today.plus_days(90);
    let archived = after(&old, &timer(), &Command::Tick { due: Due::Record(id) });
    let states = [
        ("accepted", accepted),
        ("corrected", corrected),
        ("off display", hidden),
        ("annulled", annulled),
        ("accepted, period over", over),
        ("expired", expired),
        ("expired long ago", old),
        ("archived", archived),
    ];
    let commands: [Asked<'_>; 5] = [
        ("correct", colleague(), &|_| correct(id, Severity::General)),
        ("correct heavier", colleague(), &|_| correct(id, Severity::Serious)),
        ("end display", colleague(), &end_display),
        ("annul", colleague(), &annul),
        ("tick", timer(), &|_| Command::Tick { due: Due::Record(id) }),
    ];
    compare(
        &states,
        &commands,
        &[
            ("accepted", "correct", &["record.corrected"]),
            // The record is serious already: as heavy is not heavier.
            ("accepted", "correct heavier", &["record.corrected"]),
            ("accepted", "end display", &["record.display_ended"]),
            ("accepted", "annul", &["record.annulled"]),
            ("corrected", "correct", &["record.corrected"]),
            ("corrected", "end display", &["record.display_ended"]),
            ("corrected", "annul", &["record.annulled"]),
            ("off display", "correct", &["record.corrected"]),
            ("off display", "correct heavier", &["record.corrected"]),
            ("off display", "annul", &["record.annulled"]),
            ("accepted, period over", "correct", &["record.corrected"]),
            ("accepted, period over", "correct heavier", &["record.corrected"]),
            ("accepted, period over", "end display", &["record.display_ended"]),
            ("accepted, period over", "annul", &["record.annulled"]),
            ("accepted, period over", "tick", &["record.expired"]),
            ("expired", "annul", &["record.annulled"]),
            ("expired long ago", "annul", &["record.annulled"]),
            ("expired long ago", "tick", &["record.archived"]),
            ("archived", "annul", &["record.annulled"]),
        ],
        &[("corrected", "correct heavier", Ground::Guard(Guard::Notice))],
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
    assert_eq!(names, ["listing.proposed", "listing.extension_proposed"]);
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
    let mut revoked = world.clone();
    let names = revoked.run(&head(), &revoke(&world)).unwrap();
    assert_eq!(names, ["listing.revoked", "classification.changed"]);
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
    })
}

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
    let answered = after(&sent, &handler(), &answer(&sent));
    let mut over = answered.clone();
    over.go_to(day("2027-03-02"));
    let recalled = after(&over, &handler(), &recall(&over));
    let states =
        [("forwarded", sent), ("answered", answered), ("over", over), ("recalled", recalled)];
    let commands: [Asked<'_>; 6] = [
        ("answer", handler(), &answer),
        ("recall", handler(), &recall),
        ("exempt", handler(), &exempt),
        ("dispatch", handler(), &|_| Command::DispatchMeasure { measure: id }),
        ("execute", implementer(), &|_| Command::ExecuteMeasure { measure: id }),
        ("lift", implementer(), &|_| by_hand(id, CaseHook::Lift)),
    ];
    const ENDED: Ground = Ground::Guard(Guard::End);
    compare(
        &states,
        &commands,
        &[
            ("forwarded", "answer", &["measure.forward_answered"]),
            ("forwarded", "exempt", &["court_limit.exempted"]),
            ("answered", "exempt", &["court_limit.exempted"]),
            ("over", "recall", &["measure.forward_recalled"]),
        ],
        &[
            ("over", "dispatch", ENDED),
            ("over", "execute", ENDED),
            ("recalled", "dispatch", ENDED),
            ("recalled", "execute", ENDED),
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
    world.must(
        &handler(),
        &remedy(RemedyCommand::FileCourtDocument {
            document: ruling(organisation(1)),
            effect: "限制消费令".to_owned(),
        }),
    );
}

fn channel(command: ChannelCommand) -> Command {
    Command::Channel(command)
}

fn opened(world: &mut World) {
    let from = Position::local(0);
    world.must(&operator(), &channel(ChannelCommand::Open { channel: "portal".to_owned(), from }));
}

fn confirm(world: &World) -> Command {
    channel(ChannelCommand::Confirm {
        channel: "portal".to_owned(),
        through: Position::local(world.next().sequence - 1),
        items: 1,
        batch_sha256: digest(43),
        reference: "000001.json".to_owned(),
    })
}

#[test]
fn a_channel_knows_no_other_way() {
    let mut world = World::seeded();
    world.with_record();
    let from = Position::local(0);
    let mut open = world.clone();
    opened(&mut open);
    let confirmed = after(&open, &timer(), &confirm(&open));
    let failing = |_: &World| {
        let detail = "connection refused".to_owned();
        channel(ChannelCommand::Fail { channel: "portal".to_owned(), detail })
    };
    let overdue = |world: &World| {
        channel(ChannelCommand::Overdue {
            channel: "portal".to_owned(),
            oldest: Position::local(5),
            due: world.today.plus_days(-1),
        })
    };
    let late = after(&open, &timer(), &overdue(&open));
    let close = |_: &World| {
        let reason = "停用".to_owned();
        channel(ChannelCommand::Close { channel: "portal".to_owned(), reason })
    };
    let states = [("none", world), ("open", open), ("overdue", late), ("confirmed", confirmed)];
    let commands: [Asked<'_>; 5] = [
        ("open", operator(), &|_| {
            channel(ChannelCommand::Open { channel: "portal".to_owned(), from })
        }),
        ("confirm", timer(), &confirm),
        ("fail", timer(), &failing),
        ("late", timer(), &overdue),
        ("close", operator(), &close),
    ];
    const ABSENT: Ground = Ground::Misfit(Misfit::NotFound);
    compare(
        &states,
        &commands,
        &[
            ("none", "open", &["channel.opened"]),
            ("open", "open", &[]),
            ("open", "confirm", &["channel.confirmed"]),
            ("open", "fail", &["channel.failed"]),
            ("open", "late", &["channel.overdue"]),
            ("open", "close", &["channel.closed"]),
            ("overdue", "open", &[]),
            ("overdue", "confirm", &["channel.confirmed"]),
            ("overdue", "fail", &["channel.failed"]),
            ("overdue", "late", &[]),
            ("overdue", "close", &["channel.closed"]),
            ("confirmed", "open", &[]),
            ("confirmed", "confirm", &["channel.confirmed"]),
            ("confirmed", "fail", &["channel.failed"]),
            ("confirmed", "late", &[]),
            ("confirmed", "close", &["channel.closed"]),
        ],
        &[
            ("none", "confirm", ABSENT),
            ("none", "fail", ABSENT),
            ("none", "late", ABSENT),
            ("none", "close", ABSENT),
        ],
    );
}

#[test]
fn a_repair_waits_for_the_channel_and_for_the_department() {
    let (mut world, listing) = listed();
    opened(&mut world);
    let confirmation = confirm(&world);
    world.must(&timer(), &confirmation);
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let from = world.next();
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    assert!(changes(&world, from).contains(&Target::Listing(listing)));
    assert!(world.close().is_empty(), "the department has lifted nothing, the portal shows it");
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    assert!(world.close().is_empty(), "the portal still shows it");
    let confirmation = confirm(&world);
    world.must(&timer(), &confirmation);
    assert_eq!(world.close(), ["repair.done"]);
    match world.row(&Key::Repair(repair_of(&world))) {
        Some(Row::Repair(row)) => assert_eq!(row.state, RepairState::Done),
        _ => panic!("there is no repair"),
    }
}

#[test]
fn an_objection_closes_when_the_channel_has_the_outcome() {
    let (mut world, listing) = listed();
    opened(&mut world);
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(id, Finding::Correct);
    assert!(world.close().is_empty());
    let confirmation = confirm(&world);
    world.must(&timer(), &confirmation);
    assert_eq!(world.close(), ["objection.closed"]);
    // What no channel ever showed has nothing to wait for.
    let measure = world.measure(listing, STATUTE, Progress::Dispatched);
    let id = world.objection(organisation(1), Target::Measure(measure), false);
    world.outcome(id, Finding::Error);
    assert_eq!(world.close(), ["objection.closed"]);
}
