//! What a court or a reviewing body rules on was there before its ruling, and a ruling that ends
//! another is not that one. A ruling may well be older than the day on which it is recorded here.

use crate::kit::later::*;
use crate::kit::rules::{COURT, STATUTE};
use crate::kit::steps::*;
use crate::kit::table::EXISTS;
use crate::kit::{World, guard, misfit, organisation, party};
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::{RemedyKind, RemedyOutcome};
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{MeasureId, RecordId, ReliefId};
use shouxin_core::path::Standing;
use shouxin_core::row::{Key, RecordRow, Row};
use shouxin_core::text::FactDocument;
use shouxin_core::time::Day;

/// The document of a command about a remedy or a relief.
fn with(command: &Command, change: impl FnOnce(&mut FactDocument)) -> Command {
    let mut command = command.clone();
    match &mut command {
        Command::Remedy(
            RemedyCommand::OrderStay { document, .. }
            | RemedyCommand::EndStay { document, .. }
            | RemedyCommand::DecideRemedy { document, .. }
            | RemedyCommand::CompleteRelief { document, .. }
            | RemedyCommand::EndRelief { document, .. }
            | RemedyCommand::GrantRelief { ruling: document, .. },
        ) => change(document),
        other => panic!("{other:?}"),
    }
    command
}

fn dated(command: &Command, on: Day) -> Command {
    with(command, |own| own.date = on)
}

fn filed(command: &Command, on: Day) -> Command {
    let mut command = command.clone();
    match &mut command {
        Command::Remedy(RemedyCommand::FileRemedy { filed_on, .. }) => *filed_on = on,
        other => panic!("{other:?}"),
    }
    command
}

fn record_row(world: &World, id: RecordId) -> &RecordRow {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row,
        other => panic!("{other:?}"),
    }
}

/// Neither a stay nor an outcome is older than the case in which it is given.
#[test]
fn no_ruling_is_older_than_the_case_it_rules_on() {
    let (mut world, listing) = listed();
    let suit = suit(&world, Target::Listing(listing));
    world.must(&party(organisation(1)), &suit);
    let filed_on = world.today;
    world.pass(20);
    let outcomes = [RemedyOutcome::Upheld, RemedyOutcome::Revoked, RemedyOutcome::Withdrawn];
    let all = outcomes.map(|own| rule(&world, own)).into_iter().chain([stay(&world)]);
    for command in all {
        let early = world.ask(&clerk(), &dated(&command, filed_on.plus_days(-1)));
        let early = early.expect_err("older than the case");
        assert_eq!((early.ground, early.field), (guard(Guard::Fact), Some("document")));
        assert!(world.ask(&clerk(), &dated(&command, filed_on)).is_ok(), "recorded later");
    }
}

/// What ends a stay is another ruling, and no older: of the court that lifts it, and of the court that
/// decides. Covers INV-5.
#[test]
fn a_stay_is_not_ended_by_the_order_that_stays() {
    let (mut world, listing) = listed();
    let suit = suit(&world, Target::Listing(listing));
    world.must(&party(organisation(1)), &suit);
    world.pass(5);
    let order = stay(&world);
    let mut own = None;
    with(&order, |document| own = Some(document.clone()));
    let order_document = own.expect("a document");
    world.must(&clerk(), &order);
    world.pass(10);
    for command in [end_stay(&world), rule(&world, RemedyOutcome::Upheld)] {
        let number = format!(" {} ", order_document.number);
        let wrong = [
            with(&command, |own| own.number = number),
            with(&command, |own| own.sha256 = order_document.sha256),
            dated(&command, order_document.date.plus_days(-1)),
        ];
        for wrong in wrong {
            let refusal = world.ask(&clerk(), &wrong).expect_err("the order itself, or older");
            assert_eq!((refusal.ground, refusal.field), (guard(Guard::Fact), Some("document")));
        }
        assert!(world.ask(&clerk(), &dated(&command, order_document.date)).is_ok());
    }
    world.must(&clerk(), &end_stay(&world));
    let standing = world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!(standing, Standing::InForce);
    assert_eq!(world.replayed().rows, world.rows);
}

/// A suit is about what was there when it was filed: a listing that was proposed, a measure that was
/// initiated; of a record its document, which may have been challenged before it was collected.
#[test]
fn nothing_is_challenged_before_it_was_there() {
    let mut world = World::seeded();
    let record = world.with_record();
    let document_date = record_row(&world, record).document_date;
    assert!(document_date < world.today);
    let proposed_on = world.today;
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(listing, None, STATUTE)));
    let initiated_on = world.today;
    world.pass(3);
    for (target, since) in [
        (Target::Record(record), document_date),
        (Target::Listing(listing), proposed_on),
        (Target::Measure(measure), initiated_on),
    ] {
        let suit = suit(&world, target);
        let early = world.ask(&handler(), &filed(&suit, since.plus_days(-1)));
        let early = early.expect_err("before it was there");
        assert_eq!((early.ground, early.field), (misfit(Misfit::Value), Some("filed_on")));
        assert!(world.ask(&handler(), &filed(&suit, since)).is_ok(), "{target:?}");
    }
}

