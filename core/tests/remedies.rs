//! Every command in every state of what comes after a first outcome: review, reconsideration and
//! suit, revoked repairs, relief.

use crate::kit;
use crate::kit::later::*;
use crate::kit::rules::day;
use crate::kit::steps::*;
use crate::kit::table::{Asked, EXISTS, STATE, compare};
use crate::kit::{World, guard, machines, misfit, organisation, party, person, timer};
use shouxin_core::apply::listing_is_published;
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::listing::{AttributionEnd, ListingEvent};
use shouxin_core::event::remedy::{RemedyEvent, RemedyKind, RemedyOutcome, ReviewOf};
use shouxin_core::event::{CaseRef, Event, Finding, ObjectionGround, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, ObjectionId, Position, ReliefId, RepairId};
use shouxin_core::limits::DISPUTES_MAX;
use shouxin_core::path::Standing;
use shouxin_core::row::{Due, Index, Key, ObjectionState, Row};
use shouxin_core::rules::FactKind;

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
    let testing = after(&verifying, &handler(), &begin_testing(&verifying, id));
    let untested = World { today: testing.today.plus_days(60), ..testing.clone() };
    let tested = after(&testing, &handler(), &end_testing(&testing, id));
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
    let long_reviewed =
        World { today: under_suspended.today.plus_days(40), ..under_suspended.clone() };
    let states = [
        ("filed", filed),
        ("refused", refused),
        ("verifying", verifying),
        ("overdue", overdue),
        ("testing", testing),
        ("testing, too long", untested),
        ("tested", tested),
        ("overdue for long", waited),
        ("unverified", unverified),
        ("rejected", rejected),
        ("rejected, period over", too_late),
        ("upheld", upheld),
        ("closed", closed),
        ("under review", under),
        ("under review, suspended", under_suspended),
        ("under review, suspended, day passed", long_reviewed),
        ("refusal under review", of_refusal),
        ("reviewed", reviewed),
    ];
    let commands: [Asked<'_>; 11] = [
        ("begin testing", handler(), &|world| begin_testing(world, objection_of(world))),
        ("end testing", handler(), &|world| end_testing(world, objection_of(world))),
        ("tick", timer(), &|world| Command::Tick { due: Due::Objection(objection_of(world)) }),
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
    const REPORTED: &[&str] = &["verification.reported", "assessment.result_due"];
    const SUSPENDS: &[&str] = &["review.requested", "classification.changed"];
    const ANNULS: &[&str] =
        &["review.decided", "listing.annulled", "classification.changed", "redress.opened"];
    compare(
        &machines::OBJECTION_AFTER,
        &states,
        &commands,
        &[
            ("filed", "ask for evidence", &["evidence.requested"]),
            ("filed", "add evidence", &["evidence.added"]),
            ("refused", "request", &["review.requested"]),
            ("refused", "request on new facts", SUSPENDS),
            ("verifying", "ask for evidence", &["evidence.requested"]),
            ("verifying", "add evidence", &["evidence.added"]),
            ("verifying", "report", REPORTED),
            ("verifying", "begin testing", &["objection.testing_begun"]),
            ("testing", "end testing", &["objection.testing_ended"]),
            ("testing", "ask for evidence", &["evidence.requested"]),
            ("testing", "add evidence", &["evidence.added"]),
            ("testing, too long", "tick", &["objection.overdue"]),
            ("testing, too long", "end testing", &["objection.testing_ended"]),
            ("testing, too long", "ask for evidence", &["evidence.requested"]),
            ("testing, too long", "add evidence", &["evidence.added"]),
            ("testing, too long", "unverified", &["objection.unverified"]),
            ("tested", "ask for evidence", &["evidence.requested"]),
            ("tested", "add evidence", &["evidence.added"]),
            ("tested", "report", REPORTED),
            ("overdue", "ask for evidence", &["evidence.requested"]),
            ("overdue", "add evidence", &["evidence.added"]),
            ("overdue", "report", REPORTED),
            ("overdue for long", "unverified", &["objection.unverified"]),
            ("overdue for long", "ask for evidence", &["evidence.requested"]),
            ("overdue for long", "add evidence", &["evidence.added"]),
            ("overdue for long", "report", REPORTED),
            ("unverified", "ask for evidence", &["evidence.requested"]),
            ("unverified", "add evidence", &["evidence.added"]),
            ("unverified", "report", REPORTED),
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
            ("under review, suspended, day passed", "tick", &["assessment.review_overdue"]),
            (
                "under review, suspended, day passed",
                "uphold",
                &[
                    "review.decided",
                    "listing.annulled",
                    "classification.changed",
                    "redress.opened",
                    "assessment.review_late",
                ],
            ),
            (
                "under review, suspended, day passed",
                "reject",
                &["review.decided", "classification.changed", "assessment.review_late"],
            ),
            ("under review, suspended, day passed", "ask for evidence", &["evidence.requested"]),
            ("under review, suspended, day passed", "add evidence", &["evidence.added"]),
            (
                "refusal under review",
                "uphold",
                &["review.decided", "classification.changed", "assessment.referral_due"],
            ),
            ("refusal under review", "reject", &["review.decided"]),
            ("refusal under review", "ask for evidence", &["evidence.requested"]),
            ("refusal under review", "add evidence", &["evidence.added"]),
        ],
        &[
            ("testing", "begin testing", EXISTS),
            ("testing, too long", "begin testing", EXISTS),
            ("tested", "begin testing", EXISTS),
        ],
    );
}

