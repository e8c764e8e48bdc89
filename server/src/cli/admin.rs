//! What the operator does to a running server through its socket, or to a data folder alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role};
use shouxin_core::command::Command;
use shouxin_core::time::Day;

use crate::access::AccessLog;
use crate::app::{self, DataFolder, Purpose};
use crate::cli::{Data, Done, Failure};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::engine::{Engine, Parts, Request};
use crate::keys::NewKey;
use crate::lock::DataLock;
use crate::plugins::library::Libraries;
use crate::plugins::{Gates, Life, Plugins, PluginsFile};
use crate::socket::{self, Ask, Connection};
use crate::telemetry::Metrics;
use crate::vault::random_salt;

/// `shouxin key`
#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// 创建密钥，只显示一次 / create a key; it is shown once
    Create(Create),
    /// 列出密钥 / list keys, without secrets
    List(Reach),
    /// 吊销密钥 / void a key
    Revoke(Revoke),
    /// 核对时钟后确认 / confirm the clock after a jump, so that starts go on
    ConfirmClock(Reach),
}

/// Where, and with which data files where no server runs.
#[derive(Clone, Debug, Args)]
pub(super) struct Reach {
    #[command(flatten)]
    pub(super) data: Data,
    /// 县级数据文件目录 / folder of the county's data files, where no server runs
    #[arg(long, default_value = "config")]
    pub(super) config: PathBuf,
    /// 输出 JSON / print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `key create`.
#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    reach: Reach,
    /// 角色 / role: department, provider, credit_office, subject, operator, auditor, ...
    #[arg(long)]
    role: String,
    /// 机构代码 / the officer's authority
    #[arg(long)]
    authority: Option<String>,
    /// 工作人员编号 / the officer in departments.toml
    #[arg(long)]
    officer: Option<String>,
    /// 主体代码 / the subject a subject's key acts for
    #[arg(long)]
    acts_for: Option<String>,
    /// 有效期至 / last day
    #[arg(long)]
    expires_on: Day,
}

/// Arguments of `key revoke`.
#[derive(Debug, Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    reach: Reach,
    /// 密钥编号 / id of the key
    key_id: String,
}

/// `shouxin channel`
#[derive(Debug, Subcommand)]
pub(super) enum ChannelCommand {
    /// 不再等待已移除的渠道撤下 / wait no more for a channel that is configured no more
    Waive(Waive),
}

/// Arguments of `channel waive`.
#[derive(Debug, Args)]
pub(super) struct Waive {
    #[command(flatten)]
    reach: Reach,
    /// 渠道名称 / its name, as it stood in channels.toml
    name: String,
    /// 理由，记入日志 / why nothing is to be withdrawn there any more; it stands in the log
    #[arg(long)]
    reason: String,
}

/// Somebody who carries out the operator's commands: a running server, or this process.
pub(super) enum Operator {
    Running(Connection),
    Alone(Box<Engine>, AccessLog, Box<Life>, DataLock),
}

impl Operator {
    /// Goes through `admin.sock` where a server runs, and takes the lock where none does.
    pub(super) fn reach(data: &Path, rules: &Path) -> Result<Operator, Failure> {
        if let Some(connection) = Connection::open(data) {
            return Ok(Operator::Running(connection));
        }
        let config = Config::default();
        let folder =
            DataFolder::open(data, Purpose::Serve, &config, &mut |text| eprintln!("! {text}"))?;
        let files = app::read_rules(rules)?;
        let set = Arc::new(app::load_rules(&files)?);
        let clock = Arc::new(SystemClock::new(folder.last_recorded, &folder.path));
        let (log, view, vault, lock) = folder.into_parts();
        let salt = || random_salt().unwrap_or_default();
        let access = AccessLog::open(&data.join("access"), config.log.access_segment_bytes, salt)
            .map_err(Failure::wrong)?;
        let engine = Engine::start(Parts {
            log,
            view,
            vault,
            clock,
            rules: set.clone(),
            settings: config.engine.settings(),
            metrics: Arc::new(Metrics::default()),
            on_fatal: Box::new(|what| {
                eprintln!("durability lost: {what}");
                std::process::exit(70);
            }),
        })
        .map_err(Failure::wrong)?;
        let kept = app::keep_rules(data, &files)?;
        let load = Command::LoadRules { version: set.version, files: kept };
        engine.submit_blocking(Request::internal(Actor::Operator, "rules.load", load))?;
        Ok(Operator::Alone(Box::new(engine), access, Box::new(beside(data, rules)?), lock))
    }

