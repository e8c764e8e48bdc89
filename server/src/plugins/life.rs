//! The steps of a plugin's life, while the server runs or beside it: each an operator's command that
//! is recorded as an event, then carried out.
//!
//! The record comes first: what the log says is deployed is what the next start runs, whatever
//! happens between the two. Whatever can fail is tried before it: the signature, the grant, loading
//! the library over an empty folder.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shouxin_core::actor::Actor;
use shouxin_core::command::Command;
use shouxin_core::event::plugin::Admission;
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::row::{PluginRow, PluginVersion, ShadowRow};
use shouxin_core::text::shortened;

use crate::dispatch::seal_for_case;
use crate::engine::{Engine, Request};
use crate::plugins::candidate::Candidate;
use crate::plugins::file::PluginsFile;
use crate::plugins::letters::{self, Letter};
use crate::plugins::library::{Libraries, read_library, read_manifest};
use crate::plugins::pins::Pins;
use crate::plugins::turn::Turn;
use crate::plugins::{AdmissionError, Plugins, Running, start};
use crate::socket::{LetterStep, Refused};

/// What the operator asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// State of each plugin.
    List {},
    /// A library takes its plugin's place, or stands beside it.
    Deploy {
        /// The library; absolute.
        library: PathBuf,
        /// Its signed manifest; absolute.
        manifest: Option<PathBuf>,
        /// Its name, where there is no manifest to say so.
        name: Option<String>,
        /// Beside the live version: its answers are only compared.
        shadow: bool,
    },
    /// The shadow becomes live.
    Promote {
        /// Plugin.
        name: String,
        /// It is told of the classification changes after this position.
        from: Option<Position>,
    },
    /// The shadow goes.
    DropShadow {
        /// Plugin.
        name: String,
        /// Why.
        reason: String,
    },
    /// The version before the live one becomes live again.
    RollBack {
        /// Plugin.
        name: String,
        /// Why.
        reason: String,
    },
    /// It begins no burden until it is resumed.
    Pause {
        /// Plugin.
        name: String,
        /// Why.
        reason: String,
    },
    /// It is called for everything again, and its breaker is closed.
    Resume {
        /// Plugin.
        name: String,
    },
    /// It is called no more.
    Remove {
        /// Plugin.
        name: String,
        /// Why.
        reason: String,
    },
    /// `plugins.toml` is read again: what is not admitted any more stops, changed grants hold.
    Reload {},
}

/// What is to be deployed.
struct Files {
    library: PathBuf,
    manifest: Option<PathBuf>,
    name: Option<String>,
}

/// Who carries the steps out.
pub struct Life {
    plugins: Arc<Plugins>,
    libraries: Libraries,
    file: Mutex<PluginsFile>,
    /// Whether the plugins run here; otherwise the steps are recorded for the next start.
    runs: bool,
    drain_ms: u64,
    /// One step at a time, also of those that are tried again by themselves.
    turn: Turn,
}

impl From<AdmissionError> for Refused {
    fn from(error: AdmissionError) -> Refused {
        let code = match &error {
            AdmissionError::File { .. } | AdmissionError::Trust(_) => 2,
            _ => 3,
        };
        Refused { text: error.to_string(), code }
    }
}

fn wrong(text: impl std::fmt::Display) -> Refused {
    Refused { text: text.to_string(), code: 1 }
}

/// The operator's command; refusals say why.
fn record(engine: &Engine, label: &'static str, command: Command) -> Result<(), Refused> {
    let request = Request::internal(Actor::Operator, label, command);
    engine.submit_blocking(request).map_err(Refused::from)?;
    Ok(())
}

impl Life {
    /// Over these plugins, which run here or do not.
    pub fn new(
        plugins: Arc<Plugins>,
        libraries: Libraries,
        file: PluginsFile,
        runs: bool,
        drain_ms: u64,
    ) -> Life {
        let (file, turn) = (Mutex::new(file), Turn::default());
        Life { plugins, libraries, file, runs, drain_ms, turn }
    }

    /// What runs.
    pub fn plugins(&self) -> &Arc<Plugins> {
        &self.plugins
    }

