//! What a plugin gave up or was not told, and who answers for it: the operator has it delivered again,
//! leaves it with a reason, or hands it to the officers of the department. Nothing here orders anything:
//! what is delivered again goes under the officer's own order.
//!
//! Source: domain.md O51, design.md 5.

use crate::actor::Actor;
use crate::command::Command;
use crate::decide::checks::{self, misfit, stated, wrong_state};
use crate::decide::life_cycle;
use crate::decide::measure::{may_begin, with_parents};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::delivery::DeliveryEvent;
use crate::event::plugin::PluginEvent;
use crate::guard::{Guard, Misfit, Refusal};
use crate::id::{MeasureId, Position};
use crate::row::{Key, MeasureRow};
use crate::rows::{Rows, Stop};

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        Command::RetryDeadLetter { measure } => {
            checks::operator(context)?;
            retry(rows, *measure, context)
        }
        Command::SkipDeadLetter { measure, reasons } => {
            checks::operator(context)?;
            let (row, _) = letter(rows, *measure)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            let (measure, reasons) = (*measure, reasons.clone());
            one(context, row, DeliveryEvent::Skipped { measure, reasons })
        }
        Command::HandDeadLetter { measure, reasons } => {
            checks::operator(context)?;
            let (row, _) = letter(rows, *measure)?;
            stated(Guard::Document, &[("reasons", reasons)])?;
            let (measure, reasons) = (*measure, reasons.clone());
            one(context, row, DeliveryEvent::Handed { measure, reasons })
        }
        Command::PluginToldLate { plugin, at } => {
            own_word(plugin, context)?;
            match untold(rows, plugin, *at)? {
                true => said(context, PluginEvent::ToldLate { plugin: plugin.clone(), at: *at }),
                // It was said before, or the operator left it: what is told once more is no news.
                false => Drafts::new(context).finish(),
            }
        }
        Command::SkipUntold { plugin, at, reason } => {
            checks::operator(context)?;
            if !untold(rows, plugin, *at)? {
                misfit::<()>(
                    Misfit::NotFound,
                    format!("{plugin} 没有未送达的 {at} / that change did reach it"),
                    "请用 shouxin plugin letters 查看 / see shouxin plugin letters",
                )?;
            }
            life_cycle::stated(reason)?;
            let (plugin, reason) = (plugin.clone(), reason.clone());
            said(context, PluginEvent::UntoldSkipped { plugin, at: *at, reason })
        }
        Command::PluginForgot { plugin, through } => {
            own_word(plugin, context)?;
            forgot(rows, plugin, *through, context)
        }
        _ => Err(Stop::Defect("not an answer to a dead letter".to_owned())),
    }
}

fn said(context: &Context<'_>, event: PluginEvent) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(None, Event::Plugin(event));
    drafts.finish()
}

fn one(context: &Context<'_>, row: &MeasureRow, event: DeliveryEvent) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(row.subject, Event::Delivery(event));
    drafts.finish()
}

/// Each plugin confirms what it was told itself.
pub(super) fn own_word(plugin: &str, context: &Context<'_>) -> Result<(), Refusal> {
    if matches!(context.actor, Actor::Plugin { name, .. } if name == plugin) {
        return Ok(());
    }
    misfit(
        Misfit::Forbidden,
        format!("{} 不是 {plugin} / is not that plugin", context.actor),
        "每个插件只确认自己收到的通知 / each plugin confirms what it was told itself",
    )
}

/// A case whose plugin gave it up while nobody has answered for it, and that plugin.
fn letter(rows: &Rows, id: MeasureId) -> Result<(&MeasureRow, &str), Stop> {
    let row = with_parents(rows, id)?;
    match row.dead_letter() {
        Some(plugin) => Ok((row, plugin)),
        None => Ok(wrong_state("措施 / measure", row.state.name(), "given up by its plugin")?),
    }
}

/// A burden begins by it, so that everything is looked at as for an order; only the order is there.
fn retry(rows: &Rows, id: MeasureId, context: &Context<'_>) -> Result<Outcome, Stop> {
    let (row, plugin) = letter(rows, id)?;
    may_begin(rows, row, context)?;
    if !rows.plugin_runs(plugin)? {
        misfit::<()>(
            Misfit::State,
            format!("插件 {plugin} 已停用 / the plugin is retired"),
            "请转交人工或者由部门重新下达 / hand it to the officers, who may order it anew",
        )?;
    }
    one(context, row, DeliveryEvent::Retried { measure: id })
}

fn untold(rows: &Rows, plugin: &str, at: Position) -> Result<bool, Stop> {
    Ok(rows.get(&Key::Untold { plugin: plugin.to_owned(), at })?.is_some())
}

/// Files are erased in the order of the log, and forgotten in it.
fn forgot(
    rows: &Rows,
    plugin: &str,
    through: Position,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let known = rows.plugins()?.iter().find(|row| row.name == *plugin);
    if known.is_none_or(|row| row.forgotten_through >= through) {
        return Drafts::new(context).finish();
    }
    if through >= context.next {
        misfit::<()>(
            Misfit::Value,
            format!("{through} 尚未发生 / nothing has happened there yet"),
            "请确认已收到的位置 / confirm what was told",
        )
        .map_err(|refusal| refusal.on("through"))?;
    }
    said(context, PluginEvent::Forgot { plugin: plugin.to_owned(), through })
}
