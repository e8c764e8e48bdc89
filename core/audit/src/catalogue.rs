//! The joint catalogue (domain.md 2.8, O54 to O57): drafted and submitted by a department, checked
//! for its format and reviewed by the law by two other officers of the credit office, commented on by
//! the public where it reduces rights, and published by the head once the rules in force hold it.
//! Implementing documents (O69) are filed by the department that issued them.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::actor::OfficerRef;
use shouxin_core::event::catalogue::{CatalogueEvent, EntryKind, Proposal};
use shouxin_core::guard::Guard;
use shouxin_core::id::CatalogueEntryId;
use shouxin_core::limits::{COMMENT_DAYS_MAX, COMMENT_DAYS_MIN, ENTRY_DEPARTMENTS_MAX};
use shouxin_core::rules::{LegalLevel, RulesVersion, Strength};
use shouxin_core::text::{digest_is_stated, short_text_is_stated};
use shouxin_core::time::Day;

use crate::fold::Fold;
use crate::here::Here;
use crate::names::{INV_2, INV_10};
use crate::{admin, in_use};

/// Every entry, on its way, published or over: no more of them than a catalogue ever had.
pub(crate) type Entries = BTreeMap<CatalogueEntryId, Entry>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Drafted,
    Submitted,
    Checked,
    Reviewed,
    Comment { ends_on: Day },
    Published,
    Over,
}

#[derive(Debug)]
pub(crate) struct Entry {
    department: String,
    proposal: Proposal,
    /// Who drafted it, and who checked its format: neither takes a later step of the office.
    earlier: Vec<OfficerRef>,
    stage: Stage,
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &CatalogueEvent) {
    if at.event.subject.is_some() {
        at.broken(INV_10, "the catalogue stands in nobody's file");
    }
    in_use::follow(fold, at, event);
    let id = match event {
        CatalogueEvent::AwaitsPublication { .. } => return,
        CatalogueEvent::Drafted { department, proposal } => {
            drafted(fold, at, department, proposal);
            return;
        }
        CatalogueEvent::DocumentFiled { department, title, number, issued_on, document_sha256 } => {
            at.of_department(department);
            at.plain("title", title);
            let whole = short_text_is_stated(title) && *issued_on <= at.today;
            at.must(whole, Guard::Document, "its title is too long, or it is of the future");
            at.document(number, document_sha256);
            return;
        }
        CatalogueEvent::Submitted { entry, .. }
        | CatalogueEvent::FormatChecked { entry }
        | CatalogueEvent::LegalReviewed { entry, .. }
        | CatalogueEvent::CommentOpened { entry, .. }
        | CatalogueEvent::Published { entry, .. }
        | CatalogueEvent::Retired { entry, .. } => *entry,
    };
    // Out of the fold while it is checked, so that the fold can be asked meanwhile.
    let Some(mut own) = fold.entries.remove(&id) else {
        at.missing(id);
        return;
    };
    step(fold, at, &mut own, event);
    fold.entries.insert(id, own);
}

fn step(fold: &mut Fold, at: &mut Here<'_>, own: &mut Entry, event: &CatalogueEvent) {
    match event {
        CatalogueEvent::Submitted { cc, .. } => {
            turn(at, own, own.stage == Stage::Drafted, Stage::Submitted);
            at.of_department(&own.department);
            known(at, cc);
            let mut concerned = own.proposal.departments.iter();
            if concerned.any(|code| *code != own.department && !cc.contains(code)) {
                at.broken(INV_10, "a department concerned got no copy");
            }
        }
        CatalogueEvent::FormatChecked { .. } => {
            turn(at, own, own.stage == Stage::Submitted, Stage::Checked);
            admin::by_office_beside_head(fold, at);
            another(at, own);
            well_formed(at, &own.proposal);
            own.earlier.extend(at.officer().map(|(.., by)| by.clone()));
        }
        CatalogueEvent::LegalReviewed { document_sha256, .. } => {
            turn(at, own, own.stage == Stage::Checked, Stage::Reviewed);
            admin::by_office(fold, at);
            another(at, own);
            lawful(at, &own.proposal);
            let opinion = digest_is_stated(document_sha256);
            at.must(opinion, Guard::Document, "the digest of the legal opinion is missing");
        }
        CatalogueEvent::CommentOpened { ends_on, .. } => {
            let ends_on = *ends_on;
            turn(at, own, own.stage == Stage::Reviewed, Stage::Comment { ends_on });
            admin::by_office(fold, at);
            let day = |days: u16| at.today.plus_days(i32::from(days));
            let bounded = (day(COMMENT_DAYS_MIN)..=day(COMMENT_DAYS_MAX)).contains(&ends_on);
            at.must(bounded, Guard::PublicNotice, "the public has too few or too many days");
        }
        CatalogueEvent::Published { version, amends, .. } => {
            published(fold, at, own, version, *amends);
        }
        CatalogueEvent::Retired { reasons, .. } => retired(fold, at, own, reasons),
        CatalogueEvent::Drafted { .. }
        | CatalogueEvent::AwaitsPublication { .. }
        | CatalogueEvent::DocumentFiled { .. } => {}
    }
}

fn turn(at: &mut Here<'_>, own: &mut Entry, fits: bool, to: Stage) {
    if !fits {
        at.broken(INV_2, "draft, copy, format, law, comment, publication come in this order");
    }
    own.stage = to;
}

/// Whoever drafted it or checked its format takes no later step of the office.
fn another(at: &mut Here<'_>, own: &Entry) {
    let same = at.officer().is_some_and(|(.., by)| own.earlier.contains(by));
    at.must(!same, Guard::FourEyes, "the same officer took an earlier step");
}

