//! Courses of due process: statements by officer and party, objections to a nomination, red and
//! black at once.

use super::kit::World;
use super::kit::asked::revoke;
use super::kit::commitments::{offer, sign};
use super::kit::later::{listed, stay, suit};
use super::kit::rules::{INCENTIVE, OFFICE, PERSONS, STATUTE};
use super::kit::steps::*;
use super::kit::{Post, Who, officer, operator, organisation, party, person};
use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::commitment::CommitmentKind;
use shouxin_core::event::{CaseHook, CaseRef, Finding, Target, Trigger};
use shouxin_core::id::{AttributionId, CommitmentId, ListingId, MeasureId, ObjectionId, RecordId};

fn nominator() -> Who {
    officer(OFFICE, Post::Handler)
}

fn noticed(world: &mut World, of: usize) -> ListingId {
    let id = ListingId(world.must(&nominator(), &nominate(organisation(of))));
    let check = check_nomination(world, id, &[]);
    world.must(&nominator(), &check);
    world.must(&nominator(), &Command::OpenPublicNotice { listing: id });
    id
}

fn honoured(world: &mut World) -> ListingId {
    let id = noticed(world, 1);
    world.pass(8);
    world.must(&officer(OFFICE, Post::Head), &decide_red(world, id));
    id
}

/// A statement taken down by an officer, and one of the party's own with a hearing asked for.
pub fn spoke_twice() -> World {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Noticed));
    world.must(&handler(), &statement(&world, case, false));
    world.pass(1);
    let mut own = statement(&world, case, true);
    if let Command::ReceiveStatement { document_sha256, .. } = &mut own {
        *document_sha256 = None;
    }
    world.must(&party(organisation(1)), &own);
    world.must(&colleague(), &hearing(case));
    world.must(&head(), &decision(case, 4, &[STATUTE]));
    world
}

/// A record that was shown, and that its provider annuls; the redress is done.
pub fn annulled() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    world.must(&handler(), &redressed(Target::Record(record)));
    world
}

/// A listing, and what a person answered for under it, taken back after departments acted on both.
pub fn taken_back() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Effective);
    let attribution = AttributionId(world.must(&handler(), &attribute(listing, person(1))));
    let case = CaseRef::Attribution(attribution);
    world.advance(case, &[PERSONS], Stage::Effective);
    let asked = initiate(listing, Some(attribution), PERSONS);
    let measure = MeasureId(world.must(&handler(), &asked));
    world.proceed(measure, Progress::FedBack);
    world.must(&head(), &revoke(&world, case));
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.must(&handler(), &redressed(Target::Attribution(attribution)));
    world.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
    world.must(&handler(), &redressed(Target::Listing(listing)));
    world
}

/// What an authority did about what it took back.
pub fn redressed(target: Target) -> Command {
    let evidence = vec![digest(44)];
    let own = RemedyCommand::CompleteAnnulmentRedress { target, account: text(), evidence };
    Command::Remedy(own)
}

/// A revocation in which an officer took the statement down.
pub fn spoken_for() -> World {
    let mut world = World::seeded();
    let listing = honoured(&mut world);
    let tell = ListingCommand::NoticeRedRevocation {
        listing,
        reasons: text(),
        document_sha256: digest(36),
        service: served(world.today),
    };
    world.must(&nominator(), &Command::Listing(tell));
    let state = ListingCommand::StateOnRedRevocation {
        listing,
        points: vec![text()],
        received_on: world.today,
        document_sha256: Some(digest(61)),
    };
    world.must(&nominator(), &Command::Listing(state));
    world
}

/// Two members of the public object to a nomination; one is turned down.
pub fn complained() -> World {
    let mut world = World::seeded();
    let id = noticed(&mut world, 2);
    let mut command = object(Target::Listing(id), false);
    if let Command::FileObjection { trigger, evidence, .. } = &mut command {
        *trigger = Trigger::Complaint;
        *evidence = vec![digest(62)];
    }
    let objection = ObjectionId(world.must(&nominator(), &command));
    world.must(&nominator(), &Command::AcceptObjection { objection });
    let received_on = world.today;
    world.must(&nominator(), &Command::ReferObjection { objection, received_on });
    world.must(&officer(OFFICE, Post::Head), &report(objection, Finding::Correct));
    world.must(&officer(OFFICE, Post::Colleague), &resolve(&world, objection));
    world.must(&nominator(), &command);
    world
}

/// An exemplar is listed black, and nobody opens a revocation in time.
pub fn both_lists() -> World {
    let mut world = World::seeded();
    let listing = honoured(&mut world);
    let mut command = initiate(listing, None, INCENTIVE);
    if let Command::InitiateMeasure { until, .. } = &mut command {
        *until = world.today.plus_days(300);
    }
    world.listing(&[], &[STATUTE], Stage::Served);
    world.must(&nominator(), &command);
    world.pass(30);
    world
}

/// The black listing of an exemplar comes to nothing.
pub fn owed_for_nothing() -> World {
    let mut world = World::seeded();
    honoured(&mut world);
    let black = world.listing(&[], &[STATUTE], Stage::Decided);
    world.must(&head(), &Command::DropCase { case: CaseRef::Listing(black), reasons: text() });
    world.pass(30);
    world
}

