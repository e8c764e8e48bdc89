//! One paper, one case of a kind: nobody answers twice for one thing at once, and what was served and
//! has ended is not proposed on the same facts and reasons again (domain.md INV-1, INV-6).
//!
//! Covers: G-FACT, INV-6.

use std::sync::Arc;

use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseRef, Finding, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{AttributionId, ListingId};
use shouxin_core::limits::{CASES_PER_PAPER_MAX, FACTS_MAX};
use shouxin_core::path::Standing;
use shouxin_core::row::{Key, ListingKind, Repairable, Row};
use shouxin_core::rules::FactKind;
use shouxin_core::text::FactDocument;
use shouxin_core::time::Day;

use crate::kit::asked::{grant, relief_of};
use crate::kit::extended::{extend, extension};
use crate::kit::later::remedy;
use crate::kit::papers::*;
use crate::kit::repairs::{done, revoked};
use crate::kit::rules::{BARRED, STATUTE};
use crate::kit::steps::*;
use crate::kit::table::EXISTS;
use crate::kit::{World, organisation, party, person};

/// What becomes of the same proposal once more, and that the refusal names the case and the way out.
#[track_caller]
fn asked(world: &World, case: CaseRef, proposal: &Command) -> Option<Ground> {
    let refusal = world.ask(&handler(), proposal).err()?;
    let name = match case {
        CaseRef::Listing(id) => id.to_string(),
        CaseRef::Attribution(id) => id.to_string(),
    };
    assert!(refusal.detail.contains(&name), "{} does not name {name}", refusal.detail);
    let way_out = ["new effective document", "go on with that case", "extend it"];
    assert!(way_out.iter().any(|own| refusal.cure.contains(own)), "{}", refusal.cure);
    Some(refusal.ground)
}

/// Other ways to write a number.
const WRITTEN: [fn(&str) -> String; 5] = [
    |own| own.replace('〔', "[").replace('〕', "]"),
    |own| own.replace('〔', "（").replace('〕', "）"),
    |own| own.replace('2', "２").replace('0', "０"),
    |own| own.replace('〕', "〕 第00"),
    |own| own.replace('〔', "\u{200B}【").replace('〕', "】\u{3000}"),
];

/// A proposal is looked at by the number and by the digest of its paper; on another it is taken.
#[track_caller]
fn is(name: &str, world: &World, case: CaseRef, proposal: &Command, expected: Option<Ground>) {
    assert_eq!(asked(world, case, proposal), expected, "{name}");
    let mut by_number = proposal.clone();
    cited(&mut by_number).iter_mut().for_each(|own| own.sha256 = digest(77));
    assert_eq!(asked(world, case, &by_number), expected, "{name}, by its number");
    let mut spaced = by_number.clone();
    cited(&mut spaced).iter_mut().for_each(|own| own.number = format!(" {} ", own.number));
    assert_eq!(asked(world, case, &spaced), expected, "{name}, by its number with blanks");
    for written in WRITTEN {
        let mut other = by_number.clone();
        cited(&mut other).iter_mut().for_each(|own| own.number = written(&own.number));
        assert_eq!(
            asked(world, case, &other),
            expected,
            "{name}, {:?}",
            cited(&mut other)[0].number
        );
    }
    let mut by_digest = proposal.clone();
    cited(&mut by_digest).iter_mut().for_each(|own| own.number = "尤市监罚〔2026〕99号".to_owned());
    assert_eq!(asked(world, case, &by_digest), expected, "{name}, by its digest");
    let mut taken = world.clone();
    taken.must(&handler(), &on_new_paper(world, proposal.clone()));
    // One new document beside the old is another matter than what stands, and than what has ended.
    let mut both = proposal.clone();
    let new = paper(world, cited(&mut both)[0].about);
    cited(&mut both).push(new);
    let beside = expected.filter(|ground| *ground == EXISTS);
    assert_eq!(asked(world, case, &both), beside, "{name}, with another document");
    assert_eq!(taken.replayed().rows, taken.rows);
}

