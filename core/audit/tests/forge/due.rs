//! Courses of what the party is owed whatever others do: objections beside others', its one review,
//! what is to come back, and channels that are taken out.

use shouxin_core::command::Command;
use shouxin_core::command::authorisation::AuthorisationCommand;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::person::CapacityGround;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{Capacity, Finding, ObjectionGround, RepairAcceptance, Target, Trigger};
use shouxin_core::id::{AuthorisationId, ListingId, ObjectionId, Position, RepairId};
use shouxin_core::text::{Digest, Name, Sealed};

use super::kit::later::{listed, office_head, remedy, repair_of, revocation_notice, revoke_repair};
use super::kit::rules::{OFFICE, STATUTE, TAX, day};
use super::kit::steps::*;
use super::kit::{
    Post, Who, World, authority, officer, operator, organisation, party, person, timer,
};

fn filing(target: Target, trigger: Trigger, evidence: Vec<Digest>, new_facts: bool) -> Command {
    let grounds = vec![ObjectionGround::Error];
    Command::FileObjection { target, trigger, grounds, statement: text(), evidence, new_facts }
}

fn filed(world: &mut World, who: &Who, command: &Command) -> ObjectionId {
    ObjectionId(world.must(who, command))
}

fn request(of: ReviewOf) -> Command {
    remedy(RemedyCommand::RequestReview {
        of,
        statement: text(),
        evidence: vec![digest(25)],
        new_facts: false,
    })
}

fn review(world: &mut World, of: ReviewOf, upheld: bool) {
    let service = served(world.today);
    let decided = RemedyCommand::DecideReview { of, upheld, reasons: text(), service };
    world.must(&office_head(), &remedy(decided));
}

/// A complaint is rejected; then the party objects for the first time.
pub fn after_a_complaint() -> World {
    let (mut world, listing) = listed();
    let target = Target::Listing(listing);
    let complaint = filing(target, Trigger::Complaint, Vec::new(), false);
    let theirs = filed(&mut world, &colleague(), &complaint);
    world.outcome(theirs, Finding::Correct);
    world.objection(organisation(1), target, false);
    world
}

/// The party objects while a complaint is open; the complaint is rejected.
pub fn beside_a_complaint() -> World {
    let (mut world, listing) = listed();
    let target = Target::Listing(listing);
    let complaint = filing(target, Trigger::Complaint, Vec::new(), false);
    let theirs = filed(&mut world, &colleague(), &complaint);
    world.objection(organisation(1), target, false);
    world.outcome(theirs, Finding::Correct);
    world
}

/// Turned away at the formal check, and handed in anew.
pub fn handed_in_anew() -> World {
    let (mut world, listing) = listed();
    let target = Target::Listing(listing);
    let first = world.objection(organisation(1), target, false);
    let refusal = refuse_objection(&world, first);
    world.must(&clerk(), &refusal);
    world.objection(organisation(1), target, false);
    world
}

/// Rejected, repeated in vain, and repeated with new facts.
pub fn repeated() -> World {
    let (mut world, listing) = listed();
    let target = Target::Listing(listing);
    let first = world.objection(organisation(1), target, false);
    world.outcome(first, Finding::Correct);
    world.objection(organisation(1), target, false);
    world.objection(organisation(1), target, true);
    world
}

/// At the counter: filed and reviewed for the party, with its signed papers.
pub fn at_the_counter() -> World {
    let (mut world, listing) = listed();
    let papers = vec![digest(22)];
    let own = filing(Target::Listing(listing), Trigger::Subject, papers, false);
    let id = filed(&mut world, &colleague(), &own);
    world.outcome(id, Finding::Correct);
    world.must(&clerk(), &request(ReviewOf::Objection(id)));
    world
}

fn noticed() -> (World, ListingId) {
    let mut world = World::seeded();
    let nominator = officer(OFFICE, Post::Handler);
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    (world, listing)
}

