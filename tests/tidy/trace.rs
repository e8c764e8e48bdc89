//! Which module, which test and which route stand for each obligation, measure, behaviour, period,
//! guard and invariant of the plan taken apart. The page is made from the sources: a module counts
//! where it names the id, a test where its doc comment says that it covers it, a route where the
//! doc comment of its body or handler names it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::{root, tracked, without_tests};

/// The page.
const PAGE: &str = "docs/TRACEABILITY.md";

/// Lists of ids: file, title of its part, and the column in which the text stands.
const LISTS: &[(&str, &str, usize)] = &[
    (
        "core/tests/plan/obligations.tsv",
        "义务、期限、关卡与不变量 / Obligations, periods, guards, invariants",
        2,
    ),
    ("core/tests/plan/incentives.tsv", "守信激励措施 / Incentives (domain.md 1.5)", 1),
    ("core/tests/plan/measures.tsv", "失信惩戒措施 / Disciplinary measures (domain.md 1.6)", 1),
    (
        "core/tests/plan/behaviours.tsv",
        "严重失信行为 / Behaviours of serious dishonesty (domain.md 1.7)",
        2,
    ),
];

/// Where tests are looked for.
const TESTS: &[&str] =
    &["core/tests/", "core/audit/tests/", "tests/system/", "server/src/", "core/src/", "plugins/"];

/// Ids that ask nothing of a register, and why.
const ASK_NOTHING: &[(&str, &str)] =
    &[("T11", "both milestones of the plan had passed before the register existed")];

/// Most files and tests named for an id; the rest is a number.
const NAMED_MAX: usize = 3;

/// What stands for an id.
#[derive(Default)]
struct Trace {
    modules: BTreeSet<String>,
    tests: BTreeSet<(String, String)>,
    routes: BTreeSet<String>,
}

/// The ids in the order of the lists, with their texts.
struct Ids {
    order: Vec<String>,
    texts: BTreeMap<String, String>,
}

impl Ids {
    fn load() -> Ids {
        let mut ids = Ids { order: Vec::new(), texts: BTreeMap::new() };
        for (file, _, column) in LISTS {
            let text = std::fs::read_to_string(root().join(file)).expect("a list of ids");
            for line in text.lines() {
                let columns: Vec<&str> = line.split('\t').collect();
                ids.order.push(columns[0].to_owned());
                ids.texts.insert(columns[0].to_owned(), columns[*column].to_owned());
            }
        }
        ids
    }

    /// The ids that a text names, ranges like `O01..O04` included.
    fn named(&self, text: &str) -> Result<BTreeSet<String>, String> {
        let mut found = BTreeSet::new();
        let word = |own: char| own.is_ascii_alphanumeric() || own == '-' || own == '.';
        for word in text.split(|own| !word(own)) {
            let word = word.trim_matches('.');
            match word.split_once("..") {
                Some((from, to)) => {
                    let place = |id: &str| self.order.iter().position(|own| own == id);
                    match (place(from), place(to)) {
                        (Some(from), Some(to)) if from <= to => {
                            found.extend(self.order[from..=to].iter().cloned());
                        }
                        (None, None) => {}
                        _ => return Err(format!("{word} is no range of ids")),
                    }
                }
                None if self.texts.contains_key(word) => {
                    found.insert(word.to_owned());
                }
                None => {}
            }
        }
        Ok(found)
    }
}

/// Doc comment lines directly above a line.
fn docs_above(lines: &[&str], at: usize) -> String {
    let above = lines[..at].iter().rev().map(|line| line.trim());
    let docs = above.take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let mut docs: Vec<&str> = docs.filter_map(|line| line.strip_prefix("///")).collect();
    docs.reverse();
    docs.join(" ")
}

/// Tests of a file with what they say they cover.
fn tests_of(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = line.trim().trim_start_matches("async ").strip_prefix("fn ") else {
            continue;
        };
        let above = lines[..at].iter().rev().map(|line| line.trim());
        let attributes = above.take_while(|line| line.starts_with("#[") || line.starts_with("///"));
        if !attributes.clone().any(|line| line.starts_with("#[") && line.ends_with("test]")) {
            continue;
        }
        let name = name.split(['(', '<']).next().unwrap_or(name).to_owned();
        if let Some((_, covered)) = docs_above(&lines, at).split_once("Covers ") {
            found.push((name, covered.to_owned()));
        }
    }
    found
}

/// The first string literal after a place.
fn literal(text: &str) -> Option<&str> {
    let start = text.find('"')? + 1;
    let end = text[start..].find('"')? + start;
    Some(&text[start..end])
}

/// What a `let` before a place gives a name.
fn bound<'a>(before: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = before.rsplit_once(&format!("let {name} = "))?;
    rest.starts_with('"').then(|| literal(rest)).flatten()
}

