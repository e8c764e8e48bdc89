//! Forgeries about received classifications, typical cases and associations' files.

use shouxin_core::event::case_study::CaseStudyEvent;
use shouxin_core::event::erasure::ErasureEvent;
use shouxin_core::event::imported::ImportedEvent;
use shouxin_core::event::member::MemberEvent;
use shouxin_core::event::support::SupportEvent;
use shouxin_core::rules::Openness;

use super::*;
use crate::forge::kit::rules::{GUILD, OFFICE, OTHER_GUILD};
use crate::forge::kit::social::guild;
use crate::forge::kit::{Post, officer, timer};
use crate::forge::words;

/// A citizen's number that passes every check and was never issued.
const NUMBER: &str = "11010519491231002X";

pub(super) fn classifications(table: &mut Table) {
    let world = words::classified();
    let name = "classification.received";
    table.change(
        "INV-7",
        "a class of the register's own making",
        &world,
        name,
        inner!(Imported, ImportedEvent::Received, class_name => "AAA+".to_owned()),
    );
    table.change(
        "INV-7",
        "a standard of nobody",
        &world,
        name,
        inner!(Imported, ImportedEvent::Received, standard_title => "综合信用评分".to_owned()),
    );
    table.change(
        "INV-7",
        "another author's name",
        &world,
        name,
        inner!(Imported, ImportedEvent::Received, author => "尤溪县信用办".to_owned()),
    );
    table.change("G-COMPETENT", "not the authority that classifies", &world, name, |own| {
        own.actor = handler().actor;
        if let Event::Imported(ImportedEvent::Received { authority, author, .. }) = &mut own.event {
            *authority = forge::kit::authority(forge::kit::rules::MARKET);
            let rules = forge::kit::rules::rules();
            let own = rules.department(forge::kit::rules::MARKET).expect("a department");
            author.clone_from(&own.name_zh);
        }
        // Under another authority it replaces nothing.
        inner!(Imported, ImportedEvent::Received, supersedes => None)(own);
    });
    table.other("INV-8", "a person is classified", &world, |log| {
        let place = log.last(name);
        log.cut(place);
        log.change(place, |own| {
            own.subject = Some(person(1));
            inner!(Imported, ImportedEvent::Received, supersedes => None)(own);
        })
    });
    table.change(
        "G-OPEN",
        "shown to everybody",
        &world,
        name,
        inner!(Imported, ImportedEvent::Received, openness => Openness::Public),
    );
    table.change(
        "G-END",
        "over before it came",
        &world,
        name,
        inner!(Imported, ImportedEvent::Received, valid_until => day("2026-02-02")),
    );
    table.change(
        "G-DOC",
        "without its number",
        &world,
        name,
        inner!(Imported, ImportedEvent::Received, decision_number => String::new()),
    );
    table.change(
        "INV-10",
        "it hides what it replaces",
        &world,
        name,
        inner!(Imported, ImportedEvent::Received, supersedes => None),
    );
    table.change(
        "G-COMPETENT",
        "somebody else takes it back",
        &world,
        "classification.withdrawn",
        by(&handler()),
    );
}

pub(super) fn case_studies(table: &mut Table) {
    let world = words::told();
    let (drafted, down) = ("case_study.drafted", "case_study.taken_down");
    let spaced = "其号码为 110105-19491231-002x 。".to_owned();
    let wide = "１１０１０５１９４９１２３１００２Ｘ".to_owned();
    let owner = format!("代码{}", forge::kit::rules::individual_business().as_str());
    for (what, body) in [
        ("a citizen's number", format!("其身份证号{NUMBER}。")),
        ("a number with spaces", spaced),
        ("a number in full width", wide),
        ("an individual business", owner),
    ] {
        table.change(
            "G-ANONYMOUS",
            what,
            &world,
            drafted,
            inner!(CaseStudy, CaseStudyEvent::Drafted, text => body),
        );
    }
    table.change(
        "G-ANONYMOUS",
        "persons, and nobody states that it is anonymous",
        &world,
        drafted,
        inner!(CaseStudy, CaseStudyEvent::Drafted, anonymised => false),
    );
    table.change(
        "G-ANONYMOUS",
        "linked to a person",
        &world,
        drafted,
        inner!(CaseStudy, CaseStudyEvent::Drafted, subject => Some(person(1))),
    );
    table.change(
        "G-ANONYMOUS",
        "a number in the reason, as it was written once",
        &world,
        down,
        reason(NUMBER),
    );
    table.change("INV-8", "in somebody's file", &world, drafted, |own| {
        own.subject = Some(person(1));
    });
    table.change("G-4EYES", "its author publishes it", &world, "case_study.published", |own| {
        own.actor = handler().actor;
    });
}

