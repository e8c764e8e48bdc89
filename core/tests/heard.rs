//! Nobody speaks for a party on an officer's word: what an officer takes down comes with the
//! party's own document, the period stays open to its last day, and all that came in it is answered.
//!
//! Covers: domain.md 2.0 (G-HEARD), 2.3a, 2.3c, 2.5.

use std::sync::Arc;

use crate::kit::later::{revocation_notice, revocation_statement, revoke_repair};
use crate::kit::rules::{OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, Who, World, guard, misfit, officer, organisation, party};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::{CaseRef, RepairAcceptance};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, RepairId};
use shouxin_core::limits::POINTS_MAX;
use shouxin_core::rules::{Packs, RulePack};

/// A noticed case, and the last day of its period.
fn noticed() -> (World, CaseRef) {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Noticed));
    (world, case)
}

/// A statement in so many points, with or without a document.
fn said(world: &World, case: CaseRef, points: usize, hearing: bool, paper: bool) -> Command {
    Command::ReceiveStatement {
        case,
        points: vec![text(); points],
        hearing_requested: hearing,
        received_on: world.today,
        document_sha256: paper.then(|| digest(60)),
    }
}

/// The officer who proposed could close the period with a word of their own, and the head decide on
/// the same day.
#[test]
fn an_officer_takes_a_statement_down_only_with_the_partys_document() {
    let (mut world, case) = noticed();
    for who in [handler(), colleague(), head()] {
        for (points, hearing) in [(1, false), (0, true)] {
            let bare = said(&world, case, points, hearing, false);
            assert_eq!(world.refused(&who, &bare), guard(Guard::Heard), "{who:?}");
        }
    }
    let mut blank = said(&world, case, 1, false, true);
    if let Command::ReceiveStatement { document_sha256, .. } = &mut blank {
        *document_sha256 = Some([0; 32]);
    }
    assert_eq!(world.refused(&handler(), &blank), guard(Guard::Heard));
    assert_eq!(world.refused(&party(organisation(1)), &blank), guard(Guard::Heard));
    let decide = decision(case, 1, &[STATUTE]);
    assert_eq!(world.refused(&head(), &decide), guard(Guard::Heard), "nobody was heard");
    // The party's own key is its word.
    let mut own = world.clone();
    own.must(&party(organisation(1)), &said(&world, case, 1, false, false));
    own.must(&colleague(), &hearing(case));
    own.must(&head(), &decide);
    world.must(&handler(), &said(&world, case, 1, false, true));
    world.must(&colleague(), &hearing(case));
    world.must(&head(), &decide);
}

#[test]
fn what_comes_later_in_the_period_stands_beside_what_came_before() {
    let (mut world, case) = noticed();
    let subject = party(organisation(1));
    world.must(&subject, &said(&world, case, 2, false, false));
    world.pass(1);
    world.must(&subject, &said(&world, case, 1, true, false));
    for answers in [1, 2, 4] {
        let refused = world.refused(&head(), &decision(case, answers, &[STATUTE]));
        assert_eq!(refused, guard(Guard::Heard), "{answers} answers to three points");
    }
    let answered = decision(case, 3, &[STATUTE]);
    assert_eq!(world.refused(&head(), &answered), guard(Guard::Heard), "no hearing was held");
    let more = |points: usize| said(&world, case, points, false, false);
    assert_eq!(world.refused(&subject, &more(POINTS_MAX - 2)), misfit(Misfit::Limit));
    let mut full = world.clone();
    full.must(&subject, &more(POINTS_MAX - 3));
    assert_eq!(full.refused(&subject, &more(1)), misfit(Misfit::Limit), "all points are made");
    world.must(&colleague(), &hearing(case));
    world.must(&head(), &answered);
    let late = said(&world, case, 1, false, false);
    assert_eq!(world.refused(&subject, &late), misfit(Misfit::State), "it is decided");
    assert_eq!(world.replayed().rows, world.rows);
}

/// A waiver is taken back by speaking, and a hearing may be asked for after a statement.
#[test]
fn the_period_stays_open_to_its_last_day() {
    let (mut world, case) = noticed();
    let subject = party(organisation(1));
    let told = world.today;
    let last = world.rules.calendar.after(told, 5).day;
    world.must(&handler(), &waive(case));
    world.go_to(last);
    world.must(&subject, &said(&world, case, 1, false, false));
    let asked = said(&world, case, 0, true, false);
    let mut after = world.clone();
    world.must(&subject, &asked);
    assert_eq!(
        world.refused(&head(), &decision(case, 1, &[STATUTE])),
        guard(Guard::Heard),
        "the hearing asked for was not held"
    );
    // The day after, the party's own key comes too late, whatever day it names.
    after.go_to(last.plus_days(1));
    assert_eq!(after.refused(&subject, &asked), misfit(Misfit::State));
    let late = said(&after, case, 1, false, false);
    assert_eq!(after.refused(&subject, &late), misfit(Misfit::State));
    // What the paper shows to have come in time is taken down later.
    let mut paper = said(&world, case, 1, false, true);
    if let Command::ReceiveStatement { received_on, .. } = &mut paper {
        *received_on = last;
    }
    after.must(&handler(), &paper);
    after.must(&head(), &decision(case, 2, &[STATUTE]));
}

