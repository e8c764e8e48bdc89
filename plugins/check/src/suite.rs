//! The suite: which rules are looked at, in which order, and what each needs of those before it.

mod calls;
mod effects;
mod folder;
mod load;
mod malformed;
mod memory;
mod pace;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;
use sha2::{Digest, Sha256};
use shouxin_plugin_host::wire::{Answer, Subject};
use shouxin_plugin_host::{AbiInfo, Isolation, Limits, Mode, PluginSpec};
use tempfile::TempDir;

use crate::Options;
use crate::bench::Bench;
use crate::report::{Finding, Report, Verdict, clean};
use crate::sample::Sample;
use crate::watch::Watch;

/// How a rule came out, with what was seen.
type Seen = (Verdict, String);

/// A broken rule as an early return; anything that goes wrong on the way breaks the rule too.
type Checked = Result<Seen, String>;

fn passed(detail: impl Into<String>) -> Checked {
    Ok((Verdict::Passed, detail.into()))
}

fn warned(detail: impl Into<String>) -> Checked {
    Ok((Verdict::Warned, detail.into()))
}

/// One rule: its name, what it says, and the rules without which it cannot be looked at.
struct Rule {
    id: &'static str,
    zh: &'static str,
    en: &'static str,
    needs: &'static [&'static str],
    look: fn(&mut Suite<'_>) -> Checked,
}

const fn rule(
    id: &'static str,
    needs: &'static [&'static str],
    look: fn(&mut Suite<'_>) -> Checked,
    zh: &'static str,
    en: &'static str,
) -> Rule {
    Rule { id, zh, en, needs, look }
}

/// Every rule in the order in which it is looked at.
const RULES: &[Rule] = &[
    rule(
        "file",
        &[],
        load::file,
        "文件是本机可用的库，只有一个入口",
        "The file is a library for this machine with one entry",
    ),
    rule(
        "exports",
        &["file"],
        load::exports,
        "不导出入口以外的符号",
        "It exports nothing but the entry",
    ),
    rule(
        "hardening",
        &["file"],
        load::hardening,
        "不要求可写代码或可执行栈",
        "It needs no writable code and no executable stack",
    ),
    rule(
        "loads",
        &["file"],
        load::loads,
        "能在子进程中载入，描述符合契约",
        "It loads in a child process and its descriptor fits",
    ),
    rule(
        "name",
        &["loads"],
        load::name,
        "名称合规且与登记一致",
        "Its name is well formed and the admitted one",
    ),
    rule(
        "creates",
        &["name"],
        load::creates,
        "未授予网络也能创建；重启、kill -9 后能在原目录再创建",
        "It is created with nothing granted, and again after a restart and kill -9",
    ),
    rule(
        "describes",
        &["creates"],
        load::describes,
        "写明版本和部门",
        "It says its version and its department",
    ),
    rule(
        "hooks",
        &["creates"],
        load::hooks,
        "提供全部必需的钩子",
        "It offers every hook that is required",
    ),
    rule(
        "settings",
        &["creates"],
        load::settings,
        "拒绝不合适的设置",
        "It refuses settings that do not fit",
    ),
    rule(
        "answers",
        &["hooks"],
        calls::answers,
        "每次调用给出一个有效答复",
        "Each call gets a valid answer",
    ),
    rule(
        "offline",
        &["answers"],
        calls::offline,
        "查验状态下无网络也能答复",
        "It answers without a network in mode check",
    ),
    rule(
        "carries_out",
        &["offline"],
        calls::carries_out,
        "至少能执行一项措施",
        "It carries out at least one measure",
    ),
    rule(
        "repeats",
        &["answers"],
        calls::repeats,
        "同一幂等键得到同一答复",
        "The same key gets the same answer",
    ),
    rule(
        "remembers",
        &["repeats"],
        calls::remembers,
        "kill -9 和重启后仍得到同一答复",
        "The same key gets the same answer after kill -9 and a restart",
    ),
    rule(
        "lift_alone",
        &["answers"],
        calls::lift_alone,
        "未执行也能解除，可反复解除",
        "Lift works without an execute, any number of times",
    ),
    rule(
        "order",
        &["offline"],
        calls::order,
        "后一步之后，前一步不再生效",
        "An earlier step changes nothing after a later one",
    ),
    rule(
        "separate",
        &["repeats"],
        calls::separate,
        "案件与主体互不影响",
        "Cases and subjects do not touch each other",
    ),
    rule(
        "forgets",
        &["answers"],
        folder::forgets,
        "遗忘后目录中不留主体任何痕迹",
        "After forget no trace of the subject is in its folder",
    ),
    rule(
        "effects",
        &["remembers", "order", "forgets"],
        effects::effects,
        "问答所见的效果：只生效一次，不受迟到步骤、kill -9 影响",
        "As its answers to a question show, each step has one effect, late ones have none",
    ),
    rule(
        "malformed",
        &["answers"],
        malformed::malformed,
        "不成形的请求被有序拒绝",
        "A malformed request is refused in an orderly way",
    ),
    rule(
        "tolerates",
        &["answers"],
        malformed::tolerates,
        "接受不认识的字段",
        "Fields that it does not know are accepted",
    ),
    rule(
        "long_texts",
        &["offline"],
        malformed::long_texts,
        "承受限度内的长文本和 256 KiB 请求",
        "It bears long texts within the limits and requests of 256 KiB",
    ),
    rule(
        "pace",
        &["answers"],
        pace::pace,
        "每次调用都在期限之内",
        "Each call ends within its deadline",
    ),
    rule(
        "memory",
        &["answers", "pace"],
        memory::memory,
        "长期运行内存不增长",
        "Memory does not grow in a long run",
    ),
    rule(
        "descriptors",
        &["memory_run"],
        memory::descriptors,
        "长期运行描述符不增长",
        "Descriptors do not grow in a long run",
    ),
    rule(
        "threads",
        &["memory_run"],
        memory::threads,
        "长期运行线程不增长",
        "Threads do not grow in a long run",
    ),
    rule(
        "folder",
        &["memory_run"],
        memory::folder,
        "解除并遗忘后目录大小有界",
        "The folder stays small after lift and forget",
    ),
    rule(
        "logs",
        &["creates"],
        load::logs,
        "日志不含主体名称或代码",
        "Its log holds neither names nor keys of subjects",
    ),
];

