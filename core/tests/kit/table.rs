//! Tables of state machines: every pair of state and command is a listed transition or a refusal
//! by name. What the pairs did is drawn on the machine's page in `docs/states/`.

use std::collections::BTreeSet;

use shouxin_core::command::Command;
use shouxin_core::guard::{Ground, Misfit};

use super::diagram::{Diagram, Machine, Tried};
use super::timing::keeps_its_days;
use super::{Who, World};

/// What a command leads to: names of events, or a refusal.
#[derive(Debug, PartialEq, Eq)]
pub enum Leads {
    /// These events.
    To(Vec<&'static str>),
    /// This refusal.
    Refused(Ground),
}

/// A command by name: who asks, and what is asked in a given register.
pub type Asked<'a> = (&'static str, Who, &'a dyn Fn(&World) -> Command);
/// Transitions: state, command, events.
pub type Transitions = &'static [(&'static str, &'static str, &'static [&'static str])];
/// Refusals other than "it is in another state".
pub type Named = &'static [(&'static str, &'static str, Ground)];

/// It is in another state.
pub const STATE: Ground = Ground::Misfit(Misfit::State);
/// It is there already.
pub const EXISTS: Ground = Ground::Misfit(Misfit::Exists);
/// It is not there.
pub const ABSENT: Ground = Ground::Misfit(Misfit::NotFound);

/// Compares every pair with the tables; a listed pair that nobody tried is an error too. In the
/// state `none` there is no row yet: what is not listed does not find it.
#[track_caller]
pub fn compare(
    machine: &'static Machine,
    states: &[(&'static str, World)],
    commands: &[Asked<'_>],
    transitions: Transitions,
    named: Named,
) {
    let mut wrong = Vec::new();
    let mut met = BTreeSet::new();
    let mut diagram = Diagram::new(machine);
    for (state, world) in states {
        let before = machine.states(world);
        keeps_its_days(state, world);
        for (name, who, command) in commands {
            let mut world = world.clone();
            let command = command(&world);
            let outcome = world.run(who, &command).map_err(|refusal| refusal.ground);
            let asked = (*name, who, &command);
            // A timer is never refused; where nothing is due it does nothing.
            let by_itself = matches!(command, Command::Tick { .. } | Command::Close(_));
            diagram.add(Tried::new(
                state,
                asked,
                outcome.clone(),
                &before,
                &machine.states(&world),
            ));
            let found = match outcome {
                Ok(events) => Leads::To(events),
                Err(ground) => Leads::Refused(ground),
            };
            let row_of = |of: &str| {
                let listed = transitions.iter().find(|own| own.0 == of && own.1 == *name);
                let refusal = named.iter().find(|own| own.0 == of && own.1 == *name);
                listed
                    .map(|own| (of.to_owned(), Leads::To(own.2.to_vec())))
                    .or(refusal.map(|own| (of.to_owned(), Leads::Refused(own.2))))
            };
            let wanted = match row_of(state).or_else(|| row_of("*")) {
                Some((of, leads)) => {
                    met.insert((of, *name));
                    leads
                }
                None if *state == "none" => Leads::Refused(ABSENT),
                None if by_itself => Leads::To(Vec::new()),
                None => Leads::Refused(STATE),
            };
            if found != wanted {
                wrong.push(format!("{state}, {name}: {found:?} instead of {wanted:?}"));
            }
            if let Leads::To(_) = found {
                assert_eq!(world.replayed().rows, world.rows, "{state}, {name}: replay differs");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let rows = transitions.len() + named.len();
    assert_eq!(met.len(), rows, "every row of the tables is a pair tried, and there once");
    diagram.settle();
}
