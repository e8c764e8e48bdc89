//! A subject's authorisation of one authority (授权查询): for a purpose and until a day, and taken back at
//! any time (PIPL 15). The authority's own officer files it at the counter with the subject's paper.
//!
//! Source: domain.md O16.

use crate::actor::{Actor, SubjectKey};
use crate::command::authorisation::AuthorisationCommand;
use crate::decide::checks::{self, misfit, refuse, stated};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::authorisation::AuthorisationEvent;
use crate::guard::{Guard, Misfit};
use crate::identifier::uscc::Uscc;
use crate::limits::{AUTHORISATION_MONTHS_MAX, AUTHORISATIONS_MAX};
use crate::rows::{Rows, Stop};
use crate::text::{Digest, digest_is_stated};

pub(super) fn decide(
    rows: &Rows,
    command: &AuthorisationCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let (subject, event) = match command {
        AuthorisationCommand::Give { subject, .. } => (*subject, give(rows, command, context)?),
        AuthorisationCommand::Withdraw { subject, authorisation, document_sha256 } => {
            let head = rows.must_subject(*subject)?;
            let running = head.authorisations.iter().find(|own| own.id == *authorisation);
            let Some(own) = running.filter(|own| context.today <= own.until) else {
                return Ok(misfit(
                    Misfit::State,
                    format!("{authorisation} 已撤回或期满 / it was taken back or is over"),
                    "无需再办 / nothing to do",
                )?);
            };
            own_will(context, *subject, own.authority, document_sha256.as_ref())?;
            let (authorisation, document_sha256) = (*authorisation, *document_sha256);
            (*subject, AuthorisationEvent::Withdrawn { authorisation, document_sha256 })
        }
    };
    let mut drafts = Drafts::new(context);
    drafts.push(subject, Event::Authorisation(event));
    drafts.finish()
}

/// The subject itself, or the authority's officer with what the subject signed.
fn own_will(
    context: &Context<'_>,
    subject: SubjectKey,
    authority: Uscc,
    document: Option<&Digest>,
) -> Result<(), Stop> {
    if *context.actor == Actor::Subject(subject) {
        return Ok(());
    }
    let human = checks::human(context)?;
    if human.reference.authority != authority {
        refuse::<()>(
            Guard::Competent,
            "由被授权机关的窗口代收 / at the counter of the authority that is authorised",
            "请由该机关或者本人办理 / that authority or the subject does it",
        )?;
    }
    if !document.is_some_and(digest_is_stated) {
        refuse::<()>(
            Guard::Consent,
            "缺少本人签署的文件 / the paper that the subject signed is missing",
            "请附文件的 SHA-256 / give its SHA-256",
        )
        .map_err(|refusal| refusal.on("document_sha256"))?;
    }
    Ok(())
}

fn give(
    rows: &Rows,
    command: &AuthorisationCommand,
    context: &Context<'_>,
) -> Result<AuthorisationEvent, Stop> {
    let AuthorisationCommand::Give { subject, authority, purpose, until, document_sha256 } =
        command
    else {
        return Err(Stop::Defect("not an authorisation".to_owned()));
    };
    let head = rows.must_subject(*subject)?;
    own_will(context, *subject, *authority, document_sha256.as_ref())?;
    if context.rules.department_by_uscc(authority.as_str()).is_none() {
        misfit::<()>(
            Misfit::Value,
            format!("{} 不是登记在册的机关 / is no authority on file", authority.as_str()),
            "机关见 /v1/departments / choose from /v1/departments",
        )
        .map_err(|refusal| refusal.on("authority"))?;
    }
    stated(Guard::Document, &[("purpose", purpose)])?;
    let latest = context.today.plus_months(AUTHORISATION_MONTHS_MAX);
    if *until < context.today || *until > latest {
        refuse::<()>(
            Guard::End,
            format!("截止日期 {until} 须在当日与 {latest} 之间 / it ends from today to that day"),
            "请填写截止日期，期满可以再次授权 / state the last day; it may be given anew",
        )
        .map_err(|refusal| refusal.on("until"))?;
    }
    let running = head.authorisations.iter().filter(|own| context.today <= own.until).count();
    if running >= AUTHORISATIONS_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("有效的授权上限 {AUTHORISATIONS_MAX} 项 / too many run at once"),
            "请先撤回不再需要的授权 / take back one that is not needed",
        )?;
    }
    Ok(AuthorisationEvent::Given {
        authority: *authority,
        purpose: purpose.clone(),
        until: *until,
        document_sha256: *document_sha256,
    })
}