/// The path that a route is registered with: a literal, a name, or a `format!` of these.
fn path_of(before: &str, after: &str) -> Option<String> {
    let after = match after.split_once(">(") {
        Some((kind, rest)) if !kind.contains('(') => rest,
        _ => after,
    };
    let after = after.trim_start().trim_start_matches('&');
    let own = after.split([',', '(', '"']).next()?.trim();
    let path = match own {
        "" | "format!" => literal(after)?.to_owned(),
        // A closure over a pattern: `at("notice")`.
        _ if after[own.len()..].starts_with('(') => {
            let (_, pattern) = before.rsplit_once("format!(")?;
            literal(pattern)?.replace("{step}", literal(after)?)
        }
        name => bound(before, name)?.to_owned(),
    };
    let mut path = path.replace("{{", "\u{1}").replace("}}", "\u{2}");
    while let Some((start, (name, end))) =
        path.split_once('{').and_then(|(start, rest)| Some((start, rest.split_once('}')?)))
    {
        let Some(value) = bound(before, name) else {
            break;
        };
        path = format!("{start}{value}{end}");
    }
    Some(path.replace('\u{1}', "{").replace('\u{2}', "}")).filter(|path| path.starts_with('/'))
}

/// Routes of the server with the doc comment of what serves them.
fn routes() -> Vec<(String, String)> {
    let files: Vec<(String, String)> = tracked(".rs")
        .into_iter()
        .filter(|(name, _)| name.starts_with("server/src/http"))
        .collect();
    let mut docs: BTreeMap<String, Vec<(&str, String)>> = BTreeMap::new();
    for (name, text) in &files {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let line = line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let line = line.trim_start_matches("async ");
            let kinds = ["struct ", "enum ", "fn "];
            let Some(own) = kinds.iter().find_map(|kind| line.strip_prefix(kind)) else {
                continue;
            };
            let end = own.find(|own: char| !own.is_alphanumeric() && own != '_');
            let own = own[..end.unwrap_or(own.len())].to_owned();
            docs.entry(own).or_default().push((name, docs_above(&lines, at)));
        }
    }
    let mut found = Vec::new();
    for (name, text) in &files {
        let text = without_tests(text);
        let calls =
            [(".post::<", "POST"), (".ask::<", "POST"), (".read(", "GET"), (".upload(", "POST")];
        for (call, method) in calls {
            for (at, _) in text.match_indices(call) {
                let rest = &text[at + call.len()..];
                let Some(path) = path_of(&text[..at + call.len()], rest) else {
                    continue;
                };
                let server = match call {
                    ".post::<" | ".ask::<" => rest.split('>').next(),
                    _ => rest.split_once(".to(").and_then(|(_, rest)| rest.split(')').next()),
                };
                let server = server.unwrap_or_default().trim();
                let (module, server) = server.rsplit_once("::").unwrap_or(("", server));
                let own = docs.get(server).map(Vec::as_slice).unwrap_or_default();
                let of = |file: &str| file.ends_with(&format!("/{module}.rs")) || file == name;
                let here = own.iter().find(|(file, _)| of(file)).or(own.first());
                let doc = here.map(|(_, doc)| doc.clone()).unwrap_or_default();
                found.push((format!("{method} {path}"), doc));
            }
        }
    }
    found
}

/// Everything that stands for each id, and what is wrong with what is said.
fn traces(ids: &Ids) -> (BTreeMap<String, Trace>, Vec<String>) {
    let mut traces: BTreeMap<String, Trace> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut named = |text: &str, place: &str| {
        ids.named(text).unwrap_or_else(|problem| {
            wrong.push(format!("{place}: {problem}"));
            BTreeSet::new()
        })
    };
    for (name, text) in tracked(".rs").into_iter().chain(tracked(".toml")) {
        let source = name.contains("/src/") || name.starts_with("config/");
        if source {
            for id in named(without_tests(&text), &name) {
                traces.entry(id).or_default().modules.insert(name.clone());
            }
        }
        if name.ends_with(".rs") && TESTS.iter().any(|own| name.starts_with(own)) {
            for (test, covered) in tests_of(&text) {
                let found = named(&covered, &format!("{name}: {test}"));
                for id in found {
                    traces.entry(id).or_default().tests.insert((name.clone(), test.clone()));
                }
            }
        }
    }
    for (route, doc) in routes() {
        for id in named(&doc, &route) {
            traces.entry(id).or_default().routes.insert(route.clone());
        }
    }
    for (id, variant) in guards() {
        let asked = format!("Guard::{variant}");
        for (name, text) in tracked(".rs") {
            if name.contains("/src/") && holds_word(without_tests(&text), &asked) {
                traces.entry(id.clone()).or_default().modules.insert(name);
            }
        }
    }
    // A guard is asked at every step, and the audit asks again what a log can show.
    for id in ids.order.iter().filter(|id| id.starts_with("G-") || id.starts_with("INV-")) {
        let trace = traces.entry(id.clone()).or_default();
        if trace.modules.iter().any(|own| own.starts_with("core/src/decide")) {
            trace.routes.insert("every POST".to_owned());
        }
        if trace.modules.iter().any(|own| own.starts_with("core/audit/")) {
            trace.routes.insert("shouxin audit".to_owned());
        }
    }
    (traces, wrong)
}

