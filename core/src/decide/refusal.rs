//! Which refusals are recorded, and as what: an attempt leaves its trace for auditors, and nothing
//! in anybody's file (design.md 1, domain.md 2.0).

use crate::actor::{Actor, SubjectKey};
use crate::anonymity::without_number;
use crate::command::Command;
use crate::command::publicity::PublicityCommand;
use crate::decide::{Context, Drafts, Outcome, Reject};
use crate::event::Event;
use crate::event::refusal::RefusalEvent;
use crate::guard::{Ground, Guard, Misfit, RecordedGround};
use crate::rows::Stop;

/// As what the refusal of a command is recorded, if at all. A guard's always is. Another one is
/// where a person asked: a timer that comes too late, a plugin whose answer was overtaken and what
/// the register itself repeats are no attempts.
pub fn recorded(ground: Ground, actor: &Actor) -> Option<RecordedGround> {
    let person = matches!(actor, Actor::Officer(_) | Actor::Subject(_));
    match ground {
        Ground::Guard(guard) => Some(RecordedGround::Guard(guard)),
        Ground::Misfit(misfit) if person => misfit.recorded().map(RecordedGround::Misfit),
        Ground::Misfit(_) => None,
    }
}

/// What is recorded of the items of a batch that were not taken: each ground once, with whose file
/// the first of them was about. The batch is bounded, and so are the grounds.
pub fn recorded_rejects(
    command: &Command,
    rejects: &[Reject],
    actor: &Actor,
) -> Vec<(RecordedGround, Option<SubjectKey>)> {
    let mut found: Vec<(RecordedGround, Option<SubjectKey>)> = Vec::new();
    for reject in rejects {
        let ground = ground_of(reject.reason).and_then(|ground| recorded(ground, actor));
        if let Some(ground) = ground
            && found.iter().all(|(known, _)| *known != ground)
        {
            found.push((ground, subject_of_item(command, reject.index)));
        }
    }
    found
}

/// The ground behind a reason of `REJECT_REASONS`; nothing where the item alone is wrong.
fn ground_of(reason: &str) -> Option<Ground> {
    match reason {
        "DUPLICATE" | "EXISTS" => Some(Ground::Misfit(Misfit::Exists)),
        "PROVIDER_NOT_NAMED" => Some(Ground::Misfit(Misfit::Forbidden)),
        _ => Guard::ALL.iter().find(|guard| guard.name() == reason).copied().map(Ground::Guard),
    }
}

fn subject_of_item(command: &Command, index: usize) -> Option<SubjectKey> {
    match command {
        Command::SubmitRecords { records } => records.get(index).map(|record| record.subject),
        Command::RegisterSubjects { subjects } => subjects.get(index).map(|subject| subject.key),
        Command::Publicity(PublicityCommand::File { decisions, .. }) => decisions
            .iter()
            .find(|decision| decision.index == index)
            .map(|decision| decision.record.subject),
        // The key of a person who was not registered was made for this command; it is nobody's.
        _ => None,
    }
}

pub(super) fn record(command: &Command, context: &Context<'_>) -> Result<Outcome, Stop> {
    let Command::RecordDenial { command, target, ground, uncounted } = command else {
        return Err(Stop::Defect("not a refusal".to_owned()));
    };
    // A target is a thing's id or the key of a file; what else was asked for may be anything.
    let target = match target.parse::<SubjectKey>() {
        Ok(_) => target.clone(),
        Err(_) => without_number(target.clone()),
    };
    let (command, uncounted) = (command.clone(), *uncounted);
    let event = match *ground {
        RecordedGround::Guard(guard) => Event::GuardDenied { command, target, guard, uncounted },
        RecordedGround::Misfit(misfit) => {
            Event::Refusal(RefusalEvent::CommandRefused { command, target, misfit, uncounted })
        }
    };
    let mut drafts = Drafts::new(context);
    drafts.push(None, event);
    drafts.finish()
}
