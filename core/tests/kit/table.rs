//! Tables of state machines: every pair of state and command is a listed transition or a refusal
//! by name.

use shouxin_core::command::Command;
use shouxin_core::guard::{Ground, Misfit};

use super::diagram::{Diagram, Machine};
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

/// Compares every pair with the tables; a listed pair that nobody tried is an error too.
#[track_caller]
pub fn compare(
    machine: &Machine,
    states: &[(&'static str, World)],
    commands: &[Asked<'_>],
    transitions: Transitions,
    named: Named,
) {
    let mut wrong = Vec::new();
    let mut tried = 0;
    let mut diagram = Diagram::default();
    for (state, world) in states {
        for (name, who, command) in commands {
            let from = machine.state_of(world);
            let mut world = world.clone();
            let command = command(&world);
            let found = match world.run(who, &command) {
                Ok(events) => {
                    let to = machine.state_of(&world);
                    diagram.taken((from, state), name, events.clone(), to);
                    Leads::To(events)
                }
                Err(refusal) => {
                    if refusal.ground != STATE {
                        diagram.refused(state, name, refusal.ground);
                    }
                    Leads::Refused(refusal.ground)
                }
            };
            let listed = transitions.iter().find(|own| own.0 == *state && own.1 == *name);
            let refusal = named.iter().find(|own| own.0 == *state && own.1 == *name);
            tried += usize::from(listed.is_some()) + usize::from(refusal.is_some());
            let wanted = match (listed, refusal) {
                (Some((_, _, events)), _) => Leads::To(events.to_vec()),
                (None, Some((_, _, ground))) => Leads::Refused(*ground),
                // A timer is never refused; where nothing is due it does nothing.
                (None, None) if *name == "tick" => Leads::To(Vec::new()),
                (None, None) => Leads::Refused(STATE),
            };
            if found != wanted {
                wrong.push(format!("{state}, {name}: {found:?} instead of {wanted:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(tried, transitions.len() + named.len(), "every row of the tables is a pair tried");
    diagram.check(machine);
}