#[test]
fn a_paper_leads_to_one_listing_of_a_kind() {
    for (name, stage, course, expected) in COURSES {
        let (world, case) = listing_after(*stage, *course);
        is(name, &world, case, &again(&world, case), *expected);
    }
}

#[test]
fn a_person_answers_once_on_a_paper() {
    for (name, stage, course, expected) in COURSES {
        if let Some((world, case, other)) = answer_after(*stage, *course) {
            is(name, &world, case, &under(other, again(&world, case)), *expected);
        }
    }
}

/// What a person answered for is over by its own date, before the listing is.
#[test]
fn what_a_person_answered_for_to_its_end_is_not_answered_for_again() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let case = CaseRef::Attribution(world.attribution(listing, person(1), Stage::Proposed));
    short(&mut world, case, 60);
    let proposal = again(&world, case);
    assert_eq!(asked(&world, case, &proposal), Some(EXISTS));
    world.today = world.today.plus_days(60);
    is("past its last day", &world, case, &proposal, Some(USED));
    world.tick();
    is("expired", &world, case, &proposal, Some(USED));
}

/// What a person answers for ends with the listing: what becomes of the same proposal under another.
#[test]
fn how_the_listing_ended_is_how_the_person_stopped_answering() {
    let mut by_date = World::seeded();
    let first = by_date.listing(&[], &[STATUTE], Stage::Proposed);
    short(&mut by_date, CaseRef::Listing(first), 300);
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let courses: [(&str, World, ListingId, Course, Option<Ground>); 5] = [
        (
            "repaired",
            world.clone(),
            listing,
            |world, case| {
                world.pass(200);
                done(world, &own(case), repairable(case));
            },
            Some(USED),
        ),
        (
            "void",
            world.clone(),
            listing,
            |world, case| {
                ruled(world, case, RemedyOutcome::Revoked);
            },
            Some(USED),
        ),
        (
            "disputed and taken back",
            world.clone(),
            listing,
            |world, case| {
                world.must(&own(case), &object(target(case), false));
                taken_back(world, case);
            },
            Some(USED),
        ),
        ("taken back", world, listing, taken_back, None),
        (
            "past its last day",
            by_date,
            first,
            |world, _| world.today = world.today.plus_days(300),
            Some(USED),
        ),
    ];
    for (name, mut world, listing, course, expected) in courses {
        let other = world.listing(&[], &[STATUTE], Stage::Effective);
        let answer = world.attribution(listing, person(1), Stage::Proposed);
        let case = CaseRef::Attribution(answer);
        short(&mut world, case, 250);
        course(&mut world, CaseRef::Listing(listing));
        is(name, &world, case, &under(other, again(&world, case)), expected);
    }
}

/// A listing that comes back leaves out who answered under it, until it is found again that they do:
/// nobody found that wrong. What was over before stays used up.
#[test]
fn who_is_left_out_when_a_listing_comes_back_may_be_found_to_answer_again() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let left_out = CaseRef::Attribution(world.attribution(listing, person(1), Stage::Effective));
    let before = CaseRef::Attribution(world.attribution(listing, person(2), Stage::Effective));
    world.pass(200);
    done(&mut world, &party(person(2)), repairable(before));
    let id = done(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    revoked(&mut world, &party(organisation(1)), id);
    world.pass(12);
    is("left out", &world, left_out, &again(&world, left_out), None);
    assert_eq!(asked(&world, before, &again(&world, before)), Some(USED));
}

