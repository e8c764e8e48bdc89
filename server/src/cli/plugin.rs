//! `shouxin plugin`: the author's side (a key, a signature) and the operator's (deploy, try, roll back,
//! pause, dead letters). What the operator does goes through the running server, or is recorded for the
//! next start where none runs.

mod author;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use shouxin_core::id::Position;

use crate::cli::admin::{Operator, Reach, once};
use crate::cli::{Done, Failure};
use crate::plugins::{Step, library_sha256};
use crate::socket::{Ask, LetterStep};

/// `shouxin plugin`
#[derive(Debug, Subcommand)]
pub(super) enum PluginCommand {
    /// 计算插件库的 SHA-256 / print a library's hash
    Hash {
        /// 插件库 / the library
        library: PathBuf,
    },
    /// 新建插件项目 / create the project of a new plugin: it builds, passes `check` and can be deployed
    New(author::New),
    /// 合规检查 / run the conformance suite over a library; exit 1 where something failed
    Check(author::Check),
    /// 回放历史 / play recorded history to a library without effect and print what it would do otherwise
    DryRun(author::DryRun),
    /// 生成部门签名密钥 / make a department's signing key; print the line for plugins.toml
    Key(author::NewKey),
    /// 签署插件 / sign what manifest.toml says of a library
    Sign(author::Sign),
    /// 部署 / deploy a signed library: it takes its plugin's place, or stands beside it (--shadow)
    Deploy(Deploy),
    /// 影子版本转正 / the shadow becomes live
    Promote(Promote),
    /// 撤下影子版本 / drop the shadow
    DropShadow(Because),
    /// 回退 / the version before the live one becomes live again
    RollBack(Because),
    /// 暂停 / begin nothing with it; suspensions and lifts reach it all the same
    Pause(Because),
    /// 恢复 / call it for everything again, and close its breaker
    Resume(Named),
    /// 停用 / call it no more
    Remove(Because),
    /// 重读 plugins.toml / let plugins.toml hold as it stands now: trust, revocations, grants
    Reload(Reach),
    /// 列出插件 / list the plugins
    List(Reach),
    /// 列出死信 / list what a plugin gave up or was not told
    Letters(Letters),
    /// 重新投递死信 / deliver a dead letter again, or all
    Retry(Retry),
    /// 不再投递死信 / leave a dead letter as it is, with a reason
    Skip(Answered),
    /// 死信转人工 / hand a dead letter to the officers of the department
    Hand(Answered),
}

/// Arguments of `plugin deploy`.
#[derive(Debug, Args)]
pub(super) struct Deploy {
    #[command(flatten)]
    reach: Reach,
    /// 插件库 / the library
    library: PathBuf,
    /// 签名清单，默认为库旁的 .manifest / the signed manifest; by default LIB.manifest
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// 影子模式 / beside the live version: its answers are only compared
    #[arg(long)]
    shadow: bool,
    /// 无签名部署，仅限开发 / development only: deploy under this name without a manifest
    #[arg(long, value_name = "NAME", conflicts_with = "manifest")]
    unsigned: Option<String>,
}

/// Arguments of `plugin promote`.
#[derive(Debug, Args)]
pub(super) struct Promote {
    #[command(flatten)]
    reach: Reach,
    /// 插件 / the plugin
    name: String,
    /// 从此位置之后告知分类变更 / told of the classification changes after this position; by default where
    /// the live version stands
    #[arg(long)]
    from: Option<Position>,
}

/// A plugin, and why.
#[derive(Debug, Args)]
pub(super) struct Because {
    #[command(flatten)]
    reach: Reach,
    /// 插件 / the plugin
    name: String,
    /// 理由，记入日志 / why; it stands in the log
    #[arg(long)]
    reason: String,
}

/// A plugin.
#[derive(Debug, Args)]
pub(super) struct Named {
    #[command(flatten)]
    reach: Reach,
    /// 插件 / the plugin
    name: String,
}