fn rejected(world: &mut World, id: ObjectionId) {
    let other = officer(OFFICE, Post::Colleague);
    world.must(&other, &Command::AcceptObjection { objection: id });
    let received_on = world.today;
    world.must(&other, &Command::ReferObjection { objection: id, received_on });
    world.must(&other, &report(id, Finding::Correct));
    let outcome = resolve(world, id);
    world.must(&other, &outcome);
}

/// An honour that is decided once the last objection to it has its outcome.
pub fn honour_after_objections() -> World {
    let (mut world, listing) = noticed();
    let other = officer(OFFICE, Post::Colleague);
    let paper = vec![digest(26)];
    let complaint = filing(Target::Listing(listing), Trigger::Complaint, paper, false);
    for _ in 0..2 {
        let id = filed(&mut world, &other, &complaint);
        rejected(&mut world, id);
    }
    let decision = decide_red(&world, listing);
    world.must(&office_head(), &decision);
    world
}

/// An honour in force that its exemplar disputes; the review finds it right.
pub fn honour_reviewed() -> World {
    let (mut world, listing) = noticed();
    let decision = decide_red(&world, listing);
    world.must(&office_head(), &decision);
    let own = filing(Target::Listing(listing), Trigger::Subject, Vec::new(), false);
    let id = filed(&mut world, &party(organisation(2)), &own);
    rejected(&mut world, id);
    let of = ReviewOf::Objection(id);
    world.must(&party(organisation(2)), &request(of));
    review(&mut world, of, true);
    world
}

/// A listing that is to come back, disputed before its day.
fn disputed_before() -> (World, ObjectionId) {
    let (mut world, listing) = listed();
    world.pass(120);
    let repair = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(repair, RepairAcceptance::Accepted));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world.close();
    let notice = revocation_notice(&world, repair_of(&world));
    world.must(&handler(), &notice);
    world.pass(12);
    let decision = revoke_repair(&world, repair, 0);
    world.must(&head(), &decision);
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    (world, id)
}

/// It comes back when that was rejected, or not at all.
pub fn comes_back(finding: Finding) -> World {
    let (mut world, id) = disputed_before();
    world.outcome(id, finding);
    world.pass(12);
    world
}

fn channel(command: ChannelCommand) -> Command {
    Command::Channel(command)
}

fn confirm(world: &mut World) {
    let command = channel(ChannelCommand::Confirm {
        channel: "portal".to_owned(),
        through: Position::local(world.next().sequence - 1),
        items: 1,
        batch_sha256: digest(43),
        reference: "000001.json".to_owned(),
    });
    world.must(&timer(), &command);
}

fn shown() -> (World, ObjectionId) {
    let mut world = World::seeded();
    let (name, from) = ("portal".to_owned(), Position::local(0));
    world.must(&operator(), &channel(ChannelCommand::Open { channel: name, from }));
    let record = world.with_record();
    confirm(&mut world);
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    let received_on = world.today;
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on });
    (world, id)
}

/// Off display before its outcome: because nobody verified it, or as what was found.
pub fn hidden_before(unverified: bool) -> World {
    let (mut world, id) = shown();
    let finding = if unverified { Finding::Error } else { Finding::DisplayStopped };
    if unverified {
        world.pass(60);
        let service = served(world.today);
        let own = RemedyCommand::MarkUnverified { objection: id, reasons: text(), service };
        world.must(&clerk(), &remedy(own));
    }
    world.must(&head(), &report(id, finding));
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    confirm(&mut world);
    assert_eq!(world.close(), ["objection.closed"]);
    world
}

/// A channel is taken out while it shows what is annulled then; the operator answers for it.
pub fn waived() -> World {
    let (mut world, id) = shown();
    let name = || "portal".to_owned();
    world.must(&operator(), &channel(ChannelCommand::Close { channel: name() }));
    world.must(&head(), &report(id, Finding::Error));
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    let reason = "页面已关停".to_owned();
    world.must(&operator(), &channel(ChannelCommand::Waive { channel: name(), reason }));
    assert_eq!(world.close(), ["objection.closed"]);
    world
}

