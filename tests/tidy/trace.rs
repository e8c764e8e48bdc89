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

/// Where the functions stand that tests of a place may call.
const KITS: &[(&str, &[&str])] = &[
    ("core/tests/", &["core/tests/"]),
    ("core/audit/tests/", &["core/audit/tests/", "core/tests/"]),
    ("core/src/", &["core/src/"]),
    ("tests/system/", &["tests/system/", "tests/src/"]),
    ("server/src/", &["server/src/"]),
    ("plugins/", &["plugins/"]),
];

/// What a test drives the program by, as it stands in the source: the pure core decides or folds,
/// data files are loaded, the audit reads a log, a request is sent, the binary runs, a plugin's
/// hook is called. A test that comes to none of them tests nothing of an id.
const DRIVERS: &[&str] = &[
    "decide(rows",
    "decide(self",
    "apply(rows",
    "RuleSet::load(",
    "load_rules(",
    "shouxin_audit::",
    "Audit::",
    "self.agent.post(",
    "self.agent.get(",
    "Command::new(shouxin())",
];

/// Ids that ask nothing of a register, and why.
const ASK_NOTHING: &[(&str, &str)] =
    &[("T11", "both milestones of the plan had passed before the register existed")];

/// How many invariants there are (domain.md 2.0).
const INVARIANTS: u32 = 13;

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

/// The body of the function that begins on a line, to the brace at its own depth.
fn body_at(lines: &[&str], at: usize) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let own = lines.get(at).map_or(0, |line| depth(line));
    let rest = lines.get(at..).unwrap_or_default();
    let last = rest.iter().position(|line| depth(line) == own && line.trim_end().ends_with('}'));
    rest[..=last.unwrap_or(rest.len().saturating_sub(1))].join("\n")
}

/// The name of the function that a line begins.
fn named_on(line: &str) -> Option<&str> {
    let mut line = line.trim();
    for word in ["pub ", "pub(crate) ", "pub(super) ", "const ", "async "] {
        line = line.strip_prefix(word).unwrap_or(line);
    }
    let name = line.strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}

/// Every function that tests of a place may call, by name: name and body. Of a source file only
/// what stands behind `cfg(test)`, so that no test counts by what it never calls.
fn functions(place: &str, files: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let kits = KITS.iter().find(|own| own.0 == place).map_or(&[][..], |own| own.1);
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, text) in files.iter().filter(|own| kits.iter().any(|kit| own.0.starts_with(kit))) {
        let of_tests =
            !name.contains("/src/") || name.contains("tests") || name.contains("testing");
        let text = if of_tests { text } else { &text[without_tests(text).len()..] };
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            if let Some(own) = named_on(line) {
                found.entry(own.to_owned()).or_default().push(body_at(&lines, at));
            }
        }
    }
    found
}

/// Whether a body drives the program, itself or by a function that it calls, by name.
fn drives(body: &str, functions: &BTreeMap<String, Vec<String>>) -> bool {
    let mut waiting = vec![code(body)];
    let mut seen = BTreeSet::new();
    while let Some(body) = waiting.pop() {
        if DRIVERS.iter().any(|driver| body.contains(driver)) {
            return true;
        }
        let word = |own: char| own.is_ascii_alphanumeric() || own == '_';
        for name in body.split(|own| !word(own)).filter(|name| functions.contains_key(*name)) {
            if seen.insert(name.to_owned()) {
                waiting.extend(functions[name].iter().map(|own| code(own)));
            }
        }
    }
    false
}

/// A test that says what it covers.
struct Registered {
    name: String,
    covered: String,
    body: String,
}