/// The first of two black listings that makes it due falls, and the second stands.
pub fn owed_anew() -> World {
    let mut world = World::seeded();
    honoured(&mut world);
    let black = world.listing(&[], &[STATUTE], Stage::Decided);
    world.second_listing(&[], Stage::Effective);
    world.must(&head(), &Command::DropCase { case: CaseRef::Listing(black), reasons: text() });
    world.pass(30);
    world
}

/// An honoured person answers for a listing, and for a while only.
pub fn honoured_person_answers() -> World {
    let mut world = honoured_person();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let at = world.attribution(listing, person(1), Stage::Decided);
    let case = CaseRef::Attribution(at);
    world.must(&head(), &Command::DropCase { case, reasons: text() });
    world.pass(30);
    world.attribution(listing, person(1), Stage::Effective);
    world.pass(30);
    world
}

/// A person who agreed is honoured, and not shown.
pub fn honoured_person() -> World {
    let mut world = World::seeded();
    let mut command = nominate(person(1));
    if let Command::Nominate { consent_sha256, .. } = &mut command {
        *consent_sha256 = Some(digest(63));
    }
    let id = ListingId(world.must(&nominator(), &command));
    let check = check_nomination(&world, id, &[]);
    world.must(&nominator(), &check);
    world.must(&nominator(), &Command::OpenPublicNotice { listing: id });
    world.pass(8);
    world.must(&officer(OFFICE, Post::Head), &decide_red(&world, id));
    world
}

/// A court stays what a person answers for.
pub fn persons_suit() -> World {
    let (mut world, listing) = listed();
    let own = world.attribution(listing, person(1), Stage::Effective);
    let filed = suit(&world, Target::Attribution(own));
    world.must(&party(person(1)), &filed);
    let ordered = stay(&world);
    world.must(&officer(OFFICE, Post::Handler), &ordered);
    world
}

/// A key that lasts for three days, for a hand.
pub fn give_key(world: &mut World, key_id: &str, who: &Who) {
    let (officer, acts_for) = match &who.actor {
        Actor::Officer(officer) => (Some(officer.clone()), None),
        Actor::Subject(subject) => (None, Some(*subject)),
        other => panic!("{other}"),
    };
    let key = Command::CreateKey {
        key_id: key_id.to_owned(),
        secret_hash: digest(39),
        role: who.role,
        officer,
        acts_for,
        expires_on: world.today.plus_days(3),
    };
    world.must(&operator(), &key);
}

/// An officer and a party with two keys each: the first is revoked, the second used on its last day.
pub fn second_keys() -> World {
    let mut world = World::seeded();
    for who in [handler(), party(organisation(1))] {
        for at in ["1", "2"] {
            give_key(&mut world, &format!("{:?}-{at}", who.role), &who);
        }
        let key_id = format!("{:?}-1", who.role);
        world.must(&operator(), &Command::RevokeKey { key_id });
    }
    world.pass(3);
    let offer = offer(organisation(1), CommitmentKind::Comprehensive);
    let id = CommitmentId(world.must(&handler(), &offer));
    world.must(&party(organisation(1)), &sign(id));
    world
}

/// Nobody verified an objection in time; meanwhile the provider says that the record should not be
/// shown, and the outcome does not show it again.
pub fn hidden_for_good() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let objection = world.objection(organisation(1), Target::Record(record), false);
    world.must(&clerk(), &Command::AcceptObjection { objection });
    world.must(&clerk(), &Command::ReferObjection { objection, received_on: world.today });
    world.pass(60);
    let (reasons, service) = (text(), served(world.today));
    let off = RemedyCommand::MarkUnverified { objection, reasons, service };
    world.must(&clerk(), &Command::Remedy(off));
    world.must(&colleague(), &Command::EndDisplay { record, reasons: text() });
    world.must(&head(), &report(objection, Finding::Correct));
    let outcome = resolve(&world, objection);
    world.must(&clerk(), &outcome);
    world.pass(5);
    world
}

/// What its provider annulled comes in once more, and is the ground of a listing.
pub fn submitted_anew() -> World {
    let mut world = World::seeded();
    let number = "尤市监罚〔2026〕1号";
    let record = RecordId(world.must(&handler(), &submit(organisation(1), number)));
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    let anew = RecordId(world.must(&handler(), &submit(organisation(1), number)));
    world.listing(&[anew], &[STATUTE], Stage::Effective);
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("spoke twice", spoke_twice()),
        ("spoken for", spoken_for()),
        ("complained", complained()),
        ("both lists", both_lists()),
        ("owed for nothing", owed_for_nothing()),
        ("owed anew", owed_anew()),
        ("an honoured person answers", honoured_person_answers()),
        ("hidden for good", hidden_for_good()),
        ("submitted anew", submitted_anew()),
        ("annulled by its provider", annulled()),
        ("taken back", taken_back()),
        ("second keys", second_keys()),
        ("honoured person", honoured_person()),
        ("person's suit", persons_suit()),
    ]
}
