//! What the operator does: rules and keys.

use crate::actor::Role;
use crate::command::Command;
use crate::decide::checks::{self, misfit};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::guard::Misfit;
use crate::row::RulesRow;
use crate::rows::{Rows, Stop};
use crate::rules::pack_day;
use crate::text::{Digest, short_text_is_stated};
use crate::time::Day;

pub(super) fn decide(
    rows: &Rows,
    command: &Command,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    checks::operator(context)?;
    let mut drafts = Drafts::new(context);
    match command {
        Command::LoadRules { version, files } => {
            if rows.rules()?.is_none_or(|rules| rules.version != *version) {
                keeps_what_began(rows.rules()?, files, context.today)?;
                drafts.push(None, Event::RulesLoaded { version: *version, files: files.clone() });
            }
        }
        Command::CreateKey { key_id, secret_hash, role, officer, acts_for, expires_on } => {
            if !short_text_is_stated(key_id) || rows.api_key(key_id)?.is_some() {
                misfit::<()>(
                    Misfit::Exists,
                    format!("密钥编号不可用：{key_id} / the key id cannot be used"),
                    "请换一个编号 / choose another",
                )?;
            }
            if let Some(officer) = officer {
                let (rules, code) = (context.rules, officer.authority.as_str());
                // An association's officer holds no public power, nor a department's a charter's.
                let found = match role {
                    Role::Association => rules
                        .association_by_uscc(code)
                        .and_then(|found| found.officer(&officer.officer)),
                    _ => rules
                        .department_by_uscc(code)
                        .and_then(|found| found.officer(&officer.officer)),
                };
                if found.is_none() {
                    misfit::<()>(
                        Misfit::Value,
                        format!("未登记的工作人员：{officer} / no such officer on file"),
                        "请先在 departments.toml 登记 / enter the officer there first",
                    )?;
                }
            }
            if let Some(subject) = acts_for {
                rows.must_subject(*subject)?;
            }
            if *expires_on <= context.today {
                misfit::<()>(
                    Misfit::Value,
                    "有效期须晚于当日 / the expiry must lie in the future",
                    "请选择以后的日期 / choose a later day",
                )?;
            }
            drafts.push(
                None,
                Event::KeyCreated {
                    key_id: key_id.clone(),
                    secret_hash: *secret_hash,
                    role: *role,
                    officer: officer.clone(),
                    acts_for: *acts_for,
                    expires_on: *expires_on,
                },
            );
        }
        Command::RevokeKey { key_id } => {
            match rows.api_key(key_id)? {
                Some(key) if !key.revoked => {}
                _ => misfit::<()>(
                    Misfit::NotFound,
                    format!("没有有效密钥 {key_id} / no such live key"),
                    "请用 shouxin key list 查看 / see shouxin key list",
                )?,
            }
            drafts.push(None, Event::KeyRevoked { key_id: key_id.clone() });
        }
        _ => return Err(Stop::Defect("not an operator's command".to_owned())),
    }
    drafts.finish()
}

/// A version of the deadlines and caps that has begun is what running cases keep (design.md 6): no
/// load changes it, leaves it out, or puts another one before today. A correction is a pack of its
/// own with a day to come; a newer calendar is no such change, because it counts anew by itself.
fn keeps_what_began(
    before: Option<&RulesRow>,
    files: &[(String, Digest)],
    today: Day,
) -> Result<(), Stop> {
    let Some(before) = before.filter(|before| !before.packs.is_empty()) else {
        return Ok(());
    };
    let begun = |name: &str| pack_day(name).is_some_and(|day| day <= today);
    let lacks = |all: &[(String, Digest)], own: &(String, Digest)| !all.contains(own);
    let changed = before.packs.iter().filter(|own| begun(&own.0) && lacks(files, own));
    let new = files.iter().filter(|own| begun(&own.0) && lacks(&before.packs, own));
    if let Some((name, _)) = changed.chain(new).next() {
        let from = today.plus_days(1);
        misfit::<()>(
            Misfit::State,
            format!("{name} 已经施行，不得更改、删除或补入 / it has begun: it stays as it was loaded"),
            format!(
                "请恢复原文件（数据目录 rules/ 下有其字节），更正写入自 {from} 或以后施行的新文件 / \
                 restore the file, its bytes are kept under rules/ of the data folder; a correction is \
                 a new pack that begins on {from} or later"
            ),
        )
        .map_err(|refusal| refusal.on("files"))?;
    }
    Ok(())
}
