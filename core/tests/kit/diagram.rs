//! Diagrams of state machines, drawn from what the tests of the tables saw happen: which state a
//! row was in, what was asked, what happened, which state it was in then. Nothing here is drawn by
//! hand, so `docs/states/` cannot say anything else than the code does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::row::{Key, Row};

use super::rules::{MARKET, OFFICE};
use super::{Who, World};

/// A machine that is drawn.
pub struct Machine {
    /// Name of its page.
    pub file: &'static str,
    /// Title in Chinese.
    pub title_zh: &'static str,
    /// Title in English.
    pub title_en: &'static str,
    /// Where it is specified.
    pub source: &'static str,
    /// Name of the state of a row of this machine; none for any other row.
    pub state: fn(&World, &Row) -> Option<String>,
}

/// Where a row is before it exists, and after it is gone.
const NOWHERE: &str = "[*]";
/// How the line begins that names the commands of a page as the code calls them.
pub const COMMANDS: &str = "代码中的命令 / Commands in the code: ";
/// Which environment variable has the pages written instead of compared.
const WRITE: &str = "SHOUXIN_WRITE_DOCS";

/// Every row of the machine and its state.
pub type States = BTreeMap<Key, String>;

impl Machine {
    /// The states of the machine's rows in a register.
    pub fn states(&self, world: &World) -> States {
        let of = |(key, row): (&Key, &std::sync::Arc<Row>)| {
            (self.state)(world, row).map(|state| (key.clone(), state))
        };
        world.rows.iter().filter_map(of).collect()
    }
}

/// One pair of a state and a command as it was tried.
pub struct Tried {
    /// The table's own name of the state.
    pub label: &'static str,
    /// The command.
    pub command: &'static str,
    /// What it is called in the code; none for what is no command of the register.
    pub variant: Option<String>,
    /// Who asked.
    pub by: String,
    /// What came of it.
    pub found: Result<Vec<&'static str>, Ground>,
    /// The state of the row that the table is about, before.
    pub before: Option<String>,
    /// What changed its state, from and to.
    pub moves: Vec<(String, String)>,
}

impl Tried {
    /// What a pair led to in the register, rows before and after.
    pub fn new(
        label: &'static str,
        asked: (&'static str, &Who, &Command),
        found: Result<Vec<&'static str>, Ground>,
        before: &States,
        after: &States,
    ) -> Tried {
        let (command, who, asked) = asked;
        let mut moves = Vec::new();
        for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
            let state =
                |states: &States| states.get(key).map_or(NOWHERE, String::as_str).to_owned();
            let (from, to) = (state(before), state(after));
            if from != to {
                moves.push((from, to));
            }
        }
        let newest = before.last_key_value().map(|(_, state)| state.clone());
        let by = match asked {
            Command::Tick { .. } => "timer".to_owned(),
            _ => asker(who),
        };
        let variant = Some(variant(asked));
        Tried { label, command, variant, by, found, before: newest, moves }
    }

    fn from(&self) -> &str {
        self.before.as_deref().unwrap_or(NOWHERE)
    }
}

/// A command by its name in the code; one of a noun's own behind the noun.
pub fn variant(command: &Command) -> String {
    let said = format!("{command:?}");
    let word = |text: &str| {
        let end = text.find(|own: char| !own.is_ascii_alphanumeric()).unwrap_or(text.len());
        text.split_at(end).0.to_owned()
    };
    let own = word(&said);
    match said.get(own.len()..).and_then(|rest| rest.strip_prefix('(')) {
        Some(inner) if NOUNS.contains(&own.as_str()) => format!("{own}::{}", word(inner)),
        _ => own,
    }
}

/// Nouns whose commands are an enum of their own.
pub const NOUNS: &[&str] = &[
    "Listing",
    "Measure",
    "Remedy",
    "Channel",
    "Commitment",
    "CreditReview",
    "Tolerance",
    "Publicity",
    "Imported",
    "CaseStudy",
    "Support",
    "Erasure",
    "Authorisation",
    "Member",
    "Assessment",
    "Catalogue",
];

