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
use shouxin_plugin_host::wire::Measure;
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
    /// 插件设置文件（TOML 或 JSON）/ a file with the settings it would get: .toml or .json
    #[arg(long)]
    settings: Option<PathBuf>,
    /// 按清单草稿核对名称、试其措施 / its manifest.toml: the name to be admitted, the measures to try
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// 试用的措施，可重复 / a measure to try, repeatable: M-A17, or M-A17={"years": 1} with parameters
    #[arg(long, value_name = "MEASURE", value_parser = measure)]
    measure: Vec<Measure>,
    /// 以其回答判断效果的询问 / a question whose answers show effects:
    /// {"subject": "$subject", "on": "$day"}
    #[arg(long, value_name = "JSON", value_parser = json_text)]
    question: Option<Value>,
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
    /// 插件设置文件（TOML 或 JSON），没有设置就不启动的插件需要 / settings (.toml or .json), for a library that does
    /// not start without any
    #[arg(long)]
    settings: Option<PathBuf>,
}

/// A measure as it stands on the command line: `M-A17`, or `M-A17={"years": 1}`.
fn measure(text: &str) -> Result<Measure, String> {
    let (id, parameters) = match text.split_once('=') {
        Some((id, parameters)) => (id, serde_json::from_str(parameters)),
        None => (text, Ok(serde_json::Map::new())),
    };
    let parameters = parameters
        .map_err(|error| format!("参数须为 JSON 对象 / parameters are a JSON object: {error}"))?;
    Ok(tried(id, parameters))
}

fn tried(id: &str, parameters: serde_json::Map<String, Value>) -> Measure {
    Measure { id: id.to_owned(), name_zh: "查验试样".to_owned(), parameters }
}

fn json_text(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// What a plugin would get as settings; null where nobody wrote any.
fn settings(file: Option<&Path>) -> Result<Value, Failure> {
    let Some(path) = file else {
        return Ok(Value::Null);
    };
    let bad =
        |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
    let text = read(path)?;
    match path.extension().is_some_and(|own| own == "toml") {
        true => toml::from_str(&text).map_err(|error| bad(&error)),
        false => serde_json::from_str(&text).map_err(|error| bad(&error)),
    }
}

fn draft(path: &Path) -> Result<admission::Draft, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!(
            "{}: {error}；请在插件项目目录中执行，或以 --manifest 指明清单草稿 / run it in the plugin's project, or name \
             the draft of its manifest with --manifest",
            path.display()
        ))
    })?;
    admission::Draft::parse(&text)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
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
    library_sha256(&own.library).map_err(Failure::usage)?;
    let draft = own.manifest.as_deref().map(draft).transpose()?;
    let named = draft.iter().flat_map(|draft| &draft.measures);
    let measures = match own.measure.is_empty() {
        true => named.map(|id| tried(id, serde_json::Map::new())).collect(),
        false => own.measure,
    };
    let (program, arguments) = host();
    let options = suite::Options {
        host_args: arguments,
        settings: settings(own.settings.as_deref())?,
        name: draft.map(|draft| draft.name),
        measures,
        question: own.question,
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

/// One difference as a line.
fn told(difference: &suite::Difference) -> String {
    let said = |answer: &suite::RecordedAnswer| match &answer.reference {
        Some(reference) => format!("{} ({reference})", word(&json!(answer.outcome))),
        None => word(&json!(answer.outcome)),
    };
    let none = |kind| format!("无答复 / no answer: {}", word(&json!(kind)));
    let was = match &difference.was {
        None => "无记录 / unrecorded".to_owned(),
        Some(suite::Was::Answered(answer)) => said(answer),
        Some(suite::Was::Failed { failed }) => none(*failed),
    };
    let now = match &difference.would_be {
        suite::WouldBe::Answered(answer) => said(answer),
        suite::WouldBe::Failed(kind) => none(*kind),
    };
    let suite::Difference { position, hook, detail, .. } = difference;
    let case = difference.case_id.as_deref().unwrap_or("-");
    format!("0.{position:<8} {case:<12} {hook:<10} 原 / was {was} · 现 / would be {now}  {detail}")
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn dry_run(own: DryRun) -> Done {
    let file = PluginsFile::read(&own.config.join("plugins.toml")).map_err(Failure::usage)?;
    let grant = file.grant(&own.name).ok_or_else(|| {
        Failure::usage(format!(
            "{} 没有 {} 的 [[plugin]] 条目：部门、措施、设置从中读取 / it has no [[plugin]] entry of that name, from \
             which department, measures and settings are read; name the folder with --config",
            own.config.join("plugins.toml").display(),
            own.name
        ))
    })?;
    let whose = Whose {
        department: grant.department.clone(),
        measures: grant.measures.clone(),
        fields: grant.fields.clone(),
    };
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
            false => println!("{}", told(&difference)),
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
        (None, 0) if summary.calls == 0 => {
            // Nothing that was played proves nothing, and whoever named the wrong data should see it.
            eprintln!(
                "! 历史中没有该部门这些措施的调用 / the history holds no call for these measures of {}",
                grant.department
            );
            Ok(())
        }
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
    println!("# 私钥已写入 {}，请妥善保管；运维人员在 plugins.toml 登记 /", own.out.display());
    println!("# the private key is in that file: keep it; the operator enters in plugins.toml");
    println!("[[trust]]\ndepartment = \"…\"\nkeys = [\"{}\"]", pair.public);
    Ok(())
}

pub(super) fn sign(own: &Sign) -> Done {
    let draft = draft(&own.manifest)?;
    let private = read(&own.key)?;
    let by = admission::signer(&private).map_err(Failure::usage)?;
    let sha256 = library_sha256(&own.library).map_err(Failure::usage)?;
    let info = loaded(&draft.name, &own.library, sha256, settings(own.settings.as_deref())?)?;
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
    println!("已由 {by} 签署 / signed by {by}: {}", out.display());
    Ok(())
}

/// Loads a library once in a child, over an empty folder, and answers what it says about itself.
fn loaded(
    name: &str,
    library: &Path,
    sha256: [u8; 32],
    settings: Value,
) -> Result<shouxin_plugin_host::AbiInfo, Failure> {
    let folder = std::env::temp_dir().join(format!("shouxin-sign-{}", std::process::id()));
    let spec = PluginSpec {
        name: name.to_owned(),
        library: library.to_owned(),
        sha256,
        data_dir: folder.clone(),
        config: match settings {
            Value::Null => json!({}),
            written => written,
        },
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
    let info = info.map_err(|error| {
        Failure::refused(format!(
            "{error}\n库未能启动；需要设置的库请加 --settings / it does not start; where it needs settings, give \
             --settings"
        ))
    })?;
    info.ok_or_else(|| Failure::refused("插件未说明自身 / it says nothing about itself"))
}