/// The notice promises so many days for asking for a hearing.
#[test]
fn silence_lasts_as_long_as_a_hearing_may_be_asked_for() {
    let mut world = World::seeded();
    let pack = world.rules.pack(world.today).clone();
    let longer = RulePack { hearing_request_wd: 8, ..pack.clone() };
    Arc::make_mut(&mut world.rules).packs = Packs::new(vec![longer]).unwrap();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Noticed));
    let told = world.today;
    let (window, asked) =
        (world.rules.calendar.after(told, 5).day, world.rules.calendar.after(told, 8).day);
    world.go_to(window.plus_days(1));
    let decide = decision(case, 0, &[STATUTE]);
    assert_eq!(world.refused(&head(), &decide), guard(Guard::Heard));
    let subject = party(organisation(1));
    let points = said(&world, case, 1, true, false);
    assert_eq!(world.refused(&subject, &points), misfit(Misfit::State), "no points any more");
    world.go_to(asked);
    assert_eq!(world.refused(&head(), &decide), guard(Guard::Heard));
    let mut heard = world.clone();
    heard.must(&subject, &said(&world, case, 0, true, false));
    heard.go_to(asked.plus_days(1));
    assert_eq!(heard.refused(&head(), &decide), guard(Guard::Heard), "the hearing was not held");
    world.go_to(asked.plus_days(1));
    world.must(&head(), &decide);
    // And where the days are fewer, a request comes too late before the statement does.
    let mut world = World::seeded();
    let shorter = RulePack { hearing_request_wd: 2, ..pack };
    Arc::make_mut(&mut world.rules).packs = Packs::new(vec![shorter]).unwrap();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Noticed));
    world.go_to(world.rules.calendar.after(world.today, 3).day);
    let both = said(&world, case, 1, true, false);
    assert_eq!(world.refused(&subject, &both), misfit(Misfit::State));
    world.must(&subject, &said(&world, case, 1, false, false));
}

fn with_paper(command: &Command, paper: Option<[u8; 32]>) -> Command {
    let mut command = command.clone();
    match &mut command {
        Command::Remedy(RemedyCommand::StateOnRevocation { document_sha256, .. })
        | Command::Listing(ListingCommand::StateOnRedRevocation { document_sha256, .. }) => {
            *document_sha256 = paper;
        }
        other => panic!("{other:?} is no statement on a revocation"),
    }
    command
}

/// Any officer of any department could speak for the party in a revocation.
fn spoken_for(world: &World, state: &Command, own: &Who, subject: &Who) {
    let stranger = officer("tax", Post::Handler);
    assert_eq!(world.refused(&stranger, state), guard(Guard::Competent));
    let bare = with_paper(state, None);
    assert_eq!(world.refused(own, &bare), guard(Guard::Heard));
    assert_eq!(world.refused(own, &with_paper(state, Some([0; 32]))), guard(Guard::Heard));
    assert!(world.ask(own, state).is_ok());
    assert!(world.ask(subject, &bare).is_ok());
}

#[test]
fn a_revoked_repair_hears_the_party_like_a_listing() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Effective);
    world.pass(200);
    let repair = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(repair, RepairAcceptance::Accepted));
    world.must(&head(), &approve(&world, repair));
    world.tick();
    world.must(&handler(), &revocation_notice(&world, repair));
    let state = revocation_statement(&world, repair);
    spoken_for(&world, &state, &handler(), &party(organisation(1)));
    world.must(&handler(), &state);
    world.must(&party(organisation(1)), &with_paper(&state, None));
    assert_eq!(world.refused(&head(), &revoke_repair(&world, repair, 2)), guard(Guard::Heard));
    world.must(&head(), &revoke_repair(&world, repair, 4));
}

#[test]
fn a_revoked_honour_hears_the_party_like_a_listing() {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), officer(OFFICE, Post::Head));
    let mut world = World::seeded();
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    world.must(&decider, &decide_red(&world, listing));
    let notice = Command::Listing(ListingCommand::NoticeRedRevocation {
        listing,
        reasons: text(),
        document_sha256: digest(36),
        service: served(world.today),
    });
    world.must(&nominator, &notice);
    let state = Command::Listing(ListingCommand::StateOnRedRevocation {
        listing,
        points: vec![text()],
        received_on: world.today,
        document_sha256: Some(digest(61)),
    });
    spoken_for(&world, &state, &nominator, &party(organisation(2)));
    world.must(&nominator, &state);
    world.must(&party(organisation(2)), &with_paper(&state, None));
    let revoke = |answers: usize| {
        Command::Listing(ListingCommand::RevokeRed {
            listing,
            document_number: "尤信撤〔2026〕1号".to_owned(),
            document_sha256: digest(37),
            reasons: text(),
            answers: vec![text(); answers],
            service: served(world.today),
        })
    };
    assert_eq!(world.refused(&decider, &revoke(1)), guard(Guard::Heard));
    assert!(world.ask(&decider, &revoke(2)).is_ok());
}