/// Who asks, as the pages say it.
fn asker(who: &Who) -> String {
    match &who.actor {
        Actor::Officer(reference) => {
            let rules = super::rules::rules();
            let found =
                rules.departments.iter().find(|own| own.uscc == reference.authority.as_str());
            let post = found.map_or("association", |own| {
                let head =
                    own.officers.iter().any(|post| post.id == reference.officer && post.head);
                if head { "head" } else { "officer" }
            });
            match found.map(|own| own.code.as_str()) {
                Some(OFFICE) => format!("credit office {post}"),
                Some(MARKET) | None => post.to_owned(),
                Some(other) => format!("{post} ({other})"),
            }
        }
        Actor::Subject(_) => "subject".to_owned(),
        Actor::Plugin { .. } => "plugin".to_owned(),
        Actor::Operator => "operator".to_owned(),
        Actor::System => "system".to_owned(),
    }
}

/// Everything that was tried of one machine.
pub struct Diagram {
    machine: &'static Machine,
    tried: Vec<Tried>,
}

/// One line of the page's table, and one arrow of its diagram.
#[derive(PartialEq, Eq)]
struct Edge {
    from: String,
    command: &'static str,
    by: String,
    events: Vec<&'static str>,
    to: String,
}

impl Diagram {
    /// Nothing tried yet.
    pub fn new(machine: &'static Machine) -> Diagram {
        Diagram { machine, tried: Vec::new() }
    }

    /// One more pair.
    pub fn add(&mut self, tried: Tried) {
        self.tried.push(tried);
    }

    /// Compares the page with what was tried, or writes it where that is asked for.
    #[track_caller]
    pub fn settle(&self) {
        settle(self.machine.file, &self.page());
    }

