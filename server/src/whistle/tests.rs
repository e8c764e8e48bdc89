//! The store over real files: what a crash leaves, what a purge leaves, what is never there.
#![allow(clippy::expect_used, clippy::panic, reason = "in a test a failure is what they are for")]

use shouxin_core::actor::OfficerRef;
use shouxin_core::rules::Citation;

use super::*;
use crate::app::{load_rules, read_rules};

mod aside;

const OFFICE: &str = "11350426XY0001015X";
const MARKET: &str = "11350426XY0001023Q";

fn rules() -> Arc<RuleSet> {
    static RULES: std::sync::OnceLock<Arc<RuleSet>> = std::sync::OnceLock::new();
    let load = || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
        let files = read_rules(&folder).expect("the county's rules");
        Arc::new(load_rules(&files).expect("they load"))
    };
    RULES.get_or_init(load).clone()
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn code(text: &str) -> Uscc {
    Uscc::parse(text).expect("a code")
}

fn reporter() -> Asked {
    Asked { by: By::Reporter, role: Role::Public, today: day("2026-11-23"), rules: rules() }
}

fn officer(authority: &str, officer: &str, role: Role, today: &str) -> Asked {
    let reference = OfficerRef { authority: code(authority), officer: officer.to_owned() };
    Asked { by: By::Officer(reference), role, today: day(today), rules: rules() }
}

fn triager(today: &str) -> Asked {
    officer(OFFICE, "SC-03", Role::Triage, today)
}

fn data_officer(today: &str) -> Asked {
    officer(OFFICE, "SC-04", Role::DataOfficer, today)
}

fn settings(key: Option<&age::x25519::Identity>) -> WhistleConfig {
    WhistleConfig {
        office_recipient: key.map(|own| own.to_public().to_string()),
        segment_bytes: 1 << 17,
        ..WhistleConfig::default()
    }
}

fn open(folder: &Path, key: Option<&age::x25519::Identity>) -> Whistle {
    Whistle::open(folder, &settings(key)).expect("it opens")
}

const FACTS: &str = "夜间向河道排放未经处理的废水";

fn receive(whistle: &Whistle, identity: Option<&str>) -> Receipt {
    let evidence = ["三张照片的说明".to_owned()];
    let draft = Draft { reported: code(MARKET), facts: FACTS, evidence: &evidence, identity };
    whistle.receive(&reporter(), &draft).expect("it is taken")
}

fn must(whistle: &Whistle, id: ReportId, asked: &Asked, command: Command) -> Stepped {
    let stepped = whistle.step(id, asked, |_| Ok(command)).expect("it is allowed");
    stepped.expect("there is such a report")
}

fn ask() -> impl FnOnce(&Pen<'_>) -> Result<Command, WhistleError> {
    |pen| {
        let law = rules().instruments.iter().find(|own| own.in_force(day("2026-11-23"))).cloned();
        let ground = Citation {
            instrument: law.expect("an instrument in force").id,
            article: "第一条".to_owned(),
        };
        let reasons = pen.seal("ground", "办案需要")?;
        Ok(Command::RequestUnseal { ground, reasons, law_forbids_telling: None })
    }
}

/// Ends a report without scope, so that only the retention keeps it.
fn point_elsewhere(whistle: &Whistle, id: ReportId) {
    let pointer = |pen: &Pen<'_>| {
        Ok(Command::PutOutOfScope { pointer: pen.seal("pointer", "请向省级机关反映")? })
    };
    whistle.step(id, &triager("2026-11-23"), pointer).expect("it is allowed");
}

fn facts(whistle: &Whistle, row: &ReportRow) -> Option<String> {
    let WhistleEvent::Received { facts, .. } = whistle.event(row.received_at).expect("it").event
    else {
        panic!("a report begins with its receipt")
    };
    whistle.text(row.id, "facts", &facts).expect("a text").map(|own| own.to_string())
}

/// Whether any file below the folder holds these bytes.
fn holds(folder: &Path, needle: &[u8]) -> bool {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|entry| entry.path()).any(|path| match path.is_dir() {
        true => holds(&path, needle),
        false => {
            let bytes = std::fs::read(&path).expect("a file");
            bytes.windows(needle.len()).any(|window| window == needle)
        }
    })
}