/// A typical case taken down as it was once: with a reason in words.
pub(super) fn reason(text: &str) -> impl FnOnce(&mut Envelope) {
    let reason = text.to_owned();
    |own| match own.event {
        Event::CaseStudy(CaseStudyEvent::TakenDown { case_study, .. }) => {
            own.event = Event::CaseStudy(CaseStudyEvent::Withdrawn { case_study, reason });
        }
        _ => panic!("{own:?}"),
    }
}

pub(super) fn erasures(table: &mut Table) {
    let world = words::erased();
    let proposed = "erasure.proposed";
    let erased = "subject.erased";
    table.change("G-BASIS", "a file erased on nothing", &world, proposed, |own| {
        if let Event::Erasure(ErasureEvent::Proposed { basis }) = &mut own.event {
            basis.clear();
        }
    });
    table.change("G-COMPETENT", "proposed by the credit office", &world, proposed, by(&clerk()));
    table.change("G-HUMAN", "proposed by a timer", &world, proposed, by(&timer()));
    table.other("G-COMPETENT", "nobody made its officer the credit office's", &world, |log| {
        log.unkeyed(&clerk());
        log.change(log.last("erasure.withdrawn"), by(&officer(OFFICE, Post::Colleague)));
        let place = log.last(erased);
        log.cut(place);
        log.change(place, |_| {})
    });
    table.change(
        "G-COMPETENT",
        "a key destroyed by hand",
        &world,
        "subject.key_destroyed",
        by(&clerk()),
    );
    for event in [erased, "erasure.withdrawn"] {
        table.change("INV-10", "what nobody proposed", &world, event, |own| match &mut own.event {
            Event::Erasure(
                ErasureEvent::Erased { proposal, .. } | ErasureEvent::Withdrawn { proposal },
            ) => *proposal = Position::local(1),
            other => panic!("{other:?}"),
        });
    }
    for event in [erased, "subject.key_destroyed"] {
        table.change("INV-10", "another's key", &world, event, |own| match &mut own.event {
            Event::Erasure(
                ErasureEvent::Erased { slot, .. } | ErasureEvent::KeyDestroyed { slot },
            ) => *slot = 9,
            other => panic!("{other:?}"),
        });
    }
    table.other("ERASURE", "before its retention is over", &world, |log| {
        let place = log.last(proposed);
        let on = log.at(log.last("erasure.withdrawn")).legal_date.plus_months(60).plus_days(-1);
        log.cut(place);
        log.date(place, on);
        log.change(place, |_| {})
    });
    table.other("ERASURE", "something happened since the proposal", &world, |log| {
        let own = log.like(
            log.last(proposed),
            Event::AliasLinked { kind: "legacy".to_owned(), code: "350426".to_owned() },
        );
        let place = log.last(erased);
        log.cut(place);
        log.insert(place, own);
        let place = log.last(erased);
        log.at(place).position
    });
    table.other("ERASURE", "something happens to an erased file", &world, |log| {
        let own = log.like(
            log.last(proposed),
            Event::AliasLinked { kind: "legacy".to_owned(), code: "350426".to_owned() },
        );
        log.cut(log.last("subject.key_destroyed"));
        log.append(own)
    });
    table.remove("ERASURE", "a record is still shown", &world, &["record.archived"], erased);
    table.remove("ERASURE", "a key nobody gave up", &world, &[erased], "subject.key_destroyed");
    table.remove(
        "ERASURE",
        "registered anew over a key that is still there",
        &world,
        &["subject.key_destroyed"],
        "subject.registered",
    );
}

