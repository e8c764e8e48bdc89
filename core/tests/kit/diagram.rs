//! State diagrams, drawn from what `decide` and `apply` did when a table was tried. The pages in
//! `docs/states` are compared with the drawing, so that they cannot say anything else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write as _};
use std::path::{Path as File, PathBuf};

use shouxin_core::guard::Ground;
use shouxin_core::row::social::SocialRow;
use shouxin_core::row::{ListingKind, ObjectionState, RedState, RemedyState, RepairState, Row};

use super::World;

/// A state machine of domain.md section 2, or one of the same making.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// Name of its page, without the ending.
    pub file: &'static str,
    /// 名称 / title.
    pub title: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// The state of a row, if it is one of this machine.
    pub state: fn(&World, &Row) -> Option<String>,
}

/// What was tried, and what came of it.
#[derive(Default)]
pub struct Diagram {
    edges: Vec<Edge>,
    refusals: Vec<(String, &'static str, Ground)>,
}

struct Edge {
    from: String,
    label: String,
    command: &'static str,
    events: Vec<&'static str>,
    to: String,
}

/// The name of an enumeration's variant, `CurePeriod` as `cure_period`.
pub fn variant(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let end = text.find(|own: char| !own.is_alphanumeric()).unwrap_or(text.len());
    let mut name = String::new();
    for letter in text[..end].chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

impl Machine {
    /// The state of the newest of its rows.
    pub fn state_of(&self, world: &World) -> String {
        let mut own = world.rows.values().filter_map(|row| (self.state)(world, row));
        own.next_back().unwrap_or_else(|| "none".to_owned())
    }
}

impl Diagram {
    /// Notes a command that was taken.
    pub fn taken(
        &mut self,
        (from, label): (String, &str),
        command: &'static str,
        events: Vec<&'static str>,
        to: String,
    ) {
        if !events.is_empty() {
            self.edges.push(Edge { from, label: label.to_owned(), command, events, to });
        }
    }

    /// Notes a refusal that is not "it is in another state".
    pub fn refused(&mut self, label: &str, command: &'static str, ground: Ground) {
        self.refusals.push((label.to_owned(), command, ground));
    }

    /// Compares the page with what was drawn, or writes it.
    #[track_caller]
    pub fn check(&self, machine: &Machine) {
        let made = self.page(machine);
        let path = root().join("docs/states").join(machine.file).with_extension("md");
        if std::env::var_os("SHOUXIN_WRITE_DOCS").is_some() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("docs/states");
            std::fs::write(&path, &made).expect("the page is written");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == made,
            "docs/states/{}.md is not what the code does: run `make docs`",
            machine.file
        );
    }

    fn page(&self, machine: &Machine) -> String {
        let mut page = format!(
            "# {}\n\nSource: {}. Drawn by `make docs` from what the code does; `make test` compares.\n\n\
             ```mermaid\nstateDiagram-v2\n",
            machine.title, machine.source
        );
        let mut ids: BTreeMap<&str, String> = BTreeMap::new();
        let named = self.edges.iter().flat_map(|edge| [edge.from.as_str(), edge.to.as_str()]);
        for name in named {
            let id = format!("s{}", ids.len());
            ids.entry(name).or_insert(id);
        }
        let mut order: Vec<(&&str, &String)> = ids.iter().collect();
        order.sort_by_key(|(_, id)| id[1..].parse::<usize>().unwrap_or_default());
        for (name, id) in order {
            if **name != *"none" {
                let _ = writeln!(page, "  state \"{name}\" as {id}");
            }
        }
        let place = |name: &str| match name {
            "none" => "[*]".to_owned(),
            _ => ids[name].clone(),
        };
        let mut drawn = BTreeSet::new();
        for edge in &self.edges {
            let who = if edge.command == "tick" { " (timer)" } else { "" };
            let line =
                format!("  {} --> {}: {}{who}", place(&edge.from), place(&edge.to), edge.events[0]);
            if drawn.insert(line.clone()) {
                let _ = writeln!(page, "{line}");
            }
        }
        page.push_str("```\n\n| 情形 / in | 操作 / command | 事件 / events | 之后 / then |\n|---|---|---|---|\n");
        for edge in &self.edges {
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} |",
                edge.label,
                edge.command,
                edge.events.join(", "),
                edge.to
            );
        }
        if !self.refusals.is_empty() {
            page.push_str(
                "\nRefused by name:\n\n| 情形 / in | 操作 / command | 原因 / by |\n|---|---|---|\n",
            );
            for (label, command, ground) in &self.refusals {
                let by = match ground {
                    Ground::Guard(guard) => format!("`{}`", guard.name()),
                    Ground::Misfit(misfit) => variant(misfit),
                };
                let _ = writeln!(page, "| {label} | {command} | {by} |");
            }
        }
        page.push_str(
            "\n其余组合一律因状态不符被拒绝（`STATE`）。 Every other pair of these states and commands is \
             refused because of the state (`STATE`).\n",
        );
        page
    }
}

