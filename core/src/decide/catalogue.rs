//! The joint catalogue (domain.md 2.8, O54 to O57): a department drafts, the credit office checks
//! the format, another officer reviews by the law, the public is heard where rights are reduced,
//! and only what the loaded rules hold is published. Implementing documents (O69).
//!
//! Source: domain.md O54..O57.

use std::collections::BTreeSet;

use crate::actor::OfficerRef;
use crate::command::catalogue::CatalogueCommand;
use crate::decide::assessment::office_text;
use crate::decide::checks::{self, misfit, refuse, wrong_state};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::catalogue::{CatalogueEvent, EntryKind, Proposal};
use crate::guard::{Guard, Misfit, Refusal};
use crate::id::CatalogueEntryId;
use crate::limits::{COMMENT_DAYS_MAX, COMMENT_DAYS_MIN, ENTRY_DEPARTMENTS_MAX};
use crate::row::catalogue::{CatalogueEntryRow, EntryState};
use crate::row::{Key, Newest, Row};
use crate::rows::{Rows, Stop};
use crate::rules::{Citation, LegalLevel, Measure, RuleSet, Strength};
use crate::text::{digest_is_stated, short_text_is_stated};

pub(super) fn decide(
    rows: &Rows,
    command: &CatalogueCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    use CatalogueCommand as C;
    let event = match command {
        C::Draft { proposal } => draft(rows, proposal, context)?,
        C::Submit { entry, cc } => submit(rows.must_catalogue_entry(*entry)?, cc, context)?,
        C::CheckFormat { entry } => {
            let row = rows.must_catalogue_entry(*entry)?;
            let human = checks::credit_office(context)?;
            checks::beside_head(&human)?;
            in_state(row, "submitted", matches!(row.state, EntryState::Submitted))?;
            other_than(&human.reference, &[&row.drafted_by])?;
            well_formed(&row.proposal, context)?;
            CatalogueEvent::FormatChecked { entry: *entry }
        }
        C::ReviewLaw { entry, document_sha256 } => {
            let row = rows.must_catalogue_entry(*entry)?;
            let human = checks::credit_office(context)?;
            let EntryState::FormatChecked { by } = &row.state else {
                return Ok(wrong_state("目录条目 / entry", row.state.name(), "format_checked")?);
            };
            other_than(&human.reference, &[&row.drafted_by, by])?;
            lawful(&row.proposal, context)?;
            if !digest_is_stated(document_sha256) {
                refuse::<()>(
                    Guard::Document,
                    "缺少合法性审查意见书摘要 / the digest of the legal opinion is missing",
                    "请附审查意见书的 SHA-256 / give its SHA-256",
                )?;
            }
            CatalogueEvent::LegalReviewed { entry: *entry, document_sha256: *document_sha256 }
        }
        C::OpenComment { entry, days } => {
            open_comment(rows.must_catalogue_entry(*entry)?, *days, context)?
        }
        C::Publish { entry } => publish(rows, *entry, context)?,
        C::Retire { entry, reasons } => {
            retire(rows.must_catalogue_entry(*entry)?, reasons, context)?
        }
        C::FileDocument { .. } => file(command, context)?,
    };
    let waits = match &event {
        CatalogueEvent::Drafted { proposal, .. } => waits(rows, proposal, context.rules)?,
        _ => false,
    };
    let mut drafts = Drafts::new(context);
    let at = drafts.push(None, Event::Catalogue(event));
    if waits {
        let event = CatalogueEvent::AwaitsPublication { entry: CatalogueEntryId(at) };
        drafts.push(None, Event::Catalogue(event));
    }
    drafts.finish()
}

/// Whether a code of the catalogue may be used (INV-11): what came by an entry of the register, as
/// long as that entry is published; what never had one, as the loaded catalogue has it.
pub(super) fn usable(rows: &Rows, kind: EntryKind, code: &str, loaded: bool) -> Result<bool, Stop> {
    match rows.get(&Key::Newest(Newest::Entry(kind, code.to_owned())))? {
        Some(Row::Newest(at)) => Ok(published(rows.must_catalogue_entry(CatalogueEntryId(*at))?)),
        _ => Ok(loaded),
    }
}