    /// Whether libraries run without a signature here: they may by the operator's file, or one that might
    /// once runs still. The file is read again at each step, and only `reload` stops what it forbids.
    pub fn development_unsigned(&self) -> bool {
        let unsigned = |own: &Running| own.candidate.admission == Admission::Unsigned;
        self.file.lock().unwrap_or_else(PoisonError::into_inner).development_unsigned
            || self.plugins.all().iter().any(|own| unsigned(own))
            || self.plugins.shadows().iter().any(|own| unsigned(&own.running))
    }

    /// Carries one step out. Blocks; steps wait for each other.
    ///
    /// # Errors
    /// What was refused, and what would make it succeed. Nothing has changed then, but where the text
    /// says otherwise: what was recorded and did not start was taken back, retired, or is tried again.
    pub fn step(&self, step: Step, engine: &Engine) -> Result<Value, Refused> {
        if step == (Step::List {}) {
            return Ok(json!({"plugins": self.shown(engine), "runs": self.runs}));
        }
        let _turn = self.turn.take();
        let file = self.read_again(engine)?;
        let deploys = matches!(step, Step::Deploy { .. });
        let done = self.carry_out(step, &file, engine);
        // What was kept to be tried and refused is named by nothing.
        let swept = if deploys { start::sweep(engine, &self.libraries) } else { Ok(()) };
        if let Err(error) = swept {
            tracing::error!(%error, "what nothing names is left in the folder of the libraries");
        }
        // Whatever came of it: what a trial or a shadow kept does not outlive it.
        if let Ok((_, shadows)) = start::rows(engine) {
            self.plugins.sweep(&shadows.into_iter().map(|row| row.name).collect());
        }
        done
    }

    fn carry_out(&self, step: Step, file: &PluginsFile, engine: &Engine) -> Result<Value, Refused> {
        match step {
            Step::List {} => {}
            Step::Deploy { library, manifest, name, shadow } => {
                let files = Files { library, manifest, name };
                return self.deploy(file, files, shadow, engine);
            }
            Step::Promote { name, from } => {
                self.goes(&name)?;
                self.shadow_may_run(file, &name, engine)?;
                let command = Command::PromotePlugin { name: name.clone(), from };
                record(engine, "plugins.promote", command)?;
                self.plugins.stop_shadow(&name);
                self.switch(file, &name, engine)?;
            }
            Step::DropShadow { name, reason } => {
                let command = Command::DropShadow { name: name.clone(), reason };
                record(engine, "plugins.drop_shadow", command)?;
                self.plugins.stop_shadow(&name);
            }
            Step::RollBack { name, reason } => {
                self.goes(&name)?;
                self.earlier_may_run(file, &name, engine)?;
                let command = Command::RollBackPlugin { name: name.clone(), reason };
                record(engine, "plugins.roll_back", command)?;
                self.switch(file, &name, engine)?;
            }
            Step::Pause { name, reason } => {
                record(engine, "plugins.pause", Command::PausePlugin { name, reason })?;
            }
            Step::Resume { name } => {
                let shadow = self.shadow_row(&name, engine)?;
                // Of a shadow alone the log has nothing to say: it is called for nothing.
                let live = self.row(&name, engine)?.is_some_and(|row| row.retired.is_none());
                if live || shadow.is_none() {
                    let command = Command::ResumePlugin { name: name.clone() };
                    record(engine, "plugins.resume", command)?;
                    if self.runs && self.plugins.get(&name).is_none() {
                        self.start_again(file, &name, engine)?;
                    }
                }
                self.resumed(&name);
                if let Some(row) =
                    shadow.filter(|_| self.runs && self.plugins.shadow(&name).is_none())
                {
                    self.start_shadow(file, &row)?;
                }
            }
            Step::Remove { name, reason } => {
                let command = Command::RemovePlugin { name: name.clone(), reason };
                record(engine, "plugins.remove", command)?;
                self.plugins.stop_live(&name, self.drain_ms);
                self.plugins.stop_shadow(&name);
                self.plugins.retired(&name);
            }
            Step::Reload {} => self.reload(file, engine)?,
        }
        self.plugins.changed.notify_one();
        Ok(json!({"runs": self.runs}))
    }