/// A listing on a record falls with it: found void it is used up, and so is what rests on its paper;
/// annulled by its own provider, undisputed, it comes in anew, and so may the listing.
#[test]
fn what_fell_with_its_record_is_as_the_record_fell() {
    let annul = |world: &mut World, record, disputed: bool| {
        if disputed {
            world.must(&party(organisation(1)), &object(Target::Record(record), false));
        }
        world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    };
    for (disputed, expected) in [(false, None), (true, Some(USED))] {
        let mut world = World::seeded();
        let record = world.with_record();
        let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
        let by = extend(&mut world, listing, &[], Stage::Effective);
        annul(&mut world, record, disputed);
        for id in [listing, by] {
            let case = CaseRef::Listing(id);
            assert_eq!(world.path(case).name(), "annulled");
            is("its record annulled", &world, case, &again(&world, case), expected);
        }
    }
    // Disputed itself, a listing falls as disputed, whoever annuls its record.
    let mut world = World::seeded();
    let record = world.with_record();
    let case = CaseRef::Listing(world.listing(&[record], &[STATUTE], Stage::Effective));
    world.must(&own(case), &object(target(case), false));
    annul(&mut world, record, false);
    is("disputed, its record annulled", &world, case, &again(&world, case), Some(USED));
    let mut world = World::seeded();
    let record = world.with_record();
    let case = CaseRef::Listing(world.listing(&[record], &[STATUTE], Stage::Effective));
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.outcome(id, Finding::Error);
    is("its record void", &world, case, &again(&world, case), Some(USED));
}

/// What was repaired stays used up, whatever becomes of what it rested on afterwards.
#[test]
fn a_repaired_extension_is_used_up_though_its_listing_is_taken_back() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let by = extend(&mut world, listing, &[], Stage::Effective);
    world.pass(200);
    done(&mut world, &party(organisation(1)), Repairable::Listing(by));
    taken_back(&mut world, CaseRef::Listing(listing));
    assert_eq!(world.path(CaseRef::Listing(by)).name(), "annulled");
    is(
        "taken back",
        &world,
        CaseRef::Listing(listing),
        &again(&world, CaseRef::Listing(listing)),
        None,
    );
    is("repaired", &world, CaseRef::Listing(by), &again(&world, CaseRef::Listing(by)), Some(USED));
}

/// A plan of reorganisation that was performed relieves for good.
#[test]
fn what_a_performed_plan_relieved_is_used_up() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let case = CaseRef::Listing(listing);
    let granted = grant(&world);
    world.must(&head(), &granted);
    is("protected", &world, case, &again(&world, case), Some(EXISTS));
    let (document, reasons) = (judgment(&world, organisation(1)), text());
    let relief = relief_of(&world);
    world.must(&head(), &remedy(RemedyCommand::CompleteRelief { relief, document, reasons }));
    assert_eq!(world.path(case).name(), "relieved");
    is("relieved", &world, case, &again(&world, case), Some(USED));
}

fn on_the_paper_of(world: &World, case: CaseRef, mut proposal: Command) -> Command {
    *cited(&mut proposal) = cited(&mut again(world, case)).clone();
    proposal
}

/// An extension rests on the paper of its listing, and one after the other on the same; one that was
/// repaired is not proposed on it again.
#[test]
fn an_extension_rests_on_the_paper_of_its_listing() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Proposed);
    let case = CaseRef::Listing(listing);
    short(&mut world, case, 300);
    let follow = on_the_paper_of(&world, case, extension(listing, &[]));
    let by = ListingId(world.must(&handler(), &follow));
    world.advance(CaseRef::Listing(by), &[STATUTE], Stage::Effective);
    assert_eq!(asked(&world, case, &again(&world, case)), Some(EXISTS));
    // While the first still runs, the next to follow waits; once that is over by date it is taken.
    let next = on_the_paper_of(&world, case, extension(by, &[]));
    assert_eq!(asked(&world, case, &next), Some(EXISTS));
    let mut later = world.clone();
    later.pass(300);
    assert_eq!(later.path(case).name(), "expired");
    let third = ListingId(later.must(&handler(), &next));
    assert_eq!(later.replayed().rows, later.rows);
    assert_eq!(later.path(CaseRef::Listing(third)).name(), "proposed");
    // Another listing for the same behaviour does not rest on it.
    let (mut beside, other) = (world.clone(), world.listing(&[], &[STATUTE], Stage::Effective));
    let elsewhere = on_the_paper_of(&world, case, extension(other, &[]));
    assert_eq!(asked(&world, case, &elsewhere), Some(EXISTS));
    // Repaired, the extension has used the paper up, though its listing still stands on it.
    beside.pass(200);
    done(&mut beside, &party(organisation(1)), Repairable::Listing(by));
    assert_eq!(beside.standing(|rows, on| rows.listing_standing(listing, on)), Standing::InForce);
    assert_eq!(asked(&beside, CaseRef::Listing(by), &follow), Some(USED));
    beside.must(&handler(), &on_new_paper(&beside, follow));
}

