//! What plugins answer for their departments, never deciding anything.

use crate::actor::Actor;
use crate::command::Command;
use crate::decide::checks::{self, misfit};
use crate::decide::dead_letter::own_word;
use crate::decide::measure::{confirmed, with_parents};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::delivery::DeliveryEvent;
use crate::event::{CaseHook, Event};
use crate::guard::Misfit;
use crate::id::{MeasureId, Position};
use crate::limits::EVIDENCE_MAX;
use crate::row::{Key, MeasureRow, MeasureState, Remote, Row};
use crate::rows::{Rows, Stop};
use crate::text::shortened;

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        Command::PluginTold { plugin, through, undelivered } => {
            own_word(plugin, context)?;
            told(rows, plugin, *through, undelivered, context)
        }
        Command::PluginDone { measure, hook, order, reference } => {
            let row = rows.must_measure(*measure)?;
            if is_told(row, *hook, *order, context) {
                let mut drafts = Drafts::new(context);
                let event = DeliveryEvent::PluginTold { measure: *measure, hook: *hook };
                // Nothing of the case changes, and it is told where the file is erased since.
                drafts.push(None, Event::Delivery(event));
                return drafts.finish();
            }
            if is_so_already(row, *hook, *order, context) {
                return Drafts::new(context).finish();
            }
            let row = answering(rows, *measure, context)?;
            same_order(row, *order)?;
            let standing = rows.measure_standing(*measure, context.today)?;
            confirmed(rows, context, row, *hook, standing, &shortened(reference))
        }
        Command::PluginFailed { .. } => failed(rows, command, context),
        Command::SettleFamily { cause, root } => {
            checks::system(context)?;
            let key = Key::Walk { cause: *cause, root: *root };
            let subject = match rows.get(&key)? {
                Some(Row::Walk(subject)) => *subject,
                _ => return Drafts::new(context).finish(),
            };
            let mut drafts = Drafts::new(context);
            drafts.push(subject, Event::FamilySettled { cause: *cause, root: *root });
            drafts.caused_by(*cause).finish()
        }
        _ => Err(Stop::Defect("not a plugin's command".to_owned())),
    }
}

/// How far a plugin was told, and what did not reach it: as much as one event may say. The rest is told
/// again, so that nothing that was not told is forgotten.
fn told(
    rows: &Rows,
    plugin: &str,
    through: Position,
    undelivered: &[Position],
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let known = rows.plugins()?.iter().find(|row| row.name == *plugin);
    let Some(told) = known.map(|row| row.told_through).filter(|told| *told < through) else {
        return Drafts::new(context).finish();
    };
    let open = undelivered.iter().copied().filter(|at| (told..=through).contains(at) && *at > told);
    let mut undelivered: Vec<Position> = open.collect();
    undelivered.sort_unstable();
    undelivered.dedup();
    let through = match undelivered.get(EVIDENCE_MAX - 1) {
        Some(last) if undelivered.len() > EVIDENCE_MAX => *last,
        _ => through,
    };
    undelivered.truncate(EVIDENCE_MAX);
    let mut drafts = Drafts::new(context);
    drafts.push(None, Event::PluginTold { plugin: plugin.to_owned(), through, undelivered });
    drafts.finish()
}

/// The call by which a plugin is told what an officer did about a case that it had: which plugin, what
/// was done, and the step of the call, which the answer names as its order. What the case owes by itself
/// (`owed_hook`) comes first, and takes its place.
pub fn owed_courtesy(row: &MeasureRow) -> Option<(&str, CaseHook, Position)> {
    let own = row.courtesy?;
    row.touched_by.as_deref().map(|plugin| (plugin, own.hook, own.cause))
}

/// Whether a plugin answers the call that tells it what an officer did, or one for the same that was
/// under way when the officer did it.
fn is_told(row: &MeasureRow, hook: CaseHook, at: Position, context: &Context<'_>) -> bool {
    let Some((plugin, done, step)) = owed_courtesy(row) else {
        return false;
    };
    let under_way = row.state.order().or(row.last_order.as_ref());
    let asked = at == step || under_way.is_some_and(|order| order.at == at);
    let own = matches!(context.actor, Actor::Plugin { name, .. } if name == plugin);
    own && asked && hook == done
}

