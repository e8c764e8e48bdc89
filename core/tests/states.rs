//! The pages of the state machines: every machine has one, every page has a machine, and every
//! event of the register stands on one of them or has a reason not to.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::kit::diagram::{COMMANDS, NOUNS, folder, settle};
use crate::kit::machines::ALL;
use shouxin_core::event::Event;

fn index() -> String {
    let mut page = "# 状态机 / State machines\n\n\
        每页由核心测试实际运行每一对（状态，命令）后生成；代码与页面不一致时测试失败。请运行 `make docs` 更新。\n\
        Each page is made from what the tests of the core saw happen for every pair of a state and a command; a test \
        fails when a page is not what the code does. `make docs` writes them.\n\n\
        箭头上为命令、情形和首个事件；`timer` 为定时器，括号内为由上级事项或日期得出的情形。\n\
        An arrow names the command, the case and the first event; `timer` is a timer; what follows from a parent or a \
        date is in brackets behind the state. `[*]` is what does not exist yet.\n\n\
        | 规定 specified in | 状态机 machine | 页面 page |\n|---|---|---|\n"
        .to_owned();
    for own in ALL {
        let file = own.file;
        let _ = writeln!(
            page,
            "| {} | {} / {} | [{file}.md]({file}.md) |",
            own.source, own.title_zh, own.title_en
        );
    }
    page
}

#[test]
fn every_machine_has_its_page_and_every_page_its_machine() {
    settle("README", &index());
    let named: BTreeSet<String> =
        ALL.iter().map(|own| format!("{}.md", own.file)).chain(["README.md".to_owned()]).collect();
    let files = std::fs::read_dir(folder()).expect("the folder of the pages");
    let there: BTreeSet<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let strangers: Vec<_> = there.difference(&named).collect();
    assert!(strangers.is_empty(), "no machine is drawn on {strangers:?}");
    // While the pages are written, those of other tests may be on their way.
    if std::env::var_os("SHOUXIN_WRITE_DOCS").is_none() {
        assert_eq!(there, named, "run `make docs`");
    }
}

/// Events that are steps of no machine, or of one that no table can bring about, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("rules.loaded", "the rules in force: set by whoever runs the register"),
    ("key.created", "keys have no steps"),
    ("key.revoked", "keys have no steps"),
    ("plugin.told", "how far a plugin was told"),
    ("plugin.told_late", "that it was, tried in dead_letters.rs"),
    ("plugin.untold_skipped", "that it need not be, tried in dead_letters.rs"),
    ("plugin.forgot", "how far a plugin forgot erased files, tried in dead_letters.rs"),
    ("guard.denied", "a refusal"),
    ("command.refused", "a refusal"),
    ("case_study.withdrawn", "what case_study.taken_down was once"),
    ("person.registered", "a file has no steps"),
    ("subject.renamed", "what is on file of a subject, tried in renamed.rs"),
    ("person.capacity_stated", "what is on file of a person, tried in capacity.rs"),
    ("subject.alias_linked", "a file has no steps"),
    ("authorisation.given", "a subject's own word, tried in authorisations.rs"),
    ("authorisation.withdrawn", "a subject's own word, tried in authorisations.rs"),
    ("family.settled", "the end of a walk over what rests on something"),
    ("assessment.case_decision_overdue", "a mark for the assessment, tried in grounds.rs"),
    ("assessment.case_service_overdue", "a mark for the assessment, tried in grounds.rs"),
    ("assessment.execution_due", "a last day for the assessment, tried in plan.rs"),
    ("assessment.execution_overdue", "that it passed, tried in plan.rs"),
    ("assessment.work_put_off", "no last day while it is suspended, tried in working.rs"),
    ("assessment.response_due", "a last day anew for the assessment, tried in working.rs"),
    ("assessment.case_decision_due", "a last day anew for the assessment, tried in grounds.rs"),
    ("deadline.recomputed", "a deadline, not a state"),
    ("job.finished", "what the register has looked at, tried in versions.rs"),
    ("breach.shortened", "an end by a version of the rules, tried in versions.rs"),
    ("credit_review.performed", "a review is performed once and for all"),
    ("court_document.filed", "a document on file"),
    ("dept_doc.filed", "a document on file"),
    ("red_listing.revocation_owed", "what a black listing makes due, tried in both_lists.rs"),
    ("red_listing.revocation_not_owed", "that it is not any more, tried in both_lists.rs"),
    ("assessment.revocation_overdue", "that its day passed, tried in both_lists.rs"),
    ("catalogue.awaits_publication", "a mark beside the draft, tried in catalogue.rs"),
    ("redress.done_after_annulment", "what an authority owes for what it took back, redress.rs"),
];

#[test]
fn every_event_stands_on_a_page_or_says_why_not() {
    if std::env::var_os("SHOUXIN_WRITE_DOCS").is_some() {
        return;
    }
    let pages: String =
        ALL.iter().map(|own| folder().join(format!("{}.md", own.file))).map(read).collect();
    let on_page = |name: &str| pages.contains(&format!("`{name}`"));
    let names = Event::names();
    let missing: Vec<&str> = names
        .iter()
        .filter(|name| !on_page(name) && !ELSEWHERE.iter().any(|own| own.0 == **name))
        .copied()
        .collect();
    assert!(missing.is_empty(), "no table of a machine brings about {missing:?}");
    for (name, why) in ELSEWHERE {
        assert!(names.contains(name) && !why.is_empty(), "{name} is no event");
        assert!(!on_page(name), "{name} stands on a page");
    }
}

