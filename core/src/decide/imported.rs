//! Classifications made elsewhere: taken in as the competent authority gave them (domain.md O20,
//! Q05, INV-7). Nothing here looks at what a class means: no order, no comparison, no sum.
//!
//! Source: domain.md O06.

use crate::command::imported::ImportedCommand;
use crate::decide::checks::{self, misfit, refuse, stated, wrong_state};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::imported::ImportedEvent;
use crate::guard::{Guard, Misfit};
use crate::id::ImportedId;
use crate::row::social::SocialKey;
use crate::rows::{Rows, Stop};
use crate::rules::Standard;
use crate::text::{Sealed, short_text_is_stated};

pub(super) fn decide(
    rows: &Rows,
    command: &ImportedCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        ImportedCommand::Receive { .. } => receive(rows, command, context),
        ImportedCommand::Withdraw { classification, reasons } => {
            withdraw(rows, *classification, reasons, context)
        }
    }
}

fn standard<'a>(id: &str, context: &Context<'a>) -> Result<&'a Standard, Stop> {
    match context.rules.standard(id) {
        Some(standard) => Ok(standard),
        None => Ok(misfit(
            Misfit::Value,
            format!("未登记的分类标准：{id} / the standard is not on file"),
            "请从 /v1/standards 选择 / choose from /v1/standards",
        )
        .map_err(|refusal| refusal.on("standard"))?),
    }
}

fn receive(rows: &Rows, command: &ImportedCommand, context: &Context<'_>) -> Result<Outcome, Stop> {
    let ImportedCommand::Receive {
        subject,
        standard: standard_id,
        class_name,
        decision_number,
        decided_on,
        valid_until,
    } = command
    else {
        return Err(Stop::Defect("not a classification".to_owned()));
    };
    let standard = standard(standard_id, context)?;
    let head = rows.must_subject(*subject)?;
    let human = checks::human(context)?;
    let authority = human.reference.authority;
    if human.department.code != standard.authority {
        refuse::<()>(
            Guard::Competent,
            format!("{} 由 {} 作出 / is that authority's", standard.id, standard.authority),
            "由作出分类的主管部门提交 / the authority that classifies hands it in",
        )?;
    }
    checks::basis(context, &standard.basis)?;
    if !standard.subjects.contains(&head.kind) || subject.is_person() {
        misfit::<()>(
            Misfit::Value,
            format!("{} 不适用于该类主体 / not for this kind of subject", standard.id),
            "请核对标准的适用范围 / see whom the standard is for",
        )
        .map_err(|refusal| refusal.on("subject"))?;
    }
    if !standard.classes.contains(class_name) {
        misfit::<()>(
            Misfit::Value,
            format!("{} 没有“{class_name}”类 / the standard has no such class", standard.id),
            format!("可选：{} / its classes", standard.classes.join("、")),
        )
        .map_err(|refusal| refusal.on("class_name"))?;
    }
    if !short_text_is_stated(decision_number) || *decided_on > context.today {
        refuse::<()>(
            Guard::Document,
            "缺少文号，或决定日期晚于当日 / number missing, or decided in the future",
            "请填写主管部门决定的文号和日期 / give number and day of the authority's decision",
        )?;
    }
    if valid_until <= decided_on || *valid_until < context.today {
        refuse::<()>(
            Guard::End,
            format!("有效期至 {valid_until} / it would be over, or never begin"),
            "有效期须晚于决定日期和当日 / it ends after the decision, and not before today",
        )
        .map_err(|refusal| refusal.on("valid_until"))?;
    }
    let of = SocialKey::ImportedOf { subject: *subject, authority, standard: standard.id.clone() };
    let mut supersedes = None;
    if let Some(id) = rows.imported_of(of)? {
        let old = rows.must_imported(id)?;
        if old.decided_on > *decided_on && old.withdrawn_on.is_none() {
            misfit::<()>(
                Misfit::State,
                format!("{id} 的决定日期为 {} / a later decision is on file", old.decided_on),
                "较早的决定不能替代较晚的 / an earlier decision replaces no later one",
            )?;
        }
        supersedes = old.withdrawn_on.is_none().then_some(id);
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        *subject,
        Event::Imported(ImportedEvent::Received {
            authority,
            author: human.department.name_zh.clone(),
            standard: standard.id.clone(),
            standard_title: standard.name_zh.clone(),
            class_name: class_name.clone(),
            decision_number: decision_number.clone(),
            decided_on: *decided_on,
            valid_until: *valid_until,
            openness: standard.openness,
            supersedes,
        }),
    );
    drafts.finish()
}

fn withdraw(
    rows: &Rows,
    id: ImportedId,
    reasons: &Sealed,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = rows.must_imported(id)?;
    let human = checks::human(context)?;
    if human.reference.authority != row.authority {
        refuse::<()>(
            Guard::Competent,
            format!("由 {} 作出 / it is that authority's", row.author),
            "由作出分类的主管部门撤回 / its author withdraws it",
        )?;
    }
    stated(Guard::Document, &[("reasons", reasons)])?;
    if row.withdrawn_on.is_some() || row.superseded_by.is_some() {
        let state = row.state(context.today);
        return Ok(wrong_state("信用评价分类 / classification", state, "in_force, expired")?);
    }
    let mut drafts = Drafts::new(context);
    let event = ImportedEvent::Withdrawn { classification: id, reasons: reasons.clone() };
    drafts.push(row.subject, Event::Imported(event));
    drafts.finish()
}
