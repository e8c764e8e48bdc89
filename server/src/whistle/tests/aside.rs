//! What a purge leaves of whom a report was about.

use super::*;

const TAX: &str = "11350426XY00010666";

/// A report about a body, ended and kept long enough.
fn kept(whistle: &Whistle, about: Uscc) -> ReportId {
    let draft = Draft { reported: about, facts: FACTS, evidence: &[], identity: None };
    let id = whistle.receive(&reporter(), &draft).expect("it is taken").row.id;
    point_elsewhere(whistle, id);
    id
}

fn about(whistle: &Whistle, id: ReportId, authority: &str) -> Option<bool> {
    let row = whistle.row(id).expect("a read").expect("the report");
    whistle.is_about(&row, code(authority)).expect("a read")
}

fn tag(whistle: &Whistle, id: ReportId) -> Option<Digest> {
    whistle.row(id).expect("a read").expect("the report").reported_tag
}

const LATER: &str = "2027-11-24";

#[test]
fn a_department_is_recognised_after_the_purge_and_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let whistle = open(dir.path(), None);
    let ids = [(), ()].map(|()| kept(&whistle, code(MARKET)));
    for id in ids {
        assert_eq!(
            (about(&whistle, id, MARKET), about(&whistle, id, TAX)),
            (Some(true), Some(false))
        );
        assert_eq!(
            must(&whistle, id, &data_officer(LATER), Command::Purge).event,
            "identity.purged"
        );
    }
    assert_ne!(
        tag(&whistle, ids[0]),
        tag(&whistle, ids[1]),
        "nobody sees that they are about one body"
    );
    drop(whistle);
    View::destroy(&dir.path().join("view")).expect("it is destroyed");
    let whistle = open(dir.path(), None);
    for id in ids {
        let row = whistle.row(id).expect("a read").expect("the report");
        assert_eq!((row.state.name(), whistle.reported(&row).expect("a read")), ("closed", None));
        assert_eq!(
            (about(&whistle, id, MARKET), about(&whistle, id, TAX)),
            (Some(true), Some(false))
        );
        // Its officers stand aside, whatever they ask for.
        let retaliation = |pen: &Pen<'_>| {
            Ok(Command::ReportRetaliation { account: pen.seal("retaliation", "调岗")? })
        };
        let suffers = Asked { today: day(LATER), ..reporter() };
        whistle.step(id, &suffers, retaliation).expect("it is taken");
        let answer =
            |pen: &Pen<'_>| Ok(Command::PostFeedback { text: pen.seal("answer", "已收悉")? });
        let theirs = officer(MARKET, "SC-03", Role::Triage, LATER);
        assert!(matches!(whistle.step(id, &theirs, answer), Err(WhistleError::Refused(_))));
        whistle.step(id, &triager(LATER), answer).expect("it is allowed");
    }
}

/// The key of the tags is worth no more than the list of departments.
#[test]
fn the_tag_of_another_body_is_random() {
    let dir = tempfile::tempdir().expect("a folder");
    let whistle = open(dir.path(), None);
    let firm = Uscc::parse("91350426XY00000125").expect("a code");
    let id = kept(&whistle, firm);
    must(&whistle, id, &data_officer(LATER), Command::Purge);
    let tag = tag(&whistle, id).expect("a tag");
    assert_ne!(tag, whistle.vault.reported_tag(&id.0, firm.as_str()));
    assert_eq!(about(&whistle, id, MARKET), Some(false), "no officer here is of it");
}

/// A refused purge leaves no tag, and one that was cut off after it is done with the same one.
#[test]
fn the_tag_comes_with_the_purge_and_only_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let whistle = open(dir.path(), None);
    let id = kept(&whistle, code(MARKET));
    for asked in [
        data_officer("2027-11-23"),
        triager(LATER),
        officer(MARKET, "SC-04", Role::DataOfficer, LATER),
    ] {
        let head = whistle.reader.head().next;
        assert!(matches!(
            whistle.step(id, &asked, |_| Ok(Command::Purge)),
            Err(WhistleError::Refused(_))
        ));
        assert_eq!(whistle.reader.head().next, head, "nothing was written");
    }
    let own = whistle.vault.reported_tag(&id.0, MARKET);
    must(&whistle, id, &data_officer(LATER), Command::Tag { reported: own });
    drop(whistle);
    let whistle = open(dir.path(), None);
    let head = whistle.reader.head().next;
    must(&whistle, id, &data_officer(LATER), Command::Purge);
    assert_eq!((whistle.reader.head().next, tag(&whistle, id)), (head + 1, Some(own)));
}

/// As an older program left it: no tag, and nobody can know.
#[test]
fn an_older_purge_leaves_nothing_to_know() {
    let dir = tempfile::tempdir().expect("a folder");
    let whistle = open(dir.path(), None);
    let id = kept(&whistle, code(MARKET));
    {
        let mut writer = whistle.writer().expect("it writes");
        let slots = whistle.row(id).expect("a read").expect("the report").slots;
        let by = data_officer(LATER).by;
        let event = WhistleEvent::Purged { slots };
        whistle.append(&mut writer, id, day(LATER), &by, event).expect("it is durable");
    }
    drop(whistle);
    let whistle = open(dir.path(), None);
    assert_eq!((about(&whistle, id, MARKET), about(&whistle, id, TAX)), (None, None));
    let retaliation = |pen: &Pen<'_>| {
        Ok(Command::ReportRetaliation { account: pen.seal("retaliation", "调岗")? })
    };
    whistle.step(id, &Asked { today: day(LATER), ..reporter() }, retaliation).expect("it is taken");
    let answer =
        |pen: &Pen<'_>| Ok(Command::PostFeedback { text: pen.seal("answer", "已收悉")? });
    assert!(matches!(whistle.step(id, &triager(LATER), answer), Err(WhistleError::Refused(_))));
    let outside = officer(TAX, "SC-03", Role::Triage, LATER);
    whistle.step(id, &outside, answer).expect("of another authority than the credit office");
    // In its time that is destroyed too.
    let outside = officer(TAX, "SC-04", Role::DataOfficer, "2028-11-25");
    must(&whistle, id, &outside, Command::Purge);
}