pub(super) fn supports(table: &mut Table) {
    let world = words::supported();
    let opened = "litigation_support.opened";
    table.change(
        "G-BASIS-RANK",
        "no law names the plaintiff",
        &world,
        opened,
        inner!(Support, SupportEvent::Opened, plaintiff_basis => cite("plan")),
    );
    table.change(
        "G-BASIS",
        "a suit supported on nothing",
        &world,
        opened,
        inner!(Support, SupportEvent::Opened, basis => Vec::new()),
    );
    table.change(
        "G-DOC",
        "a plaintiff without a name",
        &world,
        opened,
        inner!(Support, SupportEvent::Opened, plaintiff => String::new()),
    );
    table.change(
        "G-DOC",
        "evidence without a receipt",
        &world,
        "litigation_support.evidence_handed_over",
        inner!(Support, SupportEvent::EvidenceHandedOver, receipt_sha256 => [0; 32]),
    );
    for event in [opened, "litigation_support.evidence_handed_over", "litigation_support.closed"] {
        table.change("G-COMPETENT", "a third department's", &world, event, by(&implementer()));
    }
    table.other("G-COMPETENT", "nobody made its officer the credit office's", &world, |log| {
        log.unkeyed(&clerk());
        let place = log.last("litigation_support.closed");
        log.cut(place);
        log.change(place, |_| {})
    });
    table.change("INV-10", "in another subject's file", &world, opened, |own| {
        own.subject = Some(organisation(2));
    });
    let measure = Target::Measure(MeasureId(Position::local(3)));
    table.change(
        "INV-10",
        "about a measure",
        &world,
        opened,
        inner!(Support, SupportEvent::Opened, target => measure),
    );
    // Once the record is disputed, the same step is wrong.
    let (mut disputed, _, record) = words::support_begun();
    disputed.objection(organisation(1), Target::Record(record), false);
    for event in [opened, "litigation_support.evidence_handed_over"] {
        table.other("G-NOSUSP", "what is disputed is handed out", &disputed, |log| {
            let own = log.at(log.last(event)).clone();
            log.append(own)
        });
    }
    table.other("INV-10", "handed over after it was closed", &world, |log| {
        let own = log.at(log.last("litigation_support.evidence_handed_over")).clone();
        log.append(own)
    });
}

pub(super) fn member_files(table: &mut Table) {
    let world = words::noted();
    let noted = "member_file.noted";
    table.change(
        "G-BASIS",
        "self-discipline without a charter",
        &world,
        noted,
        inner!(Member, MemberEvent::Noted, charter => None),
    );
    table.change(
        "G-DOC",
        "a warning by a third party",
        &world,
        noted,
        inner!(Member, MemberEvent::Noted, rater => Some("某信用服务有限公司".to_owned())),
    );
    table.change("G-HUMAN", "a department writes it", &world, noted, by(&handler()));
    table.change(
        "G-HUMAN",
        "an association proposes a listing",
        &listed().0,
        "listing.proposed",
        by(&guild(GUILD)),
    );
    table.change("INV-8", "a file about a person", &world, noted, |own| {
        own.subject = Some(person(1));
    });
    table.change(
        "G-COMPETENT",
        "another association corrects it",
        &world,
        "member_file.corrected",
        by(&guild(OTHER_GUILD)),
    );
    let answered = "member_file.answered";
    table.remove(
        "INV-2",
        "answered, and nobody objected",
        &world,
        &["member_file.objected"],
        answered,
    );
    table.other("INV-6", "given up, and it stands", &world, |log| {
        let place = log.last(answered);
        log.cut(place);
        log.remove((place.0, place.1 + 1));
        log.at(place).position
    });
    table.change("DEADLINE", "longer to answer", &world, "member_file.objected", |own| {
        if let Event::Member(MemberEvent::Objected { answer_by, .. }) = &mut own.event {
            answer_by.day = answer_by.day.plus_days(1);
        }
    });
}