/// Departments are on file, each named once.
fn known(at: &mut Here<'_>, codes: &[String]) {
    let distinct: BTreeSet<&String> = codes.iter().collect();
    let on_file = codes.iter().all(|code| at.rules.department(code).is_some());
    if !on_file || distinct.len() != codes.len() || codes.len() > ENTRY_DEPARTMENTS_MAX {
        at.broken(INV_10, "a department is not on file, or named twice, or there are too many");
    }
}

/// What the format asks for.
fn well_formed(at: &mut Here<'_>, proposal: &Proposal) {
    let whole = short_text_is_stated(&proposal.code) && !proposal.departments.is_empty();
    at.must(whole, Guard::Document, "its id, or who carries it out, is missing");
    known(at, &proposal.departments);
    at.plain("text", &proposal.text);
}

/// What it rests on is in force that day; a mandatory entry rests on a law or an administrative
/// regulation.
fn lawful(at: &mut Here<'_>, proposal: &Proposal) {
    at.basis(&proposal.basis);
    let high = proposal.basis.iter().any(|own| {
        let level = at.rules.instrument(&own.instrument).map(|own| own.level);
        matches!(level, Some(LegalLevel::Law | LegalLevel::AdministrativeRegulation))
    });
    let enough = high || proposal.strength != Strength::Mandatory;
    at.must(enough, Guard::BasisRank, "no law makes it mandatory");
}

fn drafted(fold: &mut Fold, at: &mut Here<'_>, department: &str, proposal: &Proposal) {
    at.of_department(department);
    well_formed(at, proposal);
    lawful(at, proposal);
    let burdens = proposal.kind == EntryKind::Behaviour
        || at.rules.measure(&proposal.code).is_some_and(|own| !own.category.is_incentive());
    let said = proposal.reduces_rights || !burdens;
    at.must(said, Guard::PublicNotice, "it reduces rights and does not say so");
    if let Some(old) = proposal.amends {
        replaces(fold, at, old, &proposal.code);
    }
    let own = Entry {
        department: department.to_owned(),
        proposal: proposal.clone(),
        earlier: at.officer().map(|(.., by)| by.clone()).into_iter().collect(),
        stage: Stage::Drafted,
    };
    fold.entries.insert(CatalogueEntryId(at.at()), own);
}

/// What it takes the place of is published, and is the same entry.
fn replaces(fold: &Fold, at: &mut Here<'_>, old: CatalogueEntryId, code: &str) {
    match fold.entries.get(&old) {
        Some(own) if own.proposal.code != code => {
            at.broken(INV_10, format!("{old} is another entry"));
        }
        Some(own) if own.stage != Stage::Published => {
            at.broken(INV_2, format!("{old} is not published"));
        }
        Some(_) => {}
        None => at.missing(old),
    }
}

fn published(
    fold: &mut Fold,
    at: &mut Here<'_>,
    own: &mut Entry,
    version: &RulesVersion,
    amends: Option<CatalogueEntryId>,
) {
    match own.stage {
        Stage::Reviewed => {
            let unheard = own.proposal.reduces_rights;
            at.must(!unheard, Guard::PublicNotice, "it reduces rights and the public is not heard");
        }
        Stage::Comment { ends_on } => {
            at.must(at.today > ends_on, Guard::PublicNotice, "the public may still comment");
        }
        _ => {}
    }
    let fits = matches!(own.stage, Stage::Reviewed | Stage::Comment { .. });
    turn(at, own, fits, Stage::Published);
    admin::by_office_head(fold, at);
    another(at, own);
    lawful(at, &own.proposal);
    if amends != own.proposal.amends || *version != at.rules.version {
        at.broken(INV_10, "it names another version, or replaces another entry, than it should");
    }
    held(at, &own.proposal);
    if let Some(old) = amends {
        replaces(fold, at, old, &own.proposal.code);
        if let Some(old) = fold.entries.get_mut(&old) {
            old.stage = Stage::Over;
        }
    }
}

/// The rules in force hold the entry as it was reviewed.
fn held(at: &mut Here<'_>, proposal: &Proposal) {
    let code = &proposal.code;
    let found = match proposal.kind {
        EntryKind::Measure => at
            .rules
            .measure(code)
            .filter(|own| own.strength == proposal.strength)
            .map(|own| (&own.basis, &own.implementers)),
        EntryKind::Behaviour => at.rules.behaviour(code).map(|own| (&own.basis, &own.found_by)),
    };
    let same = found.is_some_and(|(basis, departments)| {
        let cited = |id: &str| basis.iter().any(|own| own.instrument == id);
        let named = proposal.departments.iter().all(|code| departments.contains(code))
            && departments.iter().all(|code| proposal.departments.contains(code));
        named && proposal.basis.iter().all(|own| cited(&own.instrument))
    });
    at.must(same, Guard::Published, "the rules in force hold no such entry");
}

/// The head takes back what was published and is in the rules no more; what is on its way, its
/// department or the credit office.
fn retired(fold: &Fold, at: &mut Here<'_>, own: &mut Entry, reasons: &str) {
    let was_published = own.stage == Stage::Published;
    turn(at, own, own.stage != Stage::Over, Stage::Over);
    at.plain("reasons", reasons);
    if was_published {
        admin::by_office_head(fold, at);
        let code = &own.proposal.code;
        let held = match own.proposal.kind {
            EntryKind::Measure => at.rules.measure(code).is_some_and(|own| own.published),
            EntryKind::Behaviour => at.rules.behaviour(code).is_some(),
        };
        at.must(!held, Guard::Published, "the rules in force still hold it");
    } else if !admin::is_office(fold, at) {
        at.of_department(&own.department);
    }
}