/// Whether the order went to a plugin that is retired since.
pub(super) fn by_retired(rows: &Rows, row: &MeasureRow) -> Result<bool, Stop> {
    match row.order_to_undo().and_then(|order| order.plugin.as_ref()) {
        Some(name) => Ok(!rows.plugin_runs(name)?),
        None => Ok(false),
    }
}

/// Whether a retired plugin left the execution behind: it counts as given up, and is ordered anew.
pub(super) fn left_behind(rows: &Rows, row: &MeasureRow) -> Result<bool, Stop> {
    Ok(matches!(row.state, MeasureState::Executing { .. }) && by_retired(rows, row)?)
}

/// Whether what this call asked its plugin for is so already, because an officer did it meanwhile or
/// an earlier answer said it: what the plugin answers then, success or failure, changes nothing.
fn is_so_already(row: &MeasureRow, hook: CaseHook, at: Position, context: &Context<'_>) -> bool {
    let order = match (hook, &row.state) {
        (
            CaseHook::Suspend | CaseHook::Lift,
            MeasureState::Lifted { .. } | MeasureState::Closed,
        ) => row.last_order.as_ref(),
        (CaseHook::Suspend, _) if row.remote == Remote::Suspended => row.order_to_undo(),
        _ => None,
    };
    let Some(order) = order.filter(|own| own.at == at) else {
        return false;
    };
    matches!(context.actor, Actor::Plugin { name, .. } if order.plugin.as_ref() == Some(name))
}

/// The case a plugin answers for: its own department's, and none else.
fn answering<'r>(
    rows: &'r Rows,
    id: MeasureId,
    context: &Context<'_>,
) -> Result<&'r MeasureRow, Stop> {
    let row = with_parents(rows, id)?;
    let ours = match (context.actor, row.order_to_undo().and_then(|order| order.plugin.as_ref())) {
        (Actor::Plugin { name, .. }, Some(plugin)) => name == plugin,
        _ => false,
    };
    if !ours {
        misfit::<()>(
            Misfit::Forbidden,
            format!("{} 未被指派 {id} / was not given this case", context.actor),
            "插件只能答复指派给它的措施 / a plugin answers only for cases it was given",
        )?;
    }
    Ok(row)
}

fn same_order(row: &MeasureRow, order: Position) -> Result<(), Stop> {
    if row.order_to_undo().is_some_and(|own| own.at == order) {
        return Ok(());
    }
    Ok(misfit(
        Misfit::State,
        "执行指令已变更 / the order has changed",
        "该结果属于较早的指令 / the answer belongs to an earlier order",
    )?)
}

fn failed(rows: &Rows, command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::PluginFailed { measure, hook, order, fault, detail, attempt, final_attempt } =
        command
    else {
        return Err(Stop::Defect("not a failure".to_owned()));
    };
    let row = rows.must_measure(*measure)?;
    // What an officer did in its place stands; the plugin is told of it again.
    if is_told(row, *hook, *order, context) || is_so_already(row, *hook, *order, context) {
        return Drafts::new(context).finish();
    }
    let row = answering(rows, *measure, context)?;
    same_order(row, *order)?;
    let (fault, detail, attempt) = (*fault, detail.clone(), *attempt);
    let mut drafts = Drafts::new(context);
    let event = match (hook, &row.state) {
        (CaseHook::Execute, MeasureState::Executing { .. }) => Event::ExecutionFailed {
            measure: *measure,
            fault,
            detail,
            attempt,
            final_attempt: *final_attempt,
        },
        (CaseHook::Execute, _) => return drafts.finish(),
        // What ends or suspends a burden is tried until it succeeds; the first failure and each
        // kind of failure after it is recorded, not every attempt.
        _ if row.fault == Some(fault) => return drafts.finish(),
        _ => Event::DeliveryFailed { measure: *measure, hook: *hook, fault, detail, attempt },
    };
    drafts.push(row.subject, event);
    drafts.finish()
}