#[test]
fn a_report_is_found_by_its_receipt_after_a_restart_and_kept_only_sealed() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = age::x25519::Identity::generate();
    let whistle = open(dir.path(), Some(&key));
    let receipt = receive(&whistle, Some("李雷 13800138000"));
    whistle.flush();
    for clear in [receipt.text.as_str(), FACTS, "李雷", "13800138000", MARKET, "三张照片"] {
        assert!(!holds(dir.path(), clear.as_bytes()), "{clear} is on the disk");
    }
    drop(whistle);
    let whistle = open(dir.path(), Some(&key));
    let id = whistle.id_of(&receipt.text);
    let row = whistle.row(id).expect("a read").expect("the report");
    assert_eq!(row, receipt.row);
    assert_eq!(facts(&whistle, &row).as_deref(), Some(FACTS));
    assert_eq!(whistle.reported(&row).expect("a code"), Some(code(MARKET)));
    assert_eq!(whistle.row(whistle.id_of("ANOTHER")).expect("a read"), None);
}

#[test]
fn the_view_is_disposable_and_a_lost_log_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let whistle = open(dir.path(), None);
    let receipts: Vec<Receipt> = (0..3).map(|_| receive(&whistle, None)).collect();
    point_elsewhere(&whistle, receipts[1].row.id);
    let pages = |whistle: &Whistle, state: &str| {
        let list = Worklist::of(state, None).expect("a state");
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let (rows, next) = whistle.page(&list, after.as_deref(), 1).expect("a page");
            ids.extend(rows.into_iter().map(|row| row.id));
            match next {
                Some(cursor) => after = Some(cursor),
                None => return ids,
            }
        }
    };
    let before = (pages(&whistle, "received"), pages(&whistle, "out_of_scope"));
    assert_eq!((before.0.len(), before.1.clone()), (2, vec![receipts[1].row.id]));
    let ledger = whistle.ledger().expect("a ledger");
    drop(whistle);
    View::destroy(&dir.path().join("view")).expect("it is destroyed");
    let whistle = open(dir.path(), None);
    assert_eq!((pages(&whistle, "received"), pages(&whistle, "out_of_scope")), before);
    assert_eq!(whistle.ledger().expect("a ledger"), ledger);
    whistle.flush();
    drop(whistle);
    std::fs::remove_dir_all(dir.path().join("log")).expect("it is removed");
    let error = Whistle::open(dir.path(), &settings(None)).err().expect("it does not open");
    assert!(error.to_string().contains("restore whistle/log"), "{error}");
}

#[test]
fn an_older_key_ring_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let whistle = open(dir.path(), None);
    receive(&whistle, None);
    drop(whistle);
    let ring = dir.path().join("vault/ring");
    let file = std::fs::OpenOptions::new().write(true).open(ring).expect("the ring");
    file.set_len(72).expect("only the header is left");
    let error = Whistle::open(dir.path(), &settings(None)).err().expect("it does not open");
    assert!(error.to_string().contains("older copy"), "{error}");
}

#[test]
fn the_identity_is_handed_out_to_two_persons_and_only_the_offline_key_opens_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = age::x25519::Identity::generate();
    let whistle = open(dir.path(), Some(&key));
    let id = receive(&whistle, Some("李雷")).row.id;
    let today = "2026-11-24";
    let approve = |who: &Asked| {
        let row = whistle.row(id).expect("a read").expect("the report");
        let open = row.identity.and_then(|own| own.request);
        let request = open.map_or(0, |own| own.at);
        whistle.step(id, who, |_| Ok(Command::ApproveUnseal { request })).map(Option::unwrap)
    };
    assert!(approve(&data_officer(today)).is_err(), "nobody asked");
    whistle.step(id, &triager(today), ask()).expect("it is asked");
    assert!(approve(&officer(OFFICE, "SC-03", Role::DataOfficer, today)).is_err(), "one person");
    let opened = approve(&data_officer(today)).expect("it is opened");
    let clear = age::decrypt(&key, &opened.ciphertext.expect("the ciphertext")).expect("it opens");
    assert_eq!(String::from_utf8(clear).expect("text").trim_end(), "李雷");
    // What was changed on the disk is not handed out, and no opening is logged.
    let head = whistle.reader.head();
    whistle.step(id, &triager(today), ask()).expect("it is asked");
    let sealed = dir.path().join("sealed");
    let mut files = std::fs::read_dir(sealed).expect("a folder").flatten().map(|own| own.path());
    let file = files.find(|own| own.is_file()).expect("the ciphertext");
    std::fs::write(file, b"another").expect("it is written");
    assert!(approve(&data_officer(today)).is_err(), "a damaged one");
    assert_eq!(whistle.reader.head().next, head.next + 1);
}

