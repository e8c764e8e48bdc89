//! The county's channels: each shows what is public some days later than it was told, fails now and
//! then, and sometimes confirms only a part.

use shouxin_core::command::Command;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::event::Target;
use shouxin_core::id::{Position, RecordId};
use shouxin_core::row::{ChannelRow, Index, Key, Row};

use super::county::County;
use crate::kit::steps::digest;
use crate::kit::{operator, timer};

/// Working days within which a channel has to confirm (channels.toml).
const CONFIRM_WD: u16 = 3;

impl County {
    pub fn open_channels(&mut self) {
        for channel in ["county-portal", "platform"] {
            let from = Position::local(0);
            let open = ChannelCommand::Open { channel: channel.to_owned(), from };
            self.world.must(&operator(), &Command::Channel(open));
        }
    }

    /// The outbox's part of a day.
    pub fn confirm_channels(&mut self) {
        let Some(Row::Channels(channels)) = self.world.row(&Key::Channels).cloned() else {
            return;
        };
        for row in channels {
            if let Some(command) = self.outbox(row) {
                // What a channel had confirmed already is nothing new.
                let told = self.world.run(&timer(), &Command::Channel(command));
                told.expect("the register's own outbox is not refused");
            }
        }
    }

    fn outbox(&mut self, row: ChannelRow) -> Option<ChannelCommand> {
        let channel = row.name;
        let after = Position::local(row.confirmed_through.sequence + 1);
        let first = Index::PublicChange(after, Target::Record(RecordId(Position::local(0))));
        let oldest = match self.world.index.range(first..).next()? {
            Index::PublicChange(at, _) => *at,
            _ => return None,
        };
        let changed = &self.world.log[usize::try_from(oldest.sequence).unwrap()];
        let due = self.world.rules.calendar.after(changed.legal_date, CONFIRM_WD).day;
        if self.world.today > due && !row.overdue {
            return Some(ChannelCommand::Overdue { channel, oldest, due });
        }
        let last = Position::local(self.world.next().sequence - 1);
        Some(match self.rng.u8(0..100) {
            0..=54 => return None,
            55..=59 => ChannelCommand::Fail { channel, detail: "timeout".to_owned() },
            own => ChannelCommand::Confirm {
                channel,
                through: if own < 70 { oldest } else { last },
                items: 1,
                batch_sha256: digest(44),
                reference: "000001.json".to_owned(),
            },
        })
    }
}