/// Commands that move no machine on, and why.
const NO_STEP: &[(&str, &str)] = &[
    ("LoadRules", "the rules in force: set by whoever runs the register"),
    ("CreateKey", "keys have no steps"),
    ("RevokeKey", "keys have no steps"),
    ("PluginTold", "how far a plugin was told"),
    ("PluginToldLate", "that it was after all, tried in dead_letters.rs"),
    ("SkipUntold", "that it need not be, tried in dead_letters.rs"),
    ("PluginForgot", "how far a plugin forgot erased files, tried in dead_letters.rs"),
    ("RecordDenial", "a refusal, noted by the engine"),
    ("RegisterPersons", "a file has no steps"),
    ("StateCapacity", "what is on file of a person, tried in capacity.rs"),
    ("RenameSubject", "what is on file of a subject, tried in renamed.rs"),
    ("LinkAlias", "a file has no steps"),
    ("Authorisation::Give", "a subject's own word, tried in authorisations.rs"),
    ("Authorisation::Withdraw", "a subject's own word, tried in authorisations.rs"),
    ("SettleFamily", "the end of a walk over what rests on something"),
    ("FinishJob", "what the register has looked at, tried in versions.rs"),
    ("Shorten", "an end by a version of the rules, not a state: tried in versions.rs"),
    ("Recompute", "a deadline, not a state: every table tries it on every state (kit/timing.rs)"),
    ("CreditReview::Perform", "a review is performed once and for all"),
    ("Publicity::File", "a record with what the national layout asks for, which is then a record"),
    ("Remedy::FileCourtDocument", "a document on file"),
    ("Catalogue::FileDocument", "a document on file"),
    (
        "Remedy::CompleteAnnulmentRedress",
        "what an authority owes for what it took back, tried in redress.rs",
    ),
];

/// Variants of the enum that a text declares, each with the enum that it holds, if it does.
fn variants(text: &str, of: &str) -> Vec<(String, Option<String>)> {
    let (_, body) = text.split_once(&format!("pub enum {of} {{")).expect("the enum is there");
    let body = body.split("\n}").next().expect("it ends");
    let own = body.lines().filter(|line| {
        let inner = line.strip_prefix("    ").unwrap_or_default();
        inner.starts_with(|first: char| first.is_ascii_uppercase())
    });
    own.map(|line| {
        let line = line.trim();
        let end = line.find(|own: char| !own.is_ascii_alphanumeric()).unwrap_or(line.len());
        let (name, held) = line.split_at(end);
        let held = held.trim_end_matches([')', ',']).rsplit("::").next().unwrap_or_default();
        (name.to_owned(), held.strip_suffix("Command").map(|_| held.to_owned()))
    })
    .collect()
}

/// Every command of the register, by its name in the code.
fn commands() -> BTreeSet<String> {
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for (name, held) in variants(&read(sources.join("command.rs")), "Command") {
        let Some(held) = held else {
            found.insert(name);
            continue;
        };
        assert!(NOUNS.contains(&name.as_str()), "{name} is a noun that the pages do not know");
        let file = snake(&name);
        let text = read(sources.join(format!("command/{file}.rs")));
        found.extend(variants(&text, &held).into_iter().map(|(own, _)| format!("{name}::{own}")));
    }
    found
}

fn snake(name: &str) -> String {
    let mut file = String::new();
    for (place, own) in name.char_indices() {
        if own.is_ascii_uppercase() && place > 0 {
            file.push('_');
        }
        file.push(own.to_ascii_lowercase());
    }
    file
}

#[test]
fn every_command_is_tried_in_a_table_or_says_why_not() {
    if std::env::var_os("SHOUXIN_WRITE_DOCS").is_some() {
        return;
    }
    let pages = ALL.iter().map(|own| read(folder().join(format!("{}.md", own.file))));
    let tried: BTreeSet<String> = pages
        .flat_map(|page| {
            let line = page.lines().find_map(|line| line.strip_prefix(COMMANDS)).map(str::to_owned);
            let names = line.unwrap_or_default();
            names
                .split('`')
                .filter(|own| !own.trim().is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    let all = commands();
    let strangers: Vec<_> = tried.difference(&all).collect();
    assert!(strangers.is_empty(), "no commands of the register: {strangers:?}");
    let missing: Vec<&String> = all
        .iter()
        .filter(|name| !tried.contains(*name) && !NO_STEP.iter().any(|own| own.0 == **name))
        .collect();
    assert!(missing.is_empty(), "no table tries {missing:?}");
    for (name, why) in NO_STEP {
        assert!(all.contains(*name) && !why.is_empty(), "{name} is no command");
        assert!(!tried.contains(*name), "{name} is tried in a table");
    }
}

fn read(path: std::path::PathBuf) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