/// A person may answer under an extension on the paper of what it follows, unless that was repaired.
#[test]
fn a_person_answers_under_an_extension_on_the_same_paper() {
    for repaired in [false, true] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Proposed);
        short(&mut world, CaseRef::Listing(listing), 300);
        let answer = world.attribution(listing, person(1), Stage::Proposed);
        let case = CaseRef::Attribution(answer);
        short(&mut world, case, 290);
        let by = extend(&mut world, listing, &[], Stage::Effective);
        let mut proposal = under(by, again(&world, case));
        if repaired {
            world.pass(200);
            done(&mut world, &party(person(1)), Repairable::Attribution(answer));
            assert_eq!(asked(&world, case, &proposal), Some(USED));
            continue;
        }
        // The other way round too: under the extension first.
        let own = on_new_paper(&world, attribute(by, person(2)));
        let first = CaseRef::Attribution(AttributionId(world.must(&handler(), &own)));
        let below = under(listing, again(&world, first));
        world.clone().must(&handler(), &below);
        let mut beside = world.clone();
        beside.must(&handler(), &proposal);
        world.pass(300);
        assert_eq!(world.path(CaseRef::Listing(listing)).name(), "expired");
        let second = AttributionId(world.must(&handler(), &proposal));
        proposal = again(&world, CaseRef::Attribution(second));
        assert_eq!(asked(&world, CaseRef::Attribution(second), &proposal), Some(EXISTS));
    }
}

/// Another behaviour, another organisation or another person is another thing, on the same paper.
#[test]
fn another_thing_on_the_same_paper_is_taken() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let case = CaseRef::Listing(listing);
    let mut other = again(&world, case);
    if let Command::ProposeListing { behaviour, .. } = &mut other {
        *behaviour = BARRED.to_owned();
    }
    let mut over = world.clone();
    objected(&mut over, case, Finding::Error);
    over.must(&handler(), &other);
    world.must(&handler(), &other);
    let mut elsewhere = propose(organisation(2), &[]);
    *cited(&mut elsewhere) = cited(&mut again(&world, case)).clone();
    // It is about organisation 1, and establishes nothing of the other: cited beside its own alone.
    cited(&mut elsewhere).push(paper(&world, organisation(2)));
    let second = ListingId(world.must(&handler(), &elsewhere));
    world.advance(CaseRef::Listing(second), &[STATUTE], Stage::Effective);
    let answer = CaseRef::Attribution(world.attribution(listing, person(1), Stage::Effective));
    let proposal = again(&world, answer);
    // The same paper of the person, under a listing of another organisation.
    world.must(&handler(), &under(second, proposal.clone()));
    let mut of_another = proposal;
    if let Command::ProposeAttribution { person: who, facts, .. } = &mut of_another {
        *who = person(2);
        facts.iter_mut().for_each(|own| own.about = person(2));
    }
    world.must(&handler(), &of_another);
    assert_eq!(world.replayed().rows, world.rows);
}

