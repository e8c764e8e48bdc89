//! The life of a plugin, by the operator's word alone: a version is deployed, tried in the shadow, made
//! live, taken back, paused, resumed, removed. No case changes by any of it: what a case is owed follows
//! from its own row, and waits for whoever carries it.
//!
//! Source: domain.md O51, design.md 5.

use crate::command::Command;
use crate::decide::checks::{self, misfit, wrong_state};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::plugin::{Admission, PluginEvent};
use crate::guard::{Misfit, Refusal};
use crate::id::Position;
use crate::limits::PLUGINS_MAX;
use crate::row::{PluginRow, PluginVersion, ShadowRow};
use crate::rows::{Rows, Stop};
use crate::text::{digest_is_stated, short_text_is_stated};

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    checks::operator(context)?;
    match command {
        Command::DeployPlugin { name, version, sha256, department, measures, admission } => {
            let own = PluginVersion {
                version: version.clone(),
                sha256: *sha256,
                department: department.clone(),
                measures: measures.clone(),
                admission: admission.clone(),
            };
            deploy(rows, name, own, context)
        }
        Command::ShadowPlugin { name, version, sha256, department, measures, admission } => {
            let own = PluginVersion {
                version: version.clone(),
                sha256: *sha256,
                department: department.clone(),
                measures: measures.clone(),
                admission: admission.clone(),
            };
            shadow(rows, name, own, context)
        }
        Command::RetirePlugins { running } => retire(rows, running, context),
        Command::PromotePlugin { name, from } => promote(rows, name, *from, context),
        Command::DropShadow { name, reason } => {
            shadow_of(rows, name)?;
            stated(reason)?;
            let (name, reason) = (name.clone(), reason.clone());
            one(context, PluginEvent::ShadowDropped { name, reason })
        }
        Command::RollBackPlugin { name, reason } => roll_back(rows, name, reason, context),
        Command::PausePlugin { name, reason } => {
            let row = running(rows, name)?;
            stated(reason)?;
            if row.paused.is_some() {
                return Ok(wrong_state("插件 / the plugin", "paused", "running")?);
            }
            one(context, PluginEvent::Paused { name: name.clone(), reason: reason.clone() })
        }
        Command::ResumePlugin { name } => {
            // Also where nothing paused it: whoever closes its breaker says that it is called again.
            running(rows, name)?;
            one(context, PluginEvent::Resumed { name: name.clone() })
        }
        Command::RemovePlugin { name, reason } => {
            running(rows, name)?;
            stated(reason)?;
            one(context, PluginEvent::Removed { name: name.clone(), reason: reason.clone() })
        }
        _ => Err(Stop::Defect("not a step of a plugin's life".to_owned())),
    }
}

fn one(context: &Context<'_>, event: PluginEvent) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    drafts.push(None, Event::Plugin(event));
    drafts.finish()
}

/// The operator says why, in a few words about the plugin and about nobody.
pub(super) fn stated(reason: &str) -> Result<(), Refusal> {
    if short_text_is_stated(reason) {
        return Ok(());
    }
    misfit(
        Misfit::Value,
        "缺少理由或者过长 / the reason is missing or too long",
        "请用一两句话写明理由 / say why in a sentence or two",
    )
    .map_err(|refusal: Refusal| refusal.on("reason"))
}

/// A plugin that was deployed, be it retired since.
pub(super) fn deployed<'r>(rows: &'r Rows, name: &str) -> Result<&'r PluginRow, Stop> {
    match rows.plugins()?.iter().find(|row| row.name == name) {
        Some(row) => Ok(row),
        None => Ok(misfit(
            Misfit::NotFound,
            format!("没有部署插件 {name} / no such plugin was deployed"),
            "请用 shouxin plugin list 查看 / see shouxin plugin list",
        )?),
    }
}

/// A plugin that was deployed and is not retired.
fn running<'r>(rows: &'r Rows, name: &str) -> Result<&'r PluginRow, Stop> {
    let row = deployed(rows, name)?;
    match row.retired {
        None => Ok(row),
        Some(_) => Ok(wrong_state("插件 / the plugin", "retired", "deployed")?),
    }
}

fn shadow_of<'r>(rows: &'r Rows, name: &str) -> Result<&'r ShadowRow, Stop> {
    match rows.shadow(name)? {
        Some(row) => Ok(row),
        None => Ok(misfit(
            Misfit::NotFound,
            format!("{name} 没有影子版本 / no version of it stands in the shadow"),
            "请先用 shouxin plugin deploy --shadow 部署 / put one there first: shouxin plugin deploy --shadow",
        )?),
    }
}

/// A version carries out what its department implements, and nothing that another plugin carries out.
fn may_carry(
    rows: &Rows,
    name: &str,
    own: &PluginVersion,
    context: &Context<'_>,
) -> Result<(), Stop> {
    let department = own.department.as_str();
    if context.rules.department(department).is_none() {
        misfit::<()>(
            Misfit::Value,
            format!("未知部门：{department} / unknown department"),
            "请在 departments.toml 登记 / enter it there",
        )?;
    }
    for id in &own.measures {
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
    // One that is retired carries nothing out and takes no room.
    let others = || others(rows, name);
    let taken = others()?.any(|row| {
        row.department == department
            && row.measures.iter().any(|measure| own.measures.contains(measure))
    });
    // A new version takes the place of the old one, also where there is room for no other.
    if taken || others()?.count() >= PLUGINS_MAX || !short_text_is_stated(name) {
        misfit::<()>(
            Misfit::Exists,
            "另一插件已负责同一部门的同一措施，或插件数已满 / another plugin carries that measure, or full",
            "每项措施每部门只能有一个插件 / one plugin a measure and department",
        )?;
    }
    Ok(())
}

fn others<'r>(rows: &'r Rows, name: &str) -> Result<impl Iterator<Item = &'r PluginRow>, Stop> {
    let plugins = rows.plugins()?.iter();
    Ok(plugins.filter(move |row| row.name != name && row.retired.is_none()))
}