/// The folder of the project, from whichever package uses the kit.
pub fn root() -> PathBuf {
    let package = File::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = package.ancestors();
    let found = folders.find(|own| own.join("config/instruments.toml").is_file());
    found.expect("the folder of the project").to_owned()
}

fn held(name: String, holds: bool) -> String {
    match holds {
        true => format!("{name} (suspended)"),
        false => name,
    }
}

/// A record, by its state and whether it is on display.
pub fn record(_: &World, row: &Row) -> Option<String> {
    let Row::Record(row) = row else { return None };
    let name = variant(&row.state);
    let name = match (row.published, row.corrections) {
        (false, _) if name == "accepted" => "accepted, off display".to_owned(),
        (_, 1..) if name == "accepted" => "accepted, corrected".to_owned(),
        _ => name,
    };
    Some(held(name, !row.holds.is_empty()))
}

/// A black listing on the decision path.
pub fn black(_: &World, row: &Row) -> Option<String> {
    let Row::Listing(row) = row else { return None };
    match &row.kind {
        ListingKind::Black { case, .. } => {
            Some(held(case.path.name().to_owned(), !case.holds.is_empty()))
        }
        ListingKind::Red(_) => None,
    }
}

/// A red listing, with its revocation.
pub fn red(_: &World, row: &Row) -> Option<String> {
    let Row::Listing(row) = row else { return None };
    let ListingKind::Red(red) = &row.kind else { return None };
    let name = match (&red.state, &red.revocation) {
        (RedState::Active { .. }, Some(own)) if own.points.is_some() => "active, heard".to_owned(),
        (RedState::Active { .. }, Some(_)) => "active, told of revocation".to_owned(),
        (state, _) => state.name().to_owned(),
    };
    Some(held(name, !red.holds.is_empty()))
}

/// A measure case.
pub fn measure(_: &World, row: &Row) -> Option<String> {
    let Row::Measure(row) = row else { return None };
    let mut name = row.state.name().to_owned();
    if let shouxin_core::row::MeasureState::Forwarded { answered, recalled } = row.state {
        name = match (answered, recalled) {
            (_, true) => "forwarded, recalled".to_owned(),
            (true, false) => "forwarded, answered".to_owned(),
            (false, false) => name,
        };
    }
    if row.expired || row.annulled {
        name.push_str(", ended");
    }
    Some(held(name, !row.holds.is_empty()))
}

/// An objection, with its review.
pub fn objection(_: &World, row: &Row) -> Option<String> {
    let Row::Objection(row) = row else { return None };
    let name = row.state.name().to_owned();
    let name = match &row.state {
        ObjectionState::Verifying { overdue: true, .. } => "verifying, overdue".to_owned(),
        ObjectionState::Accepted if row.referral.is_some_and(|own| own.overdue) => {
            "accepted, referral overdue".to_owned()
        }
        _ => name,
    };
    Some(match row.redress_done {
        Some(false) => format!("{name}, redress owed"),
        Some(true) => format!("{name}, redress done"),
        None => name,
    })
}