/// The published entry of a measure; nothing where it is not, or no more, in the catalogue.
pub(super) fn published_measure<'a>(
    rows: &Rows,
    context: &Context<'a>,
    code: &str,
) -> Result<Option<&'a Measure>, Stop> {
    let found = context.rules.measure(code);
    let loaded = found.is_some_and(|own| own.published);
    let usable = usable(rows, EntryKind::Measure, code, loaded)?;
    Ok(found.filter(|_| usable))
}

/// Whether what is drafted is new to the catalogue, and not awaited already.
fn waits(rows: &Rows, proposal: &Proposal, rules: &RuleSet) -> Result<bool, Stop> {
    let loaded = match proposal.kind {
        EntryKind::Measure => rules.measure(&proposal.code).is_some_and(|own| own.published),
        EntryKind::Behaviour => rules.behaviour(&proposal.code).is_some(),
    };
    let newest = Key::Newest(Newest::Entry(proposal.kind, proposal.code.clone()));
    Ok(rows.get(&newest)?.is_none() && !loaded)
}

fn in_state(row: &CatalogueEntryRow, wanted: &str, holds: bool) -> Result<(), Refusal> {
    match holds {
        true => Ok(()),
        false => wrong_state("目录条目 / entry", row.state.name(), wanted),
    }
}

fn other_than(own: &OfficerRef, earlier: &[&OfficerRef]) -> Result<(), Refusal> {
    if !earlier.contains(&own) {
        return Ok(());
    }
    refuse(
        Guard::FourEyes,
        format!("{own} 已经办过前一步骤 / took an earlier step"),
        "须由另一名工作人员办理 / another officer takes this step",
    )
}

fn known_departments(
    context: &Context<'_>,
    field: &'static str,
    codes: &[String],
) -> Result<(), Refusal> {
    let distinct: BTreeSet<&String> = codes.iter().collect();
    let unknown = codes.iter().find(|code| context.rules.department(code).is_none());
    if codes.len() > ENTRY_DEPARTMENTS_MAX || distinct.len() != codes.len() || unknown.is_some() {
        let named = unknown.map_or("-", String::as_str);
        return misfit(
            Misfit::Value,
            format!("部门重复、过多或未登记：{named} / twice, too many or not on file"),
            "部门代码见 /v1/departments / codes stand in /v1/departments",
        )
        .map_err(|refusal| refusal.on(field));
    }
    Ok(())
}

/// What the format asks for (O57).
fn well_formed(proposal: &Proposal, context: &Context<'_>) -> Result<(), Refusal> {
    if !short_text_is_stated(&proposal.code) {
        return misfit(
            Misfit::Value,
            "缺少条目编号 / the entry's id is missing",
            "格式见 /v1/catalogue/schema / the format stands there",
        )
        .map_err(|refusal| refusal.on("code"));
    }
    if proposal.departments.is_empty() {
        return misfit(
            Misfit::Value,
            "至少一个部门 / one department at least",
            "格式见 /v1/catalogue/schema / the format stands there",
        )
        .map_err(|refusal| refusal.on("departments"));
    }
    known_departments(context, "departments", &proposal.departments)?;
    office_text("text", &proposal.text)
}

/// In force, and for a mandatory entry a law or administrative regulation (O55).
fn lawful(proposal: &Proposal, context: &Context<'_>) -> Result<(), Refusal> {
    checks::basis(context, &proposal.basis)?;
    let statute = |citation: &Citation| {
        let found = context.rules.instrument(&citation.instrument);
        found.is_some_and(|found| found.level <= LegalLevel::AdministrativeRegulation)
    };
    if proposal.strength == Strength::Mandatory && !proposal.basis.iter().any(statute) {
        return refuse(
            Guard::BasisRank,
            "强制性条目须以法律、行政法规为依据 / a mandatory entry needs a law or administrative regulation",
            "请补充依据，或改为推荐性 / cite one, or make it recommended",
        );
    }
    Ok(())
}

/// A behaviour leads to lists and a disciplinary measure cuts rights, whatever the drafter says.
fn reduces_rights(proposal: &Proposal, rules: &RuleSet) -> bool {
    let discipline =
        rules.measure(&proposal.code).is_some_and(|found| !found.category.is_incentive());
    proposal.reduces_rights || proposal.kind == EntryKind::Behaviour || discipline
}

fn published(row: &CatalogueEntryRow) -> bool {
    matches!(row.state, EntryState::Published { .. })
}

