//! Associations' files: whose they are, what a note needs, and that an objection marks it at once.

use crate::kit::later::after;
use crate::kit::rules::{GUILD, MARKET, OTHER_GUILD, day};
use crate::kit::social::guild;
use crate::kit::steps::*;
use crate::kit::table::{Asked, EXISTS, compare};
use crate::kit::{
    Post, Who, World, guard, machines, misfit, officer, operator, organisation, party, person,
};
use shouxin_core::actor::{Actor, Role};
use shouxin_core::command::Command;
use shouxin_core::command::member::MemberCommand;
use shouxin_core::event::Capacity;
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::member::NoteKind;
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::MemberNoteId;
use shouxin_core::limits::{EVIDENCE_MAX, NOTE_OBJECTIONS_MAX};
use shouxin_core::row::social::{MemberNoteRow, SocialIndex, SocialKey, SocialRow};
use shouxin_core::row::task::{Desk, Task};
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::text::Sealed;

fn seeded() -> World {
    let mut world = World::new();
    world.must(&handler(), &register(organisation(1)));
    world.must(&handler(), &register_person(1, Capacity::Full));
    world
}

fn note(kind: NoteKind) -> Command {
    changed(kind, |_| {})
}

fn changed(kind: NoteKind, change: impl Fn(&mut MemberCommand)) -> Command {
    let mut own = MemberCommand::Note {
        association: GUILD.to_owned(),
        subject: organisation(1),
        kind,
        text: text(),
        rater: (kind == NoteKind::Rating).then(|| "某信用服务有限公司".to_owned()),
        charter: kind.is_discipline().then(|| "章程第八条".to_owned()),
    };
    change(&mut own);
    Command::Member(own)
}

macro_rules! set {
    ($it:ident, $($field:ident = $value:expr),+) => {
        match $it {
            MemberCommand::Note { $($field,)+ .. } => { $(*$field = $value;)+ }
            other => panic!("not a note: {other:?}"),
        }
    };
}

fn newest(world: &World) -> MemberNoteId {
    let found = world.rows.keys().filter_map(|key| match key {
        Key::Social(SocialKey::MemberNote(id)) => Some(*id),
        _ => None,
    });
    found.max().unwrap_or(MemberNoteId(world.next()))
}

fn row(world: &World) -> &MemberNoteRow {
    match world.row(&Key::Social(SocialKey::MemberNote(newest(world)))) {
        Some(Row::Social(SocialRow::MemberNote(row))) => row,
        other => panic!("{other:?}"),
    }
}

fn correct(world: &World) -> Command {
    Command::Member(MemberCommand::Correct { note: newest(world), text: text(), reasons: text() })
}

fn withdraw(world: &World) -> Command {
    Command::Member(MemberCommand::Withdraw { note: newest(world), reasons: text() })
}

fn object(world: &World) -> Command {
    Command::Member(MemberCommand::Object {
        note: newest(world),
        statement: text(),
        evidence: vec![digest(60)],
    })
}

fn answer(world: &World, stands: bool, corrected: bool) -> Command {
    Command::Member(MemberCommand::Answer {
        note: newest(world),
        stands,
        answer: text(),
        corrected: corrected.then(text),
    })
}

#[test]
fn every_state_takes_what_it_may_and_nothing_else() {
    let none = seeded();
    let noted = after(&none, &guild(GUILD), &note(NoteKind::Warning));
    let disputed = after(&noted, &party(organisation(1)), &object(&noted));
    let answered = after(&disputed, &guild(GUILD), &answer(&disputed, true, false));
    let withdrawn = after(&noted, &guild(GUILD), &withdraw(&noted));
    let states = [
        ("none", none),
        ("noted", noted),
        ("disputed", disputed),
        ("answered", answered),
        ("withdrawn", withdrawn),
    ];
    let commands: [Asked<'_>; 7] = [
        ("note", guild(GUILD), &|_| note(NoteKind::Information)),
        ("correct", guild(GUILD), &correct),
        ("withdraw", guild(GUILD), &withdraw),
        ("object", party(organisation(1)), &object),
        ("it stands", guild(GUILD), &|world| answer(world, true, false)),
        ("it is corrected", guild(GUILD), &|world| answer(world, false, true)),
        ("it is taken back", guild(GUILD), &|world| answer(world, false, false)),
    ];
    compare(
        &machines::NOTE,
        &states,
        &commands,
        &[
            ("*", "note", &["member_file.noted"]),
            ("noted", "correct", &["member_file.corrected"]),
            ("noted", "withdraw", &["member_file.withdrawn"]),
            ("noted", "object", &["member_file.objected"]),
            ("disputed", "correct", &["member_file.corrected"]),
            ("disputed", "withdraw", &["member_file.withdrawn"]),
            ("disputed", "it stands", &["member_file.answered"]),
            ("disputed", "it is corrected", &["member_file.answered", "member_file.corrected"]),
            ("disputed", "it is taken back", &["member_file.answered", "member_file.withdrawn"]),
            ("answered", "correct", &["member_file.corrected"]),
            ("answered", "withdraw", &["member_file.withdrawn"]),
            ("answered", "object", &["member_file.objected"]),
        ],
        &[("disputed", "object", EXISTS)],
    );
}

