//! Plugins: deployed by the operator, answering for a department, never deciding anything.

use crate::actor::Actor;
use crate::command::Command;
use crate::decide::checks::{self, misfit};
use crate::decide::measure::{confirmed, with_parents};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::plugin::PluginEvent;
use crate::event::{CaseHook, Event};
use crate::guard::Misfit;
use crate::id::{MeasureId, Position};
use crate::limits::{EVIDENCE_MAX, PLUGINS_MAX};
use crate::row::{Key, MeasureRow, MeasureState, Remote, Row};
use crate::rows::{Rows, Stop};
use crate::text::{short_text_is_stated, shortened};

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    match command {
        Command::DeployPlugin { name, version, sha256, department, measures } => {
            checks::operator(context)?;
            deploy(rows, name, version, *sha256, department, measures, context)
        }
        Command::RetirePlugins { running } => {
            checks::operator(context)?;
            retire(rows, running, context)
        }
        Command::PluginTold { plugin, through, undelivered } => {
            if !matches!(context.actor, Actor::Plugin { name, .. } if name == plugin) {
                misfit::<()>(
                    Misfit::Forbidden,
                    format!("{} 不是 {plugin} / is not that plugin", context.actor),
                    "每个插件只确认自己收到的通知 / each plugin confirms what it was told itself",
                )?;
            }
            let known = rows.plugins()?.iter().find(|row| row.name == *plugin);
            if known.is_none_or(|row| row.told_through >= *through) {
                return Drafts::new(context).finish();
            }
            let mut drafts = Drafts::new(context);
            let mut undelivered = undelivered.clone();
            undelivered.truncate(EVIDENCE_MAX);
            let event =
                Event::PluginTold { plugin: plugin.clone(), through: *through, undelivered };
            drafts.push(None, event);
            drafts.finish()
        }
        Command::PluginDone { measure, hook, order, reference } => {
            if is_so_already(rows.must_measure(*measure)?, *hook, *order, context) {
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

fn deploy(
    rows: &Rows,
    name: &str,
    version: &str,
    sha256: [u8; 32],
    department: &str,
    measures: &[String],
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    if context.rules.department(department).is_none() {
        misfit::<()>(
            Misfit::Value,
            format!("未知部门：{department} / unknown department"),
            "请在 departments.toml 登记 / enter it there",
        )?;
    }
    for id in measures {
        let granted = context
            .rules
            .measure(id)
            .is_some_and(|measure| measure.implementers.iter().any(|own| own == department));
        if !granted {
            misfit::<()>(
                Misfit::Value,
                format!("{department} 不实施 {id} / that department does not implement it"),
                "请核对 plugins.toml 的授权 / check the grant in plugins.toml",
            )?;
        }
    }
    let plugins = rows.plugins()?;
    let same = plugins.iter().any(|row| {
        row.name == name
            && row.sha256 == sha256
            && row.version == version
            && row.department == department
            && row.measures == measures
            && row.retired.is_none()
    });
    if same {
        return Drafts::new(context).finish();
    }
    // One that is retired carries nothing out and takes no room.
    let others = || plugins.iter().filter(|row| row.name != name && row.retired.is_none());
    let taken = others().any(|row| {
        row.department == department
            && row.measures.iter().any(|measure| measures.contains(measure))
    });
    // A new version takes the place of the old one, also where there is room for no other.
    if taken || others().count() >= PLUGINS_MAX || !short_text_is_stated(name) {
        misfit::<()>(
            Misfit::Exists,
            "另一插件已负责同一部门的同一措施，或插件数已满 / another plugin carries that measure, or full",
            "每项措施每部门只能有一个插件 / one plugin a measure and department",
        )?;
    }
    let mut drafts = Drafts::new(context);
    drafts.push(
        None,
        Event::PluginDeployed {
            name: name.to_owned(),
            version: version.to_owned(),
            sha256,
            department: department.to_owned(),
            measures: measures.to_vec(),
        },
    );
    drafts.finish()
}

/// Which of the deployed plugins run no more. What went to them is worked out when it is asked for
/// (`by_retired`), so that a start looks at no case.
fn retire(rows: &Rows, running: &[String], context: &Context<'_>) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    for row in rows.plugins()? {
        if row.retired.is_none() && !running.contains(&row.name) {
            let event = PluginEvent::Retired { name: row.name.clone() };
            drafts.push(None, Event::Plugin(event));
        }
    }
    drafts.finish()
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
    if is_so_already(rows.must_measure(*measure)?, *hook, *order, context) {
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