    /// What follows from a plugin's resumption beside its event: the breaker is closed, its shadow's too,
    /// and one that did not start is tried again at once.
    pub fn resumed(&self, name: &str) {
        self.plugins.tries.hurry(name, Instant::now());
        if let Some(running) = self.plugins.get(name) {
            running.reset_breaker();
        }
        if let Some(shadow) = self.plugins.shadow(name) {
            shadow.running.reset_breaker();
        }
        self.plugins.changed.notify_one();
    }

    /// The operator's file as it stands now.
    fn read_again(&self, engine: &Engine) -> Result<PluginsFile, Refused> {
        let mut own = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let now = own.again()?;
        // One that cannot be taken changes nothing of what holds.
        now.fits(&engine.rules)?;
        *own = now;
        Ok(own.clone())
    }

    fn deploy(
        &self,
        file: &PluginsFile,
        files: Files,
        shadow: bool,
        engine: &Engine,
    ) -> Result<Value, Refused> {
        let bytes = read_library(&files.library)?;
        let note = files.manifest.as_deref().map(read_manifest).transpose()?;
        let today = engine.clock.now().legal_date();
        let sha256 = Sha256::digest(&bytes).into();
        let kept = self.libraries.path(&sha256);
        let candidate = match &note {
            Some(note) => Candidate::signed(file, &file.trust()?, kept, sha256, note, today)?,
            None => {
                // Whoever has no manifest reads what to do about it, by the file's name if need be.
                let given = || files.library.file_name().map(|name| name.to_string_lossy().into());
                let name = files.name.clone().or_else(given).unwrap_or_default();
                Candidate::unsigned(file, &file.trust()?, kept, sha256, &name, "")?
            }
        };
        if !shadow {
            self.goes(&candidate.name)?;
        }
        // What is tried is what is kept: from here on nobody reads the file that was given.
        self.libraries.keep(&bytes, note.as_deref())?;
        let info = self.plugins.try_out(&candidate)?;
        let candidate = match note {
            Some(_) => candidate,
            None => Candidate { version: info.version.clone(), ..candidate },
        };
        candidate.says_the_same(&info)?;
        let name = candidate.name.clone();
        match shadow {
            true => {
                let command = Command::ShadowPlugin {
                    name: name.clone(),
                    version: candidate.version.clone(),
                    sha256,
                    department: candidate.grant.department.clone(),
                    measures: candidate.measures.clone(),
                    admission: candidate.admission.clone(),
                };
                record(engine, "plugins.shadow", command)?;
                if self.runs {
                    self.plugins.stop_shadow(&name);
                    self.plugins.start_shadow(candidate.clone())?;
                }
            }
            false => {
                engine.submit_blocking(start::deploy(&candidate)).map_err(Refused::from)?;
                self.switch(file, &name, engine)?;
            }
        }
        Ok(json!({
            "name": name,
            "version": candidate.version,
            "sha256": candidate.hex(),
            "shadow": shadow,
            "runs": self.runs,
        }))
    }

    /// A roll-back is recorded only where the earlier version may run.
    fn earlier_may_run(
        &self,
        file: &PluginsFile,
        name: &str,
        engine: &Engine,
    ) -> Result<(), Refused> {
        match self.row(name, engine)?.and_then(|row| row.earlier) {
            Some(earlier) => self.may_run(file, name, &earlier),
            // The command's own refusal says that there is none.
            None => Ok(()),
        }
    }

    /// A shadow is made live only where its version may run.
    fn shadow_may_run(
        &self,
        file: &PluginsFile,
        name: &str,
        engine: &Engine,
    ) -> Result<(), Refused> {
        match self.shadow_row(name, engine)? {
            Some(row) => self.may_run(file, name, &row.own),
            None => Ok(()),
        }
    }

    fn shadow_row(&self, name: &str, engine: &Engine) -> Result<Option<ShadowRow>, Refused> {
        let (_, shadows) = start::rows(engine).map_err(wrong)?;
        Ok(shadows.into_iter().find(|row| row.name == name))
    }

    /// Starts what the log says stands in the shadow.
    fn start_shadow(&self, file: &PluginsFile, row: &ShadowRow) -> Result<(), Refused> {
        let candidate = self.candidate(file, &row.name, &row.own);
        let candidate =
            candidate.inspect_err(|error| self.plugins.shadow_refused(&row.name, error));
        Ok(self.plugins.start_shadow(candidate?)?)
    }