#[test]
fn a_purge_leaves_neither_identity_nor_text_even_when_a_crash_comes_between() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = age::x25519::Identity::generate();
    let whistle = open(dir.path(), Some(&key));
    let [first, second] = [(), ()].map(|()| receive(&whistle, Some("李雷")).row.id);
    let ciphertexts =
        [first, second].map(|id| whistle.sealed.read(id).expect("a read").expect("one"));
    for id in [first, second] {
        point_elsewhere(&whistle, id);
    }
    let early = data_officer("2027-11-23");
    assert!(whistle.step(first, &early, |_| Ok(Command::Purge)).is_err(), "before its day");
    must(&whistle, first, &data_officer("2027-11-24"), Command::Purge);
    assert!(!holds(dir.path(), &ciphertexts[0]) && holds(dir.path(), &ciphertexts[1]));
    let row = whistle.row(first).expect("a read").expect("the report");
    assert_eq!((facts(&whistle, &row), whistle.reported(&row).expect("a read")), (None, None));
    // The event is durable and the process dies before anything else.
    {
        let mut writer = whistle.writer().expect("it writes");
        let row = whistle.row(second).expect("a read").expect("the report");
        let event = WhistleEvent::Purged { slots: row.slots };
        let by = data_officer("2027-11-24").by;
        whistle.append(&mut writer, second, day("2027-11-24"), &by, event).expect("it is durable");
    }
    drop(whistle);
    assert!(holds(dir.path(), &ciphertexts[1]));
    let whistle = open(dir.path(), Some(&key));
    assert!(!holds(dir.path(), &ciphertexts[1]), "the next start finishes what was begun");
    let row = whistle.row(second).expect("a read").expect("the report");
    assert_eq!((row.state.name(), facts(&whistle, &row)), ("closed", None));
}

#[test]
fn what_a_crash_leaves_of_a_report_nobody_was_answered_for_is_destroyed() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = age::x25519::Identity::generate();
    let whistle = open(dir.path(), Some(&key));
    let orphan = ReportId([5; 32]);
    let ciphertext = identity::seal(&key.to_public(), "李雷").expect("it is sealed");
    whistle.sealed.write_new(orphan, &ciphertext, day("2026-11-23")).expect("it is written");
    drop(whistle);
    let whistle = open(dir.path(), Some(&key));
    assert!(!holds(dir.path(), &ciphertext));
    assert_eq!(whistle.sealed.read(orphan).expect("a read"), None);
}

#[test]
fn a_report_in_the_log_keeps_its_identity_when_the_crash_came_before_the_rename() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = age::x25519::Identity::generate();
    let whistle = open(dir.path(), Some(&key));
    let id = receive(&whistle, Some("李雷")).row.id;
    drop(whistle);
    // As if the process had died right after the log's sync.
    let name = format!("{}.age", data_encoding::BASE32_NOPAD.encode(&id.0));
    let sealed = dir.path().join("sealed");
    std::fs::rename(sealed.join(&name), sealed.join("new").join(&name)).expect("it is moved");
    View::destroy(&dir.path().join("view")).expect("it is destroyed");
    let whistle = open(dir.path(), Some(&key));
    let row = whistle.row(id).expect("a read").expect("the report");
    assert!(whistle.ciphertext(&row).is_ok());
}

#[test]
fn reports_are_bounded_by_day_and_by_what_is_open() {
    let dir = tempfile::tempdir().expect("a folder");
    let bounds = WhistleConfig { reports_per_day_max: 2, open_reports_max: 3, ..settings(None) };
    let whistle = Whistle::open(dir.path(), &bounds).expect("it opens");
    let mut asked = reporter();
    let draft = Draft { reported: code(MARKET), facts: FACTS, evidence: &[], identity: None };
    let first = whistle.receive(&asked, &draft).expect("the first");
    whistle.receive(&asked, &draft).expect("the second");
    assert!(matches!(whistle.receive(&asked, &draft), Err(WhistleError::FullDay(2))));
    // A clock that was set back counts on the day of the last event.
    asked.today = day("2026-11-22");
    assert!(matches!(whistle.receive(&asked, &draft), Err(WhistleError::FullDay(2))));
    asked.today = day("2026-11-24");
    whistle.receive(&asked, &draft).expect("the third");
    assert!(matches!(whistle.receive(&asked, &draft), Err(WhistleError::FullOpen(3))));
    point_elsewhere(&whistle, first.row.id);
    whistle.receive(&asked, &draft).expect("there is room again");
    let named = Draft { identity: Some("李雷"), ..draft };
    asked.today = day("2026-11-25");
    point_elsewhere(&whistle, whistle.page(&list(), None, 1).expect("a page").0[0].id);
    assert!(matches!(whistle.receive(&asked, &named), Err(WhistleError::NoRecipient)));
}