/// One check under way.
struct Suite<'a> {
    path: &'a Path,
    options: &'a Options,
    bytes: Vec<u8>,
    sha256: [u8; 32],
    file: crate::elf::Library,
    work: TempDir,
    folders: u64,
    name: String,
    abi: Option<AbiInfo>,
    sample: Sample,
    watch: Watch,
    /// The answers of `answers`, by hook.
    answers: Vec<(shouxin_plugin_host::Hook, Answer)>,
    /// Whether a measure was found that it carries out.
    carries_out: bool,
    run: Option<memory::Run>,
    /// What became of each rule so far.
    done: BTreeMap<&'static str, Verdict>,
}

/// Checks a library against the contract. Takes minutes; see [`Options::quick`].
///
/// Never panics and never fails: what cannot be looked at is a finding. Where no `tracing` subscriber
/// stands it installs one, to hear what the plugin logs; a program with one of its own adds
/// [`log_layer`](crate::log_layer) to it.
pub fn check(library: &Path, options: &Options) -> Report {
    let began = Instant::now();
    let mut report = Report {
        library: library.display().to_string(),
        sha256: String::new(),
        abi: None,
        findings: Vec::new(),
        passed: false,
        not_looked_at: Vec::new(),
        calls: options.long_run(),
        took_ms: 0,
    };
    match Suite::new(library, options) {
        Ok(mut suite) => {
            report.sha256 = suite.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            report.findings = RULES.iter().map(|rule| suite.look(rule)).collect();
            report.abi = suite.abi;
        }
        Err(reason) => {
            let rule = RULES.first();
            report.findings.extend(rule.map(|rule| Finding {
                id: rule.id,
                title_zh: rule.zh,
                title_en: rule.en,
                verdict: Verdict::Failed,
                detail: clean(&reason),
                took_ms: 0,
            }));
        }
    }
    let skipped = report.findings.iter().filter(|own| own.verdict == Verdict::Skipped);
    report.not_looked_at = skipped.map(|own| own.id).collect();
    report.passed = !report.findings.is_empty() && report.count(Verdict::Failed) == 0;
    report.took_ms = millis(began);
    report
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl<'a> Suite<'a> {
    fn new(path: &'a Path, options: &'a Options) -> Result<Suite<'a>, String> {
        let bytes = load::bytes(path)?;
        let sha256 = Sha256::digest(&bytes).into();
        let work = tempfile::Builder::new()
            .prefix("shouxin-check-")
            .tempdir_in(&options.work_dir)
            .map_err(|error| format!("{}: {error}", options.work_dir.display()))?;
        // The name of the folder is random and nobody else's, and so is what is made from it.
        let sample = Sample::new(&work.path().display().to_string());
        Ok(Suite {
            path,
            options,
            bytes,
            sha256,
            file: crate::elf::Library::default(),
            work,
            folders: 0,
            name: String::new(),
            abi: None,
            sample,
            watch: Watch::start(),
            answers: Vec::new(),
            carries_out: false,
            run: None,
            done: BTreeMap::new(),
        })
    }

    fn look(&mut self, rule: &Rule) -> Finding {
        let began = Instant::now();
        let missing = rule.needs.iter().find(|need| !self.holds(need));
        let (verdict, detail) = match missing {
            Some(&"memory_run") => {
                (Verdict::Skipped, "cannot be looked at without a whole long run".to_owned())
            }
            Some(need) => (Verdict::Skipped, format!("cannot be looked at without `{need}`")),
            None => (rule.look)(self).unwrap_or_else(|broken| (Verdict::Failed, broken)),
        };
        self.done.insert(rule.id, verdict);
        Finding {
            id: rule.id,
            title_zh: rule.zh,
            title_en: rule.en,
            verdict,
            detail: clean(&detail),
            took_ms: millis(began),
        }
    }

    /// Whether a rule was looked at and is not broken.
    fn holds(&self, rule: &str) -> bool {
        match rule {
            // A run that shows memory growing was still a whole run.
            "memory_run" => self.run.is_some(),
            _ => matches!(self.done.get(rule), Some(Verdict::Passed | Verdict::Warned)),
        }
    }

    /// What is started: this library in a child process over a new folder, with nothing granted.
    fn spec(&mut self) -> PluginSpec {
        self.folders += 1;
        PluginSpec {
            name: self.name.clone(),
            library: self.path.to_owned(),
            sha256: self.sha256,
            data_dir: self.work.path().join(format!("{:03}", self.folders)),
            config: match &self.options.settings {
                Value::Null => Value::Object(serde_json::Map::new()),
                written => written.clone(),
            },
            mode: Mode::Check,
            connect: Vec::new(),
            isolation: Isolation::Process,
            limits: Limits {
                deadline_ms: self.options.deadline_ms,
                restart_backoff_min_ms: 1,
                restart_backoff_max_ms: 1_000,
                // A plugin that crashes at each of some malformed requests is still asked the rest.
                breaker_crashes: 100,
                ..Limits::default()
            },
            host_program: self.options.host_program.clone(),
            host_args: self.options.host_args.clone(),
        }
    }

    /// A new instance over a folder of its own.
    fn bench(&mut self) -> Result<Bench, String> {
        let spec = self.spec();
        Bench::start(spec).map_err(|error| error.to_string())
    }

    /// A new subject, which no log line may name from now on.
    fn subject(&mut self) -> Subject {
        let subject = self.sample.subject();
        self.watch.look_for(&subject.key);
        if let Some(name) = &subject.name {
            self.watch.look_for(name);
        }
        subject
    }

    /// The settings with something in them that nobody can mean.
    fn bad_settings(&self) -> Vec<Value> {
        let mut unknown = match &self.options.settings {
            Value::Object(settings) => settings.clone(),
            _ => serde_json::Map::new(),
        };
        unknown.insert("shouxin_check_unknown".to_owned(), Value::Bool(true));
        vec![Value::Object(unknown), Value::String("no settings".to_owned()), Value::from(17)]
    }
}

/// Whether two answers say the same. The detail is for people and may differ.
fn same(one: &Answer, other: &Answer) -> bool {
    one.outcome == other.outcome && one.reference == other.reference
}

/// An answer in a few words.
fn words(answer: &Answer) -> String {
    let outcome = match answer.outcome {
        shouxin_plugin_host::wire::AnswerOutcome::Done => "done",
        shouxin_plugin_host::wire::AnswerOutcome::Failed => "failed",
        shouxin_plugin_host::wire::AnswerOutcome::NeedsHuman => "needs_human",
        shouxin_plugin_host::wire::AnswerOutcome::Later => "later",
    };
    let reference = answer.reference.as_deref().map(|text| format!(" {text}"));
    let detail = answer.detail.as_deref().map(|text| format!(" ({text})"));
    format!("{outcome}{}{}", reference.unwrap_or_default(), detail.unwrap_or_default())
}