/// The guards of the program: name and variant.
fn guards() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("core/src/guard.rs")).expect("the guards");
    let parts = text.lines().filter_map(|line| {
        let (variant, rest) = line.trim().split_once(" \"G-")?;
        Some((format!("G-{}", rest.split('"').next()?), variant.to_owned()))
    });
    parts.collect()
}

/// Whether a text holds a word that does not go on.
fn holds_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        !text[at + word.len()..].starts_with(|own: char| own.is_alphanumeric() || own == '_')
    })
}

fn some<'a>(all: impl ExactSizeIterator<Item = String> + 'a) -> String {
    let count = all.len();
    let mut text: Vec<String> = all.take(NAMED_MAX).collect();
    if count > NAMED_MAX {
        text.push(format!("+{}", count - NAMED_MAX));
    }
    text.join("<br>")
}

fn page(traces: &BTreeMap<String, Trace>) -> String {
    let mut page = String::from(
        "# 对照表 / Traceability\n\n\
         Which module, which test and which route stand for each id of the plan taken apart. Made by \
         `make docs` from the sources and checked by `make test`: an id without a module, a test or a \
         route fails it. A test is registered by `Covers ...` in its doc comment; it drives a command, \
         a route or a file.\n",
    );
    let link = |path: &String| {
        let short =
            path.trim_end_matches(".rs").replace("/src/", "/").replace("core/tests", "tests");
        format!("[{short}](../{path})")
    };
    for (file, title, column) in LISTS {
        let text = std::fs::read_to_string(root().join(file)).expect("a list of ids");
        let _ = write!(
            page,
            "\n## {title}\n\n| id | what | module | test | route |\n|---|---|---|---|---|\n"
        );
        for line in text.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            let none = Trace::default();
            let trace = traces.get(columns[0]).unwrap_or(&none);
            let tests = trace.tests.iter().map(|(file, test)| format!("[{test}](../{file})"));
            let tests: Vec<String> = tests.collect();
            let modules: Vec<String> = trace.modules.iter().map(link).collect();
            let routes: Vec<String> = trace.routes.iter().map(|own| format!("`{own}`")).collect();
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} |",
                columns[0],
                columns[*column],
                some(modules.into_iter()),
                some(tests.into_iter()),
                some(routes.into_iter()),
            );
        }
    }
    page.push_str("\n## 不作要求 / What asks nothing of a register\n\n");
    for (id, why) in ASK_NOTHING {
        let _ = writeln!(page, "- {id}: {why}.");
    }
    page
}

#[test]
fn every_id_of_the_plan_has_a_module_a_test_and_a_route() {
    let ids = Ids::load();
    let (traces, mut wrong) = traces(&ids);
    let asks = |id: &&String| !ASK_NOTHING.iter().any(|(own, _)| own == id);
    for id in ids.order.iter().filter(asks) {
        let none = Trace::default();
        let trace = traces.get(id).unwrap_or(&none);
        let parts = [
            ("module", trace.modules.is_empty()),
            ("test", trace.tests.is_empty()),
            ("route", trace.routes.is_empty()),
        ];
        let missing: Vec<&str> =
            parts.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name).collect();
        if !missing.is_empty() {
            wrong.push(format!("{id} has no {}: {}", missing.join(", no "), ids.texts[id]));
        }
    }
    crate::report(&wrong, "name the id where it is done, tested (`Covers`) and served");
}

#[test]
fn every_guard_of_the_program_is_in_the_lists() {
    let ids = Ids::load();
    let missing = guards().into_iter().filter(|(id, _)| !ids.texts.contains_key(id));
    let missing: Vec<String> = missing.map(|(id, _)| id).collect();
    crate::report(&missing, "add it to core/tests/plan/obligations.tsv");
}

#[test]
fn the_page_says_what_the_sources_say() {
    let ids = Ids::load();
    let (traces, _) = traces(&ids);
    let made = page(&traces);
    let path = root().join(PAGE);
    if std::env::var_os("SHOUXIN_WRITE_DOCS").is_some() {
        std::fs::write(&path, &made).expect("the page is written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == made, "{PAGE} is not what the sources say: run `make docs`");
}
