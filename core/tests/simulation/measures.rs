//! Measures in the county: which a case names, who carries them out, by hand or by plugin, in time
//! or late. Which department takes which follows from the county's own chance, so that over some
//! years each that may take one does.

use std::collections::BTreeMap;

use shouxin_core::actor::{Actor, Role};
use shouxin_core::command::Command;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::decide::owed_courtesy;
use shouxin_core::event::plugin::Admission;
use shouxin_core::event::{CallFault, CaseHook, CaseRef, NamedMeasure, Target};
use shouxin_core::id::{AttributionId, ListingId, MeasureId};
use shouxin_core::path::Standing as On;
use shouxin_core::row::{Key, MeasureRow, MeasureState as S, Remote, Row};
use shouxin_core::rules::{Executor, FactKind};
use shouxin_core::time::Day;

use super::county::{County, Task};
use crate::kit::plugins::{hand, retry, skip};
use crate::kit::steps::{digest, served, subject_notice, text};
use crate::kit::{Who, operator};

/// How the plugins of the county fail.
pub const FAULTS: [CallFault; 6] = [
    CallFault::Crash,
    CallFault::Deadline,
    CallFault::Panic,
    CallFault::BadAnswer,
    CallFault::Answered,
    CallFault::Refused,
];

impl County {
    /// Half of the implementing departments have a plugin; it fails now and then.
    pub fn deploy(&mut self) {
        let mut measures: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for own in &self.world.rules.measures {
            for department in &own.implementers {
                measures.entry(department.clone()).or_default().push(own.id.clone());
            }
        }
        for (department, measures) in measures.into_iter().step_by(2) {
            let command = Command::DeployPlugin {
                name: format!("{department}-plugin"),
                version: "1.0.0".to_owned(),
                sha256: digest(7),
                department,
                measures,
                admission: Admission::Unsigned,
            };
            // What is deployed already stays as it is.
            let taken = self.world.run(&operator(), &command);
            assert!(taken.is_ok(), "{taken:?}");
        }
    }

    /// For some months every other plugin is off the list.
    pub fn retire(&mut self) {
        let (from, until) = (Day::new(2025, 3, 3).unwrap(), Day::new(2025, 9, 1).unwrap());
        if self.world.today == from {
            let Some(Row::Plugins(rows)) = self.world.row(&Key::Plugins).cloned() else { return };
            let running = rows.into_iter().step_by(2).map(|own| own.name).collect();
            self.world.must(&operator(), &Command::RetirePlugins { running });
        } else if self.world.today == until {
            self.deploy();
        }
    }

    fn runs(&self, name: &str) -> bool {
        self.world.read(|rows, _| rows.plugin_runs(name))
    }

    /// What a notice announces: measures of the behaviour, each by some department that may take
    /// it; now and then one that nobody may order.
    pub fn named(&mut self, case: CaseRef, of_person: bool) -> Vec<NamedMeasure> {
        let Some(behaviour) = self.behaviour(case) else {
            return Vec::new();
        };
        // By department first: one with a single measure acts as often as one with many.
        let mut by: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (own, _) in self.measures(&behaviour, of_person) {
            // What only informs is named by nobody who has read the catalogue.
            if own.executor == Executor::InformationOnly && !self.chance(3) {
                continue;
            }
            for department in &own.implementers {
                by.entry(department.clone()).or_default().push(own.id.clone());
            }
        }
        let mut by: Vec<(String, Vec<String>)> = by.into_iter().collect();
        self.rng.shuffle(&mut by);
        by.truncate(self.rng.usize(1..6));
        let mut named: Vec<(String, String)> = Vec::new();
        for (department, measures) in by {
            named.push((measures[self.rng.usize(..measures.len())].clone(), department));
        }
        if self.chance(40) {
            let beyond = self.beyond(&behaviour, of_person);
            if !beyond.is_empty() {
                let (own, _) = &beyond[self.rng.usize(..beyond.len())];
                named.push((own.id.clone(), own.implementers[0].clone()));
            }
        }
        if self.chance(3) {
            let every = self.world.rules.measures.len();
            let any = &self.world.rules.measures[self.rng.usize(..every)];
            named.extend(any.implementers.first().map(|own| (any.id.clone(), own.clone())));
        }
        named.into_iter().map(as_named).collect()
    }

    /// What a decision names of what was announced.
    pub fn some_of(&mut self, announced: &[(String, String)]) -> Vec<NamedMeasure> {
        let announced = announced.to_vec();
        announced.into_iter().filter(|_| self.chance(85)).map(as_named).collect()
    }

