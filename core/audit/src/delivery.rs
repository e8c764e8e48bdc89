//! A case's way to its plugin: what was given up and who answered for it, and what the plugin that had
//! the case does not know because an officer did it.

use shouxin_core::actor::Actor;
use shouxin_core::event::catalogue::EntryKind;
use shouxin_core::event::delivery::DeliveryEvent;
use shouxin_core::event::{CaseHook, Event};
use shouxin_core::guard::Guard;

use crate::admin::by_plugin;
use crate::fold::{Fold, Measure, Stage};
use crate::here::Here;
use crate::measure::begins;
use crate::names::INV_10;

/// How the operator answered for what a plugin gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Skipped,
    Handed,
}

/// What is known of a case's way to its plugin.
#[derive(Debug, Default)]
pub(crate) struct Way {
    /// The last plugin that an order named.
    touched_by: Option<String>,
    answer: Option<Answer>,
    /// What an officer did and that plugin does not know.
    unknown: Option<CaseHook>,
}

impl Way {
    /// An order: what was answered before is over, and a plugin that is ordered has the case.
    pub(crate) fn ordered(&mut self, at: &mut Here<'_>, plugin: Option<&str>) {
        if self.answer.take() == Some(Answer::Handed) && plugin.is_some() {
            at.guard(Guard::Competent, "it was handed to the officers, and goes to a plugin");
        }
        if let Some(name) = plugin {
            (self.touched_by, self.unknown) = (Some(name.to_owned()), None);
        }
    }

    /// A confirmation: what an officer does, a plugin that had the case does not know; what it says
    /// itself, it knows.
    pub(crate) fn confirmed(&mut self, at: &Here<'_>) {
        let hook = match &at.event.event {
            Event::SuspensionConfirmed { .. } => CaseHook::Suspend,
            Event::ResumptionConfirmed { .. } => CaseHook::Resume,
            Event::MeasureLifted { .. } | Event::Measure(_) => CaseHook::Lift,
            _ => return,
        };
        let officer = matches!(at.event.actor, Actor::Officer(_));
        self.unknown = Some(hook).filter(|_| officer && self.touched_by.is_some());
    }
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &DeliveryEvent) {
    let id = match event {
        DeliveryEvent::Retried { measure }
        | DeliveryEvent::Skipped { measure, .. }
        | DeliveryEvent::Handed { measure, .. }
        | DeliveryEvent::PluginTold { measure, .. } => *measure,
    };
    let standing = fold.measure_standing(id, at.today);
    let Some(own) = fold.measures.get(&id) else {
        at.missing(id);
        return;
    };
    let published = fold.catalogue.published(at.rules, EntryKind::Measure, &own.measure);
    if let DeliveryEvent::Retried { .. } = event {
        let runs = own.plugin.as_ref().is_some_and(|name| fold.plugins.runs(name));
        at.must(runs, Guard::Competent, "its plugin runs no more");
        if !own.incentive {
            at.capacity(fold, own.subject);
        }
    }
    let Some(own) = fold.measures.get_mut(&id) else {
        return;
    };
    if let DeliveryEvent::PluginTold { hook, .. } = event {
        by_plugin(at, own.way.touched_by.as_deref().unwrap_or_default());
        if own.way.unknown.take() != Some(*hook) {
            at.broken(INV_10, "no officer did that in its place");
        }
        return;
    }
    at.about(own.subject);
    if !is_open(own) {
        at.broken(INV_10, "no plugin gave it up, or somebody answered for it");
    }
    match event {
        DeliveryEvent::Retried { .. } => {
            begins(own, standing, published, at);
            (own.stage, own.failed) = (Stage::Executing, false);
        }
        DeliveryEvent::Skipped { reasons, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            own.way.answer = Some(Answer::Skipped);
        }
        DeliveryEvent::Handed { reasons, .. } => {
            at.stated(Guard::Document, &[("reasons", reasons)]);
            own.way.answer = Some(Answer::Handed);
        }
        DeliveryEvent::PluginTold { .. } => {}
    }
}

/// Whether a plugin gave it up and nobody answered for it.
fn is_open(own: &Measure) -> bool {
    own.given_up() && own.plugin.is_some() && own.way.answer.is_none()
}