fn draft(rows: &Rows, proposal: &Proposal, context: &Context<'_>) -> Result<CatalogueEvent, Stop> {
    let human = checks::human(context)?;
    well_formed(proposal, context)?;
    lawful(proposal, context)?;
    if let Some(old) = proposal.amends {
        let row = rows.must_catalogue_entry(old)?;
        in_state(row, "published", published(row))?;
        if row.proposal.code != proposal.code {
            misfit::<()>(
                Misfit::Value,
                format!("{old} 是 {} / is another entry", row.proposal.code),
                "修订须针对同一条目 / an amendment is of the same entry",
            )
            .map_err(|refusal| refusal.on("amends"))?;
        }
    }
    let reduces_rights = reduces_rights(proposal, context.rules);
    Ok(CatalogueEvent::Drafted {
        department: human.department.code.clone(),
        proposal: Proposal { reduces_rights, ..proposal.clone() },
    })
}

fn submit(
    row: &CatalogueEntryRow,
    cc: &[String],
    context: &Context<'_>,
) -> Result<CatalogueEvent, Stop> {
    let human = checks::human(context)?;
    if human.department.code != row.department {
        refuse::<()>(
            Guard::Competent,
            format!("由起草部门 {} 报送 / the drafting department submits", row.department),
            "请由起草部门办理 / ask that department",
        )?;
    }
    in_state(row, "drafted", matches!(row.state, EntryState::Drafted))?;
    known_departments(context, "cc", cc)?;
    let missing =
        row.proposal.departments.iter().find(|code| **code != row.department && !cc.contains(code));
    if let Some(code) = missing {
        misfit::<()>(
            Misfit::Value,
            format!("未抄送 {code} / no copy for {code}"),
            "须抄送其他有关部门（方案五(四)）/ copy every other department concerned",
        )
        .map_err(|refusal| refusal.on("cc"))?;
    }
    Ok(CatalogueEvent::Submitted { entry: row.id, cc: cc.to_vec() })
}

fn open_comment(
    row: &CatalogueEntryRow,
    days: u16,
    context: &Context<'_>,
) -> Result<CatalogueEvent, Stop> {
    checks::credit_office(context)?;
    in_state(row, "legal_reviewed", matches!(row.state, EntryState::LegalReviewed { .. }))?;
    if !(COMMENT_DAYS_MIN..=COMMENT_DAYS_MAX).contains(&days) {
        refuse::<()>(
            Guard::PublicNotice,
            format!("征求意见 {days} 日，须为 {COMMENT_DAYS_MIN} 至 {COMMENT_DAYS_MAX} 日 / out of range"),
            "公开征求意见不少于 30 日（国办发〔2020〕49号）/ 30 days at least",
        )
        .map_err(|refusal| refusal.on("days"))?;
    }
    let ends_on = context.today.plus_days(i32::from(days));
    Ok(CatalogueEvent::CommentOpened { entry: row.id, ends_on })
}

fn publish(
    rows: &Rows,
    id: CatalogueEntryId,
    context: &Context<'_>,
) -> Result<CatalogueEvent, Stop> {
    let row = rows.must_catalogue_entry(id)?;
    let human = checks::credit_office(context)?;
    let checked_by = match &row.state {
        EntryState::LegalReviewed { .. } if row.proposal.reduces_rights => {
            return Ok(refuse(
                Guard::PublicNotice,
                "减损权益的条目须先公开征求意见 / it reduces rights: the public is heard first",
                "请先公开征求意见不少于 30 日 / open the comment period, 30 days at least",
            )?);
        }
        EntryState::PublicComment { ends_on, .. } if context.today <= *ends_on => {
            return Ok(refuse(
                Guard::PublicNotice,
                format!("征求意见至 {ends_on} / the public may comment until then"),
                "期满后方可公布 / publish after that day",
            )?);
        }
        EntryState::LegalReviewed { checked_by } | EntryState::PublicComment { checked_by, .. } => {
            checked_by
        }
        state => return Ok(wrong_state("目录条目 / entry", state.name(), "legal_reviewed")?),
    };
    if !human.officer.head {
        refuse::<()>(
            Guard::FourEyes,
            format!("{} 不是负责人 / is not the head", human.reference),
            "须由信用办负责人公布 / the head of the credit office publishes",
        )?;
    }
    other_than(&human.reference, &[&row.drafted_by, checked_by])?;
    lawful(&row.proposal, context)?;
    if let Some(old) = row.proposal.amends {
        let replaced = rows.must_catalogue_entry(old)?;
        in_state(replaced, "published", published(replaced))?;
    }
    if let Some(what) = differs(&row.proposal, context.rules) {
        refuse::<()>(
            Guard::Published,
            format!("已加载的目录与条目不一致：{what} / the loaded rules differ: {what}"),
            "请先更新 config/ 并加载，再公布 / load rules that hold the entry as it stands",
        )?;
    }
    Ok(CatalogueEvent::Published {
        entry: id,
        version: context.rules.version,
        amends: row.proposal.amends,
    })
}