/// One that is taken out, comes back and confirms.
pub fn back_again() -> World {
    let (mut world, id) = shown();
    let name = || "portal".to_owned();
    world.must(&operator(), &channel(ChannelCommand::Close { channel: name() }));
    world.must(&head(), &report(id, Finding::Error));
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    let from = Position::local(0);
    world.must(&operator(), &channel(ChannelCommand::Open { channel: name(), from }));
    confirm(&mut world);
    assert_eq!(world.close(), ["objection.closed"]);
    world
}

/// Published after the only channel was taken out: it never got it.
pub fn never_got() -> World {
    let mut world = World::seeded();
    let (name, from) = ("portal".to_owned(), Position::local(0));
    world.must(&operator(), &channel(ChannelCommand::Open { channel: name.clone(), from }));
    world.must(&operator(), &channel(ChannelCommand::Close { channel: name }));
    let record = world.with_record();
    world.listing(&[record], &[STATUTE], Stage::Effective);
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.outcome(id, Finding::Error);
    assert_eq!(world.close(), ["objection.closed"]);
    world
}

/// A subject lets an authority read, takes it back, and signs it at the counter another time.
pub fn authorised() -> World {
    let mut world = World::seeded();
    let give = |document_sha256| {
        Command::Authorisation(AuthorisationCommand::Give {
            subject: organisation(1),
            authority: authority(TAX),
            purpose: text(),
            until: day("2026-06-30"),
            document_sha256,
        })
    };
    let own = party(organisation(1));
    let authorisation = AuthorisationId(world.must(&own, &give(None)));
    let (subject, document_sha256) = (organisation(1), None);
    let withdraw = AuthorisationCommand::Withdraw { subject, authorisation, document_sha256 };
    world.must(&own, &Command::Authorisation(withdraw));
    world.must(&officer(TAX, Post::Handler), &give(Some(digest(70))));
    world
}

/// A minor comes of age; a court finds otherwise later on.
pub fn grown_up() -> World {
    let mut world = World::seeded();
    let state = |capacity, ground| Command::StateCapacity {
        person: person(3),
        capacity,
        ground,
        document_number: "（2026）闽0426民特1号".to_owned(),
        document_sha256: digest(70),
    };
    world.must(&handler(), &state(Capacity::Full, CapacityGround::CameOfAge));
    let records = vec![record(person(3), "7")];
    world.must(&handler(), &Command::SubmitRecords { records });
    world.must(&handler(), &state(Capacity::None, CapacityGround::CourtFinding));
    world.must(&handler(), &state(Capacity::Limited, CapacityGround::Corrected));
    world
}

/// A company and a person change their names.
pub fn renamed() -> World {
    let mut world = World::seeded();
    for (subject, name) in [
        (organisation(1), Name::Clear("尤溪县甲集团有限公司".to_owned())),
        (person(1), Name::Sealed(Sealed { nonce: [4; 24], ..text() })),
    ] {
        let document_number = "（尤）登字〔2026〕第1号".to_owned();
        let rename =
            Command::RenameSubject { subject, name, document_number, document_sha256: digest(70) };
        world.must(&handler(), &rename);
    }
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("after a complaint", after_a_complaint()),
        ("renamed", renamed()),
        ("beside a complaint", beside_a_complaint()),
        ("handed in anew", handed_in_anew()),
        ("repeated", repeated()),
        ("at the counter", at_the_counter()),
        ("honour after objections", honour_after_objections()),
        ("honour reviewed", honour_reviewed()),
        ("comes back", comes_back(Finding::Correct)),
        ("does not come back", comes_back(Finding::Error)),
        ("nobody verified it", hidden_before(true)),
        ("found not to be shown", hidden_before(false)),
        ("waived", waived()),
        ("back again", back_again()),
        ("never got", never_got()),
        ("grown up", grown_up()),
        ("authorised", authorised()),
    ]
}