/// A document that establishes nothing of this behaviour makes no used paper new, and one that does
/// is looked at by itself.
#[test]
fn two_used_papers_are_no_new_one() {
    let mut world = World::seeded();
    let own: Vec<CaseRef> = (0..2)
        .map(|_| {
            let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Effective));
            objected(&mut world, case, Finding::Error);
            case
        })
        .collect();
    let mut both = again(&world, own[0]);
    let second = cited(&mut again(&world, own[1])).clone();
    cited(&mut both).extend(second);
    assert_eq!(world.refused(&handler(), &both), USED);
    let mut about_another = again(&world, own[0]);
    let of_another = paper(&world, organisation(2));
    cited(&mut about_another).push(of_another.clone());
    assert_eq!(world.refused(&handler(), &about_another), USED);
    // Nor does a kind of document that establishes no such act.
    Arc::make_mut(&mut world.rules)
        .behaviours
        .iter_mut()
        .for_each(|own| own.facts = vec![FactKind::PenaltyDecision]);
    let mut beside = again(&world, own[0]);
    cited(&mut beside).push(judgment(&world, organisation(1)));
    assert_eq!(world.refused(&handler(), &beside), USED);
    // What was cited about another subject is no paper of this one: about this one it is new.
    let mut right = propose(organisation(1), &[]);
    *cited(&mut right) = vec![fact(organisation(1)), of_another.clone()];
    let case = CaseRef::Listing(ListingId(world.must(&handler(), &right)));
    world.advance(case, &[STATUTE], Stage::Effective);
    *cited(&mut right) = vec![FactDocument { about: organisation(1), ..of_another }];
    world.must(&handler(), &right);
}

/// Where so many cases were opened on a paper, and none of them was served, no further one is.
#[test]
fn the_cases_of_one_paper_are_bounded() {
    let mut world = World::seeded();
    let first = world.listing(&[], &[], Stage::Proposed);
    let proposal = again(&world, CaseRef::Listing(first));
    let drop = |id: ListingId| Command::DropCase { case: CaseRef::Listing(id), reasons: text() };
    world.must(&handler(), &drop(first));
    for _ in 1..CASES_PER_PAPER_MAX {
        let id = ListingId(world.must(&handler(), &proposal));
        world.must(&handler(), &drop(id));
    }
    assert_eq!(world.refused(&handler(), &proposal), Ground::Misfit(Misfit::Limit));
    world.must(&handler(), &on_new_paper(&world, proposal));
    assert_eq!(world.replayed().rows, world.rows);
}

/// A proposal names many papers, and many cases were opened on each: all of them are looked at in few
/// rounds.
#[test]
fn the_cases_of_many_papers_are_looked_at_together() {
    let mut world = World::seeded();
    let drop = |id: ListingId| Command::DropCase { case: CaseRef::Listing(id), reasons: text() };
    let mut all = Vec::new();
    for serial in 1_u8..=8 {
        let number = format!("尤市监罚〔2026〕{serial}0号");
        let paper = FactDocument { number, sha256: digest(100 + serial), ..fact(organisation(1)) };
        let mut proposal = propose(organisation(1), &[]);
        *cited(&mut proposal) = vec![paper.clone()];
        for _ in 0..CASES_PER_PAPER_MAX {
            let id = ListingId(world.must(&handler(), &proposal));
            world.must(&handler(), &drop(id));
        }
        all.push(paper);
    }
    assert_eq!(all.len(), FACTS_MAX);
    let mut proposal = propose(organisation(1), &[]);
    *cited(&mut proposal) = all;
    assert_eq!(world.refused(&handler(), &proposal), Ground::Misfit(Misfit::Limit));
}

/// The last day that a case may have, as it was proposed.
fn cap(world: &World, case: CaseRef) -> Day {
    match case {
        CaseRef::Listing(id) => match &world.listing_row(id).kind {
            ListingKind::Black { case, .. } => case.cap,
            ListingKind::Red(_) => panic!("a black listing"),
        },
        CaseRef::Attribution(id) => match world.row(&Key::Attribution(id)) {
            Some(Row::Attribution(row)) => row.case.cap,
            _ => panic!("an attribution"),
        },
    }
}

