//! Support of public-interest litigation: evidence goes to a plaintiff whom a law names, from the
//! authority whose record or listing it is. Nothing follows for the subject (domain.md M-S09).
//!
//! Source: domain.md O47, M-S09.

use crate::actor::{Role, SubjectKey};
use crate::command::support::SupportCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::support::SupportEvent;
use crate::event::{Event, Target};
use crate::guard::{Guard, Misfit};
use crate::id::SupportId;
use crate::identifier::uscc::Uscc;
use crate::limits::{EVIDENCE_MAX, HANDOVERS_MAX, SUPPORTS_OPEN_MAX};
use crate::path::Standing;
use crate::row::social::SupportRow;
use crate::rows::{Rows, Stop};
use crate::rules::LegalLevel;
use crate::text::{digest_is_stated, short_text_is_stated};

pub(super) fn decide(
    rows: &Rows,
    command: &SupportCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        SupportCommand::Open { .. } => open(rows, command, context),
        SupportCommand::HandOver { support, documents, receipt_sha256 } => {
            let row = own_open(rows, *support, context)?;
            let stated = documents.iter().chain([receipt_sha256]).all(digest_is_stated);
            if documents.is_empty() || documents.len() > EVIDENCE_MAX || !stated {
                refuse::<()>(
                    Guard::Document,
                    format!("须附 1 至 {EVIDENCE_MAX} 份材料和签收凭证 / documents and a receipt"),
                    "请附材料摘要和签收凭证 / attach both",
                )?;
            }
            if row.handovers >= HANDOVERS_MAX {
                misfit::<()>(
                    Misfit::Limit,
                    format!("移交已达 {HANDOVERS_MAX} 次 / handed over that often already"),
                    "请办结后另行受理 / close it and open another",
                )?;
            }
            undisputed(rows, row.target, context)?;
            let event = SupportEvent::EvidenceHandedOver {
                support: *support,
                documents: documents.clone(),
                receipt_sha256: *receipt_sha256,
            };
            one(row.subject, context, event)
        }
        SupportCommand::Close { support, outcome } => {
            let row = own_open(rows, *support, context)?;
            stated(Guard::Document, &[("outcome", outcome)])?;
            let event = SupportEvent::Closed { support: *support, outcome: outcome.clone() };
            one(row.subject, context, event)
        }
    }
}

fn one(subject: SubjectKey, context: &Context<'_>, event: SupportEvent) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(subject, Event::Support(event));
    drafts.finish()
}

/// Whose it is and which authority answers for it.
fn of_target(rows: &Rows, target: Target) -> Result<(SubjectKey, Uscc), Stop> {
    match target {
        Target::Record(id) => {
            rows.must_record(id)?;
        }
        Target::Listing(id) => {
            rows.must_listing(id)?;
        }
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => {}
    }
    match rows.supportable(target)? {
        Some(found) => Ok(found),
        None => nothing_to_prove(),
    }
}

fn nothing_to_prove<T>() -> Result<T, Stop> {
    Ok(misfit(
        Misfit::Value,
        "仅可就记录或失信名单支持公益诉讼 / about a record or a black listing only",
        "请填写 R- 或 L- 编号 / give an R- or L- id",
    )
    .map_err(|refusal| refusal.on("target"))?)
}

/// What is disputed, void or over is handed to nobody as proof (G-NOSUSP).
fn undisputed(rows: &Rows, target: Target, context: &Context<'_>) -> Result<(), Stop> {
    let stands = match target {
        // Its last day ends it, whether or not a timer has said so (design.md 1).
        Target::Record(id) => rows.record_standing(id, context.today)? == Standing::InForce,
        Target::Listing(id) => rows.listing_standing(id, context.today)? == Standing::InForce,
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => false,
    };
    if stands {
        return Ok(());
    }
    Ok(refuse(
        Guard::NoSuspension,
        "该事项有争议、已终止或已撤销 / it is disputed, over or void",
        "待有结论后再提供 / wait for the outcome",
    )?)
}

fn competent(authority: Uscc, context: &Context<'_>) -> Result<(), Stop> {
    let human = checks::human(context)?;
    if human.reference.authority == authority || context.role == Role::CreditOffice {
        return Ok(());
    }
    Ok(refuse(
        Guard::Competent,
        "由提供或认定单位、信用主管部门办理 / the authority whose it is, or the credit office",
        "请联系该单位 / ask that authority",
    )?)
}

fn own_open<'r>(
    rows: &'r Rows,
    id: SupportId,
    context: &Context<'_>,
) -> Result<&'r SupportRow, Stop> {
    let row = rows.must_support(id)?;
    // The credit office may have opened it; the documents are still that authority's.
    competent(row.authority, context)?;
    match row.closed_on {
        None => Ok(row),
        Some(_) => Ok(wrong_state("支持公益诉讼 / support", "closed", "open")?),
    }
}

fn open(rows: &Rows, command: &SupportCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let SupportCommand::Open { target, ground, plaintiff, plaintiff_basis, basis, request_sha256 } =
        command
    else {
        return Err(Stop::Defect("not an opening".to_owned()));
    };
    let (subject, authority) = of_target(rows, *target)?;
    rows.must_subject(subject)?;
    competent(authority, context)?;
    undisputed(rows, *target, context)?;
    checks::basis(context, basis)?;
    // Who may sue in the public interest, only a law says (Civil Procedure Law 58).
    checks::basis(context, std::slice::from_ref(plaintiff_basis))?;
    let level = context.rules.instrument(&plaintiff_basis.instrument).map(|found| found.level);
    if level != Some(LegalLevel::Law) {
        refuse::<()>(
            Guard::BasisRank,
            "公益诉讼原告须由法律规定 / only a law names who sues in the public interest",
            "请引用规定该原告的法律条款 / cite the law that names the plaintiff",
        )
        .map_err(|refusal| refusal.on("plaintiff_basis"))?;
    }
    if !short_text_is_stated(plaintiff) || !digest_is_stated(request_sha256) {
        refuse::<()>(
            Guard::Document,
            "缺少原告名称或其书面请求 / the plaintiff or its request is missing",
            "请填写 plaintiff 并附请求书 / give both",
        )?;
    }
    if rows.open_supports(subject)?.len() >= SUPPORTS_OPEN_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("同一主体未办结的上限 {SUPPORTS_OPEN_MAX} 件 / too many open about it at once"),
            "请先办结其他支持事项 / close another one first",
        )?;
    }
    let event = SupportEvent::Opened {
        target: *target,
        ground: *ground,
        plaintiff: plaintiff.clone(),
        plaintiff_basis: plaintiff_basis.clone(),
        basis: basis.clone(),
        request_sha256: *request_sha256,
    };
    one(subject, context, event)
}