    /// For each edge, under which of the table's names of a state it was seen.
    fn edges(&self) -> Vec<(Edge, Vec<&'static str>)> {
        let mut edges: Vec<(Edge, Vec<&'static str>)> = Vec::new();
        for tried in &self.tried {
            let Ok(events) = &tried.found else { continue };
            let idle = events.is_empty() && ["timer", "system"].contains(&tried.by.as_str());
            let nowhere = tried.moves.is_empty() && tried.before.is_none();
            if idle || nowhere {
                continue;
            }
            let stays = vec![(tried.from().to_owned(), tried.from().to_owned())];
            let moves = if tried.moves.is_empty() { &stays } else { &tried.moves };
            for (from, to) in moves {
                let edge = Edge {
                    from: from.clone(),
                    command: tried.command,
                    by: tried.by.clone(),
                    events: events.clone(),
                    to: to.clone(),
                };
                match edges.iter_mut().find(|(own, _)| *own == edge) {
                    Some((_, labels)) => labels.push(tried.label),
                    None => edges.push((edge, vec![tried.label])),
                }
            }
        }
        edges
    }

    /// The table's names of the states in which rows of `state` were tried.
    fn labels(&self, state: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        for tried in &self.tried {
            if tried.from() == state && !found.contains(&tried.label) {
                found.push(tried.label);
            }
        }
        found
    }

    /// What the table's names say more than the state; nothing where they are all it has.
    fn note(&self, state: &str, labels: &[&'static str]) -> String {
        let all = self.labels(state);
        if state == NOWHERE && labels.len() > 3 && !labels.contains(&"none") {
            return "again".to_owned();
        }
        let missing: Vec<&str> = all.into_iter().filter(|label| !labels.contains(label)).collect();
        let said = |labels: &[&str]| {
            let said: Vec<String> = labels.iter().map(|label| more(state, label)).collect();
            said.join("; ")
        };
        let plain = labels.iter().any(|label| more(state, label).is_empty());
        match (missing.is_empty(), plain) {
            (true, _) if !self.labels(state).is_empty() => String::new(),
            (_, true) => format!("unless {}", said(&missing)),
            _ => said(labels),
        }
    }

    fn page(&self) -> String {
        let Machine { title_zh, title_en, source, .. } = self.machine;
        let mut page = format!(
            "# {title_zh} / {title_en}\n\n\
             由测试实际运行生成（`make docs`），请勿手改。规定出处：{source}。\n\
             Generated by `make docs` from what the tests run; do not edit. Specified in: {source}.\n\n"
        );
        let edges = self.edges();
        self.draw(&mut page, &edges);
        page.push_str("\n## 转换 / Transitions\n\n");
        page.push_str(
            "| 状态 state | 情形 case | 命令 command | 谁 by | 事件 events | 之后 next |\n",
        );
        page.push_str("|---|---|---|---|---|---|\n");
        for (edge, labels) in &edges {
            let case = self.note(&edge.from, labels);
            let events = match edge.events.is_empty() {
                true => "无 / none".to_owned(),
                false => format!("`{}`", edge.events.join("` `")),
            };
            let Edge { from, command, by, to, .. } = edge;
            let _ = writeln!(page, "| {from} | {case} | {command} | {by} | {events} | {to} |");
        }
        self.refusals(&mut page);
        let tried = self.tried.iter().filter_map(|tried| tried.variant.as_deref());
        let tried: BTreeSet<String> = tried.map(|name| format!("`{name}`")).collect();
        if !tried.is_empty() {
            let tried: Vec<String> = tried.into_iter().collect();
            let _ = writeln!(page, "\n{COMMANDS}{}", tried.join(" "));
        }
        page
    }

    fn draw(&self, page: &mut String, edges: &[(Edge, Vec<&'static str>)]) {
        let mut names: Vec<&str> = Vec::new();
        for state in edges.iter().flat_map(|(edge, _)| [&edge.from, &edge.to]) {
            if state != NOWHERE && !names.contains(&state.as_str()) {
                names.push(state);
            }
        }
        page.push_str("```mermaid\nstateDiagram-v2\n");
        for name in &names {
            let _ = writeln!(page, "    state \"{name}\" as {}", id(name));
        }
        // One arrow for what differs only in the events that follow the first.
        let mut arrows: Vec<(&Edge, Vec<&'static str>)> = Vec::new();
        for (edge, labels) in edges.iter().filter(|(edge, _)| !edge.events.is_empty()) {
            let face = |own: &Edge| {
                let from_to = (own.from.clone(), own.to.clone());
                (from_to, own.command, own.by.clone(), own.events.first().copied())
            };
            match arrows.iter_mut().find(|(own, _)| face(own) == face(edge)) {
                Some((_, own)) => own.extend(labels),
                None => arrows.push((edge, labels.clone())),
            }
        }
        for (edge, labels) in arrows {
            let note = self.note(&edge.from, &labels).replace("; ", " | ");
            let note = if note.is_empty() { note } else { format!(" [{note}]") };
            let command = match edge.by.as_str() {
                "timer" => "timer".to_owned(),
                "system" => format!("{} (system)", edge.command),
                _ => edge.command.to_owned(),
            };
            let first = edge.events.first().copied().unwrap_or_default();
            let (from, to) = (id(&edge.from), id(&edge.to));
            let _ = writeln!(page, "    {from} --> {to} : {command}{note} / {first}");
        }
        page.push_str("```\n");
    }

    /// The refusals by name, and how many pairs are of which kind.
    fn refusals(&self, page: &mut String) {
        let mut named: Vec<(&'static str, Ground, Vec<String>)> = Vec::new();
        let [mut happen, mut idle, mut wrong, mut absent, mut refused] = [0_u32; 5];
        for tried in &self.tried {
            let ground = match &tried.found {
                Ok(events) if events.is_empty() => {
                    idle += 1;
                    continue;
                }
                Ok(_) => {
                    happen += 1;
                    continue;
                }
                Err(Ground::Misfit(Misfit::State)) => {
                    wrong += 1;
                    continue;
                }
                Err(Ground::Misfit(Misfit::NotFound)) if tried.before.is_none() => {
                    absent += 1;
                    continue;
                }
                Err(ground) => *ground,
            };
            refused += 1;
            let from = tried.from();
            let more = match self.labels(from).len() {
                1 => String::new(),
                _ => more(from, tried.label),
            };
            let place = match more.is_empty() {
                true => from.to_owned(),
                false => format!("{from} [{more}]"),
            };
            match named.iter_mut().find(|own| own.0 == tried.command && own.1 == ground) {
                Some((_, _, places)) if places.contains(&place) => {}
                Some((_, _, places)) => places.push(place),
                None => named.push((tried.command, ground, vec![place])),
            }
        }
        page.push_str("\n## 具名拒绝 / Refusals by name\n\n");
        if named.is_empty() {
            page.push_str("无 / none\n\n");
        } else {
            page.push_str("| 命令 command | 拒绝 refusal | 中文 | English | 状态 states |\n");
            page.push_str("|---|---|---|---|---|\n");
            for (command, ground, places) in &named {
                let (name, zh, en) = said(*ground);
                let places = places.join("; ");
                let _ = writeln!(page, "| {command} | `{name}` | {zh} | {en} | {places} |");
            }
            page.push('\n');
        }
        let pairs = self.tried.len();
        let (code, ..) = said(Ground::Misfit(Misfit::State));
        let (gone, ..) = said(Ground::Misfit(Misfit::NotFound));
        let _ = write!(
            page,
            "共试 {pairs} 对状态与命令：发生 {happen}，无事发生 {idle}，上表拒绝 {refused}，尚不存在以 `{gone}` 拒绝 {absent}，\
             其余 {wrong} 对均以 `{code}` 拒绝。\n\
             Of {pairs} pairs of a state and a command, {happen} lead to events, in {idle} nothing is due, {refused} are refused as \
             above, {absent} with `{gone}` because there is nothing yet, and every other pair ({wrong}) with `{code}`.\n"
        );
    }
}

/// What a table's name of a state says more than the state itself.
fn more(state: &str, label: &str) -> String {
    let plain = |text: &str| text.replace('_', " ").to_lowercase();
    let (state, own) = (plain(state), plain(label));
    let bare = state.split(" (").next().unwrap_or_default().to_owned();
    match own.strip_prefix(&bare).map(|rest| rest.trim_start_matches([',', ' '])) {
        _ if state.contains(&own) || own == "none" => String::new(),
        Some(rest) => rest.to_owned(),
        None => own,
    }
}

/// A state's name as Mermaid takes it.
fn id(state: &str) -> String {
    if state == NOWHERE {
        return state.to_owned();
    }
    let plain: String =
        state.chars().map(|own| if own.is_ascii_alphanumeric() { own } else { '_' }).collect();
    plain.trim_matches('_').replace("__", "_")
}

/// A refusal's name and titles.
fn said(ground: Ground) -> (&'static str, &'static str, &'static str) {
    match ground {
        Ground::Guard(guard) => (Guard::name(guard), guard.title_zh(), guard.title_en()),
        Ground::Misfit(Misfit::NotFound) => ("NOT_FOUND", "不存在", "It is not there"),
        Ground::Misfit(Misfit::Exists) => ("EXISTS", "已存在", "It exists already"),
        Ground::Misfit(Misfit::State) => ("STATE", "当前状态不允许", "Its state does not allow it"),
        Ground::Misfit(Misfit::Limit) => ("LIMIT", "超出上限", "Out of bounds"),
        Ground::Misfit(Misfit::Value) => ("VALUE_INVALID", "取值不符", "A value does not fit"),
        Ground::Misfit(Misfit::Forbidden) => ("FORBIDDEN_ROLE", "无权办理", "The role may not"),
        Ground::Misfit(Misfit::Stale) => {
            ("PRECONDITION_FAILED", "档案已变更", "The file has changed")
        }
    }
}

/// Where the pages are.
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/states"))
}

/// Compares a page with what it is to say, or writes it where that is asked for.
#[track_caller]
pub fn settle(file: &str, page: &str) {
    let path = folder().join(format!("{file}.md"));
    if std::env::var_os(WRITE).is_some() {
        std::fs::create_dir_all(folder()).expect("the folder of the pages");
        std::fs::write(&path, page).expect("a page is written");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if found != page {
        let mut pairs = page.lines().zip(found.lines().chain(std::iter::repeat("")));
        let differs = pairs.find(|(made, there)| made != there);
        panic!("docs/states/{file}.md is not what the code does; run `make docs`: {differs:?}");
    }
}