fn list() -> Worklist {
    Worklist::of("received", None).expect("a state")
}

#[test]
fn a_text_opens_only_where_it_belongs() {
    let dir = tempfile::tempdir().expect("a folder");
    let whistle = open(dir.path(), None);
    let [one, other] = [(), ()].map(|()| receive(&whistle, None).row);
    let WhistleEvent::Received { facts, .. } = whistle.event(one.received_at).expect("it").event
    else {
        panic!("a report begins with its receipt")
    };
    assert!(whistle.text(one.id, "facts", &facts).is_ok());
    assert!(whistle.text(one.id, "answer", &facts).is_err());
    assert!(whistle.text(other.id, "facts", &facts).is_err());
}

#[test]
fn a_timer_marks_what_is_late_once_and_it_stays_marked_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let whistle = open(folder.path(), None);
    let late = receive(&whistle, None);
    let other = receive(&whistle, None);
    point_elsewhere(&whistle, other.row.id);
    let mark = |whistle: &Whistle, today| whistle.mark_overdue(day(today), &rules()).expect("it");
    assert_eq!(mark(&whistle, "2026-11-24"), 0, "there is time yet");
    assert_eq!(mark(&whistle, "2026-12-24"), 1, "what needs no step is not late");
    assert_eq!(mark(&whistle, "2026-12-25"), 0, "once");
    let marked = |whistle: &Whistle| {
        let (rows, _) = whistle.page(&Worklist::Overdue, None, 10).expect("a page");
        let ids: Vec<ReportId> = rows.iter().map(|row| row.id).collect();
        (ids, whistle.late().expect("the ledger").triage)
    };
    assert_eq!(marked(&whistle), (vec![late.row.id], 1));
    drop(whistle);
    assert_eq!(marked(&open(folder.path(), None)), (vec![late.row.id], 1));
}

/// A newer calendar counts a report's day anew, once, from its own index; what an event says of its
/// rules is the same for a whole day, whenever in it they were loaded.
#[test]
fn a_newer_calendar_counts_anew_and_tells_no_time_of_day() {
    let folder = tempfile::tempdir().expect("a folder");
    let loaded = vec![(day("2026-06-01"), [1; 32]), (day("2026-12-31"), [2; 32])];
    let whistle = open(folder.path(), None).judged_by(loaded);
    let evidence = [];
    let draft = Draft { reported: code(MARKET), facts: FACTS, evidence: &evidence, identity: None };
    let asked = Asked { today: day("2026-12-30"), ..reporter() };
    let row = whistle.receive(&asked, &draft).expect("it is taken").row;
    let before = row.state.due().expect("a day");
    assert!(before.provisional, "{before:?}");
    let new_year = day("2026-12-31");
    assert_eq!(whistle.recount(new_year, &rules()).expect("it runs"), 0, "no newer calendar");
    let official = include_str!("../../../config/calendar/holidays-2007-2026.csv");
    let mut next = "date,kind,holiday,notice_year\n".to_owned();
    for fixed in ["01-01", "05-01", "10-01", "10-02", "10-03"] {
        next.push_str(&format!("2027-{fixed},off,假,2027\n"));
    }
    next.push_str("2027-01-04,off,元旦,2027\n");
    let files = [("a.csv", official), ("b.csv", next.as_str())];
    let calendar = shouxin_core::calendar::Calendar::parse(&files).expect("a calendar");
    let newer = Arc::new(RuleSet { calendar, ..(*rules()).clone() });
    assert_eq!(whistle.recount(new_year, &newer).expect("it runs"), 1);
    assert_eq!(whistle.recount(new_year, &newer).expect("it runs"), 0, "once");
    let counted = |whistle: &Whistle| {
        let row = whistle.row(row.id).expect("a read").expect("the report");
        row.state.due().expect("a day")
    };
    assert_eq!(counted(&whistle), newer.calendar.after(before.from, before.working_days));
    assert!(counted(&whistle).day > before.day);
    let versions: Vec<_> = (0..2).map(|at| whistle.event(at).expect("an event").rules).collect();
    assert_eq!(versions, [Some([1; 32]); 2], "those with which the day began");
    drop(whistle);
    let whistle = open(folder.path(), None);
    let after = day("2027-01-06");
    assert_eq!(whistle.mark_overdue(after, &newer).expect("it runs"), 0, "it has more time");
    assert_eq!((before.day, counted(&whistle).day), (day("2027-01-05"), after));
}
