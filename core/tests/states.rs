//! The pages of the state machines: every machine has one, every page has a machine, and every
//! event of the register stands on one of them or has a reason not to.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::kit::diagram::{folder, settle};
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
    ("plugin.deployed", "the list of plugins"),
    ("plugin.told", "how far a plugin was told"),
    ("guard.denied", "a refusal"),
    ("person.registered", "a file has no steps"),
    ("subject.alias_linked", "a file has no steps"),
    ("family.settled", "the end of a walk over what rests on something"),
    ("assessment.execution_due", "a last day for the assessment, tried in plan.rs"),
    ("assessment.execution_overdue", "that it passed, tried in plan.rs"),
    ("attribution.ended", "the end of the listing it rests on, tried in ends.rs"),
    ("deadline.recomputed", "a deadline, not a state"),
    ("credit_review.performed", "a review is performed once and for all"),
    ("court_document.filed", "a document on file"),
    ("dept_doc.filed", "a document on file"),
    ("catalogue.awaits_publication", "a mark beside the draft, tried in catalogue.rs"),
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

fn read(path: std::path::PathBuf) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