    fn may_run(&self, file: &PluginsFile, name: &str, own: &PluginVersion) -> Result<(), Refused> {
        let candidate = self.candidate(file, name, own)?;
        candidate.says_the_same(&self.plugins.try_out(&candidate)?)?;
        Ok(())
    }

    /// Another version takes the place of one that can be stopped.
    fn goes(&self, name: &str) -> Result<(), Refused> {
        match self.plugins.hangs(name) {
            false => Ok(()),
            true => Err(Refused {
                text: format!(
                    "{name} 卡在调用中，无法停止：请重启服务后再操作 / a thread of it hangs in its call and cannot be \
                     ended: restart the server first"
                ),
                code: 3,
            }),
        }
    }

    fn candidate(
        &self,
        file: &PluginsFile,
        name: &str,
        own: &PluginVersion,
    ) -> Result<Candidate, AdmissionError> {
        Candidate::deployed(file, &file.trust()?, &self.libraries, name, own)
    }

    fn row(&self, name: &str, engine: &Engine) -> Result<Option<PluginRow>, Refused> {
        let (rows, _) = start::rows(engine).map_err(wrong)?;
        Ok(rows.into_iter().find(|row| row.name == name))
    }

    /// Puts what the log says is live into the place of what runs. The old version answers what it
    /// has in flight before the new one opens the folder.
    fn switch(&self, file: &PluginsFile, name: &str, engine: &Engine) -> Result<(), Refused> {
        if !self.runs {
            return Ok(());
        }
        let Some(row) = self.row(name, engine)?.filter(|row| row.retired.is_none()) else {
            return Ok(());
        };
        let Err(error) = self.replace(file, name, &row.live()) else {
            return Ok(());
        };
        // Over its own folder it does not start, though it did over an empty one.
        let reason = format!("启动失败 / it did not start: {error}");
        self.plugins.refuse(name, start::refused(&row, &reason));
        let back = match &row.earlier {
            Some(earlier) => self.go_back(file, name, earlier, &reason, engine),
            None => Err(wrong("没有可以退回的版本 / it replaced no version")),
        };
        let text = match back {
            Ok(version) => format!(
                "新版本在其数据目录上未能启动，已回退到 {version}：{error} / the new version did not start over its \
                 folder; {version} is live again"
            ),
            Err(refused) => {
                // Nothing runs and nothing is tried: the officers are not to wait for it.
                let also = match self.retire(name, engine) {
                    Ok(()) => String::new(),
                    Err(retired) => format!("\n{}", retired.text),
                };
                let text = format!(
                    "未能启动：{error}\n也未能回退：{}\n该插件已停用，其事项由人工办理 / it did not start, and there is \
                     no way back: the plugin is retired{also}",
                    refused.text
                );
                self.plugins.refuse(name, start::refused(&row, &text));
                text
            }
        };
        Err(Refused { text, code: 3 })
    }

    fn replace(
        &self,
        file: &PluginsFile,
        name: &str,
        own: &PluginVersion,
    ) -> Result<(), AdmissionError> {
        self.plugins.stop_live(name, self.drain_ms);
        self.plugins.start_live(self.candidate(file, name, own)?)
    }

    /// Makes the earlier version live again; says which.
    fn go_back(
        &self,
        file: &PluginsFile,
        name: &str,
        earlier: &PluginVersion,
        reason: &str,
        engine: &Engine,
    ) -> Result<String, Refused> {
        let back = Command::RollBackPlugin { name: name.to_owned(), reason: shortened(reason) };
        record(engine, "plugins.roll_back", back)?;
        self.replace(file, name, earlier)?;
        Ok(earlier.version.clone())
    }

    /// Says of one plugin that it runs no more.
    fn retire(&self, name: &str, engine: &Engine) -> Result<(), Refused> {
        let (rows, _) = start::rows(engine).map_err(wrong)?;
        let others = rows.into_iter().filter(|row| row.retired.is_none() && row.name != name);
        let running = others.map(|row| row.name).collect();
        record(engine, "plugins.retire", Command::RetirePlugins { running })?;
        self.plugins.retired(name);
        Ok(())
    }