/// One case of one body under one number about one thing is filed once.
#[test]
fn the_same_case_is_filed_once() {
    let (mut world, listing) = listed();
    let right = suit(&world, Target::Listing(listing));
    world.must(&party(organisation(1)), &right);
    assert_eq!(world.refused(&handler(), &right), EXISTS);
    let change = |to: &dyn Fn(&mut RemedyCommand)| {
        let Command::Remedy(mut own) = right.clone() else { panic!("a remedy") };
        to(&mut own);
        Command::Remedy(own)
    };
    let spaced = change(&|own| {
        if let RemedyCommand::FileRemedy { body, number, .. } = own {
            (*body, *number) = (format!(" {body}"), format!("{number} "));
        }
    });
    assert_eq!(world.refused(&handler(), &spaced), EXISTS, "however it is spaced");
    let others = [
        change(&|own| {
            if let RemedyCommand::FileRemedy { number, .. } = own {
                number.push('2');
            }
        }),
        change(&|own| {
            if let RemedyCommand::FileRemedy { body, .. } = own {
                *body = "三明市中级人民法院".to_owned();
            }
        }),
        change(&|own| {
            if let RemedyCommand::FileRemedy { kind, .. } = own {
                *kind = RemedyKind::Reconsideration;
            }
        }),
    ];
    for other in others {
        assert!(world.ask(&handler(), &other).is_ok(), "{other:?}");
    }
    world.must(&clerk(), &rule(&world, RemedyOutcome::Upheld));
    assert_eq!(world.refused(&handler(), &right), EXISTS, "decided, it is still the same case");
    assert_eq!(world.replayed().rows, world.rows);
}

/// Relief is by the ruling that confirmed the plan, be it older than the listing that it relieves; what ends
/// it is another ruling.
#[test]
fn a_relief_is_granted_and_ended_by_rulings_of_their_own() {
    let (mut world, listing) = listed();
    let decided_on = world
        .path(CaseRef::Listing(listing))
        .served()
        .map(|own| own.decided.decision.on)
        .expect("it is served");
    world.pass(10);
    let grant = |world: &World| {
        remedy(RemedyCommand::GrantRelief {
            listing,
            ruling: judgment(world, organisation(1)),
            reasons: text(),
            until: end(),
        })
    };
    let own = grant(&world);
    for days in [-400, -1, 0] {
        assert!(world.ask(&head(), &dated(&own, decided_on.plus_days(days))).is_ok());
    }
    let mut ruling = None;
    with(&own, |document| ruling = Some(document.clone()));
    let ruling = ruling.expect("a ruling");
    let relief = ReliefId(world.must(&head(), &own));
    world.pass(10);
    let document = judgment(&world, organisation(1));
    for command in [
        RemedyCommand::CompleteRelief { relief, document: document.clone(), reasons: text() },
        RemedyCommand::EndRelief { relief, document, reasons: text() },
    ] {
        let command = remedy(command);
        let wrong = [
            with(&command, |own| *own = ruling.clone()),
            dated(&command, ruling.date.plus_days(-1)),
        ];
        for wrong in wrong {
            assert_eq!(world.refused(&head(), &wrong), guard(Guard::Fact));
        }
        assert!(world.ask(&head(), &command).is_ok());
    }
}

/// Who is no court orders, stays, ends and exempts nothing, whatever its paper calls itself: an
/// authority would write its own order otherwise. Covers G-COURT.
#[test]
fn a_judgment_is_a_courts() {
    let by_authority = |own: &mut FactDocument| own.issuer = fact(organisation(1)).issuer;
    let division = |own: &mut FactDocument| own.issuer = "尤溪县人民法院西城人民法庭".to_owned();
    let (mut world, listing) = listed();
    let suit = suit(&world, Target::Listing(listing));
    world.must(&party(organisation(1)), &suit);
    for command in [rule(&world, RemedyOutcome::Upheld), stay(&world)] {
        let wrong = world.ask(&clerk(), &with(&command, by_authority)).expect_err("no court");
        assert_eq!(wrong.ground, guard(Guard::Fact));
        assert!(wrong.cure.contains("court"), "{}", wrong.cure);
        assert!(world.ask(&clerk(), &with(&command, division)).is_ok());
    }
    let order = stay(&world);
    world.must(&clerk(), &order);
    let ended = end_stay(&world);
    assert_eq!(world.refused(&clerk(), &with(&ended, by_authority)), guard(Guard::Fact));
    let (mut world, listing) = listed();
    let grant = granted(&world, listing);
    assert_eq!(world.refused(&head(), &with(&grant, by_authority)), guard(Guard::Fact));
    let relief = ReliefId(world.must(&head(), &grant));
    let document = judgment(&world, organisation(1));
    for ends in [
        RemedyCommand::EndRelief { relief, document: document.clone(), reasons: text() },
        RemedyCommand::CompleteRelief { relief, document: document.clone(), reasons: text() },
    ] {
        let wrong = with(&Command::Remedy(ends), by_authority);
        assert_eq!(world.refused(&head(), &wrong), guard(Guard::Fact));
    }
    let file =
        |document| Command::Remedy(RemedyCommand::FileCourtDocument { document, effect: text() });
    let wrong = FactDocument { issuer: fact(organisation(1)).issuer, ..document.clone() };
    assert_eq!(world.refused(&handler(), &file(wrong.clone())), guard(Guard::Fact));
    world.must(&handler(), &file(document.clone()));
    // And a limit that only a court sets.
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE, COURT], Stage::Effective);
    let with_court = |document| {
        let mut opened = initiate(listing, None, COURT);
        if let Command::InitiateMeasure { court_document, .. } = &mut opened {
            *court_document = Some(document);
        }
        opened
    };
    assert_eq!(world.refused(&handler(), &with_court(wrong)), guard(Guard::Court));
    world.must(&handler(), &with_court(ruling(organisation(1))));
}

fn granted(world: &World, listing: shouxin_core::id::ListingId) -> Command {
    Command::Remedy(RemedyCommand::GrantRelief {
        listing,
        ruling: judgment(world, organisation(1)),
        reasons: text(),
        until: world.today.plus_days(60),
    })
}