    pub fn open_measures(
        &mut self,
        listing: ListingId,
        attribution: Option<AttributionId>,
    ) -> bool {
        let case = attribution.map_or(CaseRef::Listing(listing), CaseRef::Attribution);
        let Some((authority, named, end)) = self.decided(case) else {
            return true;
        };
        let mut any = false;
        for (measure, department) in named {
            let entry = self.world.rules.measure(&measure).unwrap().clone();
            let of_person = attribution.is_some();
            let behaviour = self.behaviour(case).unwrap_or_default();
            let fitting = match entry.executor {
                Executor::Higher => self.beyond(&behaviour, of_person),
                _ => self.measures(&behaviour, of_person),
            };
            let basis = fitting.into_iter().find(|(own, _)| own.id == measure).map(|own| own.1);
            // Also what is no order at all is tried.
            let Some(basis) = basis.or_else(|| entry.basis.first().cloned()) else {
                continue;
            };
            let months = self.rng.u16(2..=entry.max_months.max(2)).min(entry.max_months);
            let until = end.min(self.world.today.plus_months(months));
            let command = Command::InitiateMeasure {
                listing,
                attribution,
                measure,
                department,
                basis: vec![basis],
                reasons: text(),
                until,
                court_document: None,
            };
            let command = match entry.executor {
                Executor::Higher => self.forwarded(command),
                _ => command,
            };
            let at = self.world.next();
            if self.world.run(&self.of(authority, "SC-03"), &command).is_ok() {
                any = true;
                self.later(1..6, Task::Measure(MeasureId(at)));
                if self.chance(15) {
                    self.later(10..100, Task::Object(Target::Measure(MeasureId(at))));
                }
            }
        }
        any
    }

    /// The same asked of a higher authority, with the notice to the subject; now and then without it.
    fn forwarded(&mut self, command: Command) -> Command {
        let Command::InitiateMeasure {
            listing,
            attribution,
            measure,
            department,
            basis,
            reasons,
            until,
            court_document,
        } = command
        else {
            return command;
        };
        let today = self.world.today;
        let of = attribution.map_or(Target::Listing(listing), Target::Attribution);
        let ruling = self.subject_of(of).map(|own| self.fact(own, FactKind::Judgment));
        Command::Measure(MeasureCommand::Forward {
            listing,
            attribution,
            measure,
            department,
            to: "省级主管部门".to_owned(),
            basis,
            reasons,
            until,
            court_document: court_document.or(ruling),
            document_sha256: digest(23),
            service: served(today),
            notice: (!self.chance(20)).then(|| subject_notice(today)),
        })
    }

    /// The next step of a measure case; departments are late, plugins fail.
    pub fn measure(&mut self, id: MeasureId) -> bool {
        let Some(Row::Measure(row)) = self.world.row(&Key::Measure(id)).cloned() else {
            return true;
        };
        match row.state {
            // Some departments let the day pass.
            S::Dispatched { .. } if self.chance(40) => {
                self.later(4..30, Task::Measure(id));
                return true;
            }
            S::Accepted { failures } if failures > 3 => return true,
            _ => {}
        }
        let Some((who, command)) = self.of_plugins(&row).or_else(|| self.step_of(&row)) else {
            if row.state.owes_undoing() {
                let beyond = matches!(row.state, S::Forwarded { .. });
                self.later(if beyond { 5..20 } else { 10..60 }, Task::Measure(id));
            }
            return true;
        };
        let (who, command) = self.by_plugin(&row, who, command);
        let taken = self.world.run(&who, &command).is_ok();
        if taken {
            self.later(1..20, Task::Measure(id));
        }
        taken
    }

    /// The operator answers for what a plugin gave up, and a plugin is told what an officer did.
    fn of_plugins(&mut self, row: &MeasureRow) -> Option<(Who, Command)> {
        if let Some((name, hook, order)) = owed_courtesy(row)
            && self.runs(name)
        {
            let actor = Actor::Plugin { name: name.to_owned(), version: "1.0.0".to_owned() };
            let plugin = Who { actor, role: Role::Operator };
            let reference = "办理文号".to_owned();
            return Some((plugin, Command::PluginDone { measure: row.id, hook, order, reference }));
        }
        row.dead_letter().filter(|_| self.world.today.number() % 2 == 0)?;
        let standing = self.world.standing(|rows, on| rows.measure_standing(row.id, on));
        let answer = match row.id.0.sequence % 3 {
            0 if standing == On::InForce => retry(row.id),
            1 => hand(row.id),
            _ => skip(row.id),
        };
        Some((operator(), answer))
    }