/// Covers O45, O46.
#[test]
fn an_objection_is_on_the_association_s_own_list_until_it_answers() {
    let listed = |world: &World| {
        let waits = |own: &&Index| matches!(own, Index::Task(_, Task::MemberNote(_)));
        world.index.iter().filter(waits).cloned().collect::<Vec<_>>()
    };
    let noted = after(&seeded(), &guild(GUILD), &note(NoteKind::Warning));
    assert_eq!(listed(&noted), []);
    let disputed = after(&noted, &party(organisation(1)), &object(&noted));
    let own = Index::Task(
        Desk::Authority(row(&disputed).association),
        Task::MemberNote(newest(&disputed)),
    );
    assert_eq!(listed(&disputed), [own]);
    for over in [answer(&disputed, true, false), withdraw(&disputed)] {
        assert_eq!(listed(&after(&disputed, &guild(GUILD), &over)), []);
    }
}

/// Covers O45, O46.
#[test]
fn a_note_is_its_association_s_own_and_says_whose() {
    let world = seeded();
    let with_role = |role| Who { role, ..guild(GUILD) };
    let value = misfit(Misfit::Value);
    let table: Vec<(&str, Who, Command, Ground)> = vec![
        (
            "a department",
            officer(MARKET, Post::Handler),
            note(NoteKind::Information),
            guard(Guard::Human),
        ),
        (
            "without the role",
            with_role(Role::Department),
            note(NoteKind::Information),
            guard(Guard::Human),
        ),
        ("a member", party(organisation(1)), note(NoteKind::Information), guard(Guard::Human)),
        (
            "another association",
            guild(OTHER_GUILD),
            note(NoteKind::Information),
            guard(Guard::Competent),
        ),
        (
            "a natural person",
            guild(GUILD),
            changed(NoteKind::Information, |it| set!(it, subject = person(1))),
            value,
        ),
        (
            "nobody",
            guild(GUILD),
            changed(NoteKind::Information, |it| set!(it, subject = organisation(2))),
            misfit(Misfit::NotFound),
        ),
        (
            "no text",
            guild(GUILD),
            changed(NoteKind::Information, |it| set!(it, text = no_text())),
            guard(Guard::Document),
        ),
        (
            "a rating by nobody",
            guild(GUILD),
            changed(NoteKind::Rating, |it| set!(it, rater = None)),
            guard(Guard::Document),
        ),
        (
            "a rater without a name",
            guild(GUILD),
            changed(NoteKind::Rating, |it| set!(it, rater = Some(" ".to_owned()))),
            guard(Guard::Document),
        ),
        (
            "a rater of no rating",
            guild(GUILD),
            changed(NoteKind::Warning, |it| set!(it, rater = Some("某公司".to_owned()))),
            guard(Guard::Document),
        ),
        (
            "discipline without a charter",
            guild(GUILD),
            changed(NoteKind::Warning, |it| set!(it, charter = None)),
            guard(Guard::Basis),
        ),
        (
            "a charter for no discipline",
            guild(GUILD),
            changed(NoteKind::Commendation, |it| set!(it, charter = Some("第一条".to_owned()))),
            guard(Guard::Basis),
        ),
    ];
    for (what, who, command, ground) in table {
        assert_eq!(world.refused(&who, &command), ground, "{what}");
    }
    let noted = after(&world, &guild(GUILD), &note(NoteKind::Rating));
    for command in [correct(&noted), withdraw(&noted)] {
        assert_eq!(noted.refused(&guild(OTHER_GUILD), &command), guard(Guard::Competent));
        assert_eq!(noted.refused(&handler(), &command), guard(Guard::Human));
    }
    assert_eq!(noted.refused(&party(organisation(2)), &object(&noted)), guard(Guard::Human));
    let both = after(&noted, &clerk(), &object(&noted));
    assert_eq!(both.refused(&guild(GUILD), &answer(&both, true, true)), value);
    assert_eq!(
        both.refused(&guild(OTHER_GUILD), &answer(&both, true, false)),
        guard(Guard::Competent)
    );
}

