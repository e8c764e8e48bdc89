//! The author's side of `shouxin plugin`: a project, the conformance suite, a dry run over recorded
//! history, a key, a signature.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use shouxin_core::id::Position;
use shouxin_plugin_admission as admission;
use shouxin_plugin_check as suite;
use shouxin_plugin_host::{Isolation, Limits, Mode, Plugin, PluginSpec};
use shouxin_plugin_scaffold::Lang;

use crate::app;
use crate::cli::inspect::{Scratch, bar, reader};
use crate::cli::plugin::{beside, read};
use crate::cli::{Data, Done, Failure};
use crate::plugins::history::{History, Whose};
use crate::plugins::{PluginsFile, library_sha256};
use crate::vault::Vault;

/// Arguments of `plugin new`.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// 插件名称 / its name: a-z, 0-9 and -
    name: String,
    /// 语言：rust 或 c / rust or c
    #[arg(long, default_value = "rust")]
    lang: Lang,
    /// 项目目录，默认与名称相同 / its folder; by default its name
    #[arg(long)]
    into: Option<PathBuf>,
}

/// Arguments of `plugin check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// 插件库 / the library
    library: PathBuf,
    /// 快速检查 / fewer rounds, and a short run for growth
    #[arg(long)]
    quick: bool,
    /// 长期运行的调用数 / calls of the run that looks for growth
    #[arg(long, default_value_t = suite::Options::CALLS)]
    calls: u64,
    /// 插件设置（JSON 文件）/ a JSON file with the settings it would get
    #[arg(long)]
    settings: Option<PathBuf>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `plugin dry-run`.
#[derive(Debug, Args)]
pub(crate) struct DryRun {
    #[command(flatten)]
    data: Data,
    /// 县级数据文件目录 / folder of the county's data files
    #[arg(long, default_value = "config")]
    config: PathBuf,
    /// 插件库 / the library
    library: PathBuf,
    /// 插件名称 / its name, as it stands in plugins.toml
    #[arg(long)]
    name: String,
    /// 从此事件开始 / from this event on
    #[arg(long, default_value = "0.0")]
    from: Position,
    /// 编号不同也算差异 / another reference is a difference, too
    #[arg(long)]
    references: bool,
    /// 输出 JSON / print JSON, a difference a line
    #[arg(long)]
    json: bool,
}

/// Arguments of `plugin key`.
#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// 密钥名称 / its name, e.g. procurement-2026
    name: String,
    /// 私钥文件，不得已存在 / file for the private key; it must not exist
    #[arg(long)]
    out: PathBuf,
}

/// Arguments of `plugin sign`.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// 插件库 / the library
    library: PathBuf,
    /// 清单草稿 / name, version, department, measures, validity
    #[arg(long, default_value = "manifest.toml")]
    manifest: PathBuf,
    /// 私钥文件 / file of the private key
    #[arg(long)]
    key: PathBuf,
    /// 签名清单，默认为库旁的 .manifest / the signed manifest; by default LIB.manifest
    #[arg(long)]
    out: Option<PathBuf>,
}

fn host() -> (PathBuf, Vec<String>) {
    (PathBuf::from("/proc/self/exe"), vec!["plugin-host".to_owned()])
}

pub(super) fn new(own: &New) -> Done {
    let folder = own.into.clone().unwrap_or_else(|| PathBuf::from(&own.name));
    let files =
        shouxin_plugin_scaffold::create(&folder, &own.name, own.lang).map_err(Failure::refused)?;
    println!("{} ({} 个文件 / files)", folder.display(), files.len());
    println!("下一步见 README.md / see README.md for what comes next");
    Ok(())
}

pub(super) fn check(own: Check) -> Done {
    let settings = match &own.settings {
        Some(path) => serde_json::from_str(&read(path)?)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?,
        None => Value::Null,
    };
    let (program, arguments) = host();
    let options = suite::Options {
        host_args: arguments,
        settings,
        quick: own.quick,
        calls: own.calls,
        ..suite::Options::new(program)
    };
    let report = suite::check(&own.library, &options);
    match own.json {
        true => println!("{}", json!(report)),
        false => print!("{report}"),
    }
    match report.passed {
        true => Ok(()),
        false => Err(Failure::wrong("未通过合规检查 / it does not pass")),
    }
}