/// Where the loaded rules do not hold the entry as it was reviewed.
fn differs(proposal: &Proposal, rules: &RuleSet) -> Option<&'static str> {
    let (basis, departments, strength) = match proposal.kind {
        EntryKind::Measure => {
            let Some(found) = rules.measure(&proposal.code) else { return Some("code") };
            (&found.basis, &found.implementers, Some(found.strength))
        }
        EntryKind::Behaviour => {
            let Some(found) = rules.behaviour(&proposal.code) else { return Some("code") };
            (&found.basis, &found.found_by, None)
        }
    };
    let same_basis = proposal
        .basis
        .iter()
        .all(|own| basis.iter().any(|loaded| loaded.instrument == own.instrument));
    let named: BTreeSet<&String> = proposal.departments.iter().collect();
    if strength.is_some_and(|loaded| loaded != proposal.strength) {
        Some("strength")
    } else if !same_basis {
        Some("basis")
    } else if named != departments.iter().collect() {
        Some("departments")
    } else {
        None
    }
}

fn retire(
    row: &CatalogueEntryRow,
    reasons: &str,
    context: &Context<'_>,
) -> Result<CatalogueEvent, Stop> {
    let human = checks::human(context)?;
    let over = matches!(row.state, EntryState::Retired { .. } | EntryState::Amended { .. });
    in_state(row, "drafted to published", !over)?;
    let office = checks::credit_office(context).is_ok();
    if published(row) {
        if !office || !human.officer.head {
            refuse::<()>(
                Guard::FourEyes,
                "已公布的条目由信用办负责人废止 / the head of the credit office retires it",
                "请由信用办负责人办理 / ask the head",
            )?;
        }
        let held = match row.proposal.kind {
            EntryKind::Measure => {
                context.rules.measure(&row.proposal.code).is_some_and(|found| found.published)
            }
            EntryKind::Behaviour => context.rules.behaviour(&row.proposal.code).is_some(),
        };
        if held {
            refuse::<()>(
                Guard::Published,
                format!(
                    "{} 仍在已加载的目录中 / the loaded rules still hold it",
                    row.proposal.code
                ),
                "请先从 config/ 移除并加载 / take it out of the rules first",
            )?;
        }
    } else if !office && human.department.code != row.department {
        refuse::<()>(
            Guard::Competent,
            format!(
                "由 {} 或信用办撤回 / that department or the credit office withdraws it",
                row.department
            ),
            "请由起草部门办理 / ask the drafting department",
        )?;
    }
    office_text("reasons", reasons)?;
    Ok(CatalogueEvent::Retired { entry: row.id, reasons: reasons.to_owned() })
}

fn file(command: &CatalogueCommand, context: &Context<'_>) -> Result<CatalogueEvent, Stop> {
    let CatalogueCommand::FileDocument { department, title, number, issued_on, document_sha256 } =
        command
    else {
        return Err(Stop::Defect("not a document".to_owned()));
    };
    let human = checks::human(context)?;
    if human.department.code != *department {
        refuse::<()>(
            Guard::Competent,
            format!("{department} 的文件由本部门报送 / a department files its own documents"),
            "请由该部门工作人员报送 / ask an officer of that department",
        )?;
    }
    let stated = short_text_is_stated(title)
        && short_text_is_stated(number)
        && digest_is_stated(document_sha256);
    if !stated || *issued_on > context.today {
        refuse::<()>(
            Guard::Document,
            "标题、文号或摘要缺失，或印发日期晚于当日 / incomplete, or dated in the future",
            "请填写标题、文号、印发日期和 SHA-256 / give all four",
        )?;
    }
    office_text("title", title)?;
    Ok(CatalogueEvent::DocumentFiled {
        department: department.clone(),
        title: title.clone(),
        number: number.clone(),
        issued_on: *issued_on,
        document_sha256: *document_sha256,
    })
}