/// What its authority takes back and begins anew lasts no longer than it could before: otherwise one act
/// would be answered for without an end.
#[test]
fn what_is_taken_back_and_begun_anew_lasts_no_longer() {
    for person in [false, true] {
        let (mut world, case, other) = match answer_after(Stage::Effective, |_, _| ()) {
            Some((world, case, other)) if person => (world, case, Some(other)),
            _ => {
                let (world, case) = listing_after(Stage::Effective, |_, _| ());
                (world, case, None)
            }
        };
        let had = cap(&world, case);
        world.pass(100);
        taken_back(&mut world, case);
        let proposal = again(&world, case);
        let proposal =
            other.map_or_else(|| proposal.clone(), |other| under(other, proposal.clone()));
        let on_another = on_new_paper(&world, proposal.clone());
        let named = |at| match person {
            true => CaseRef::Attribution(AttributionId(at)),
            false => CaseRef::Listing(ListingId(at)),
        };
        let (mut anew, mut late) = (world.clone(), world.clone());
        let at = named(anew.must(&handler(), &on_another));
        assert!(cap(&anew, at) > had, "another paper has a time of its own");
        let at = named(world.must(&handler(), &proposal));
        assert_eq!(cap(&world, at), had);
        assert_eq!(world.replayed().rows, world.rows);
        // Nor does anything begin where that time is over.
        late.today = had;
        late.tick();
        if !person {
            assert_eq!(late.refused(&handler(), &proposal), Ground::Guard(Guard::End));
        }
    }
}

/// What was taken back in one organisation shortens nothing in another, which is another act.
#[test]
fn what_is_taken_back_in_one_organisation_leaves_another_its_time() {
    let (mut world, case, _) = answer_after(Stage::Effective, |_, _| ()).expect("it stands");
    let had = cap(&world, case);
    world.pass(100);
    taken_back(&mut world, case);
    let of_another = on_new_paper(&world, propose(organisation(2), &[]));
    let other = ListingId(world.must(&handler(), &of_another));
    world.advance(CaseRef::Listing(other), &[STATUTE], Stage::Effective);
    let there = under(other, again(&world, case));
    let at = AttributionId(world.must(&handler(), &there));
    assert!(cap(&world, CaseRef::Attribution(at)) > had);
}

/// A person who answers for an organisation's act is not listed for it as well on the same paper, nor the
/// other way round; in another organisation it is another act.
#[test]
fn nobody_answers_for_an_organisation_and_is_listed_for_the_same_act() {
    let (mut world, case, _) = answer_after(Stage::Effective, |_, _| ()).expect("it stands");
    let mut own = propose(person(1), &[]);
    *cited(&mut own) = cited(&mut again(&world, case)).clone();
    assert_eq!(asked(&world, case, &own), Some(EXISTS));
    assert!(world.ask(&handler(), &on_new_paper(&world, own.clone())).is_ok());
    let mut over = world.clone();
    over.pass(200);
    done(&mut over, &party(person(1)), repairable(case));
    assert_eq!(asked(&over, case, &own), Some(USED));
    // Listed first, and then found to answer for the organisation.
    let mut listed = World::seeded();
    let first = CaseRef::Listing(ListingId(listed.must(&handler(), &own)));
    let listing = listed.listing(&[], &[STATUTE], Stage::Effective);
    let mut answers = again(&world, case);
    if let Command::ProposeAttribution { listing: under, .. } = &mut answers {
        *under = listing;
    }
    assert_eq!(asked(&listed, first, &answers), Some(EXISTS));
    // And in another organisation it is not the same.
    let mut of_another = propose(organisation(2), &[]);
    of_another = on_new_paper(&world, of_another);
    let other = ListingId(world.must(&handler(), &of_another));
    world.advance(CaseRef::Listing(other), &[STATUTE], Stage::Effective);
    let there = under(other, again(&world, case));
    world.must(&handler(), &there);
    assert_eq!(world.replayed().rows, world.rows);
}
