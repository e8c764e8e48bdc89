//! Double publicity: what is shown, what is not and why, and the clock of seven working days.

use crate::kit::rules::{HONOUR, MARKET, PENALTY, PERMIT, SHARED_PERMIT, TAX, day};
use crate::kit::steps::*;
use crate::kit::{
    Post, Who, World, authority, guard, misfit, officer, organisation, person, timer,
};
use shouxin_core::actor::SubjectKey;
use shouxin_core::apply::record_source;
use shouxin_core::command::publicity::{NewDecision, PublicityCommand};
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::decide::Reject;
use shouxin_core::event::publicity::{DecisionKind, Exemption};
use shouxin_core::event::{Capacity, Finding, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{Position, RecordId};
use shouxin_core::keys::{filed_between, read_filed};
use shouxin_core::limits::{BATCH_ITEMS_MAX, PUBLICITY_BYTES_MAX};
use shouxin_core::row::publicity::PublicityRow;
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::rules::Severity;
use shouxin_core::text::Sealed;
use shouxin_core::time::Day;

const PERMITS: DecisionKind = DecisionKind::Permit;
const PENALTIES: DecisionKind = DecisionKind::Penalty;

fn market() -> Who {
    officer(MARKET, Post::Handler)
}

/// A register with an organisation and a person.
fn world() -> World {
    let mut world = World::new();
    world.must(&market(), &register(organisation(1)));
    world.must(&market(), &register_person(1, Capacity::Full));
    world
}

fn penalty(number: &str) -> NewDecision {
    let record = record(organisation(1), number);
    NewDecision { record, index: 0, private: Some(text()) }
}

fn permit(number: &str) -> NewDecision {
    let subject = organisation(1);
    let record = NewRecord {
        item: PERMIT.to_owned(),
        severity: None,
        document_sha256: None,
        notified: None,
        source: record_source(authority(MARKET), PERMIT, number, subject),
        ..record(subject, number)
    };
    NewDecision { record, index: 0, private: None }
}

fn about(subject: SubjectKey, decision: NewDecision) -> NewDecision {
    let record = NewRecord {
        subject,
        source: record_source(
            authority(MARKET),
            &decision.record.item,
            &decision.record.document_number,
            subject,
        ),
        ..decision.record
    };
    NewDecision { record, ..decision }
}

fn changed(decision: NewDecision, change: impl Fn(&mut NewRecord)) -> NewDecision {
    let mut decision = decision;
    change(&mut decision.record);
    decision
}

fn file(kind: DecisionKind, decisions: Vec<NewDecision>) -> Command {
    let decisions = (0..).zip(decisions).map(|(index, own)| NewDecision { index, ..own }).collect();
    Command::Publicity(PublicityCommand::File { kind, decisions, unread: Vec::new() })
}

fn row(world: &World, id: RecordId) -> &PublicityRow {
    match world.row(&Key::Publicity(id)) {
        Some(Row::Publicity(row)) => row,
        other => panic!("{id} was not filed: {other:?}"),
    }
}

fn shown(world: &World) -> Vec<(DecisionKind, RecordId)> {
    let shown = world.index.iter().filter_map(|entry| match entry {
        Index::Disclosed(kind, id) => Some((*kind, *id)),
        _ => None,
    });
    shown.collect()
}

fn filed(world: &mut World, kind: DecisionKind, decision: NewDecision) -> RecordId {
    RecordId(world.must(&market(), &file(kind, vec![decision])))
}

/// Covers O25.
#[test]
fn what_is_shown_and_what_is_exempt() {
    let withheld = |decision: NewDecision| {
        changed(decision, |record| {
            (record.withheld, record.withheld_reason) = (true, Some(text()));
        })
    };
    let severity =
        |severity: Severity| changed(penalty("罚1"), |record| record.severity = Some(severity));
    let table = [
        ("a permit", PERMITS, permit("许1"), None),
        ("a serious penalty", PENALTIES, severity(Severity::Serious), None),
        ("a general penalty", PENALTIES, severity(Severity::General), None),
        ("a minor penalty", PENALTIES, severity(Severity::Minor), Some(Exemption::Minor)),
        ("withheld", PENALTIES, withheld(penalty("罚2")), Some(Exemption::Privacy)),
        ("a withheld permit", PERMITS, withheld(permit("许2")), Some(Exemption::Privacy)),
        ("a person", PENALTIES, about(person(1), penalty("罚3")), Some(Exemption::Person)),
    ];
    for (name, kind, decision, exempt) in table {
        let mut world = world();
        let id = filed(&mut world, kind, decision);
        assert_eq!(row(&world, id).exempt, exempt, "{name}");
        let expected = if exempt.is_none() { vec![(kind, id)] } else { Vec::new() };
        assert_eq!(shown(&world), expected, "{name}");
    }
}

#[test]
fn what_the_directory_does_not_open_is_not_shown() {
    let mut world = world();
    let own = changed(permit("许1"), |record| {
        record.item = SHARED_PERMIT.to_owned();
        record.source = record_source(authority(TAX), SHARED_PERMIT, "许1", organisation(1));
    });
    let id = RecordId(world.must(&officer(TAX, Post::Handler), &file(PERMITS, vec![own])));
    assert_eq!(row(&world, id).exempt, Some(Exemption::Directory));
    assert_eq!(shown(&world), Vec::new());
}

/// Day filed, day due, late. 2026-03-02 is a Monday; a calendar without data counts Monday to Friday.
/// Covers T12.
#[test]
fn seven_working_days_run_from_the_decision() {
    let table = [
        ("2026-03-02", "2026-03-02", "2026-03-11", false),
        ("2026-03-02", "2026-03-11", "2026-03-11", false),
        ("2026-03-02", "2026-03-12", "2026-03-11", true),
        ("2026-02-28", "2026-03-10", "2026-03-10", false),
        ("2026-02-27", "2026-03-11", "2026-03-10", true),
    ];
    for (decided, today, due, late) in table {
        let mut world = world();
        world.today = day(today);
        let decision = changed(permit("许1"), |record| record.document_date = day(decided));
        let id = filed(&mut world, PERMITS, decision);
        let row = row(&world, id);
        assert_eq!((row.due.day, row.late), (day(due), late), "{decided} filed {today}");
        assert!(row.due.provisional, "a calendar that does not reach that far says so");
        assert_eq!((row.decided_on, row.filed_on), (day(decided), day(today)));
    }
}

/// Who filed late is counted from the index alone.
#[test]
fn late_filings_are_counted_by_provider_and_month() {
    let mut world = world();
    let decided = ["2026-01-05", "2026-02-27", "2026-02-02", "2026-02-03", "2026-03-02"];
    for (place, decided) in decided.into_iter().enumerate() {
        let number = format!("许{place}");
        let own = changed(permit(&number), |record| record.document_date = day(decided));
        filed(&mut world, PERMITS, own);
    }
    let keys: Vec<Vec<u8>> = world.index.iter().map(Index::encode).collect();
    let count = |who: &str, kind: DecisionKind, from: &str, through: &str| {
        let [first, end] = filed_between(authority(who), kind, day(from), day(through));
        let within = keys.iter().filter(|key| **key >= first && **key < end);
        let found: Vec<(Day, bool, RecordId)> =
            within.map(|key| read_filed(key).expect("an entry")).collect();
        (found.len(), found.iter().filter(|own| own.1).count())
    };
    assert_eq!(count(MARKET, PERMITS, "2026-01-01", "2026-01-31"), (1, 1));
    assert_eq!(count(MARKET, PERMITS, "2026-02-01", "2026-02-28"), (2, 2));
    assert_eq!(count(MARKET, PERMITS, "2026-03-01", "2026-03-31"), (2, 0));
    assert_eq!(count(MARKET, PENALTIES, "2026-01-01", "2026-12-31"), (0, 0));
    assert_eq!(count(TAX, PERMITS, "2026-01-01", "2026-12-31"), (0, 0));
    assert_eq!(count(MARKET, PERMITS, "2026-03-10", "2026-03-10"), (1, 0), "both ends count");
}

/// One bad decision after the other; each is named, and the good one beside it is taken.
#[test]
fn what_does_not_fit_is_rejected_by_name_and_alone() {
    let long = Sealed { clear_bytes: PUBLICITY_BYTES_MAX + 1, ..text() };
    let table: Vec<(&str, DecisionKind, NewDecision)> = vec![
        ("UNKNOWN_SUBJECT", PENALTIES, about(organisation(2), penalty("罚"))),
        ("NOT_IN_DIRECTORY", PERMITS, penalty("罚")),
        ("NOT_IN_DIRECTORY", PENALTIES, changed(penalty("罚"), |own| own.item = "X".to_owned())),
        ("PROVIDER_NOT_NAMED", PERMITS, {
            changed(permit("许"), |own| own.item = SHARED_PERMIT.to_owned())
        }),
        ("SUBJECT_KIND", PERMITS, about(organisation(0), permit("许"))),
        ("CONTENT_LENGTH", PERMITS, changed(permit("许"), |own| own.content = None)),
        ("CONTENT_LENGTH", PERMITS, changed(permit("许"), |own| own.content = Some(no_text()))),
        ("CONTENT_LENGTH", PERMITS, {
            changed(permit("许"), |own| own.content = Some(long.clone()))
        }),
        ("WITHHELD_REASON", PERMITS, changed(permit("许"), |own| own.withheld = true)),
        ("WITHHELD_REASON", PERMITS, {
            changed(permit("许"), |own| own.withheld_reason = Some(text()))
        }),
        ("WITHHELD_REASON", PERMITS, {
            changed(permit("许"), |own| {
                (own.withheld, own.withheld_reason) = (true, Some(no_text()));
            })
        }),
        ("SEVERITY", PENALTIES, changed(penalty("罚"), |own| own.severity = None)),
        ("SEVERITY", PERMITS, {
            changed(permit("许"), |own| own.severity = Some(Severity::Minor))
        }),
        ("G-FACT", PENALTIES, changed(penalty("罚"), |own| own.document_sha256 = None)),
        ("G-NOTICE", PENALTIES, changed(penalty("罚"), |own| own.notified = None)),
        ("DOCUMENT_DATE", PERMITS, {
            changed(permit("许"), |own| own.document_date = day("2026-03-03"))
        }),
        ("DOCUMENT_NUMBER", PERMITS, changed(permit("许"), |own| own.document_number.clear())),
        ("G-CAPACITY", PENALTIES, about(person(2), penalty("罚"))),
    ];
    for (reason, kind, bad) in table {
        let mut world = world();
        world.must(&market(), &register_person(2, Capacity::Limited));
        let mut other = match register(organisation(0)) {
            Command::RegisterSubjects { subjects } => subjects,
            _ => panic!("not a registration"),
        };
        for subject in &mut other {
            subject.kind = shouxin_core::rules::SubjectKind::SocialOrganisation;
        }
        world.must(&market(), &Command::RegisterSubjects { subjects: other });
        let good = if kind == PERMITS { permit("许0") } else { penalty("罚0") };
        let outcome = world.ask(&market(), &file(kind, vec![bad, good])).expect("taken in part");
        let reasons: Vec<(usize, &str)> =
            outcome.rejects.iter().map(|reject| (reject.index, reject.reason)).collect();
        assert_eq!(reasons, [(0, reason)], "{:?}", outcome.rejects);
        let names: Vec<&str> = outcome.drafts.iter().map(|draft| draft.event.name()).collect();
        assert_eq!(names, ["record.accepted", "publicity.filed"], "{reason}");
    }
}

#[test]
fn a_decision_is_filed_once_by_an_officer() {
    let mut world = world();
    let twice = file(PERMITS, vec![permit("许1"), permit("许1")]);
    let outcome = world.ask(&market(), &twice).expect("taken in part");
    assert_eq!(outcome.rejects.iter().map(|own| own.reason).collect::<Vec<_>>(), ["DUPLICATE"]);
    world.must(&market(), &twice);
    let again = world.ask(&market(), &file(PERMITS, vec![permit("许1")])).expect("no refusal");
    assert_eq!(again.rejects.iter().map(|own| own.reason).collect::<Vec<_>>(), ["DUPLICATE"]);
    assert!(again.drafts.is_empty());
    let ground = world.refused(&timer(), &file(PERMITS, vec![permit("许2")]));
    assert_eq!(ground, guard(Guard::Human));
}

/// Each filing of a batch is of its own record.
#[test]
fn what_is_filed_together_is_found_one_by_one() {
    let mut world = world();
    let at = world.must(&market(), &file(PENALTIES, vec![penalty("罚1"), penalty("罚2")]));
    let records = [at.sequence, at.sequence + 2].map(|own| RecordId(Position::local(own)));
    assert_eq!(records.map(|id| row(&world, id).record), records);
    let mut world = self::world();
    let both = [penalty("罚1"), penalty("罚2")].map(|own| own.record).to_vec();
    world.must(&market(), &Command::SubmitRecords { records: both });
    assert_eq!(records.map(|id| row(&world, id).record), records, "as plain records too");
}

/// A plain record of these classes would otherwise be a way round the clock.
#[test]
fn a_plain_record_of_these_classes_is_filed_too() {
    let mut world = world();
    let names = world.run(&market(), &submit(organisation(1), "罚1")).expect("taken");
    assert_eq!(names, ["record.accepted", "publicity.filed"]);
    let favourable = NewRecord {
        item: HONOUR.to_owned(),
        source: record_source(authority(MARKET), HONOUR, "奖1", organisation(1)),
        ..permit("奖1").record
    };
    let names =
        world.run(&market(), &Command::SubmitRecords { records: vec![favourable] }).expect("taken");
    assert_eq!(names, ["record.accepted"]);
    let bare = changed(penalty("罚2"), |record| {
        record.withheld = true;
        record.content = None;
        record.item = PENALTY.to_owned();
    });
    let outcome = world
        .ask(&market(), &Command::SubmitRecords { records: vec![bare.record] })
        .expect("no refusal");
    assert_eq!(
        outcome.rejects.iter().map(|own| own.reason).collect::<Vec<_>>(),
        ["WITHHELD_REASON"]
    );
}

/// State of a filed penalty, what happens to it, whether it is shown afterwards.
#[test]
fn what_ends_a_record_ends_its_display_and_an_objection_only_marks_it() {
    let mut world = world();
    let id = filed(&mut world, PENALTIES, penalty("罚1"));
    let on_display = [(PENALTIES, id)];
    assert_eq!(shown(&world), on_display);

    let mut disputed = world.clone();
    let objection = disputed.objection(organisation(1), Target::Record(id), true);
    assert_eq!(shown(&disputed), on_display, "marked, not hidden");
    let mut upheld = disputed.clone();
    upheld.outcome(objection, Finding::Error);
    assert_eq!(shown(&upheld), Vec::new());
    disputed.outcome(objection, Finding::Correct);
    assert_eq!(shown(&disputed), on_display);

    let mut annulled = world.clone();
    annulled.must(&market(), &Command::AnnulRecord { record: id, reasons: text() });
    assert_eq!(shown(&annulled), Vec::new());

    world.today = day("2029-01-15");
    assert_eq!(world.tick(), Vec::<&str>::new(), "its last day");
    world.today = day("2029-01-16");
    assert_eq!(world.tick(), ["record.expired"]);
    assert_eq!(shown(&world), Vec::new());
    assert_eq!(row(&world, id).kind, PENALTIES, "what was filed stays counted");
}

/// Lines that could not be read count among the items of a batch.
#[test]
fn a_batch_is_bounded_with_what_could_not_be_read() {
    let world = world();
    let of = |unread: usize| {
        let reject =
            Reject { index: 1, field: "line", reason: "MALFORMED", detail: "?".to_owned() };
        Command::Publicity(PublicityCommand::File {
            kind: PENALTIES,
            decisions: vec![penalty("尤市监罚〔2026〕1号")],
            unread: vec![reject; unread],
        })
    };
    assert!(world.ask(&market(), &of(BATCH_ITEMS_MAX - 1)).is_ok());
    assert_eq!(world.refused(&market(), &of(BATCH_ITEMS_MAX)), misfit(Misfit::Limit));
}