/// A repair, with its review and revocation.
pub fn repair(_: &World, row: &Row) -> Option<String> {
    let Row::Repair(row) = row else { return None };
    Some(match &row.state {
        RepairState::Revoking(own) if own.points.is_some() => "revoking, heard".to_owned(),
        state => state.name().to_owned(),
    })
}

/// A reconsideration or suit.
pub fn remedy(_: &World, row: &Row) -> Option<String> {
    let Row::Remedy(row) = row else { return None };
    let name = match &row.state {
        RemedyState::Decided(outcome) => format!("decided: {}", variant(outcome)),
        state => variant(state),
    };
    Some(match row.redress_done {
        Some(false) => format!("{name}, redress owed"),
        Some(true) => format!("{name}, redress done"),
        None => name,
    })
}

/// Relief in a reorganisation.
pub fn relief(_: &World, row: &Row) -> Option<String> {
    let Row::Relief(row) = row else { return None };
    Some(variant(&row.state))
}

/// A commitment.
pub fn commitment(_: &World, row: &Row) -> Option<String> {
    let Row::Commitment(row) = row else { return None };
    Some(row.state.name().to_owned())
}

/// The finding that a commitment was broken.
pub fn breach(_: &World, row: &Row) -> Option<String> {
    let Row::Commitment(row) = row else { return None };
    let path = row.breach.as_ref().map_or("none", |case| case.path.name());
    Some(match path {
        "none" => row.state.name().to_owned(),
        path => format!("{}, breach {path}", row.state.name()),
    })
}

/// A tolerant acceptance.
pub fn tolerance(_: &World, row: &Row) -> Option<String> {
    let Row::Tolerance(row) = row else { return None };
    Some(row.state.name().to_owned())
}

/// A channel.
pub fn channel(_: &World, row: &Row) -> Option<String> {
    let Row::Channels(rows) = row else { return None };
    let own = rows.last()?;
    Some(match (own.overdue, own.failing.is_some()) {
        (true, _) => "open, overdue".to_owned(),
        (false, true) => "open, failing".to_owned(),
        (false, false) => "open".to_owned(),
    })
}

/// A classification made elsewhere.
pub fn imported(world: &World, row: &Row) -> Option<String> {
    let Row::Social(SocialRow::Imported(row)) = row else { return None };
    Some(row.state(world.today).to_owned())
}

/// A typical case.
pub fn case_study(_: &World, row: &Row) -> Option<String> {
    let Row::Social(SocialRow::CaseStudy(row)) = row else { return None };
    Some(row.state.name().to_owned())
}

/// An association's note about a member.
pub fn member(_: &World, row: &Row) -> Option<String> {
    let Row::Social(SocialRow::MemberNote(row)) = row else { return None };
    Some(match (row.withdrawn_on, row.is_disputed()) {
        (Some(_), _) => "withdrawn".to_owned(),
        (None, true) => "disputed".to_owned(),
        (None, false) => "noted".to_owned(),
    })
}

/// An assessment of the departments.
pub fn assessment(_: &World, row: &Row) -> Option<String> {
    let Row::Assessment(row) = row else { return None };
    Some(row.state().to_owned())
}

/// An entry of the joint catalogue.
pub fn entry(_: &World, row: &Row) -> Option<String> {
    let Row::CatalogueEntry(row) = row else { return None };
    Some(row.state.name().to_owned())
}

/// The support of a suit.
pub fn support(_: &World, row: &Row) -> Option<String> {
    let Row::Social(SocialRow::Support(row)) = row else { return None };
    Some(if row.closed_on.is_some() { "closed".to_owned() } else { "open".to_owned() })
}