pub(super) fn dry_run(own: DryRun) -> Done {
    let file = PluginsFile::read(&own.config.join("plugins.toml")).map_err(Failure::usage)?;
    let grant = file.grant(&own.name).ok_or_else(|| {
        Failure::usage(format!("plugins.toml 没有 {} 的授权 / has no entry for it", own.name))
    })?;
    let whose = Whose { department: grant.department.clone(), measures: grant.measures.clone() };
    let rules = app::load_rules(&app::read_rules(&own.config)?)?;
    let data = &own.data.data;
    let log = reader(data)?;
    let vault = Vault::open(&data.join("vault")).map_err(Failure::wrong)?;
    let scratch = Scratch::make(&std::env::temp_dir())?;
    let end = log.head().next;
    let progress = bar(own.from.sequence.min(end), "事件 events");
    let mut history = History::open(
        &scratch.path().join("view"),
        &log,
        &vault,
        Arc::new(rules),
        whose,
        own.from.sequence,
        &mut |done| progress.set_position(done),
    )
    .map_err(Failure::wrong)?;
    progress.finish_and_clear();
    let (program, arguments) = host();
    let options = suite::DryRun {
        settings: serde_json::to_value(&grant.settings).map_err(Failure::wrong)?,
        host_args: arguments,
        deadline_ms: grant.limits.deadline_ms,
        compare_references: own.references,
        work_dir: scratch.path().to_owned(),
        ..suite::DryRun::new(own.name.clone(), program)
    };
    let summary =
        suite::dry_run(&own.library, &options, &mut history, |difference| match own.json {
            true => println!("{}", json!(difference)),
            false => println!(
                "0.{:<10} {:<14} {:<10} 原 / was {:?} · 现 / would be {:?} {}",
                difference.position,
                difference.case_id.as_deref().unwrap_or("-"),
                difference.hook,
                difference.was.as_ref().map(|was| was.outcome),
                difference.would_be,
                difference.detail
            ),
        })
        .map_err(Failure::refused)?;
    if let Some(error) = history.failed() {
        return Err(Failure::wrong(format!("历史未能读完 / the history ended early: {error}")));
    }
    match own.json {
        true => println!("{}", json!(summary)),
        false => println!(
            "调用 / calls {} · 相同 / same {} · 不同 / different {} · 无答复 / failed {} · 无记录 / unrecorded {} · {:.0}/s",
            summary.calls,
            summary.same,
            summary.different,
            summary.failed,
            summary.unrecorded,
            summary.rate
        ),
    }
    match (&summary.stopped, summary.different + summary.failed) {
        (Some(why), _) => Err(Failure::wrong(format!("未播放完 / the rest was not played: {why}"))),
        (None, 0) => Ok(()),
        (None, _) => Err(Failure::wrong("新插件的做法与记录不同 / it would do otherwise")),
    }
}

pub(super) fn key(own: &NewKey) -> Done {
    let pair = admission::generate(&own.name).map_err(Failure::usage)?;
    let mut options = std::fs::OpenOptions::new();
    // A key that exists is never overwritten: what it signed would be signed by nobody.
    let file = options.write(true).create_new(true).mode(0o600).open(&own.out);
    let problem = |error: std::io::Error| Failure::usage(format!("{}: {error}", own.out.display()));
    let mut file = file.map_err(problem)?;
    writeln!(file, "{}", pair.private).and_then(|()| file.sync_all()).map_err(problem)?;
    println!("# plugins.toml");
    println!("[[trust]]\ndepartment = \"…\"\nkeys = [\"{}\"]", pair.public);
    Ok(())
}

pub(super) fn sign(own: &Sign) -> Done {
    let draft = admission::Draft::parse(&read(&own.manifest)?).map_err(Failure::usage)?;
    let private = read(&own.key)?;
    let by = admission::signer(&private).map_err(Failure::usage)?;
    let sha256 = library_sha256(&own.library).map_err(Failure::usage)?;
    let info = loaded(&draft.name, &own.library, sha256)?;
    if info.version != draft.version {
        return Err(Failure::refused(format!(
            "version：清单为 {}，库自述为 {} / manifest and library differ about it",
            draft.version, info.version
        )));
    }
    let manifest = draft.of(sha256, (info.abi_major, info.abi_minor)).map_err(Failure::usage)?;
    let note = admission::sign(&manifest, &private).map_err(Failure::usage)?;
    let out = own.out.clone().unwrap_or_else(|| beside(&own.library));
    std::fs::write(&out, note)
        .map_err(|error| Failure::usage(format!("{}: {error}", out.display())))?;
    println!("已由 {by} 签署 / signed: {}", out.display());
    Ok(())
}

/// Loads a library once in a child, over an empty folder, and answers what it says about itself.
fn loaded(
    name: &str,
    library: &Path,
    sha256: [u8; 32],
) -> Result<shouxin_plugin_host::AbiInfo, Failure> {
    let folder = std::env::temp_dir().join(format!("shouxin-sign-{}", std::process::id()));
    let spec = PluginSpec {
        name: name.to_owned(),
        library: library.to_owned(),
        sha256,
        data_dir: folder.clone(),
        config: json!({}),
        mode: Mode::Check,
        connect: Vec::new(),
        isolation: Isolation::Process,
        limits: Limits::default(),
        host_program: PathBuf::from("/proc/self/exe"),
        host_args: vec!["plugin-host".to_owned()],
    };
    let started = Plugin::start(spec, Box::new(|_| {}));
    let info = started.map(|plugin| {
        let info = plugin.health().abi;
        plugin.stop(0);
        info
    });
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        tracing::debug!(%error, "the folder of the trial is left behind");
    }
    let info = info.map_err(Failure::refused)?;
    info.ok_or_else(|| Failure::refused("插件未说明自身 / it says nothing about itself"))
}