    /// What somebody has to do about a measure, as if it were done by hand.
    fn step_of(&mut self, row: &MeasureRow) -> Option<(Who, Command)> {
        let (id, today) = (row.id, self.world.today);
        let standing = self.world.standing(|rows, on| rows.measure_standing(id, on));
        let initiator = self.of(row.initiated_by.authority, "SC-03");
        let officer = self.who(&row.department, "SC-03");
        let hand =
            |hook| Command::ConfirmByHand {
                measure: id, hook, reference: "办理文号".to_owned()
            };
        let ordered = row.state.order().is_some();
        if let S::Forwarded { recalled, .. } = row.state {
            let (measure, document_sha256, service) = (id, digest(24), served(today));
            let command = match (standing, row.remote) {
                _ if recalled => return None,
                (On::Ended, _) => {
                    MeasureCommand::RecallForward { measure, document_sha256, service }
                }
                (On::Suspended, Remote::Nothing) | (On::InForce, Remote::Suspended) => {
                    let suspended = standing == On::Suspended;
                    MeasureCommand::TellForward { measure, suspended, document_sha256, service }
                }
                _ => return None,
            };
            return Some((initiator, Command::Measure(command)));
        }
        Some(match (&row.state, standing, row.remote) {
            (_, On::Ended, _) if ordered || row.state.given_up() => (officer, hand(CaseHook::Lift)),
            (_, On::Suspended, Remote::Nothing | Remote::Executed) if ordered => {
                (officer, hand(CaseHook::Suspend))
            }
            (_, On::InForce, Remote::Suspended) if ordered => (officer, hand(CaseHook::Resume)),
            (S::Initiated, ..) if row.incentive => {
                (initiator, Command::DispatchMeasure { measure: id })
            }
            (S::Initiated, ..) => (
                initiator,
                Command::ServeMeasureNotice {
                    measure: id,
                    reasons: text(),
                    remedies: text(),
                    document_sha256: digest(15),
                    service: served(today),
                },
            ),
            (S::Noticed, ..) => (initiator, Command::DispatchMeasure { measure: id }),
            (S::Dispatched { .. }, ..) if self.chance(4) => {
                let legal_ground = self.law().pop();
                let decline =
                    Command::DeclineMeasure { measure: id, reasons: text(), legal_ground };
                (officer, decline)
            }
            (S::Dispatched { .. }, ..) => (officer, Command::AcceptMeasure { measure: id }),
            (S::Accepted { .. }, ..) if row.state.given_up() && self.chance(50) => {
                (officer, hand(CaseHook::Execute))
            }
            (S::Accepted { .. }, ..) => (officer, Command::ExecuteMeasure { measure: id }),
            (S::Executing { .. }, On::InForce, _) => (officer, hand(CaseHook::Execute)),
            (S::Executed { .. } | S::Lifted { fed_back: false }, ..) => (
                officer,
                Command::FileFeedback {
                    measure: id,
                    result: text(),
                    effect: text(),
                    document_sha256: None,
                },
            ),
            _ => return None,
        })
    }

    /// A step by hand as its plugin takes it, where a plugin carries the case: it fails in every
    /// way, of every hook; some of what failed, of what relieves, and all that it left behind when it
    /// was retired is done by hand.
    fn by_plugin(&mut self, row: &MeasureRow, who: Who, command: Command) -> (Who, Command) {
        let order = row.state.order().and_then(|own| Some((own.at, own.plugin.clone()?)));
        let (Command::ConfirmByHand { measure, hook, reference }, Some((order, name))) =
            (&command, order)
        else {
            return (who, command);
        };
        let (measure, hook) = (*measure, *hook);
        let by_hand = match hook {
            CaseHook::Execute => false,
            CaseHook::Resume => row.fault.is_some(),
            CaseHook::Suspend | CaseHook::Lift => true,
        };
        if !self.runs(&name) || (by_hand && self.chance(30)) {
            return (who, command);
        }
        let actor = Actor::Plugin { name, version: "1.0.0".to_owned() };
        let plugin = Who { actor, role: Role::Operator };
        // What is seldom asked fails more often, or not every way of failing is seen.
        let fails = self.chance(if hook == CaseHook::Suspend { 60 } else { 30 });
        let times = self.failed.entry(hook).or_default();
        *times += usize::from(fails);
        let fault = FAULTS[*times % FAULTS.len()];
        let answer = match fails {
            true => Command::PluginFailed {
                measure,
                hook,
                order,
                fault,
                detail: text(),
                attempt: 1,
                final_attempt: self.rng.bool(),
            },
            false => Command::PluginDone { measure, hook, order, reference: reference.clone() },
        };
        (plugin, answer)
    }
}

fn as_named((measure, department): (String, String)) -> NamedMeasure {
    NamedMeasure { measure, department, proportionality: text() }
}