    /// Asks; a refusal is a failure with its own exit code.
    pub(super) fn ask(&mut self, ask: Ask) -> Result<Value, Failure> {
        let answer = match self {
            Operator::Running(connection) => connection.ask(&ask).map_err(Failure::wrong)?,
            Operator::Alone(engine, access, life, _) => socket::answer(ask, engine, access, life),
        };
        match (answer["error"].as_str(), answer["code"].as_u64()) {
            (Some(text), code) => Err(Failure {
                code: code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
                text: text.to_owned(),
            }),
            _ => Ok(answer),
        }
    }

    /// Lets everything reach the disk.
    pub(super) fn close(self) -> Done {
        if let Operator::Alone(engine, _, _, lock) = self {
            engine.stop();
            engine.view.flush_now().map_err(Failure::wrong)?;
            drop(lock);
        }
        Ok(())
    }
}

/// The lives of plugins where no server runs: steps are tried and recorded for the next start.
fn beside(data: &Path, rules: &Path) -> Result<Life, Failure> {
    let file = PluginsFile::read(&rules.join("plugins.toml")).map_err(Failure::usage)?;
    // Nobody is called here, so nobody completes a call.
    let (done, _) = tokio::sync::mpsc::unbounded_channel();
    let host = (PathBuf::from("/proc/self/exe"), vec!["plugin-host".to_owned()]);
    let plugins = Arc::new(Plugins::new(data, host, done, Gates::default()));
    Ok(Life::new(plugins, Libraries::of(data), file, false, 0))
}

pub(super) fn once(reach: &Reach, ask: Ask) -> Result<Value, Failure> {
    let mut operator = Operator::reach(&reach.data.data, &reach.config)?;
    let answer = operator.ask(ask);
    operator.close()?;
    answer
}

pub(super) fn key(command: Key) -> Done {
    match command {
        Key::Create(create) => {
            let role: Role = serde_json::from_value(json!(create.role))
                .map_err(|error| Failure::usage(format!("--role: {error}")))?;
            let new = NewKey {
                role,
                authority: create.authority,
                officer: create.officer,
                acts_for: create.acts_for,
                expires_on: create.expires_on,
            };
            let answer = once(&create.reach, Ask::KeyCreate(new))?;
            match (create.reach.json, answer["key"].as_str()) {
                (false, Some(key)) => println!("{key}"),
                _ => println!("{answer}"),
            }
            Ok(())
        }
        Key::List(reach) => {
            let answer = once(&reach, Ask::KeyList {})?;
            if reach.json {
                println!("{answer}");
                return Ok(());
            }
            for key in answer["keys"].as_array().into_iter().flatten() {
                let text = |field: &str| key[field].as_str().unwrap_or("-").to_owned();
                let state = if key["revoked"] == true { "已吊销 / revoked" } else { "" };
                println!(
                    "{} {:<14} {} {} {state}",
                    text("key_id"),
                    text("role"),
                    text("officer"),
                    text("expires_on")
                );
            }
            Ok(())
        }
        Key::Revoke(revoke) => {
            once(&revoke.reach, Ask::KeyRevoke { key_id: revoke.key_id })?;
            println!("已吊销 / revoked");
            Ok(())
        }
        Key::ConfirmClock(reach) => {
            let answer = once(&reach, Ask::ConfirmClock {})?;
            println!("时钟已确认 / confirmed: {}", answer["now"].as_str().unwrap_or_default());
            Ok(())
        }
    }
}

pub(super) fn channel(command: ChannelCommand) -> Done {
    let ChannelCommand::Waive(waive) = command;
    let ask = Ask::ChannelWaive { channel: waive.name, reason: waive.reason };
    let answer = once(&waive.reach, ask)?;
    match waive.reach.json {
        true => println!("{answer}"),
        false => println!("已记录，不再等待该渠道 / recorded: it is waited for no more"),
    }
    Ok(())
}