/// Covers O63, INV-5.
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

fn applied() -> (World, RepairId) {
    let (mut world, listing) = listed();
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    (world, id)
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
        ("under review, day passed", World { today: under.today.plus_days(40), ..under.clone() }),
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
    const REVOKED: &[&str] = &["repair.revoked", "repair.barred", "deadline.provisional"];
    compare(
        &machines::REPAIR_AFTER,
        &states,
        &commands,
        &[
            ("refused", "request", &["review.requested"]),
            ("under review", "uphold", &["review.decided"]),
            ("under review", "reject", &["review.decided"]),
            ("under review, day passed", "tick", &["assessment.review_overdue"]),
            ("under review, day passed", "uphold", &["review.decided", "assessment.review_late"]),
            ("under review, day passed", "reject", &["review.decided", "assessment.review_late"]),
            ("to be decided again", "check", &["repair.accept_decided"]),
            ("done", "tell", &["repair.revocation_noticed"]),
            ("told", "state", &["repair.revocation_stated"]),
            ("told", "drop", &["repair.revocation_dropped"]),
            ("told, period over", "revoke unanswered", REVOKED),
            ("told, period over", "drop", &["repair.revocation_dropped"]),
            ("heard", "revoke", REVOKED),
            ("heard", "state", &["repair.revocation_stated"]),
            ("heard", "drop", &["repair.revocation_dropped"]),
            (
                "revoked, day come",
                "tick",
                &["listing.restored", "record.restored", "classification.changed"],
            ),
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
    assert!(listing_is_published(world.listing_row(listing)), "it is shown as before");
    let served = world.path(CaseRef::Listing(listing)).served().unwrap();
    assert_eq!(served.decided.decision.end, end());
    assert!(world.marks(person).is_empty());
    let standing = world.standing(|rows, on| rows.attribution_standing(attribution, on));
    assert_eq!(standing, Standing::Ended, "a person answers by a decision of their own (INV-8)");
    world.go_to(end().plus_days(1));
    assert!(world.marks(organisation(1)).is_empty());
    assert_eq!(world.replayed().rows, world.rows);
}

/// Covers O68.
#[test]
fn a_reconsideration_or_suit_knows_no_other_way() {
    let (world, listing) = listed();
    let filed = after(&world, &handler(), &suit(&world, Target::Listing(listing)));
    let redress = |world: &World| RemedyCommand::CompleteRemedyRedress {
        remedy: remedy_of(world),
        account: text(),
        evidence: vec![digest(44)],
    };
    let stayed = after(&filed, &handler(), &stay(&filed));
    let upheld = after(&filed, &clerk(), &rule(&filed, RemedyOutcome::Upheld));
    let revoked = after(&stayed, &handler(), &rule(&stayed, RemedyOutcome::Revoked));
    let restored = after(&revoked, &handler(), &remedy(redress(&revoked)));
    let states = [
        ("none", world),
        ("filed", filed),
        ("stayed", stayed),
        ("upheld", upheld),
        ("revoked", revoked),
        ("redressed", restored),
    ];
    let earlier = RemedyOutcome::Changed { end: day("2027-01-01") };
    let commands: [Asked<'_>; 8] = [
        ("file", handler(), &|world| suit(world, Target::Listing(listing))),
        ("stay", handler(), &|world| stay(world)),
        ("end the stay", clerk(), &|world| end_stay(world)),
        ("revoke", handler(), &|world| rule(world, RemedyOutcome::Revoked)),
        ("uphold", clerk(), &|world| rule(world, RemedyOutcome::Upheld)),
        ("withdraw", clerk(), &|world| rule(world, RemedyOutcome::Withdrawn)),
        ("shorten", clerk(), &|world| rule(world, earlier)),
        ("redress", handler(), &|world| remedy(redress(world))),
    ];
    compare(
        &machines::REMEDY,
        &states,
        &commands,
        &[
            ("*", "file", &["remedy.filed"]),
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
    let mut world = after(&world, &handler(), &suit(&world, Target::Listing(listing)));
    for wrong in [end(), end().plus_days(1), world.today.plus_days(-1)] {
        let command = rule(&world, RemedyOutcome::Changed { end: wrong });
        assert_eq!(world.refused(&clerk(), &command), guard(Guard::End), "{wrong}");
    }
    let command = rule(&world, RemedyOutcome::Changed { end: day("2026-06-30") });
    world.must(&clerk(), &command);
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
            ruling: judgment(world, organisation(1)),
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
            document: judgment(world, organisation(1)),
            reasons: text(),
        })
    };
    let fail = |world: &World| {
        remedy(RemedyCommand::EndRelief {
            relief: relief_of(world),
            document: judgment(world, organisation(1)),
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
    let states = [("none", listed), ("open", open), ("performed", performed), ("failed", failed)];
    let commands: [Asked<'_>; 3] =
        [("grant", head(), &grant), ("complete", head(), &complete), ("fail", head(), &fail)];
    const REMOVED: &[&str] =
        &["relief.completed", "listing.relieved", "classification.changed", "record.relieved"];
    compare(
        &machines::RELIEF,
        &states,
        &commands,
        &[
            ("none", "grant", &["relief.granted", "classification.changed"]),
            ("open", "complete", REMOVED),
            ("open", "fail", &["relief.ended", "classification.changed"]),
            ("failed", "grant", &["relief.granted", "classification.changed"]),
        ],
        &[("open", "grant", EXISTS)],
    );
}

/// A listing whose objection was rejected.
fn rejected() -> (World, ListingId, ObjectionId) {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(id, Finding::Correct);
    (world, listing, id)
}

fn suspends(world: &World, id: ObjectionId) -> bool {
    let asked = world.ask(&party(organisation(1)), &request(ReviewOf::Objection(id), true));
    match &asked.expect("it is taken").drafts[0].event {
        Event::Remedy(RemedyEvent::ReviewRequested { suspends, .. }) => *suspends,
        other => panic!("{other:?}"),
    }
}

/// Another suit, and a stay in it.
fn stayed_once_more(world: &mut World, listing: ListingId) {
    world.must(&handler(), &suit(world, Target::Listing(listing)));
    world.must(&handler(), &stay(world));
}

#[test]
fn a_review_suspends_what_is_live_and_not_suspended_to_the_bound() {
    let (mut world, listing, id) = rejected();
    assert!(suspends(&world, id));
    let mut over = world.clone();
    let case = CaseRef::Listing(listing);
    let revoke = Command::Listing(ListingCommand::Revoke {
        case,
        document_number: "尤市监撤〔2026〕2号".to_owned(),
        document_sha256: digest(39),
        reasons: text(),
        service: served(over.today),
    });
    over.must(&head(), &revoke);
    assert!(!suspends(&over, id), "it has ended");
    for _ in 0..DISPUTES_MAX {
        assert!(suspends(&world, id), "there is room");
        stayed_once_more(&mut world, listing);
    }
    assert!(!suspends(&world, id), "it is suspended as often as it may be");
    // No bound stands in the way of who objects for the first time.
    let mut other = object(Target::Listing(listing), false);
    if let Command::FileObjection { grounds, .. } = &mut other {
        *grounds = vec![ObjectionGround::WrongIdentity];
    }
    let first = ObjectionId(world.must(&party(organisation(1)), &other));
    assert!(world.objection_row(first).suspends);
}

#[test]
fn a_review_is_asked_for_to_its_last_day_and_decided_in_time_to_its_own() {
    let (mut world, _, id) = rejected();
    let wd = world.rules.pack(world.today).review_request_wd;
    let last = world.rules.calendar.after(world.today, wd).day;
    let asking = request(ReviewOf::Objection(id), false);
    world.today = last.plus_days(1);
    assert_eq!(world.refused(&party(organisation(1)), &asking), STATE);
    world.today = last;
    world.must(&party(organisation(1)), &asking);
    let Some(Row::Objection(row)) = world.row(&Key::Objection(id)) else { panic!("an objection") };
    let ObjectionState::Review { decide_by, .. } = row.state else { panic!("a review") };
    for (on, late) in [(decide_by.day, false), (decide_by.day.plus_days(1), true)] {
        let world = World { today: on, ..world.clone() };
        let decided = world.ask(&office_head(), &review(&world, ReviewOf::Objection(id), false));
        let decided = decided.expect("it is decided").drafts;
        let marked = decided.iter().any(|own| own.event.name() == "assessment.review_late");
        assert_eq!(marked, late, "{on}");
    }
}

#[test]
fn what_was_reviewed_once_says_so_and_what_was_not_rejected_says_that() {
    let (mut world, listing, id) = rejected();
    let asking = request(ReviewOf::Objection(id), false);
    world.must(&party(organisation(1)), &asking);
    world.must(&office_head(), &review(&world, ReviewOf::Objection(id), false));
    let said = |world: &World, command: &Command| {
        world.ask(&party(organisation(1)), command).expect_err("refused").detail
    };
    assert!(said(&world, &asking).contains("已复核过一次"), "{}", said(&world, &asking));
    let (mut upheld, theirs) = listed();
    let id = upheld.objection(organisation(1), Target::Listing(theirs), false);
    upheld.outcome(id, Finding::Error);
    let never = request(ReviewOf::Objection(id), false);
    assert!(!said(&upheld, &never).contains("已复核过一次"), "{}", said(&upheld, &never));
    let other = world.objection(organisation(1), Target::Listing(listing), true);
    let early = request(ReviewOf::Objection(other), false);
    assert!(!said(&world, &early).contains("已复核过一次"), "{}", said(&world, &early));
}

/// A refused objection that suspended nothing suspends once the review takes it up; one that
/// suspends already is not suspended twice.
#[test]
fn a_refusal_taken_up_in_review_suspends_once() {
    for new_facts in [false, true] {
        let (mut world, listing) = listed();
        let id = world.objection(organisation(1), Target::Listing(listing), false);
        world.must(&clerk(), &refuse_objection(&world, id));
        world.must(&party(organisation(1)), &request(ReviewOf::Objection(id), new_facts));
        assert_eq!(world.marks(organisation(1))[0].1, new_facts);
        let names = world.run(&office_head(), &review(&world, ReviewOf::Objection(id), true));
        let changed = names.expect("decided").contains(&"classification.changed");
        assert_eq!(changed, !new_facts, "suspended by now already: {new_facts}");
        assert!(world.marks(organisation(1))[0].1, "suspended");
    }
}

/// Each part of a filing by itself; another's evidence is no party's.
#[test]
fn a_remedy_is_filed_whole_and_evidence_comes_from_the_party_or_who_receives_it() {
    let (world, listing) = listed();
    let right = suit(&world, Target::Listing(listing));
    let with = |change: &dyn Fn(&mut RemedyCommand)| {
        let Command::Remedy(mut own) = right.clone() else { panic!("a remedy") };
        change(&mut own);
        world.ask(&handler(), &Command::Remedy(own)).map_err(|own| own.ground)
    };
    let value = misfit(Misfit::Value);
    type Change<'a> = &'a dyn Fn(&mut RemedyCommand);
    let no_body: Change<'_> = &|own| {
        if let RemedyCommand::FileRemedy { body, .. } = own {
            body.clear();
        }
    };
    let no_number: Change<'_> = &|own| {
        if let RemedyCommand::FileRemedy { number, .. } = own {
            number.clear();
        }
    };
    let no_document: Change<'_> = &|own| {
        if let RemedyCommand::FileRemedy { document_sha256, .. } = own {
            *document_sha256 = [0; 32];
        }
    };
    for change in [no_body, no_number, no_document] {
        assert_eq!(with(change).expect_err("it is not whole"), value);
    }
    for (days, taken) in [(-1, true), (0, true), (1, false)] {
        let filed = with(&|own| {
            if let RemedyCommand::FileRemedy { filed_on, .. } = own {
                *filed_on = world.today.plus_days(days);
            }
        });
        assert_eq!(filed.is_ok(), taken, "{days}");
    }
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    let evidence = remedy(RemedyCommand::AddEvidence {
        objection: id,
        statement: text(),
        evidence: vec![digest(31)],
    });
    assert!(world.ask(&party(organisation(1)), &evidence).is_ok());
    for who in [implementer(), party(organisation(2))] {
        assert!(world.ask(&who, &evidence).is_err(), "{who:?}");
    }
    let ask = remedy(RemedyCommand::RequestEvidence { objection: id, request: text() });
    assert!(world.ask(&party(organisation(1)), &ask).is_err(), "nobody asks of themselves");
}

#[test]
fn what_has_ended_is_not_stayed_and_a_changed_end_may_be_today() {
    let (world, listing) = listed();
    let mut filed = after(&world, &handler(), &suit(&world, Target::Listing(listing)));
    let today = rule(&filed, RemedyOutcome::Changed { end: filed.today });
    assert!(filed.ask(&clerk(), &today).is_ok());
    filed.go_to(end().plus_days(1));
    assert_eq!(filed.refused(&handler(), &stay(&filed)), STATE);
    let mut full = after(&world, &handler(), &suit(&world, Target::Listing(listing)));
    for _ in 0..DISPUTES_MAX {
        assert!(full.ask(&handler(), &stay(&full)).is_ok(), "a stay depends on no other hold");
        stayed_once_more(&mut full, listing);
        full.must(&handler(), &suit(&full, Target::Listing(listing)));
    }
}

/// A company whose debts are settled takes its people along, and says why.
#[test]
fn relief_that_is_completed_ends_the_attributions_too() {
    let (mut world, listing) = listed();
    let own = world.attribution(listing, person(1), Stage::Effective);
    world.must(
        &head(),
        &remedy(RemedyCommand::GrantRelief {
            listing,
            ruling: judgment(&world, organisation(1)),
            reasons: text(),
            until: day("2027-12-31"),
        }),
    );
    let relief = newest(&world, |key| match key {
        Key::Relief(id) => Some(*id),
        _ => None,
    });
    let document = judgment(&world, organisation(1));
    world.must(
        &head(),
        &remedy(RemedyCommand::CompleteRelief { relief, document, reasons: text() }),
    );
    let ended = world.log.iter().find_map(|own| match &own.event {
        Event::Listing(ListingEvent::AttributionEnded { attribution, ground, .. }) => {
            Some((*attribution, *ground))
        }
        _ => None,
    });
    assert_eq!(ended, Some((own, AttributionEnd::Relieved)));
}

/// Covers INV-5.
#[test]
fn what_a_court_stayed_is_not_resumed_by_the_authority_it_stayed() {
    let (world, listing) = listed();
    let target = Target::Listing(listing);
    let filed = after(&world, &handler(), &suit(&world, target));
    let stayed = after(&filed, &handler(), &stay(&filed));
    // The authority whose listing it is records neither the end of the stay nor that it was right.
    let earlier = RemedyOutcome::Changed { end: day("2027-01-01") };
    for own in [handler(), head(), colleague()] {
        assert_eq!(stayed.refused(&own, &end_stay(&stayed)), guard(Guard::Competent));
        for outcome in [RemedyOutcome::Upheld, RemedyOutcome::Withdrawn, earlier] {
            let rule = rule(&stayed, outcome);
            assert_eq!(stayed.refused(&own, &rule), guard(Guard::Competent), "{outcome:?}");
        }
    }
    assert!(stayed.ask(&clerk(), &end_stay(&stayed)).is_ok());
    // A decision of an authority is no judgment.
    let mut paper = end_stay(&stayed);
    if let Command::Remedy(RemedyCommand::EndStay { document, .. }) = &mut paper {
        document.kind = FactKind::AdministrativeDecision;
    }
    assert_eq!(stayed.refused(&clerk(), &paper), guard(Guard::Fact));
    // What relieves the party any officer records at once.
    assert!(stayed.ask(&handler(), &rule(&stayed, RemedyOutcome::Revoked)).is_ok());
}

#[test]
fn a_reconsideration_is_decided_by_the_body_that_was_asked() {
    let (world, listing) = listed();
    let mut file = suit(&world, Target::Listing(listing));
    if let Command::Remedy(RemedyCommand::FileRemedy { kind, body, .. }) = &mut file {
        *kind = RemedyKind::Reconsideration;
        *body = "尤溪县人民政府".to_owned();
    }
    let filed = after(&world, &handler(), &file);
    let decided = |kind, issuer: &str| {
        let mut command = rule(&filed, RemedyOutcome::Upheld);
        if let Command::Remedy(RemedyCommand::DecideRemedy { document, .. }) = &mut command {
            document.kind = kind;
            document.issuer = issuer.to_owned();
        }
        command
    };
    let foreign = decided(FactKind::AdministrativeDecision, "尤溪县市场监督管理局");
    let judgment = decided(FactKind::Judgment, "尤溪县人民政府");
    let own = decided(FactKind::AdministrativeDecision, "尤溪县人民政府 ");
    assert_eq!(filed.refused(&clerk(), &foreign), guard(Guard::Fact));
    assert_eq!(filed.refused(&clerk(), &judgment), guard(Guard::Fact));
    assert!(filed.ask(&clerk(), &own).is_ok());
}