/// Arguments of `plugin letters`.
#[derive(Debug, Args)]
pub(super) struct Letters {
    #[command(flatten)]
    reach: Reach,
    /// 插件 / the plugin
    name: String,
    /// 从该编号之后 / after this letter
    #[arg(long)]
    after: Option<String>,
    /// 至多 / at most so many
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

/// Arguments of `plugin retry`.
#[derive(Debug, Args)]
pub(super) struct Retry {
    #[command(flatten)]
    reach: Reach,
    /// 插件 / the plugin
    name: String,
    /// 死信编号 / which letter
    #[arg(required_unless_present = "all")]
    letter: Option<String>,
    /// 全部 / every letter there is now, at most --limit
    #[arg(long, conflicts_with = "letter")]
    all: bool,
    /// 至多 / at most so many
    #[arg(long, default_value_t = 1000)]
    limit: usize,
}

/// A dead letter, and why it is answered so.
#[derive(Debug, Args)]
pub(super) struct Answered {
    #[command(flatten)]
    reach: Reach,
    /// 插件 / the plugin
    name: String,
    /// 死信编号 / which letter
    letter: String,
    /// 理由，记入日志 / why; it stands in the log
    #[arg(long)]
    reason: String,
}

pub(super) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

/// Where the signed manifest of a library stands unless somebody says otherwise.
fn beside(library: &Path) -> PathBuf {
    let mut name = library.as_os_str().to_owned();
    name.push(".manifest");
    name.into()
}

pub(super) fn plugin(command: PluginCommand) -> Done {
    match command {
        PluginCommand::Hash { library } => {
            let hash = library_sha256(&library).map_err(Failure::usage)?;
            println!("{}", HEXLOWER.encode(&hash));
            Ok(())
        }
        PluginCommand::New(own) => author::new(&own),
        PluginCommand::Check(own) => author::check(own),
        PluginCommand::DryRun(own) => author::dry_run(own),
        PluginCommand::Key(own) => author::key(&own),
        PluginCommand::Sign(own) => author::sign(&own),
        PluginCommand::Deploy(own) => deploy(own),
        PluginCommand::Promote(Promote { reach, name, from }) => {
            step(&reach, Step::Promote { name, from }, "影子版本已转正 / it is live")
        }
        PluginCommand::DropShadow(Because { reach, name, reason }) => {
            step(&reach, Step::DropShadow { name, reason }, "影子版本已撤下 / it is gone")
        }
        PluginCommand::RollBack(Because { reach, name, reason }) => {
            let done = "已回退 / the earlier version is live";
            step(&reach, Step::RollBack { name, reason }, done)
        }
        PluginCommand::Pause(Because { reach, name, reason }) => {
            step(&reach, Step::Pause { name, reason }, "已暂停 / paused")
        }
        PluginCommand::Resume(Named { reach, name }) => {
            let done = "已恢复，熔断已解除 / resumed, and its breaker is closed";
            step(&reach, Step::Resume { name }, done)
        }
        PluginCommand::Remove(Because { reach, name, reason }) => {
            step(&reach, Step::Remove { name, reason }, "已停用 / it is called no more")
        }
        PluginCommand::Reload(reach) => step(&reach, Step::Reload {}, "已重读 / read again"),
        PluginCommand::List(reach) => list(&reach),
        PluginCommand::Letters(Letters { reach, name, after, limit }) => {
            let answer = once(&reach, Ask::Letters(LetterStep::Page { name, after, limit }))?;
            print_letters(&reach, &answer);
            Ok(())
        }
        PluginCommand::Retry(own) => retry(own),
        PluginCommand::Skip(Answered { reach, name, letter, reason }) => {
            let ask = Ask::Letters(LetterStep::Skip { name, letter, reason });
            said(&reach, &once(&reach, ask)?, "不再投递 / it is left as it is");
            Ok(())
        }
        PluginCommand::Hand(Answered { reach, name, letter, reason }) => {
            let ask = Ask::Letters(LetterStep::Hand { name, letter, reason });
            said(&reach, &once(&reach, ask)?, "已转人工 / it is the officers' now");
            Ok(())
        }
    }
}

fn said(reach: &Reach, answer: &Value, text: &str) {
    match reach.json {
        true => println!("{answer}"),
        false => println!("{text}"),
    }
}

fn step(reach: &Reach, step: Step, text: &str) -> Done {
    let answer = once(reach, Ask::Plugin(step))?;
    said(reach, &answer, text);
    if !reach.json {
        nobody_runs(&answer);
    }
    Ok(())
}

/// Says so where a step was recorded and no server runs that would carry it out now.
fn nobody_runs(answer: &Value) {
    if answer["runs"] == false {
        println!(
            "  服务未运行，下次启动时生效 / no server runs here: it holds from the next start on"
        );
    }
}

fn deploy(own: Deploy) -> Done {
    let Deploy { reach, library, manifest, shadow, unsigned } = own;
    let library = absolute(&library)?;
    let manifest = match (&unsigned, manifest) {
        (Some(_), _) => None,
        (None, Some(manifest)) => Some(absolute(&manifest)?),
        // Where none stands there, the answer says that one is missing and how to make it.
        (None, None) => Some(beside(&library)).filter(|path| path.exists()),
    };
    let step = Step::Deploy { library, manifest, name: unsigned, shadow };
    let answer = once(&reach, Ask::Plugin(step))?;
    if reach.json {
        println!("{answer}");
        return Ok(());
    }
    let text = |field: &str| answer[field].as_str().unwrap_or("-").to_owned();
    let how = match shadow {
        true => "影子运行，答复只作比较 / beside the live version: its answers are only compared",
        false => "已启用 / live",
    };
    println!("{} {} {how}\n  sha256 {}", text("name"), text("version"), text("sha256"));
    nobody_runs(&answer);
    Ok(())
}

/// The word for a state, in both languages.
fn state(word: &str) -> &str {
    match word {
        "running" => "运行 / running",
        "paused" => "已暂停 / paused",
        "restarting" => "重启中 / restarting",
        "tripped" => "已熔断 / tripped",
        "stopped" => "已停止 / stopped",
        "not_running" => "未运行 / not running",
        "refused" => "未获准 / refused",
        "retired" => "已停用 / retired",
        "shadow_only" => "仅影子 / shadow only",
        other => other,
    }
}

fn list(reach: &Reach) -> Done {
    let answer = once(reach, Ask::Plugin(Step::List {}))?;
    if reach.json {
        println!("{answer}");
        return Ok(());
    }
    let plugins = answer["plugins"].as_array().map(Vec::as_slice).unwrap_or_default();
    if plugins.is_empty() {
        println!("没有插件 / no plugins");
    }
    for plugin in plugins {
        let text = |field: &str| plugin[field].as_str().unwrap_or("-").to_owned();
        let count = |queue: &Value| match (queue["count"].as_u64(), queue["more"] == true) {
            (Some(count), true) => format!("{count}+"),
            (Some(count), false) => count.to_string(),
            (None, _) => "-".to_owned(),
        };
        println!("{:<16} {:<10} {}", text("name"), text("version"), state(&text("state")));
        if plugin["waiting"].is_object() {
            let dead = &plugin["dead_letters"];
            println!(
                "  待办 / waiting {} · 待告知 / lag {} · 死信 / dead letters {} · 未告知 / untold {}",
                count(&plugin["waiting"]),
                count(&plugin["lag"]),
                count(&dead["cases"]),
                count(&dead["information"]),
            );
        }
        if plugin["admission"]["unsigned"] == true {
            println!("  ! 无签名 / unsigned");
        }
        let cage = &plugin["cage"];
        if cage.is_object() && (cage["landlock_abi"].is_null() || cage["seccomp"] == false) {
            println!(
                "  ! 本机不能完全隔离其文件和系统调用 / this system cannot fence in all of its files and calls"
            );
        }
        if plugin["begins_burdens"] == false && plugin["state"] == "running" {
            println!(
                "  ! 清单已过有效期，不再开始执行 / its manifest is over: it begins nothing new"
            );
        }
        print_forgetting(&plugin["forget"]);
        print_trouble(plugin, "  ");
        let shadow = &plugin["shadow"];
        if let Some(version) = shadow["version"].as_str() {
            let compared = &shadow["compared"];
            println!(
                "  影子 / shadow {version} {}: 相同 / same {} · 不同 / different {} · 略过 / skipped {}",
                state(shadow["state"].as_str().unwrap_or("-")),
                compared["same"].as_u64().unwrap_or_default(),
                compared["different"].as_u64().unwrap_or_default(),
                compared["skipped"].as_u64().unwrap_or_default()
            );
            print_trouble(shadow, "    ");
        }
    }
    nobody_runs(&answer);
    Ok(())
}

/// Whom it is still to forget, where that is anybody.
fn print_forgetting(forget: &Value) {
    let number = |field: &str| forget[field].as_u64().unwrap_or_default();
    if number("pending") == 0 {
        return;
    }
    println!(
        "  待删除已注销主体 / to forget {}{} · 最早 / oldest {} s · 尝试 / attempts {}",
        number("pending"),
        if forget["more"] == true { "+" } else { "" },
        number("oldest_seconds"),
        number("attempts"),
    );
    if let Some(error) = forget["last_error"].as_str() {
        println!("  ! 未能删除 / it did not forget: {error}");
    }
}

/// Why a version does not run, or does badly.
fn print_trouble(version: &Value, indent: &str) {
    if version["state"] == "tripped" {
        println!(
            "{indent}! 连续崩溃，查明后用 plugin resume 恢复 / it crashed again and again: `plugin resume` once mended"
        );
    }
    if let Some(error) = version["last_error"].as_str() {
        println!("{indent}! {error}");
    }
}

fn print_letters(reach: &Reach, answer: &Value) {
    if reach.json {
        println!("{answer}");
        return;
    }
    let letters = answer["letters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if letters.is_empty() {
        println!("没有死信 / no dead letters");
    }
    for letter in letters {
        let text = |field: &str| letter[field].as_str().unwrap_or("-").to_owned();
        println!(
            "{:<14} {:<12} {:<8} {}",
            text("letter"),
            text("kind"),
            text("measure"),
            text("fault")
        );
    }
    if let Some(next) = answer["next"].as_str() {
        println!("… --after {next}");
    }
}

fn retry(own: Retry) -> Done {
    let Retry { reach, name, letter, all, limit } = own;
    if let (Some(letter), false) = (letter, all) {
        let answer = once(&reach, Ask::Letters(LetterStep::Retry { name, letter }))?;
        said(&reach, &answer, "已重新投递 / it is delivered again");
        return Ok(());
    }
    let mut operator = Operator::reach(&reach.data.data, &reach.config)?;
    let done = retry_all(&mut operator, &name, limit);
    operator.close()?;
    let (delivered, refused) = done?;
    let answer = json!({"delivered_again": delivered, "refused": refused});
    let text =
        format!("重新投递 / delivered again: {delivered}；未获准 / refused: {}", refused.len());
    said(&reach, &answer, &text);
    if !reach.json {
        for one in &refused {
            println!(
                "  {} {}",
                one["letter"].as_str().unwrap_or("-"),
                one["why"].as_str().unwrap_or("-")
            );
        }
    }
    Ok(())
}

/// Every letter there is, a page at a time; one that may not begin any more stays and is named.
fn retry_all(
    operator: &mut Operator,
    name: &str,
    limit: usize,
) -> Result<(usize, Vec<Value>), Failure> {
    let (mut delivered, mut refused) = (0, Vec::new());
    let mut after = None;
    while delivered + refused.len() < limit {
        let left = (limit - delivered - refused.len()).min(crate::plugins::letters::PAGE_MAX);
        let page = LetterStep::Page { name: name.to_owned(), after: after.take(), limit: left };
        let page = operator.ask(Ask::Letters(page))?;
        for letter in page["letters"].as_array().into_iter().flatten() {
            let letter = letter["letter"].as_str().unwrap_or_default().to_owned();
            let again = LetterStep::Retry { name: name.to_owned(), letter: letter.clone() };
            match operator.ask(Ask::Letters(again)) {
                Ok(_) => delivered += 1,
                Err(failure) if failure.code == 3 => {
                    refused.push(json!({"letter": letter, "why": failure.text}));
                }
                Err(failure) => return Err(failure),
            }
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    Ok((delivered, refused))
}