    /// Starts what is deployed and does not run.
    fn start_again(&self, file: &PluginsFile, name: &str, engine: &Engine) -> Result<(), Refused> {
        let Some(row) = self.row(name, engine)?.filter(|row| row.retired.is_none()) else {
            self.plugins.tries.forget(name);
            return Ok(());
        };
        let candidate = self.candidate(file, name, &row.live());
        let candidate = match candidate {
            // Nothing that is waited for would let it run: the officers are not to wait for it either.
            Err(error) if !error.may_pass() => {
                self.retire(name, engine)?;
                self.plugins.refuse(name, start::refused(&row, &error.to_string()));
                return Err(Refused {
                    text: format!(
                        "{name} 不再获准，已停用：{error} / it is not admitted any more, and retired"
                    ),
                    code: 3,
                });
            }
            other => other,
        };
        let started = candidate.and_then(|candidate| self.plugins.start_live(candidate));
        started.map_err(|error| {
            self.plugins.refuse(name, start::refused(&row, &error.to_string()));
            self.plugins.tries.failed(name, Instant::now());
            Refused {
                text: format!(
                    "{name} 仍未启动，稍后再试：{error} / it does not start yet and is tried again"
                ),
                code: 3,
            }
        })
    }

    /// Tries again whatever is due. Blocks; a step that waits comes before the next one that is tried.
    pub fn try_again(&self, engine: &Engine) {
        for name in self.plugins.tries.due(Instant::now()) {
            let _turn = self.turn.take();
            // Meanwhile a step may have started it, or removed it.
            if !self.plugins.tries.waits(&name) {
                continue;
            }
            let done = match self.plugins.get(&name) {
                Some(_) => {
                    self.plugins.tries.forget(&name);
                    Ok(())
                }
                None => {
                    self.read_again(engine).and_then(|file| self.start_again(&file, &name, engine))
                }
            };
            if let Err(refused) = done {
                tracing::warn!(plugin = %name, why = %refused.text, "it was tried again and does not run");
                // Whatever went wrong: one that waits still is not due at once.
                self.plugins.tries.put_off(&name, Instant::now());
            }
        }
    }

