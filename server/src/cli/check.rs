//! `shouxin catalogue check`, `calendar check`, `rules check`: whether data files would load, and
//! what they would change. Nothing is written.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;
use serde_json::json;
use shouxin_core::codec;
use shouxin_core::event::Event;
use shouxin_core::rules::RuleSet;
use shouxin_core::rules::diff::{Change, Difference};

use crate::app;
use crate::cli::{Done, Failure};
use crate::log::LogReader;

/// `shouxin catalogue`
#[derive(Debug, Subcommand)]
pub(super) enum Catalogue {
    /// 校验目录并说明将改变什么 / check a folder and say what would change
    Check(CheckFolder),
}

/// `shouxin calendar`, `shouxin rules`
#[derive(Debug, Subcommand)]
pub(super) enum OneFile {
    /// 校验文件并说明将改变什么 / check a file and say what would change
    Check(CheckFile),
}

/// Arguments of `catalogue check`.
#[derive(Debug, Args)]
pub(super) struct CheckFolder {
    /// 数据文件目录，或其 catalogue 子目录 / a county's folder, or its `catalogue` alone
    folder: PathBuf,
    #[command(flatten)]
    against: Against,
}

/// Arguments of `calendar check` and `rules check`.
#[derive(Debug, Args)]
pub(super) struct CheckFile {
    /// 数据文件 / the file
    file: PathBuf,
    #[command(flatten)]
    against: Against,
}

/// What a file is checked with and compared to.
#[derive(Debug, Args)]
struct Against {
    /// 与该数据目录已加载的版本比较 / compare with the version this data folder has loaded
    #[arg(long)]
    data: Option<PathBuf>,
    /// 县级数据文件目录 / the county's other files, and what to compare with without --data
    #[arg(long, default_value = "config")]
    config: PathBuf,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

type Files = Vec<(String, Vec<u8>)>;

impl Against {
    /// The files that are in place now.
    fn files(&self) -> Result<Files, Failure> {
        match &self.data {
            Some(data) => loaded(data),
            None => Ok(app::read_rules(&self.config)?),
        }
    }
}

/// The exact files of the version that the newest event of a log was judged by.
fn loaded(data: &Path) -> Result<Files, Failure> {
    let nothing = || Failure::usage(format!("{} 未加载规则 / has no rules", data.display()));
    if !data.join("log").exists() {
        return Err(nothing());
    }
    let log = LogReader::open_read_only(&data.join("log")).map_err(Failure::wrong)?;
    let envelope = |sequence: u64| {
        let commits = log.read(sequence, 1).map_err(Failure::wrong)?;
        let commit = commits.first().ok_or_else(nothing)?;
        let offset = usize::try_from(sequence.saturating_sub(commit.first)).unwrap_or(usize::MAX);
        let entry = commit.entries.get(offset).ok_or_else(nothing)?;
        codec::decode_event(&entry.bytes).map_err(Failure::wrong)
    };
    let last = envelope(log.head().next.checked_sub(1).ok_or_else(nothing)?)?;
    // The first event of a log loads the rules and is judged by none.
    let event = match (&last.event, last.rules) {
        (Event::RulesLoaded { .. }, _) => last.event,
        (_, Some(at)) => envelope(at.sequence)?.event,
        (_, None) => return Err(nothing()),
    };
    let Event::RulesLoaded { files, .. } = event else {
        return Err(Failure::wrong("日志所指规则不存在 / the log names rules that are not there"));
    };
    let read = |(name, sha256): (String, [u8; 32])| {
        let path = data.join("rules").join(HEXLOWER.encode(&sha256));
        let bytes = std::fs::read(&path)
            .map_err(|error| Failure::wrong(format!("{}: {error}", path.display())))?;
        Ok((name, bytes))
    };
    files.into_iter().map(read).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

/// The name of a file below the county's folder.
fn named(part: &str, path: &Path) -> Result<String, Failure> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name =
        name.ok_or_else(|| Failure::usage(format!("{}: 不是文件 / no file", path.display())));
    Ok(format!("{part}/{}", name?))
}

fn put(files: &mut Files, name: String, bytes: Vec<u8>) {
    files.retain(|(own, _)| *own != name);
    files.push((name, bytes));
    files.sort();
}

pub(super) fn catalogue(arguments: &CheckFolder) -> Done {
    let before = arguments.against.files()?;
    let folder = &arguments.folder;
    if folder.join("departments.toml").exists() {
        return compare(&before, &app::read_rules(folder)?, arguments.against.json);
    }
    let mut after = before.clone();
    after.retain(|(name, _)| !name.starts_with("catalogue/"));
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::usage(format!("{}: {error}", folder.display())))?;
    for entry in entries {
        let path = entry.map_err(Failure::wrong)?.path();
        if path.extension().is_some_and(|own| own == "toml") {
            put(&mut after, named("catalogue", &path)?, read(&path)?);
        }
    }
    compare(&before, &after, arguments.against.json)
}

pub(super) fn one(arguments: &CheckFile, part: &str, ending: &str) -> Done {
    let file = &arguments.file;
    if file.extension().is_none_or(|own| own != ending) {
        let text = format!("{} 不是 .{ending} 文件 / is no .{ending} file", file.display());
        return Err(Failure::usage(text));
    }
    let bytes = read(file)?;
    let before = arguments.against.files()?;
    let mut after = before.clone();
    put(&mut after, named(part, file)?, bytes);
    compare(&before, &after, arguments.against.json)
}

fn compare(before: &Files, after: &Files, as_json: bool) -> Done {
    let new = app::load_rules(after)?;
    let old = app::load_kept_rules(before)?;
    let found = old.differences(&new);
    if as_json {
        println!("{}", report(&old, &new, &found));
        return Ok(());
    }
    println!("校验通过 / it loads: {}", HEXLOWER.encode(&new.version));
    for warning in new.warnings() {
        println!("! {warning}");
    }
    if found.is_empty() {
        println!("无变化 / nothing would change");
    }
    for own in &found {
        let (zh, en) = words(&own.change);
        let fields = fields(&own.change).join(", ");
        println!("{zh} {en} {} {} {fields}", own.kind, own.id);
    }
    Ok(())
}

fn words(change: &Change) -> (&'static str, &'static str) {
    match change {
        Change::Added => ("新增", "added"),
        Change::Removed => ("移除", "removed"),
        Change::Changed(_) => ("变更", "changed"),
    }
}

fn fields(change: &Change) -> &[&'static str] {
    match change {
        Change::Changed(fields) => fields,
        Change::Added | Change::Removed => &[],
    }
}

fn report(old: &RuleSet, new: &RuleSet, found: &[Difference]) -> serde_json::Value {
    let differences = found.iter().map(|own| {
        json!({
            "kind": own.kind,
            "id": own.id,
            "change": words(&own.change).1,
            "fields": fields(&own.change),
        })
    });
    json!({
        "from": HEXLOWER.encode(&old.version),
        "to": HEXLOWER.encode(&new.version),
        "warnings": new.warnings(),
        "differences": differences.collect::<Vec<_>>(),
    })
}