/// The mark is there in the commit that records the objection, and only an answer takes it away.
#[test]
fn an_objection_marks_a_note_until_the_association_answers() {
    let mut world = seeded();
    world.must(&guild(GUILD), &note(NoteKind::Condemnation));
    assert!(!row(&world).is_disputed());
    world.must(&party(organisation(1)), &object(&world));
    assert!(row(&world).is_disputed());
    let dispute = row(&world).dispute.clone().expect("an objection");
    assert_eq!((dispute.filed_on, dispute.answer_by.day), (day("2026-03-02"), day("2026-03-11")));
    let clock = Index::Provisional(Clock::Answer(newest(&world)));
    assert!(world.index.contains(&clock), "a newer calendar counts it anew");
    assert_eq!(world.pass(40), Vec::<&str>::new(), "no timer answers for it");
    let corrected = Sealed { nonce: [8; 24], ..text() };
    let mut correction = correct(&world);
    if let Command::Member(MemberCommand::Correct { text, .. }) = &mut correction {
        *text = corrected.clone();
    }
    world.must(&guild(GUILD), &correction);
    assert_eq!(row(&world).text, corrected);
    assert!(row(&world).is_disputed(), "a correction is no answer");
    let at = world.must(&guild(GUILD), &answer(&world, true, false));
    assert_eq!(row(&world).dispute.as_ref().and_then(|own| own.answered), Some(at));
    assert!(!row(&world).is_disputed() && !world.index.contains(&clock));
    for _ in 1..NOTE_OBJECTIONS_MAX {
        world.must(&party(organisation(1)), &object(&world));
        world.must(&guild(GUILD), &answer(&world, true, false));
    }
    let ground = world.refused(&party(organisation(1)), &object(&world));
    assert_eq!(ground, misfit(Misfit::Limit));
    let entries = world.index.iter().filter(|entry| {
        matches!(
            entry,
            Index::Social(SocialIndex::AssociationNote(..) | SocialIndex::SubjectNote(..))
        )
    });
    assert_eq!(entries.count(), 2);
    assert_eq!(world.replayed().rows, world.rows);
}

/// A key with the role of an association is an association's officer's, and no department's is.
#[test]
fn keys_do_not_mix_associations_with_departments() {
    let world = seeded();
    let key = |who: Who, role| {
        let Actor::Officer(officer) = who.actor else { panic!("no officer") };
        Command::CreateKey {
            key_id: "k1".to_owned(),
            secret_hash: digest(1),
            role,
            officer: Some(officer),
            acts_for: None,
            expires_on: day("2027-01-01"),
        }
    };
    let value = misfit(Misfit::Value);
    assert_eq!(world.refused(&operator(), &key(handler(), Role::Association)), value);
    assert_eq!(world.refused(&operator(), &key(guild(GUILD), Role::Department)), value);
    after(&world, &operator(), &key(guild(GUILD), Role::Association));
    after(&world, &operator(), &key(handler(), Role::Department));
    let propose = propose(organisation(1), &[]);
    assert_eq!(world.refused(&guild(GUILD), &propose), guard(Guard::Human));
}

#[test]
fn evidence_of_a_member_is_bounded_and_each_a_digest() {
    let mut world = seeded();
    world.must(&guild(GUILD), &note(NoteKind::Rating));
    let with = |evidence: Vec<[u8; 32]>| {
        let note = newest(&world);
        let own = MemberCommand::Object { note, statement: text(), evidence };
        world.ask(&party(organisation(1)), &Command::Member(own)).map_err(|own| own.ground)
    };
    assert!(with(vec![digest(1); EVIDENCE_MAX]).is_ok());
    for wrong in
        [vec![digest(1); EVIDENCE_MAX + 1], vec![digest(1); EVIDENCE_MAX + 2], vec![[0; 32]]]
    {
        assert_eq!(with(wrong).expect_err("refused"), misfit(Misfit::Value));
    }
    // An officer objects for the member with what it signed, and not on their own word.
    let at_the_counter = |evidence: Vec<[u8; 32]>| {
        let note = newest(&world);
        let own = MemberCommand::Object { note, statement: text(), evidence };
        world.ask(&handler(), &Command::Member(own)).map_err(|own| own.ground)
    };
    for nothing in [Vec::new(), vec![[0; 32]]] {
        assert_eq!(at_the_counter(nothing).expect_err("refused"), guard(Guard::Document));
    }
    assert!(at_the_counter(vec![digest(1)]).is_ok());
}
