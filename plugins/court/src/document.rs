//! What is forwarded: the case, and plain words about what it is and is not.

use serde::{Deserialize, Serialize};
use shouxin_plugin::{Case, Hook, State};

/// What a measure is to whoever receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// A limit that a court, or the organ a law names, decided (M-M03 to M-M09).
    Limit,
    /// Another organ's own procedure (M-A24 to M-A26).
    Referral,
    /// A reminder to perform (M-M02).
    Reminder,
    /// Material for a suit in the public interest (M-S09).
    Suit,
}

impl Nature {
    /// What this measure of the catalogue is, if it is forwarded at all.
    pub fn of(measure: &str) -> Option<Nature> {
        match measure {
            "M-M03" | "M-M04a" | "M-M04b" | "M-M05" | "M-M06" | "M-M07" | "M-M08" | "M-M09" => {
                Some(Nature::Limit)
            }
            "M-A24" | "M-A25" | "M-A26" => Some(Nature::Referral),
            "M-M02" => Some(Nature::Reminder),
            "M-S09" => Some(Nature::Suit),
            _ => None,
        }
    }

    /// What the receiver reads first.
    fn says(self) -> &'static str {
        match self {
            Nature::Limit => {
                "本限制由人民法院或者法律规定的机关依法决定，本件仅予转送，不是命令 / decided by the court or \
                 the organ that the law names; this forwards it and orders nothing"
            }
            Nature::Referral => {
                "本件移送有权机关依其自身程序处理，不是命令 / referred to the organ in charge, which \
                 proceeds by its own rules; not an order"
            }
            Nature::Reminder => {
                "本件为督促履行的提示，不影响当事人的权利 / a reminder to perform; it has no effect on rights"
            }
            Nature::Suit => {
                "本件为支持提起公益诉讼的材料，原告须为法律规定的机关或者组织 / material for a suit in the \
                 public interest; the plaintiff is who the law names"
            }
        }
    }
}

/// Where a case stands after a step. The receiver needs no other document to know it: an earlier one
/// may have been overtaken on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Forwarded, by this document or an earlier one.
    InEffect,
    /// Nothing may rest on it until a later step says otherwise.
    Suspended,
    /// It is suspended no more, and was not forwarded: nothing rests on it.
    NotBegun,
    /// Over for good.
    Ended,
}

impl Standing {
    /// Where a case stands after a step, given where it stood in the department's book.
    pub fn after(hook: Hook, before: State) -> Standing {
        match (hook, before) {
            (_, State::Lifted) | (Hook::Lift, _) => Standing::Ended,
            (Hook::Suspend, _) => Standing::Suspended,
            // A resumption begins nothing that was never ordered.
            (Hook::Resume, State::Idle | State::Held) => Standing::NotBegun,
            _ => Standing::InEffect,
        }
    }
}

/// What a step of a case means to the receiver.
fn act(hook: Hook, standing: Standing) -> &'static str {
    match (hook, standing) {
        (Hook::Resume, Standing::NotBegun) => {
            "暂停解除；本案此前未转送，不产生任何限制 / the suspension is over; the case was not forwarded, so nothing \
             begins by this"
        }
        (Hook::Resume, _) => {
            "恢复；本件载明全案，此前未收到转送的，以本件为转送 / resumed; the whole case is in here: where it was not \
             received before, this forwards it"
        }
        (Hook::Execute, _) => "转送 / forwarded",
        (Hook::Suspend, _) => {
            "暂停，恢复前不得据此限制 / suspended: nothing may rest on it until it resumes"
        }
        (Hook::Lift, _) => {
            "撤回，终止，不再据此限制 / withdrawn for good: nothing may rest on it any more"
        }
        (Hook::Classified | Hook::Forget | Hook::Query, _) => "",
    }
}

/// What is forwarded for one step.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    nature: Nature,
    says: &'static str,
    act: &'static str,
    standing: Standing,
    case: &'a Case,
}

impl Document<'_> {
    /// The document of a step, after which the case stands so.
    pub fn new(nature: Nature, hook: Hook, standing: Standing, case: &Case) -> Document<'_> {
        Document { nature, says: nature.says(), act: act(hook, standing), standing, case }
    }
}