    /// Lets the file hold as it stands now. What has lost its right stops before anything else is
    /// done; what goes wrong with one plugin keeps no other from its turn.
    fn reload(&self, file: &PluginsFile, engine: &Engine) -> Result<(), Refused> {
        let (rows, shadows) = start::rows(engine).map_err(wrong)?;
        let rows: Vec<PluginRow> = rows.into_iter().filter(|row| row.retired.is_none()).collect();
        file.stands(!rows.is_empty() || !shadows.is_empty())?;
        let (mut stay, mut gone, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        let mut problems = Vec::new();
        for row in &rows {
            match self.candidate(file, &row.name, &row.live()) {
                Ok(candidate) => {
                    stay.push(row.name.clone());
                    let held = self.plugins.get(&row.name);
                    if held.is_none_or(|held| held.candidate.grant != candidate.grant) {
                        changed.push((row, candidate));
                    }
                }
                Err(error) if error.may_pass() => {
                    stay.push(row.name.clone());
                    if self.plugins.get(&row.name).is_none() {
                        self.plugins.refuse(&row.name, start::refused(row, &error.to_string()));
                        self.plugins.tries.failed(&row.name, Instant::now());
                    }
                    problems.push(format!("{}: {error}", row.name));
                }
                Err(error) => gone.push((row, error)),
            }
        }
        std::thread::scope(|scope| {
            for (row, _) in &gone {
                scope.spawn(|| self.plugins.stop_live(&row.name, self.drain_ms));
            }
        });
        for (row, error) in &gone {
            self.plugins.retired(&row.name);
            self.plugins.refuse(&row.name, start::refused(row, &error.to_string()));
        }
        // An entry of development that lost its right is new once it has it again.
        let mut pins = Pins::of(self.libraries.folder());
        pins.keep(|name| gone.iter().all(|(row, _)| row.name != name));
        pins.close();
        let mut behind = Vec::new();
        for row in &shadows {
            match self.candidate(file, &row.name, &row.own) {
                Ok(candidate) => {
                    let held = self.plugins.shadow(&row.name);
                    if held.is_none_or(|own| own.running.candidate.grant != candidate.grant) {
                        behind.push((row, candidate));
                    }
                }
                Err(error) => {
                    match error.may_pass() {
                        true => {
                            problems.push(format!("{}: 影子版本 / the shadow: {error}", row.name))
                        }
                        false => self.plugins.stop_shadow(&row.name),
                    }
                    self.plugins.shadow_refused(&row.name, &error);
                }
            }
        }
        let retired = record(engine, "plugins.retire", Command::RetirePlugins { running: stay });
        problems.extend(retired.err().map(|refused| refused.text));
        if self.runs {
            for (row, candidate) in behind {
                // It begins over an empty folder, and is compared from there on.
                self.plugins.stop_shadow(&row.name);
                if let Err(error) = self.plugins.start_shadow(candidate) {
                    problems.push(format!("{}: 影子版本 / the shadow: {error}", row.name));
                }
            }
            for (row, candidate) in changed {
                let goes = self.goes(&row.name).and_then(|()| {
                    self.plugins.stop_live(&row.name, self.drain_ms);
                    Ok(self.plugins.start_live(candidate)?)
                });
                if let Err(refused) = goes {
                    self.plugins.refuse(&row.name, start::refused(row, &refused.text));
                    self.plugins.tries.failed(&row.name, Instant::now());
                    problems.push(format!("{}: {}", row.name, refused.text));
                }
            }
        }
        match problems.is_empty() {
            true => Ok(()),
            false => Err(Refused { text: problems.join("\n"), code: 3 }),
        }
    }

    /// Lists dead letters, or answers one.
    ///
    /// # Errors
    /// What was refused, and what would make it succeed.
    pub fn letters(&self, step: LetterStep, engine: &Engine) -> Result<Value, Refused> {
        let of = |name: &str, letter: &str| -> Result<Letter, Refused> {
            let letter: Letter = letter.parse().map_err(|text| Refused { text, code: 2 })?;
            match letters::is_of(engine, name, letter).map_err(wrong)? {
                true => Ok(letter),
                false => Err(Refused {
                    text: format!("{letter} 不是 {name} 的死信 / is no dead letter of that plugin"),
                    code: 3,
                }),
            }
        };
        let sealed = |case: MeasureId, reason: &str| {
            match reason.trim() {
            "" => Err(Refused {
                text: "缺少理由 / the reason is missing\n请用一两句话写明理由 / say why in a sentence or two".to_owned(),
                code: 3,
            }),
            stated => seal_for_case(engine, case, stated).map_err(wrong),
        }
        };
        let command = match step {
            LetterStep::Page { name, after, limit } => {
                let after = after.map(|text| text.parse()).transpose();
                let after = after.map_err(|text| Refused { text, code: 2 })?;
                if self.row(&name, engine)?.is_none() {
                    return Err(Refused {
                        text: format!(
                            "没有部署过插件 {name} / no such plugin was deployed\n请用 shouxin plugin list 查看 / see \
                             shouxin plugin list"
                        ),
                        code: 3,
                    });
                }
                return letters::page(engine, &name, after, limit).map_err(wrong);
            }
            LetterStep::Retry { name, letter } => match of(&name, &letter)? {
                Letter::Case(measure) => letters::retry(measure),
                Letter::Information(at) => {
                    if self.plugins.get(&name).is_none() || !self.plugins.tell_again(&name, at) {
                        return Err(Refused {
                            text: "插件未在运行，或等待重新告知的变更已满 / no plugin runs here, or as many wait as may"
                                .to_owned(),
                            code: 3,
                        });
                    }
                    return Ok(json!({"waiting": true}));
                }
            },
            LetterStep::Skip { name, letter, reason } => match of(&name, &letter)? {
                Letter::Case(measure) => {
                    Command::SkipDeadLetter { measure, reasons: sealed(measure, &reason)? }
                }
                Letter::Information(at) => Command::SkipUntold { plugin: name, at, reason },
            },
            LetterStep::Hand { name, letter, reason } => match of(&name, &letter)? {
                Letter::Case(measure) => {
                    Command::HandDeadLetter { measure, reasons: sealed(measure, &reason)? }
                }
                Letter::Information(_) => {
                    return Err(Refused {
                        text: "信息类死信没有可转交的事项 / information gives an officer nothing to carry out".to_owned(),
                        code: 3,
                    });
                }
            },
        };
        record(engine, "plugins.letters", command)?;
        self.plugins.changed.notify_one();
        Ok(json!({}))
    }
}