/// A manifest lets a version in from its first day to its last.
fn admitted(admission: &Admission, context: &Context<'_>) -> Result<(), Refusal> {
    signed(admission)?;
    within(admission, admission.holds_on(context.today), context)
}

/// What was let in once goes on relieving after its last day, so that it may come back then too; it begins
/// no burden (`PluginRow::begins_burdens`).
fn was_admitted(admission: &Admission, context: &Context<'_>) -> Result<(), Refusal> {
    signed(admission)?;
    within(admission, admission.began_by(context.today), context)
}

/// A manifest that is named, and a key that signed it.
fn signed(admission: &Admission) -> Result<(), Refusal> {
    match admission {
        Admission::Signed { manifest_sha256, key_id, .. }
            if !(digest_is_stated(manifest_sha256) && short_text_is_stated(key_id)) =>
        {
            misfit(
                Misfit::Value,
                "缺少清单摘要或签名密钥编号 / the manifest's digest or its key is missing",
                "请使用已签名的清单 / use a signed manifest",
            )
        }
        _ => Ok(()),
    }
}

fn within(admission: &Admission, holds: bool, context: &Context<'_>) -> Result<(), Refusal> {
    match admission {
        Admission::Signed { valid_from, valid_until, .. } if !holds => misfit(
            Misfit::State,
            format!(
                "清单有效期 {valid_from} 至 {valid_until}，{} 不在其内 / the manifest is valid from \
                     {valid_from} to {valid_until}, not today",
                context.today
            ),
            "请部门重新签发清单 / have the department sign a new one",
        ),
        _ => Ok(()),
    }
}

fn deploy(
    rows: &Rows,
    name: &str,
    own: PluginVersion,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let live = rows.plugins()?.iter().find(|row| row.name == name && row.retired.is_none());
    if live.is_some_and(|row| row.live() == own) {
        return Drafts::new(context).finish();
    }
    admitted(&own.admission, context)?;
    may_carry(rows, name, &own, context)?;
    let mut drafts = Drafts::new(context);
    let PluginVersion { version, sha256, department, measures, admission } = own;
    let name = name.to_owned();
    let event = Event::PluginDeployed { name: name.clone(), version, sha256, department, measures };
    drafts.push(None, event);
    drafts.push(None, Event::Plugin(PluginEvent::Admitted { name, sha256, admission }));
    drafts.finish()
}

fn shadow(
    rows: &Rows,
    name: &str,
    own: PluginVersion,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    if rows.shadow(name)?.is_some_and(|row| row.own == own) {
        return Drafts::new(context).finish();
    }
    admitted(&own.admission, context)?;
    may_carry(rows, name, &own, context)?;
    if rows.shadows()?.iter().filter(|row| row.name != name).count() >= PLUGINS_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("影子版本上限 {PLUGINS_MAX} 个 / no more versions stand in the shadow"),
            "请先撤下其他影子版本 / drop another one first",
        )?;
    }
    let PluginVersion { version, sha256, department, measures, admission } = own;
    let name = name.to_owned();
    let event = PluginEvent::Shadowed { name, version, sha256, department, measures, admission };
    one(context, event)
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

/// Nothing is told twice, and nothing of what has not happened.
fn promote(
    rows: &Rows,
    name: &str,
    from: Option<Position>,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let ShadowRow { own, .. } = shadow_of(rows, name)?;
    admitted(&own.admission, context)?;
    may_carry(rows, name, own, context)?;
    let before = rows.plugins()?.iter().find(|row| row.name == name);
    let told = before.map(|row| row.told_through);
    let from = from.or(told).unwrap_or(context.next);
    if told.is_some_and(|told| from < told) || from > context.next {
        let least = told.map_or_else(|| "0".to_owned(), |own| own.to_string());
        misfit::<()>(
            Misfit::Value,
            format!(
                "起点须在 {least} 至 {} 之间 / it begins between {least} and {}",
                context.next, context.next
            ),
            "不得早于已通知的位置，也不得晚于日志末尾 / not before what was told, nor beyond the log",
        )
        .map_err(|refusal| refusal.on("from"))?;
    }
    let (name, version, sha256) = (name.to_owned(), own.version.clone(), own.sha256);
    one(context, PluginEvent::Promoted { name, version, sha256, from })
}

fn roll_back(
    rows: &Rows,
    name: &str,
    reason: &str,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let row = running(rows, name)?;
    stated(reason)?;
    let Some(own) = &row.earlier else {
        return Ok(misfit(
            Misfit::State,
            format!("{name} 没有可以退回的版本 / it replaced no version"),
            "只能退回一次，退回被替换的版本 / once, to the version that was replaced",
        )?);
    };
    // It was let in on a day of its manifest. That its last day has passed keeps nobody from taking a
    // version back that does not start: without it nothing would relieve whom this plugin burdened.
    was_admitted(&own.admission, context)?;
    may_carry(rows, name, own, context)?;
    let (name, version, sha256) = (name.to_owned(), own.version.clone(), own.sha256);
    one(context, PluginEvent::RolledBack { name, version, sha256, reason: reason.to_owned() })
}