/// Tests of a file with what they say they cover.
fn tests_of(text: &str) -> Vec<Registered> {
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
            let covered = covered.to_owned();
            found.push(Registered { name, covered, body: body_at(&lines, at) });
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
        let calls = [
            (".post::<", "POST"),
            (".ask::<", "POST"),
            (".ask_in::<", "POST"),
            (".read(", "GET"),
            (".list::<", "GET"),
            (".upload::<", "POST"),
        ];
        for (call, method) in calls {
            for (at, _) in text.match_indices(call) {
                let rest = &text[at + call.len()..];
                let Some(path) = path_of(&text[..at + call.len()], rest) else {
                    continue;
                };
                let server = match call {
                    ".post::<" | ".ask::<" | ".ask_in::<" => rest.split(['>', ',']).next(),
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
            for test in tests_of(&text) {
                let found = named(&test.covered, &format!("{name}: {}", test.name));
                for id in found {
                    traces.entry(id).or_default().tests.insert((name.clone(), test.name.clone()));
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
    for (id, routes) in asked_by() {
        traces.entry(id).or_default().routes.extend(routes);
    }
    (traces, wrong)
}

/// The lines of a text that are no comments.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Where a guard or an invariant is asked while the register runs: no route names it, because it
/// stands between many of them and the log. Of a guard these are the POSTs that a file of `decide`
/// decides by asking it, itself or by a check that it calls; of both, the audit where its code
/// asks again what a log can show.
fn asked_by() -> Vec<(String, Vec<String>)> {
    let files = tracked(".rs");
    let of = |folder: &str| -> Vec<(&str, String)> {
        let own = files.iter().filter(|own| own.0.starts_with(folder));
        own.map(|(name, text)| (name.as_str(), code(without_tests(text)))).collect()
    };
    let (mut decide, mut audit) = (of("core/src/decide"), of("core/audit/src/"));
    decide.extend(of("core/src/whistle/decide"));
    audit.retain(|own| !own.0.ends_with("/names.rs"));
    let checks = files.iter().find(|own| own.0.ends_with("/decide/checks.rs"));
    let checks: Vec<&str> = checks.map(|own| own.1.lines().collect()).unwrap_or_default();
    let checks: Vec<(&str, String)> = checks
        .iter()
        .enumerate()
        .filter_map(|(at, line)| Some((named_on(line)?, body_at(&checks, at))))
        .collect();
    let mut found = Vec::new();
    for (id, variant) in guards() {
        let asked = format!("Guard::{variant}");
        let mut asking: BTreeSet<&str> = BTreeSet::new();
        loop {
            let calls = |body: &str| asking.iter().any(|own| body.contains(&format!("{own}(")));
            let more = checks.iter().filter(|own| holds_word(&own.1, &asked) || calls(&own.1));
            let more: BTreeSet<&str> = more.map(|own| own.0).collect();
            if more.len() <= asking.len() {
                break;
            }
            asking = more;
        }
        let calls = |text: &str| asking.iter().any(|own| text.contains(&format!("checks::{own}(")));
        let nouns = decide.iter().filter(|own| !own.0.ends_with("/checks.rs"));
        let nouns = nouns.filter(|own| holds_word(&own.1, &asked) || calls(&own.1));
        let nouns: Vec<String> = nouns.map(|own| noun(own.0)).collect();
        let mut routes = Vec::new();
        if !nouns.is_empty() {
            routes.push(format!("POST: {}", some_of(&nouns)));
        }
        if audit.iter().any(|own| holds_word(&own.1, &asked)) {
            routes.push("shouxin audit".to_owned());
        }
        found.push((id, routes));
    }
    for number in 1..=INVARIANTS {
        let constant = format!("INV_{number}");
        if audit.iter().any(|own| holds_word(&own.1, &constant)) {
            found.push((format!("INV-{number}"), vec!["shouxin audit".to_owned()]));
        }
    }
    found
}

/// What a file of `decide` is about.
fn noun(path: &str) -> String {
    let path = path.trim_end_matches(".rs");
    match path.split_once("/whistle/") {
        Some(_) => "whistle".to_owned(),
        None => path.rsplit('/').next().unwrap_or(path).to_owned(),
    }
}

fn some_of(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED_MAX).map(String::as_str).collect();
    match names.len().saturating_sub(NAMED_MAX) {
        0 => shown.join(", "),
        more => format!("{} +{more}", shown.join(", ")),
    }
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
         route fails it. A test is registered by `Covers ...` in its doc comment; one that drives no \
         command, request, run or data file fails `make test`. A guard or an invariant has no route of its \
         own: `POST: case, measure` names the files of `core/src/decide` that ask the guard when they decide \
         a POST, and `shouxin audit` stands where the audit asks a log again.\n",
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
fn every_registered_test_drives_a_command_a_request_or_a_file() {
    let files = tracked(".rs");
    let mut wrong = Vec::new();
    for place in TESTS {
        let functions = functions(place, &files);
        for (name, text) in files.iter().filter(|own| own.0.starts_with(place)) {
            for test in tests_of(text) {
                if !drives(&test.body, &functions) {
                    wrong.push(format!("{name}: {} covers {}", test.name, test.covered.trim()));
                }
            }
        }
    }
    crate::report(&wrong, "these drive nothing: let them, or do not register them");
}

#[test]
fn a_test_that_drives_nothing_is_seen() {
    let kit =
        "fn asked() {\n    helped();\n}\n\nfn helped() {\n    decide(rows);\n}\n\nfn idle() {\n}\n";
    let files = vec![("core/tests/kit/mod.rs".to_owned(), kit.to_owned())];
    let functions = functions("core/tests/", &files);
    let test = |body: &str| {
        let text = format!("/// Covers O01.\n#[test]\nfn it_is() {{\n{body}}}\n");
        let found = tests_of(&text).pop().expect("a registered test");
        assert_eq!(found.name, "it_is");
        drives(&found.body, &functions)
    };
    assert!(test("    asked();\n"), "by a function of the kit that calls another");
    assert!(test("    let rules = RuleSet::load(&files);\n"));
    for idle in ["", "    idle();\n", "    assert!(true);\n", "    // asked();\n"] {
        assert!(!test(idle), "{idle:?}");
    }
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
